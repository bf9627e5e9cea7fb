"""Posts by REST: written, read, changed, taken away; with the words and the quotas of the pages."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image
from sqlalchemy import func, select

from campus import quotas
from campus.accounts.models import TokenScope
from campus.platform.clock import now
from campus.platform.db import session
from campus.platform.limits import usage
from campus.posts.models import Photo, PhotoState, Post
from tests.factories import make_department, make_member, make_photo, make_post, make_university, make_user

if TYPE_CHECKING:
    from collections.abc import Callable

    from campus.accounts.models import User
    from tests.api.conftest import Program
    from tests.conftest import Client

POSTS = "/api/posts/"


def posts() -> int:
    return session.scalar(select(func.count()).select_from(Post)) or 0


def picture(colour: str = "teal") -> io.BytesIO:
    data = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(data, "JPEG")
    data.seek(0)
    return data


def errors(response: Any) -> dict[str, str]:
    return {each["field"]: each["message"] for each in response.get_json()["errors"]}


def test_a_post_is_published_and_can_be_read_where_the_answer_says(program: Callable[..., Program], alice: User) -> None:
    client = program(alice)
    made = client.post(POSTS, json={"title": "Open day", "text": "Come by.", "audience": "public", "location": "Hall 1"})
    assert made.status_code == 201
    assert made.headers["RateLimit-Limit"] == "20"
    assert made.headers["RateLimit-Remaining"] == "19"
    post = made.get_json()
    read = client.get(made.headers["Location"])
    assert read.get_json() == post
    assert (post["title"], post["text"], post["location"], post["state"]) == ("Open day", "Come by.", "Hall 1", "published")
    assert post["author"]["handle"] == alice.handle
    assert "delete" in post["viewer"]["may"]


def test_a_post_belongs_where_its_author_says(program: Callable[..., Program], alice: User) -> None:
    university = make_university()
    department = make_department(organization=university)
    place = {"organization_id": department.organization_id, "department_id": department.id}
    refused = program(alice).post(POSTS, json={"text": "Hello", "audience": "department", **place})
    assert refused.status_code == 403
    assert "organization_id" in errors(refused)
    make_member(user=alice, organization=university, department=department)
    made = program(alice).post(POSTS, json={"text": "Hello", "audience": "department", **place})
    assert made.status_code == 201
    assert made.get_json()["department"]["id"] == department.id


def test_who_names_no_audience_gets_the_one_that_is_usual_there(program: Callable[..., Program], alice: User) -> None:
    university = make_university(default_audience="organization")
    department = make_department(organization=university)
    make_member(user=alice, organization=university, department=department)
    client = program(alice)
    inside = {"text": "Hello", "organization_id": university.id}
    assert client.post(POSTS, json={"text": "Hello"}).get_json()["audience"] == "public"
    assert client.post(POSTS, json=inside).get_json()["audience"] == "organization"
    assert client.post(POSTS, json=inside | {"department_id": department.id}).get_json()["audience"] == "department"


def test_photos_come_as_files_with_their_words(program: Callable[..., Program], alice: User) -> None:
    told = {"text": "Two", "photos": [{"alt": "A teal square", "credit": "Ada"}]}
    form = {"post": json.dumps(told), "photos": [(picture(), "a.jpg"), (picture("red"), "b.jpg")]}
    made = program(alice).post(POSTS, data=form)
    assert made.status_code == 201, made.text
    post = made.get_json()
    assert post["state"] == "processing"
    assert [(photo["alt"], photo["credit"], photo["state"]) for photo in post["photos"]] == [
        ("A teal square", "Ada", "pending"),
        ("", "", "pending"),
    ]


def test_one_bad_file_is_named_and_nothing_is_kept_or_paid(program: Callable[..., Program], alice: User) -> None:
    form = {"post": "{}", "photos": [(picture(), "a.jpg"), (io.BytesIO(b"no photo"), "b.jpg")]}
    refused = program(alice).post(POSTS, data=form)
    assert refused.status_code == 422
    assert list(errors(refused)) == ["photos.1"]
    assert posts() == 0
    assert usage(quotas.UPLOADS, alice.id, now=now()).used == 0


def test_words_for_files_that_did_not_come_are_refused(program: Callable[..., Program], alice: User) -> None:
    refused = program(alice).post(POSTS, json={"text": "x", "photos": [{"alt": "a"}]})
    assert refused.status_code == 422
    assert list(errors(refused)) == ["photos.0"]


@pytest.mark.parametrize(
    ("field", "body"),
    [
        ("text", {}),
        ("text", {"text": 5}),
        ("text", {"text": None}),
        ("text", {"text": "x" * 10_001}),
        ("text", {"text": "a\0b"}),
        ("title", {"text": "x", "title": ["x"]}),
        ("title", {"text": "x", "title": "a\u0001b"}),
        ("audience", {"text": "x", "audience": "everybody"}),
        ("audience", {"text": "x", "audience": "department"}),
        ("organization_id", {"text": "x", "organization_id": "1"}),
        ("organization_id", {"text": "x", "organization_id": 1.5}),
        ("organization_id", {"text": "x", "organization_id": True}),
        ("organization_id", {"text": "x", "organization_id": 2**63}),
        ("official", {"text": "x", "official": "yes"}),
        ("official", {"text": "x", "official": 1}),
        ("photos", {"text": "x", "photos": {}}),
        ("photos.0.alt", {"text": "x", "photos": [{"alt": 7}]}),
        ("photos.1.size", {"text": "x", "photos": [{}, {"size": 3}]}),
        ("author", {"text": "x", "author": 1}),
        ("author_id", {"text": "x", "author_id": 1}),
        ("like_count", {"text": "x", "like_count": 1}),
        ("published_at", {"text": "x", "published_at": "2020-01-01T00:00:00Z"}),
        ("state", {"text": "x", "state": "published"}),
        ("id", {"text": "x", "id": 1}),
    ],
)
def test_what_cannot_be_is_refused_by_the_way_to_its_field(
    program: Callable[..., Program], alice: User, field: str, body: dict[str, Any]
) -> None:
    refused = program(alice).post(POSTS, json=body)
    assert refused.status_code == 422, refused.text
    assert refused.mimetype == "application/problem+json"
    assert field in errors(refused)
    assert posts() == 0
    assert usage(quotas.POSTS, alice.id, now=now()).used == 0


def test_a_change_touches_what_it_names(program: Callable[..., Program], alice: User) -> None:
    client = program(alice)
    post = client.post(POSTS, json={"title": "Before", "text": "Words", "location": "Here"}).get_json()
    address = f"{POSTS}{post['id']}/"
    changed = client.patch(address, json={"title": "After"})
    assert changed.status_code == 200
    assert (changed.json["title"], changed.json["text"], changed.json["location"]) == ("After", "Words", "Here")  # type: ignore[index]
    [earlier] = client.get(f"{address}history/").get_json()
    assert earlier["title"] == "Before"
    protected = client.patch(address, json={"author": {"id": 1}, "counts": {"likes": 9}, "published_at": None})
    assert protected.status_code == 422
    assert set(errors(protected)) == {"author", "counts", "published_at"}


def test_a_photo_is_described_later(program: Callable[..., Program], alice: User) -> None:
    post = make_post(author=alice, audience="public")
    make_photo(post=post, position=1)
    client = program(alice)
    address = f"{POSTS}{post.id}/photos/1/"
    assert client.patch(address, json={"alt": "A lake"}).get_json()["alt"] == "A lake"
    assert client.get(f"{POSTS}{post.id}/photos/").get_json()[0]["alt"] == "A lake"
    assert client.patch(f"{POSTS}{post.id}/photos/2/", json={"alt": "x"}).status_code == 404
    too_long = client.patch(address, json={"alt": "x" * 1501})
    assert "alt" in errors(too_long)


def test_a_failed_photo_is_tried_again(program: Callable[..., Program], alice: User) -> None:
    post = make_post(author=alice, audience="public", state="processing", published_at=None)
    photo = make_photo(post=post, position=1, state=PhotoState.FAILED, error="Too blurred")
    client = program(alice)
    address = f"{POSTS}{post.id}/photos/1/"
    assert client.get(address).get_json()["error"] == "Too blurred"
    assert client.post(f"{address}retry/").get_json()["state"] == "pending"
    assert client.post(f"{address}retry/").status_code == 409
    assert session.get_one(Photo, photo.id, populate_existing=True).state is PhotoState.PENDING


def test_a_post_is_withdrawn_put_back_and_deleted(program: Callable[..., Program], alice: User, charlie: User) -> None:
    post = make_post(author=alice, audience="public")
    address = f"{POSTS}{post.id}/"
    author, reader = program(alice), program(charlie)
    assert reader.get(address).status_code == 200
    assert author.post(f"{address}withdraw/").get_json() == {"id": post.id, "state": "withdrawn"}
    assert reader.get(address).status_code == 404
    assert author.post(f"{address}withdraw/").status_code == 409
    assert author.post(f"{address}reinstate/").get_json()["state"] == "published"
    assert reader.delete(address).status_code == 403
    gone = author.delete(address)
    assert (gone.status_code, gone.data) == (204, b"")
    assert author.get(address).status_code == 404


def test_a_moderators_token_needs_the_scope_for_the_posts_of_others(program: Callable[..., Program], charlie: User) -> None:
    university = make_university()
    author = make_user()
    make_member(user=author, organization=university)
    make_member(user=charlie, organization=university, role="moderator")
    post = make_post(author=author, organization=university, audience="organization")
    address = f"{POSTS}{post.id}/withdraw/"
    assert program(charlie, TokenScope.READ, TokenScope.WRITE).post(address).status_code == 403
    assert program(charlie, TokenScope.WRITE, TokenScope.MODERATE).post(address).get_json()["state"] == "hidden"


def test_the_audience_is_told_beforehand(program: Callable[..., Program], alice: User, charlie: User) -> None:
    asked = program(alice).get(f"{POSTS}audience/?audience=public")
    assert asked.status_code == 200
    assert "Everybody on this site" in asked.get_json()["sentence"]
    assert program(alice).get(f"{POSTS}audience/?audience=department").status_code == 422


def test_why_a_post_is_in_the_feed_adds_up(program: Callable[..., Program], alice: User, charlie: User) -> None:
    post = make_post(author=charlie, audience="public")
    why = program(alice).get(f"{POSTS}{post.id}/why/").get_json()
    assert why["total"] == pytest.approx(sum(part["points"] for part in why["parts"]))


def test_the_day_has_twenty_posts_whichever_door_is_used(
    program: Callable[..., Program], client_as: Callable[[User], Client], alice: User
) -> None:
    client = program(alice)
    for n in range(19):
        assert client.post(POSTS, json={"text": f"Post {n}"}).status_code == 201
    page = {"text": "By the page", "audience": "public", "owner": ""}
    assert client_as(alice).post("/posts/new", data=page).status_code == 303
    refused = client.post(POSTS, json={"text": "One more"})
    assert refused.status_code == 429
    assert refused.headers["RateLimit-Remaining"] == "0"
    assert int(refused.headers["Retry-After"]) > 0
    assert refused.get_json()["retry_at"]
    assert posts() == 20


def test_photos_are_put_in_order_added_and_taken_away(program: Callable[..., Program], alice: User, charlie: User) -> None:
    post = make_post(author=alice, audience="public")
    for place in (1, 2, 3):
        make_photo(post=post, position=place, alt=f"Photo {place}")
    address = f"{POSTS}{post.id}/photos/"
    order = {"photos": [{"position": 3}, {"position": None, "alt": "New"}, {"position": 1, "alt": "First"}]}
    changed = program(alice).put(address, data={"post": json.dumps(order), "photos": [(picture(), "new.jpg")]})
    assert changed.status_code == 200, changed.text
    assert [(photo["position"], photo["alt"], photo["state"]) for photo in changed.get_json()] == [
        (1, "Photo 3", "ready"),
        (2, "New", "pending"),
        (3, "First", "ready"),
    ]
    assert program(charlie).put(address, json={"photos": []}).status_code == 403
    assert program(alice).put(address, json={"photos": [{"position": 1}, {"position": 1}]}).status_code == 422
    assert program(alice).put(address, json={"photos": [{"position": 9}]}).status_code == 422
    assert program(alice).put(address, json={"photos": [{}]}).status_code == 422
    assert program(alice).put(address, json={"photos": []}).get_json() == []


def test_the_edit_of_somebody_else_is_noticed(program: Callable[..., Program], alice: User) -> None:
    client = program(alice)
    post = client.post(POSTS, json={"text": "One"}).get_json()
    address = f"{POSTS}{post['id']}/"
    assert client.patch(address, json={"text": "Two", "version": post["version"]}).status_code == 200
    assert client.patch(address, json={"text": "Three", "version": post["version"]}).status_code == 409
    assert client.get(address).get_json()["text"] == "Two"


def test_an_official_post_is_signed_by_its_organization_alone(program: Callable[..., Program], dana: User, charlie: User) -> None:
    university = make_university()
    make_member(user=dana, organization=university, role="editor")
    told = {"text": "Term begins", "audience": "public", "official": True, "organization_id": university.id}
    post = program(dana).post(POSTS, json=told).get_json()
    assert post["author"] is None
    assert post["owner"]["id"] == university.id
    assert dana.handle not in program(charlie).get(f"{POSTS}{post['id']}/").text
