"""One scroll is one order, whatever happens between its pages: nothing twice, nothing skipped that stayed, nothing forbidden."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from campus.accounts.models import Algorithm, Scope, User
from campus.feed import upkeep
from campus.platform import redis
from campus.platform.clock import now
from campus.platform.db import session
from tests.feed.meanwhile import Meanwhile, most_related, selection
from tests.feed.pages import get, ids, next_url
from tests.feed.worlds import draw

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask import Flask

    from tests.conftest import Client


PAGE = 20


@pytest.fixture(autouse=True)
def redis_comes_back() -> Iterator[None]:
    yield
    redis.forget_failure()


@pytest.mark.parametrize("scope", list(Scope))
@pytest.mark.parametrize("algorithm", list(Algorithm))
def test_a_scroll_holds_while_everything_changes(
    app: Flask, client_as: Callable[[User], Client], algorithm: Algorithm, scope: Scope
) -> None:
    dice = random.Random(f"{algorithm}{scope}")
    world = draw(dice.randrange(1000), now=now(), users=14, posts=330)
    viewer = most_related(world)
    if dice.random() < 0.5:
        upkeep.rebuild(viewer, now=now())
    reader = client_as(session.get_one(User, viewer))
    meanwhile = Meanwhile(dice, world, viewer)
    at: str | None = f"/?algorithm={algorithm}&scope={scope}&page_size={PAGE}"
    start, shown, pages = set(world.posts), list[int](), 0
    taken = now()
    while at:
        page = get(reader, at)
        if pages == 0:
            taken = now()
            start = selection(viewer, algorithm, scope, taken)
        else:
            assert ids(get(reader, at)) == ids(page)  # the same cursor, the same page
        assert set(ids(page)) <= selection(viewer, algorithm, scope, taken)
        shown += ids(page)
        at, pages = next_url(page), pages + 1
        meanwhile.happen()
        assert pages < 100
    assert len(shown) == len(set(shown))
    stayed = start & selection(viewer, algorithm, scope, taken)
    assert stayed <= set(shown)
    assert set(shown) <= set(world.posts)
    assert pages > 3
