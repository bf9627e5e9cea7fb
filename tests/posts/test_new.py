"""/posts/new: publishing, and everything that is refused with a clear answer and nothing half done."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from io import BytesIO
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from campus.organizations.models import Role
from campus.platform import settings
from campus.platform.db import session
from campus.posts.models import Audience, Photo, Post, PostState
from campus.posts.queries import card
from campus.quotas import POSTS
from tests.factories import make_department, make_member, make_university
from tests.media.corpus import flat_png, hostile, photo
from tests.posts.making import jobs, published, row_counts

if TYPE_CHECKING:
    from collections.abc import Callable

    from werkzeug.test import TestResponse

    from campus.accounts.models import User
    from campus.organizations.models import Company, Department, University
    from tests.conftest import Client

SignIn = "Callable[[User], Client]"


def send(client: Client, files: list[tuple[bytes, str]] | None = None, **fields: Any) -> TestResponse:
    """Send the composer's form as a browser without JavaScript does."""
    data: dict[str, Any] = {"text": "A text", "audience": "public", "owner": "", "submission": str(uuid4())} | fields
    if not files:
        return client.post("/posts/new", data=data)
    data["photos"] = [(BytesIO(content), name) for content, name in files]
    return client.post("/posts/new", data=data, content_type="multipart/form-data")


def the_post() -> Post:
    return session.scalars(select(Post)).one()


def test_the_composer_offers_where_and_for_whom(client_as: Callable[[User], Client], alice: User) -> None:
    page = client_as(alice).get("/posts/new")
    assert page.status_code == 200
    for words in ("Myself", "Northbridge University", "Northbridge University: Physics", "Everybody on this site"):
        assert words in page.text
    assert "Chemistry" not in page.text
    assert re.search(r'name="submission"[^>]*value="[0-9a-f-]{36}"|value="[0-9a-f-]{36}"[^>]*name="submission"', page.text)


def test_the_place_in_the_address_brings_its_usual_audience(
    client_as: Callable[[User], Client], alice: User, northbridge: University
) -> None:
    page = client_as(alice).get(f"/posts/new?owner=o:{northbridge.id}").text
    assert "Only members of Northbridge University will see this: 2 people besides you." in page


def test_signed_out_one_is_led_to_sign_in(client: Client) -> None:
    assert client.get("/posts/new").status_code == 303
    assert send(client).status_code == 303
    assert session.scalar(select(func.count(Post.id))) == 0


def test_a_text_is_published_and_distributed(client_as: Callable[[User], Client], alice: User) -> None:
    answer = send(client_as(alice), text="Hello\r\ncampus ", title=" A title ", location="Library")
    post = the_post()
    assert (answer.status_code, answer.location) == (303, f"/posts/{post.id}")
    assert (post.title, post.text, post.location) == ("A title", "Hello\ncampus", "Library")
    assert (post.state, post.audience, post.author_id) == (PostState.PUBLISHED, Audience.PUBLIC, alice.id)
    assert jobs("distribute_post") == [str(post.id)]


def test_htmx_is_sent_to_the_post(client_as: Callable[[User], Client], alice: User) -> None:
    answer = client_as(alice).send("/posts/new", data={"text": "Hello", "audience": "public"})
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, f"/posts/{the_post().id}")


def test_a_form_sent_twice_makes_one_post(client_as: Callable[[User], Client], alice: User) -> None:
    client, submission = client_as(alice), str(uuid4())
    first, second = (send(client, submission=submission) for _ in range(2))
    assert first.location == second.location == f"/posts/{the_post().id}"


def test_photos_with_descriptions_are_published_when_ready(
    client_as: Callable[[User], Client], alice: User, work: Callable[[], int]
) -> None:
    two = [(photo(), "a.jpg"), (photo(width=640, height=900), "b.jpg")]
    client = client_as(alice)
    answer = send(client, two, text="", **{"alt-0": "A hill", "alt-1": "A tower"})
    post = the_post()
    assert answer.location == f"/posts/{post.id}"
    assert post.state == PostState.PROCESSING
    assert "being prepared" in client.get(f"/posts/{post.id}").text
    assert work() == 2
    assert [each.alt for each in card(alice.id, post.id).photos] == ["A hill", "A tower"]


def test_a_member_posts_in_her_organization_and_department(
    client_as: Callable[[User], Client], alice: User, northbridge: University, physics: Department
) -> None:
    send(client_as(alice), owner=f"d:{physics.id}", audience="department")
    post = the_post()
    assert (post.organization_id, post.department_id, post.audience) == (northbridge.id, physics.id, Audience.DEPARTMENT)


def test_an_admin_posts_officially_in_any_department(
    client_as: Callable[[User], Client], dana: User, chemistry: Department
) -> None:
    send(client_as(dana), owner=f"d:{chemistry.id}", audience="public", official="y")
    assert (the_post().official, the_post().department_id) == (True, chemistry.id)


