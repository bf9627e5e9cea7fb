"""POST /posts/<id>/like."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from campus import quotas
from campus.platform import limits
from campus.platform.clock import now
from campus.platform.db import transaction
from tests.factories import make_like, make_post

if TYPE_CHECKING:
    from collections.abc import Callable

    from campus.accounts.models import User
    from campus.organizations.models import University
    from tests.conftest import Client

    SignIn = Callable[[User], Client]


def test_htmx_gets_the_button_turned_over(client_as: SignIn, alice: User) -> None:
    post, browser = make_post(), client_as(alice)

    liked = browser.send(f"/posts/{post.id}/like", data={"state": "on"})
    assert liked.status_code == 200
    assert f'id="like-{post.id}"' in liked.text
    assert 'value="off"' in liked.text
    assert "<html" not in liked.text
    unliked = browser.send(f"/posts/{post.id}/like", data={"state": "off"})
    assert 'value="on"' in unliked.text


def test_without_scripts_one_comes_back_to_the_post(client_as: SignIn, alice: User) -> None:
    post, browser = make_post(), client_as(alice)

    away = browser.post(f"/posts/{post.id}/like", data={"state": "on"})
    assert (away.status_code, away.location) == (303, f"/posts/{post.id}#post-{post.id}")
    home = browser.post(f"/posts/{post.id}/like", data={"state": "on"}, headers={"Referer": "http://localhost/?scope=all"})
    assert home.location == f"/?scope=all#post-{post.id}"


def test_the_state_asked_for_is_the_state_reached(client_as: SignIn, alice: User) -> None:
    post, browser = make_post(), client_as(alice)
    make_like(post=post)

    for _ in range(2):
        answer = browser.send(f"/posts/{post.id}/like", data={"state": "on"})
    assert '<span class="number">2</span>' in answer.text
    assert browser.send(f"/posts/{post.id}/like", data={"state": "maybe"}).status_code == 422


def test_denied_is_missing(client_as: SignIn, charlie: User, northbridge: University) -> None:
    private = make_post(organization=northbridge, audience="organization")
    browser = client_as(charlie)

    for path in ("like", "comments", "shares"):
        denied = browser.post(f"/posts/{private.id}/{path}", data={"state": "on", "text": "x", "platform": "link"})
        missing = browser.post(f"/posts/999999/{path}", data={"state": "on", "text": "x", "platform": "link"})
        assert (denied.status_code, missing.status_code) == (404, 404)
        assert _without_id(denied.text) == _without_id(missing.text)


def _without_id(text: str) -> list[str]:
    return [line for line in text.splitlines() if not any(word in line for word in ("<code>", "csrf", "X-CSRFToken"))]


def test_nobody_signed_in_is_sent_to_sign_in(client: Client, alice: User) -> None:
    post = make_post()

    answer = client.post(f"/posts/{post.id}/like", data={"state": "on"})
    assert answer.status_code == 303
    assert answer.location.startswith("/login?next=")


def test_what_is_left_is_said_from_eighty_percent_and_then_refused(client_as: SignIn, alice: User) -> None:
    with transaction():
        limits.spend(quotas.LIKES, alice.id, now=now(), amount=quotas.LIKES.limit - 1)
    browser = client_as(alice)

    last = browser.send(f"/posts/{make_post().id}/like", data={"state": "on"})
    assert "200 of 200 likes used today" in last.text
    refused = browser.send(f"/posts/{make_post().id}/like", data={"state": "on"})
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 0


@pytest.mark.parametrize("likes", [0, 5])
def test_a_like_costs_the_same_whatever_the_data(
    client_as: SignIn, alice: User, count_queries: Callable[[], Any], likes: int
) -> None:
    post, browser = make_post(), client_as(alice)
    for _ in range(likes):
        make_like(post=post)
    browser.send(f"/posts/{post.id}/like", data={"state": "off"})

    with count_queries() as statements:
        browser.send(f"/posts/{post.id}/like", data={"state": "on"})
    assert len(statements) <= 8, statements
