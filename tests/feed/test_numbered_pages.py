"""Numbered pages are counted in one snapshot: page after page without a repeat or a gap, while everything changes."""

from __future__ import annotations

import random
from datetime import timedelta
from threading import Thread
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete, func, select

from campus.accounts.models import Algorithm, Scope, User
from campus.feed import pins, reading, snapshots
from campus.feed.models import FeedPin, FeedSnapshot
from campus.feed.reading import TooDeep
from campus.platform import redis
from campus.platform.clock import now
from campus.platform.db import session, transaction
from campus.posts.models import PostState
from tests.factories import make_post
from tests.feed.meanwhile import Meanwhile, most_related, selection
from tests.feed.worlds import draw
from tests.interactions.viewers import viewer_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from flask import Flask

    from campus.posts.models import Post

    Order = tuple[Algorithm, Scope]

PAGE = 10
NEWEST = Algorithm.CHRONOLOGICAL, Scope.ALL


@pytest.fixture(autouse=True)
def redis_comes_back() -> Iterator[None]:
    yield
    redis.forget_failure()


def page(user_id: int, offset: int, order: Order = NEWEST, *, size: int = PAGE) -> list[int]:
    """The posts of one numbered page, as a request of its own sees them."""
    session.expire_all()
    viewer = viewer_of(session.get_one(User, user_id))
    found = reading.page_at(viewer, *order, offset=offset, size=size, now=now())
    return [card.full.post.id for card in found.cards]


def posts_of(author: User, count: int) -> list[Post]:
    """Public posts, the newest first."""
    moment = now()
    with transaction():
        return [make_post(author=author, audience="public", published_at=moment - timedelta(minutes=n + 2)) for n in range(count)]


def numbers(posts: list[Post]) -> list[int]:
    return [post.id for post in posts]


def take_away(posts: list[Post]) -> None:
    with transaction():
        for post in posts:
            post.state = PostState.WITHDRAWN


@pytest.mark.parametrize("scope", list(Scope))
@pytest.mark.parametrize("algorithm", list(Algorithm))
def test_every_page_goes_on_where_the_one_before_ended(app: Flask, algorithm: Algorithm, scope: Scope) -> None:
    dice = random.Random(f"numbered {algorithm}{scope}")
    world = draw(dice.randrange(1000), now=now(), users=14, posts=260)
    viewer = most_related(world)
    meanwhile = Meanwhile(dice, world, viewer)
    shown = list[int]()
    taken = now()
    start = selection(viewer, algorithm, scope, taken)
    while found := page(viewer, len(shown), (algorithm, scope), size=(size := dice.choice([7, 10, 25]))):
        assert set(found) <= selection(viewer, algorithm, scope, taken)
        shown += found
        meanwhile.happen()
        if len(found) < size:
            break
    assert len(shown) == len(set(shown))
    assert start & selection(viewer, algorithm, scope, taken) <= set(shown) <= set(world.posts)
    assert len(shown) > 3 * PAGE


def test_a_page_is_full_although_some_of_it_vanished_and_the_next_follows_it(app: Flask, alice: User, bob: User) -> None:
    posts = posts_of(bob, 40)
    assert page(alice.id, 0) == numbers(posts[:10])
    take_away(posts[12:15])
    assert page(alice.id, 10) == numbers(posts[10:12] + posts[15:23])
    take_away(posts[16:20])
    assert page(alice.id, 20) == numbers(posts[23:33])
    assert page(alice.id, 30) == numbers(posts[33:])
    assert page(alice.id, 40) == []


def test_what_is_published_meanwhile_waits_for_the_next_first_page(app: Flask, alice: User, bob: User) -> None:
    posts = posts_of(bob, 25)
    assert page(alice.id, 0) == numbers(posts[:10])
    with transaction():
        fresh = make_post(author=alice, audience="public", published_at=now())
    assert page(alice.id, 10) == numbers(posts[10:20])
    assert page(alice.id, 0) == [fresh.id, *numbers(posts[:9])]
    assert page(alice.id, 10) == numbers(posts[9:19])


