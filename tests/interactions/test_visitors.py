"""Who is not signed in, and what was shared: a public post by its link, to be read, and nothing else of it or beside it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from campus.platform import settings
from campus.platform.clock import now
from campus.platform.db import session, transaction
from campus.posts.models import Audience, Photo, Post
from tests.factories import make_comment, make_photo, make_post

if TYPE_CHECKING:
    from collections.abc import Callable

    from campus.accounts.models import User
    from tests.conftest import Client

    SignIn = Callable[[User], Client]

NEVER = 987_654_321


@pytest.fixture
def post(alice: User) -> Post:
    """Public, and nobody has shared it yet."""
    made = make_post(author=alice, audience="public", text="Come and see")
    make_photo(post=made, position=1)
    make_comment(post=made, text="Said among members")
    return made


@pytest.fixture
def shared(post: Post, client_as: SignIn, charlie: User) -> Post:
    """Charlie has taken its link away."""
    client_as(charlie).post(f"/posts/{post.id}/shares", data={"platform": "link"})
    return post


def places(post: Post) -> list[str]:
    return [f"/posts/{post.id}", f"/posts/{post.id}/photos/1"]


def led_to_sign_in(client: Client, url: str) -> bool:
    answer = client.get(url, buffered=True)
    return answer.status_code == 303 and answer.location.startswith("/login?")


def test_a_shared_public_post_is_read_without_an_account_and_without_a_form(client: Client, shared: Post) -> None:
    for url in places(shared):
        answer = client.get(url)
        assert answer.status_code == 200
        assert answer.headers["X-Robots-Tag"] == "noindex"
        assert "private" in answer.headers["Cache-Control"]
        assert "<form" not in answer.text
        assert "csrf" not in answer.text
        assert "Said among members" not in answer.text
    page = client.get(places(shared)[0]).text
    assert "Come and see" in page
    assert f'href="/login?next=/posts/{shared.id}"' in page
    assert "The comments are for those who sign in" in page
    assert "Everybody on this site, and whoever has the link" in page


def test_before_it_is_shared_it_is_like_one_that_never_was(client: Client, post: Post) -> None:
    for url in (*places(post), f"/posts/{NEVER}", f"/posts/{NEVER}/photos/1", "/posts/99999999999999999999"):
        assert led_to_sign_in(client, url)


def test_the_rest_of_the_site_stays_closed(client: Client, shared: Post, alice: User) -> None:
    for url in ("/", f"/posts/{shared.id}/comments", f"/posts/{shared.id}/history", f"/u/{alice.handle}", "/explore", "/search"):
        assert led_to_sign_in(client, url)
    assert client.get(f"/api/posts/{shared.id}/").status_code == 401
    assert client.post(f"/posts/{shared.id}/comments", data={"text": "Hello"}).status_code == 303
    assert client.post(f"/posts/{shared.id}/like", data={"state": "on"}).status_code == 303


@pytest.mark.parametrize("change", ["followers", "only_me", "withdrawn", "suspended"])
def test_what_closes_it_is_effective_on_the_next_request(client: Client, shared: Post, alice: User, change: str) -> None:
    urls = [*places(shared), f"/media/{session.scalar(select(Photo.token))}/320.webp"]
    with transaction():
        if change == "suspended":
            session.merge(alice).suspended_at = now()
        else:
            found = session.get_one(Post, shared.id)
            found.state, found.audience = (
                ("withdrawn", found.audience) if change == "withdrawn" else (found.state, Audience(change))  # type: ignore[assignment]
            )
    assert all(led_to_sign_in(client, url) for url in urls)


def test_a_file_of_what_is_not_shared_is_like_one_that_never_was(client: Client, post: Post) -> None:
    there, nowhere = (client.get(f"/media/{token}/320.webp") for token in (session.scalar(select(Photo.token)), uuid4()))
    assert (there.status_code, nowhere.status_code) == (303, 303)


def test_members_see_what_they_saw(client_as: SignIn, shared: Post, charlie: User) -> None:
    answer = client_as(charlie).get(f"/posts/{shared.id}")
    assert "Said among members" in answer.text
    assert "comment-form" in answer.text
    assert "X-Robots-Tag" not in answer.headers


def test_with_public_pages_every_public_post_is_read_with_its_comments(client: Client, post: Post) -> None:
    with settings.override(replace(settings.current(), public_pages=True)):
        answer = client.get(f"/posts/{post.id}")
        assert answer.status_code == 200
        assert "Said among members" in answer.text
        assert "<form" not in answer.text
        assert "X-Robots-Tag" not in answer.headers
        assert client.get(f"/posts/{NEVER}").status_code == 404


def test_a_visit_costs_few_statements(client: Client, shared: Post, count_queries: Callable[[], Any]) -> None:
    client.get(f"/posts/{shared.id}")
    with count_queries() as statements:
        client.get(f"/posts/{shared.id}")
    assert len(statements) <= 5
