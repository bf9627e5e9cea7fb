"""What a feed is asked wrongly is answered clearly: a sentence and a 4xx, page or fragment, and never anybody else's data."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, quote, urlsplit
from uuid import uuid4

import pytest
from sqlalchemy import delete

from campus.feed import reading
from campus.feed.models import FeedSnapshot
from campus.platform import redis, tokens
from campus.platform.clock import now
from campus.platform.db import session, transaction
from campus.posts.models import Post, PostState
from tests.factories import make_post
from tests.feed.pages import get, ids, next_url, shown

if TYPE_CHECKING:
    from collections.abc import Callable

    from werkzeug.test import TestResponse

    from campus.accounts.models import User
    from tests.conftest import Client

SIZES = ["0", "-1", "51", str(10**9), "x", "", " 5", "5 ", "1e1", "0x5", "\u0663", "5.0", "NaN", "9" * 5000, "'; --"]
GARBAGE = ["x", "mixed,all", "MIXED", "[]", "'", "\u00fc", "a" * 3000]
TIMES = ["", "x", "2026", "2026-13-45", "2026-01-01", "2026-01-01T00:00:00", "-1", "1e9", "now()", "9" * 400]
ENDS_OF_TIME = [
    "0001-01-01T00:00:00+00:00",
    "0001-01-01T00:00:00+23:59",
    "9999-12-31T23:59:59-23:59",
    "9999-12-31T23:59:59+00:00",
]


@pytest.fixture
def cursor(client_as: Callable[[User], Client], alice: User, charlie: User) -> str:
    """Alice's cursor to the second page."""
    with transaction():
        for _ in range(15):
            make_post(author=charlie)
    return cursor_of(next_url(get(client_as(alice))) or "")


def cursor_of(url: str) -> str:
    return parse_qs(urlsplit(url).query)["cursor"][0]


def refused(answer: TestResponse, *statuses: int) -> str:
    """The page or fragment says what was wrong. Returns it."""
    assert answer.status_code in statuses, answer.status_code
    assert not ids(answer.text)
    assert "Traceback" not in answer.text
    assert len(answer.text) < 40_000
    return answer.text


def test_a_page_has_one_to_fifty_cards(client_as: Callable[[User], Client], alice: User) -> None:
    reader = client_as(alice)
    for size in SIZES:
        for ask in (reader.get, reader.fragment):
            assert "expected a whole number from 1 to 50" in refused(ask(f"/?page_size={quote(size)}"), 422)
    refused(reader.get("/?page_size=%00"), 400)


def test_an_unknown_choice_is_told_the_known_ones(client_as: Callable[[User], Client], alice: User) -> None:
    reader, since = client_as(alice), quote(now().isoformat())
    for name in ("algorithm", "scope"):
        for value in GARBAGE:
            for path in (f"/?{name}={quote(value)}", f"/feed/new?since={since}&{name}={quote(value)}"):
                assert "mixed | chronological | engagement" in refused(reader.get(path), 422)
            assert "all | following" in refused(reader.post("/feed/settings", data={name: value}), 422)
        refused(reader.get(f"/?{name}=%00"), 400)


def test_a_time_that_is_none_is_refused(client_as: Callable[[User], Client], alice: User) -> None:
    reader = client_as(alice)
    for since in TIMES:
        answer = reader.fragment(f"/feed/new?since={quote(since)}")
        assert "expected the time that came with the page" in refused(answer, 422), since
    refused(reader.get("/feed/new"), 422)
    refused(reader.get("/feed/new?since=%00"), 400)


def test_the_ends_of_time_are_times(client_as: Callable[[User], Client], alice: User) -> None:
    reader = client_as(alice)
    for since in ENDS_OF_TIME:
        assert reader.fragment(f"/feed/new?since={quote(since)}").status_code in {200, 204}, since


def test_why_of_nothing_is_nothing_here(client_as: Callable[[User], Client], alice: User) -> None:
    reader = client_as(alice)
    for post_id in ("0", "-1", "x", "9" * 19, "9" * 30, "1.5"):
        refused(reader.get(f"/posts/{post_id}/why"), 404)
    refused(reader.get("/posts/%00/why"), 400, 404)


def test_a_cursor_is_only_its_owners(client_as: Callable[[User], Client], cursor: str, bob: User) -> None:
    for ask in (client_as(bob).get, client_as(bob).fragment):
        assert "The cursor is not one of yours" in refused(ask(f"/?cursor={cursor}"), 400)


def test_a_forged_cursor_is_refused_wherever_it_is_changed(client_as: Callable[[User], Client], cursor: str, alice: User) -> None:
    reader = client_as(alice)
    assert shown(reader, f"/?cursor={cursor}")
    for place in range(0, len(cursor), 7):
        letter = "A" if cursor[place] != "A" else "B"
        forged = cursor[:place] + letter + cursor[place + 1 :]
        refused(reader.get(f"/?cursor={quote(forged)}"), 400)
    foreign = tokens.sign("reset", {"user": alice.id, "snapshot": uuid4().hex, "position": 0})
    for forged in (cursor[:-1], cursor + "A", cursor[::-1], foreign, "", ".", "..", "ü", "A" * 4000, "A" * 100_000):
        refused(reader.get(f"/?cursor={quote(forged)}"), 400, 414)


def test_an_expired_cursor_offers_a_fresh_start(
    client_as: Callable[[User], Client], cursor: str, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "CURSOR_LIVES", -1)
    for ask in (client_as(alice).get, client_as(alice).fragment):
        assert "Start again from the top" in refused(ask(f"/?cursor={cursor}"), 410)


def test_a_cursor_into_a_forgotten_scroll_offers_a_fresh_start(
    client_as: Callable[[User], Client], cursor: str, alice: User
) -> None:
    with transaction():
        session.execute(delete(FeedSnapshot))
    redis.client().flushdb()
    assert "Start again from the top" in refused(client_as(alice).get(f"/?cursor={cursor}"), 410)
    assert shown(client_as(alice))


def test_a_cursor_works_until_the_feed_ends_and_a_little_later(
    client_as: Callable[[User], Client], cursor: str, alice: User, bob: User
) -> None:
    """The last page of a scroll that lost its posts meanwhile is an empty page, not an error."""
    reader = client_as(alice)
    with transaction():
        for post_id in shown(reader, f"/?cursor={cursor}"):
            _hide(post_id)
    page = get(reader, f"/?cursor={cursor}")
    assert not ids(page)
    assert next_url(page) is None


def _hide(post_id: int) -> None:
    session.get_one(Post, post_id).state = PostState.HIDDEN


def test_other_methods_are_not_accepted(client_as: Callable[[User], Client], alice: User) -> None:
    assert client_as(alice).post("/").status_code == 405
    assert client_as(alice).delete("/feed/new").status_code == 405
    assert client_as(alice).get("/feed/settings").status_code == 405


def test_repeated_and_unknown_parameters_do_no_harm(client_as: Callable[[User], Client], alice: User) -> None:
    reader, post = client_as(alice), make_post(published_at=now() - timedelta(minutes=1))
    for query in ("page_size=5&page_size=7", "cards=1&viewer=2&user=3", "new=", "new=1&new=0", "algorithm=mixed&algorithm=x"):
        assert shown(reader, f"/?{query}") == [post.id]
