"""The home feed for programs: a list, pages that are pinned, and who may ask."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from campus.accounts.models import Algorithm, Scope, User
from campus.platform import redis
from campus.platform.clock import now
from campus.platform.db import session
from tests.factories import make_post
from tests.feed.meanwhile import Meanwhile, most_related, selection
from tests.feed.worlds import draw

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask import Flask

    from tests.api.conftest import Program
    from tests.conftest import Client

HOME = "/api/posts/home_feed/"


@pytest.fixture(autouse=True)
def redis_comes_back() -> Iterator[None]:
    yield
    redis.forget_failure()


def test_who_is_not_signed_in_is_told_so(client: Client) -> None:
    response = client.get(HOME)
    assert response.status_code == 401
    assert response.json == {"error": "Authentication required"}


def test_a_page_is_a_list_of_posts(client_as: Callable[[User], Client], alice: User) -> None:
    made = make_post(author=alice, audience="public", text="Hello")
    response = client_as(alice).get(HOME)
    assert response.status_code == 200
    [post] = response.get_json()
    assert post["id"] == made.id
    assert post["text"] == "Hello"


@pytest.mark.parametrize("by_number", [True, False], ids=["page numbers", "the link"])
def test_the_whole_feed_is_walked_while_everything_changes(
    app: Flask, program: Callable[..., Program], *, by_number: bool
) -> None:
    dice = random.Random(f"walk {by_number}")
    world = draw(dice.randrange(1000), now=now(), users=14, posts=150)
    viewer = most_related(world)
    meanwhile, client = Meanwhile(dice, world, viewer), program(session.get_one(User, viewer))
    chosen = Algorithm.MIXED, Scope.ALL
    start, taken = selection(viewer, *chosen, now()), now()
    shown, number, at = list[int](), 1, f"{HOME}?page=1&page_size=10"
    while at:
        answer = client.get(at)
        posts, number = answer.get_json(), number + 1
        assert (answer.status_code, type(posts)) == (200, list), answer.text
        found = [post["id"] for post in posts]
        assert set(found) <= selection(viewer, *chosen, taken)
        shown += found
        following = answer.headers.get("Link", "").partition("<")[2].partition(">")[0]
        at = (f"{HOME}?page={number}&page_size=10" if found else "") if by_number else following
        meanwhile.happen()
        assert number < 40
    assert len(shown) == len(set(shown))
    assert start & selection(viewer, *chosen, taken) <= set(shown)
    assert number > 4
