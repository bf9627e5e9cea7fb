"""Pages of one post: who finds it, who may change it, and what withdrawing, editing and deleting do."""

from __future__ import annotations

from html import unescape
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from campus.organizations.models import Role
from campus.platform.db import session
from campus.posts.models import Audience, Post, PostEdit, PostState
from tests.factories import make_member, make_post, make_user
from tests.media.corpus import photo
from tests.posts.making import jobs, published, row_counts, told, upload

if TYPE_CHECKING:
    from collections.abc import Callable

    from werkzeug.test import TestResponse

    from campus.accounts.models import User
    from campus.organizations.models import Department, University
    from tests.conftest import Client

HIDDEN, NEVER = 123_456_789, 987_654_321

READS = ("/posts/{}", "/posts/{}/edit", "/posts/{}/history", "/posts/{}/delete", "/posts/{}/photos/1")
WRITES = ("/posts/{}/edit", "/posts/{}/withdraw", "/posts/{}/reinstate", "/posts/{}/delete", "/posts/{}/photos/1/retry")


def _state(post: Post) -> PostState:
    session.refresh(post)
    return post.state


@pytest.mark.parametrize("path", READS)
@pytest.mark.parametrize("method", ["get", "fragment"])
def test_reading_what_is_denied_is_like_what_never_was(
    path: str, method: str, client_as: Callable[[User], Client], alice: User, charlie: User, northbridge: University
) -> None:
    hidden = make_post(author=alice, organization=northbridge, audience="organization", text="SECRET words", id=HIDDEN)
    client = client_as(charlie)
    denied, missing = (told(getattr(client, method)(path.format(each)), str(each)) for each in (hidden.id, NEVER))
    assert denied == missing
    assert denied[0] == 404
    assert "SECRET" not in denied[1]


@pytest.mark.parametrize("path", WRITES)
def test_writing_what_is_denied_is_like_what_never_was(
    path: str, client_as: Callable[[User], Client], alice: User, charlie: User, northbridge: University
) -> None:
    hidden = make_post(author=alice, organization=northbridge, audience="organization", id=HIDDEN)
    client, before = client_as(charlie), row_counts()
    denied, missing = (
        told(client.post(path.format(each), data={"text": "x", "audience": "public"}), str(each)) for each in (hidden.id, NEVER)
    )
    assert denied == missing
    assert denied[0] == 404
    assert row_counts() == before
    assert _state(hidden) == PostState.PUBLISHED


@pytest.mark.parametrize("path", [*READS, "/posts/99999999999999999999999"])
def test_an_id_of_any_length_is_only_missing(path: str, client_as: Callable[[User], Client], alice: User) -> None:
    assert client_as(alice).get(path.format(10**30)).status_code == 404


@pytest.mark.parametrize("path", WRITES)
def test_who_sees_it_may_not_change_it(path: str, client_as: Callable[[User], Client], alice: User, charlie: User) -> None:
    post = make_post(author=alice)
    answer = client_as(charlie).post(path.format(post.id), data={"text": "x", "audience": "public"})
    assert answer.status_code == 403
    session.refresh(post)
    assert (post.state, post.edited_at) == (PostState.PUBLISHED, None)


@pytest.mark.parametrize(
    ("person", "status"), [("alice", 200), ("bob", 200), ("dana", 200), ("charlie", 404), ("eve", 404), ("root", 404)]
)
def test_members_alone_find_what_is_for_members(
    person: str, status: int, client_as: Callable[[User], Client], world: object, alice: User, northbridge: University
) -> None:
    post = make_post(author=alice, organization=northbridge, audience="organization", text="For members")
    answer = client_as(getattr(world, person)).get(f"/posts/{post.id}")
    assert answer.status_code == status
    assert ("For members" in answer.text) == (status == 200)
    assert ("Members of Northbridge University" in answer.text) == (status == 200)


@pytest.mark.parametrize("state", [PostState.PROCESSING, PostState.WITHDRAWN, PostState.HELD, PostState.HIDDEN])
def test_a_post_that_is_not_published_is_its_authors_alone(
    state: PostState, client_as: Callable[[User], Client], alice: User, bob: User
) -> None:
    post = make_post(author=alice, state=state)
    assert client_as(alice).get(f"/posts/{post.id}").status_code == 200
    assert client_as(bob).get(f"/posts/{post.id}").status_code == 404