def test_an_offset_never_reached_is_walked_to(app: Flask, alice: User, bob: User) -> None:
    posts = posts_of(bob, 60)
    assert page(alice.id, 33, size=5) == numbers(posts[33:38])  # before any first page
    take_away(posts[:3])
    assert page(alice.id, 38, size=5) == numbers(posts[38:43])  # where the page before ended
    assert page(alice.id, 36, size=2) == numbers(posts[39:41])  # no page ended there: counted from the beginning


def test_orders_scopes_and_readers_are_counted_apart(app: Flask, alice: User, bob: User, charlie: User) -> None:
    posts = posts_of(bob, 30)
    page(alice.id, 0)
    page(charlie.id, 0)
    page(alice.id, 0, (Algorithm.ENGAGEMENT, Scope.ALL))
    take_away(posts[:1])
    page(charlie.id, 0)
    assert page(alice.id, 10)[0] == posts[10].id
    assert page(charlie.id, 10)[0] == posts[11].id


def test_a_snapshot_that_is_gone_begins_afresh(app: Flask, alice: User, bob: User) -> None:
    posts = posts_of(bob, 70)
    page(alice.id, 0)
    assert page(alice.id, 10) == numbers(posts[10:20])
    redis.quietly(lambda client: client.flushdb(), None)
    with transaction():
        session.execute(delete(FeedSnapshot))
    assert page(alice.id, 20) == numbers(posts[20:30])
    with transaction():
        session.execute(delete(FeedSnapshot))  # Redis still has the beginning, which cannot be extended any more
    assert page(alice.id, 60) == numbers(posts[60:])
    snapshots.prune(before=now() + timedelta(days=1))
    assert session.scalar(select(func.count()).select_from(FeedPin)) == 0


def test_numbers_lead_only_so_deep(app: Flask, alice: User, bob: User, monkeypatch: pytest.MonkeyPatch) -> None:
    posts = posts_of(bob, 30)
    monkeypatch.setattr(reading, "DEEPEST", 20)
    assert page(alice.id, 20) == numbers(posts[20:])
    with pytest.raises(TooDeep):
        page(alice.id, 21)
    monkeypatch.setattr(reading, "DEEPEST", 40)
    assert page(alice.id, 10**12) == []  # the feed ends before


def test_only_the_latest_ends_are_kept(app: Flask, alice: User, bob: User, monkeypatch: pytest.MonkeyPatch) -> None:
    posts_of(bob, 12)
    monkeypatch.setattr(pins, "MOST_ENDS", 4)
    for offset in range(10):
        page(alice.id, offset, size=1)
    pin = pins.find(alice.id, *NEWEST)
    assert pin
    assert pin.ends == {7: 7, 8: 8, 9: 9, 10: 10}


def test_two_readers_of_one_page_at_once_see_the_same(app: Flask, alice: User, bob: User) -> None:
    posts = posts_of(bob, 80)
    page(alice.id, 0)
    answers: list[list[int]] = []

    def read() -> None:
        with app.app_context():
            answers.append(page(alice.id, 45))
            answers.append(page(alice.id, 55))

    readers = [Thread(target=read) for _ in range(4)]
    for each in readers:
        each.start()
    for each in readers:
        each.join()
    assert sorted(answers) == sorted([numbers(posts[45:55]), numbers(posts[55:65])] * 4)


def test_what_a_numbered_page_costs(app: Flask, alice: User, bob: User, count_queries: Callable[[], Any]) -> None:
    posts_of(bob, 45)

    def cost(offset: int) -> int:
        viewer = viewer_of(alice)
        with count_queries() as statements:
            reading.page_at(viewer, *NEWEST, offset=offset, size=PAGE, now=now())
        return len(statements)

    cost(0)
    assert cost(0) <= 4  # the pin, what came meanwhile, cards, marks
    assert [cost(10), cost(20)] == [4, 4]  # the pin, cards, marks, the new end
    assert cost(10) == 3