REFUSED: dict[str, tuple[dict[str, str], int, str]] = {
    "nothing": ({"text": " \n ", "title": ""}, 422, "Write something or add a photo."),
    "long": ({"text": "x" * 10_001}, 422, "The text has 10,001 characters"),
    "a megabyte": ({"text": "x" * 1_000_000}, 422, "The text has 1,000,000 characters"),
    "title": ({"title": "x" * 201}, 422, "The title has 201 characters"),
    "place": ({"location": "x" * 201}, 422, "The place has 201 characters"),
    "control": ({"text": "bell \a"}, 422, "control characters"),
    "no audience": ({"audience": ""}, 422, "Choose one of the audiences."),
    "unknown audience": ({"audience": "friends"}, 422, "Choose one of the audiences."),
    "members of nobody": ({"audience": "organization"}, 422, "A personal post has no members"),
    "department of nobody": ({"audience": "department"}, 422, "Choose a department"),
    "followers of a university": ({"owner": "own", "audience": "followers"}, 422, "Only personal posts are for followers"),
    "official for nobody": ({"owner": "", "audience": "public", "official": "y"}, 422, "never official"),
    "official and secret": ({"owner": "led", "audience": "only_me", "official": "y"}, 422, "for others to read"),
    "not a member": ({"owner": "foreign", "audience": "public"}, 403, "once you are an active member"),
    "not a member, members only": ({"owner": "foreign", "audience": "organization"}, 403, "once you are an active member"),
    "not an editor": ({"owner": "own", "audience": "public", "official": "y"}, 403, "Official posts are for owners"),
    "not her department": ({"owner": "chemistry", "audience": "department"}, 403, "once you belong to this department"),
    "a department elsewhere": ({"owner": "elsewhere", "audience": "department"}, 403, "once you are an active member"),
    "no such department": ({"owner": "d:999999", "audience": "department"}, 422, "There is no such department."),
    "no such organization": ({"owner": "o:999999", "audience": "public"}, 403, "once you are an active member"),
    "nonsense": ({"owner": "o:'; --", "audience": "public"}, 422, "Choose yourself, an organization or a department."),
    "a number too long": ({"owner": "o:99999999999999999999", "audience": "public"}, 422, "Choose yourself"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_refused_comes_back_with_its_words_and_changes_nothing(
    case: str, client_as: Callable[[User], Client], alice: User, northbridge: University, chemistry: Department
) -> None:
    fields, status, sentence = REFUSED[case]
    foreign, led = make_university(), make_university()
    make_member(user=alice, organization=led, role=Role.EDITOR)
    places = {
        "own": f"o:{northbridge.id}",
        "led": f"o:{led.id}",
        "foreign": f"o:{foreign.id}",
        "chemistry": f"d:{chemistry.id}",
        "elsewhere": f"d:{make_department(organization=foreign).id}",
    }
    sent: dict[str, Any] = (
        {"title": "Kept title"} | fields | {"owner": places.get(fields.get("owner", ""), fields.get("owner", ""))}
    )
    client, before = client_as(alice), row_counts()

    answer = send(client, **sent)

    assert answer.status_code == status
    assert sentence in unescape(answer.text)
    assert fields.get("title", "Kept title") in answer.text
    assert row_counts() == before


@pytest.mark.parametrize("text", ["NUL \0", "half \ud800", "other half \udfff"])
def test_text_that_cannot_be_stored_is_refused(text: str, client_as: Callable[[User], Client], alice: User) -> None:
    client, before = client_as(alice), row_counts()
    raw = text.encode("utf-8", "surrogatepass")
    body = b"audience=public&text=" + b"".join(b"%%%02x" % byte for byte in raw)
    answer = client.post("/posts/new", data=body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 422
    assert "again" in answer.text or "anew" in answer.text
    assert row_counts() == before


def _without_use(counts: dict[str, int]) -> dict[str, int]:
    """Without the record of uploads: a good photo that was taken in has been taken in."""
    return {name: count for name, count in counts.items() if name != "quota_use"}


BAD_FILES = {
    "100 megapixels in 300 KB": ("bomb.png", "megapixels", 422),
    "truncated": ("cut.jpg", "incomplete", 422),
    "svg": ("drawing.svg", "is an SVG drawing", 422),
    "html": ("page.jpg", "is a web page", 422),
    "empty": ("empty.jpg", "is empty", 422),
}


def _bad(case: str) -> bytes:
    if case.startswith("100"):
        return flat_png(10_000, 10_000)  # a second of work: only for whom it is asked
    return {
        "truncated": photo()[:200],
        "svg": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        "html": b"<!doctype html><html><script>alert(1)</script></html>",
        "empty": b"",
    }[case]


@pytest.mark.parametrize("case", BAD_FILES)
def test_a_bad_file_is_named_and_the_good_one_kept(case: str, client_as: Callable[[User], Client], alice: User) -> None:
    name, words, status = BAD_FILES[case]
    client, before = client_as(alice), row_counts()
    answer = send(client, [(_bad(case), name), (photo(), "good.jpg")], text="Kept text", **{"alt-1": "Kept description"})
    page = unescape(answer.text)
    assert answer.status_code == status
    assert f"“{name}”" in page
    assert words in page
    assert "“good.jpg”" in page
    assert "Kept text" in page
    assert "Kept description" in page
    assert _without_use(row_counts()) == _without_use(before)


def _carried(page: str) -> list[str]:
    return [unescape(found) for found in re.findall(r'name="upload"\s+value="([^"]+)"', page)]


def test_the_kept_photo_is_published_without_being_sent_again(
    client_as: Callable[[User], Client], alice: User, work: Callable[[], int]
) -> None:
    client = client_as(alice)
    first = send(client, [(b"nothing", "bad.jpg"), (photo(), "good.jpg")])
    [carried] = _carried(first.text)
    answer = send(client, [(photo(width=800), "more.jpg")], upload=carried, **{"alt-0": "The first", "alt-1": "The second"})
    assert answer.status_code == 303
    work()
    assert [each.alt for each in card(alice.id, the_post().id).photos] == ["The first", "The second"]


def test_a_kept_photo_can_be_left_out(client_as: Callable[[User], Client], alice: User) -> None:
    client = client_as(alice)
    [carried] = _carried(send(client, [(b"nothing", "bad.jpg"), (photo(), "good.jpg")]).text)
    send(client, upload=carried, drop="0")
    assert session.scalar(select(func.count(Photo.id))) == 0
    assert the_post().state == PostState.PUBLISHED


def test_a_kept_photo_is_hers_alone_and_good_for_one_post(client_as: Callable[[User], Client], alice: User, bob: User) -> None:
    client = client_as(alice)
    [carried] = _carried(send(client, [(b"nothing", "bad.jpg"), (photo(), "good.jpg")]).text)
    send(client_as(bob), upload=carried, text="Bob's")
    assert session.scalar(select(func.count(Photo.id))) == 0
    send(client_as(bob), upload=f"{carried}x", text="Bob's")
    assert session.scalar(select(func.count(Photo.id))) == 0

    assert send(client, upload=carried).status_code == 303
    again = send(client, upload=carried)
    assert again.status_code == 422
    assert "part of a post already" in again.text
    assert session.scalar(select(func.count(Photo.id))) == 1


def test_twenty_one_photos_are_too_many(client_as: Callable[[User], Client], alice: User) -> None:
    client, before, one = client_as(alice), row_counts(), photo(width=64, height=64)
    answer = send(client, [(one, f"{n}.jpg") for n in range(21)])
    assert answer.status_code == 422
    assert "These are 21 photos. A post can have up to 20." in answer.text
    assert row_counts() == before


def test_a_file_too_large_is_refused(client_as: Callable[[User], Client], alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    small = replace(settings.current(), media=replace(settings.current().media, max_bytes=5_000))
    with settings.override(small):
        answer = send(client_as(alice), [(photo(width=2000, height=2000), "large.jpg")])
    assert answer.status_code == 413
    assert "large.jpg" in answer.text


def test_every_hostile_file_is_answered_clearly(client_as: Callable[[User], Client], alice: User) -> None:
    client = client_as(alice)
    for name, data in hostile().items():
        answer = send(client, [(data, name)])
        assert answer.status_code in {413, 422}, name
    assert session.scalar(select(func.count(Post.id))) == 0


def test_the_quota_is_shown_before_it_hurts_and_refused_kindly(client_as: Callable[[User], Client], alice: User) -> None:
    client = client_as(alice)
    assert "posts today" not in client.get("/posts/new").text
    for n in range(POSTS.limit):
        published(alice, text=f"Post {n}")
    assert "You have used 20 of 20 posts today." in client.get("/posts/new").text
    before = row_counts()

    answer = send(client, text="One too many")

    assert answer.status_code == 429
    assert "One too many" in answer.text
    assert "The limit of 20 posts per day is reached" in answer.text
    assert int(answer.headers["Retry-After"]) > 0
    assert (answer.headers["RateLimit-Limit"], answer.headers["RateLimit-Remaining"]) == ("20", "0")
    assert row_counts() == before


def test_what_is_refused_costs_nothing(client_as: Callable[[User], Client], alice: User) -> None:
    client = client_as(alice)
    for _ in range(25):
        send(client, text="")
    assert send(client).status_code == 303


def test_fields_that_are_not_the_authors_to_set_are_ignored(
    client_as: Callable[[User], Client], alice: User, bob: User, studio: Company
) -> None:
    send(
        client_as(alice),
        author_id=str(bob.id),
        organization_id=str(studio.id),
        state="published",
        like_count="99",
        published_at="2000-01-01",
        id="1000000",
    )
    post = the_post()
    assert (post.author_id, post.organization_id, post.like_count) == (alice.id, None, 0)
    assert post.id != 1_000_000
    assert post.published_at is not None
    assert post.published_at.year > 2000