def test_a_deleted_post_is_nobodys(client_as: Callable[[User], Client], alice: User) -> None:
    post = make_post(author=alice, state=PostState.DELETED)
    for path in READS:
        assert client_as(alice).get(path.format(post.id)).status_code == 404


def test_text_is_shown_as_text(client_as: Callable[[User], Client], alice: User) -> None:
    post = published(alice, title="<b>bold</b>", text="<script>alert(1)</script>", location='"><img src=x>')
    page = client_as(alice).get(f"/posts/{post.id}").text
    assert "<script>alert(1)" not in page
    assert "<b>bold" not in page
    assert "<img src=x>" not in page
    assert "<script>alert(1)</script>" in unescape(page)


def test_withdrawing_and_putting_back(client_as: Callable[[User], Client], alice: User, bob: User) -> None:
    post = make_post(author=alice)
    at = post.published_at
    author, reader = client_as(alice), client_as(bob)

    assert author.post(f"/posts/{post.id}/withdraw").location == f"/posts/{post.id}"
    assert _state(post) == PostState.WITHDRAWN
    assert jobs("distribute_post") == [str(post.id)]
    assert reader.get(f"/posts/{post.id}").status_code == 404
    assert author.post(f"/posts/{post.id}/withdraw").status_code == 409

    assert author.post(f"/posts/{post.id}/reinstate").status_code == 303
    assert (_state(post), post.published_at) == (PostState.PUBLISHED, at)
    assert reader.get(f"/posts/{post.id}").status_code == 200
    assert author.post(f"/posts/{post.id}/reinstate").status_code == 409


def test_what_a_moderator_took_away_the_author_cannot_put_back(
    client_as: Callable[[User], Client], alice: User, dana: User, northbridge: University
) -> None:
    post = make_post(author=alice, organization=northbridge, audience="organization")
    assert client_as(dana).post(f"/posts/{post.id}/withdraw").status_code == 303
    assert _state(post) == PostState.HIDDEN
    assert client_as(alice).post(f"/posts/{post.id}/reinstate").status_code == 409


def test_a_moderator_elsewhere_takes_nothing_away(
    client_as: Callable[[User], Client], alice: User, northbridge: University, studio: University
) -> None:
    other = make_user()
    make_member(user=other, organization=studio, role=Role.OWNER)
    post = make_post(author=alice, organization=northbridge, audience="public")
    assert client_as(other).post(f"/posts/{post.id}/withdraw").status_code == 403


def test_deleting_asks_first_and_is_at_once(client_as: Callable[[User], Client], alice: User, bob: User) -> None:
    post = make_post(author=alice, text="To be deleted")
    client = client_as(alice)
    assert "To be deleted" in client.get(f"/posts/{post.id}/delete").text
    assert _state(post) == PostState.PUBLISHED
    assert client.post(f"/posts/{post.id}/delete").location == "/"
    assert (jobs("distribute_post"), jobs("erase_post")) == ([str(post.id)], [str(post.id)])
    assert client_as(bob).get(f"/posts/{post.id}").status_code == 404


def _edit(client: Client, post: Post, **fields: str) -> TestResponse:
    return client.post(f"/posts/{post.id}/edit", data={"text": post.text, "audience": post.audience, "owner": ""} | fields)


def test_an_edit_is_saved_and_what_it_said_is_kept(client_as: Callable[[User], Client], alice: User, bob: User) -> None:
    post = make_post(author=alice, text="Before")
    assert "Before" in client_as(alice).get(f"/posts/{post.id}/edit").text
    assert _edit(client_as(alice), post, text="After", title="Now with a title").status_code == 303
    session.refresh(post)
    assert (post.text, post.title) == ("After", "Now with a title")
    assert post.edited_at is not None
    assert jobs("distribute_post") == []
    history = client_as(bob).get(f"/posts/{post.id}/history").text
    assert "Before" in history


