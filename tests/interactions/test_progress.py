"""The page of a post asks whether its photos are ready, and is given something only when there is something new."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

from campus.platform import outbox
from campus.posts import processing
from tests.factories import make_post
from tests.media.corpus import photo
from tests.posts.making import published, upload

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from campus.accounts.models import User
    from tests.conftest import Client

    SignIn = Callable[[User], Client]


def asks(page: str) -> str | None:
    """Where the page asks, if it does."""
    found = re.search(r'id="post-now"\s+hx-get="([^"]+)"', page)
    return html.unescape(found.group(1)) if found else None


def work(most: int = 100) -> None:
    outbox.drain(processing.HANDLERS, kind="process_photo", most=most)


def test_nothing_is_sent_until_a_photo_is_ready_and_then_the_post(client_as: SignIn, alice: User) -> None:
    post, browser = published(alice, photos=(upload(), upload(photo(width=700)))), client_as(alice)
    address = asks(browser.get(f"/posts/{post.id}").text)
    assert address == f"/posts/{post.id}?waiting=2"
    assert browser.fragment(address).status_code == 204

    work(1)
    half = browser.fragment(address)
    assert half.status_code == 200
    assert "being prepared" in half.text
    assert "<html" not in half.text
    address = asks(half.text) or ""
    assert address.endswith("waiting=1")

    work()
    ready = browser.fragment(address).text
    assert asks(ready) is None
    assert "being prepared" not in ready
    assert "The photos are ready." in ready
    assert f'action="/posts/{post.id}/withdraw"' in ready
    assert asks(browser.get(f"/posts/{post.id}").text) is None


def test_what_failed_is_told_and_asked_no_more(client_as: SignIn, alice: User) -> None:
    post, browser = published(alice, text="", photos=(upload(photo()[:3000]),)), client_as(alice)
    address = asks(browser.get(f"/posts/{post.id}").text) or ""
    work()
    failed = browser.fragment(address).text
    assert asks(failed) is None
    assert "A photo could not be prepared." in failed
    assert "No photo could be prepared." in failed


def test_others_see_neither_the_post_nor_whether_it_waits(client_as: SignIn, alice: User, bob: User) -> None:
    post = published(alice, photos=(upload(),))
    assert client_as(bob).fragment(f"/posts/{post.id}?waiting=1").status_code == 404
    assert client_as(bob).fragment(f"/posts/{post.id + 1}?waiting=1").status_code == 404


def test_a_post_without_photos_asks_nothing(client_as: SignIn, alice: User) -> None:
    post, browser = make_post(author=alice), client_as(alice)
    assert asks(browser.get(f"/posts/{post.id}").text) is None
    assert browser.get(f"/posts/{post.id}?waiting=1").text.count("<html") == 1  # an address somebody copied is the page
    assert browser.fragment(f"/posts/{post.id}?waiting=many").status_code == 200


def test_asking_is_cheap(client_as: SignIn, alice: User, count_queries: Callable[[], Any]) -> None:
    post, browser = published(alice, photos=(upload(),)), client_as(alice)
    with count_queries() as statements:
        assert browser.fragment(f"/posts/{post.id}?waiting=1").status_code == 204
    assert len(statements) == 2  # who she is, and the post