def test_an_edit_that_changes_nothing_leaves_no_trace(client_as: Callable[[User], Client], alice: User) -> None:
    post = make_post(author=alice)
    assert _edit(client_as(alice), post).status_code == 303
    session.refresh(post)
    assert post.edited_at is None
    assert session.scalars(select(PostEdit)).all() == []


def test_narrowing_is_effective_at_once_and_distributed_again(
    client_as: Callable[[User], Client], alice: User, bob: User
) -> None:
    post = make_post(author=alice)
    reader = client_as(bob)
    assert reader.get(f"/posts/{post.id}").status_code == 200
    _edit(client_as(alice), post, audience="only_me")
    assert reader.get(f"/posts/{post.id}").status_code == 404
    assert jobs("distribute_post") == [str(post.id)]


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"text": ""}, 422),
        ({"audience": "organization"}, 422),
        ({"audience": "nobody"}, 422),
        ({"owner": "o:999999"}, 403),
        ({"text": "x" * 10_001}, 422),
    ],
)
def test_a_refused_edit_comes_back_and_changes_nothing(
    fields: dict[str, str], status: int, client_as: Callable[[User], Client], alice: User
) -> None:
    post = make_post(author=alice, text="Before")
    answer = _edit(client_as(alice), post, **({"title": "Kept title"} | fields | ({"title": ""} if "text" in fields else {})))
    assert answer.status_code == status
    session.refresh(post)
    assert (post.text, post.title, post.audience, post.edited_at) == ("Before", "", Audience.PUBLIC, None)


def test_who_left_still_mends_her_words_but_not_the_audience(
    client_as: Callable[[User], Client], eve: User, northbridge: University
) -> None:
    post = make_post(author=eve, organization=northbridge, audience="organization", text="Wrods")
    client = client_as(eve)
    assert _edit(client, post, owner=f"o:{northbridge.id}", text="Words").status_code == 303
    assert _edit(client, post, owner=f"o:{northbridge.id}", audience="public").status_code == 403
    session.refresh(post)
    assert (post.text, post.audience) == ("Words", Audience.ORGANIZATION)


def test_an_editor_edits_official_posts_and_no_others(
    client_as: Callable[[User], Client], alice: User, northbridge: University
) -> None:
    editor = make_user()
    make_member(user=editor, organization=northbridge, role=Role.EDITOR)
    own, official = (make_post(author=alice, organization=northbridge, official=each) for each in (False, True))
    place = f"o:{northbridge.id}"
    assert _edit(client_as(editor), own, owner=place, text="Mine now").status_code == 403
    assert _edit(client_as(editor), official, owner=place, official="y", text="Corrected").status_code == 303


def test_descriptions_are_edited(client_as: Callable[[User], Client], alice: User, work: Callable[[], int]) -> None:
    post = published(alice, photos=(upload(alt="Old"), upload(photo(), alt="Stays")))
    work()
    client = client_as(alice)
    assert _edit(client, post, **{"alt-0": "New"}).status_code == 303
    page = client.get(f"/posts/{post.id}").text
    assert 'alt="New"' in page
    assert 'alt="Stays"' in page
    assert _edit(client, post, **{"alt-0": "x" * 1501}).status_code == 422


def test_the_audience_is_told_in_words_and_number(
    client_as: Callable[[User], Client], alice: User, physics: Department, northbridge: University
) -> None:
    client = client_as(alice)

    def told(owner: str, audience: str) -> str:
        return unescape(client.fragment(f"/posts/audience?owner={owner}&audience={audience}").text)

    assert "Only members of Northbridge University will see this: 2 people besides you." in told(
        f"o:{northbridge.id}", "organization"
    )
    assert "Only members of Physics" in told(f"d:{physics.id}", "department")
    assert "Only you will see this." in told("", "only_me")
    assert "Only your followers will see this: 0 people besides you." in told("", "followers")
    assert "A personal post has no members" in told("", "organization")
    assert "Choose one of the audiences." in told("", "all")


def test_the_audience_of_an_organization_is_told_to_its_members_alone(
    client_as: Callable[[User], Client], charlie: User, northbridge: University
) -> None:
    answer = client_as(charlie).fragment(f"/posts/audience?owner=o:{northbridge.id}&audience=organization")
    assert "once you are an active member" in answer.text
    assert "people" not in answer.text
