"""What a page of the home feed asks the database: a fixed number of statements, whatever there is to show."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from campus.feed import upkeep
from campus.platform.clock import now
from campus.platform.db import transaction
from tests.factories import make_comment, make_follow, make_like, make_photo, make_post
from tests.feed.pages import get, ids, next_url, shown

if TYPE_CHECKING:
    from collections.abc import Callable

    from campus.accounts.models import User
    from campus.organizations.models import University
    from tests.conftest import Client

WARM_FIRST_PAGE = 4
COLD_FIRST_PAGE = 10
LATER_PAGE = 3
LOOKING_FURTHER = 5


def fill(count: int, author: User, reader: User, owner: University) -> None:
    """Posts with everything a card can have."""
    moment = now()
    with transaction():
        for n in range(count):
            post = make_post(author=author, organization=owner if n % 2 else None, published_at=moment - timedelta(minutes=n))
            make_photo(post=post)
            make_photo(post=post, position=1)
            make_like(post=post, user=reader)
            make_comment(post=post, author=author)
            make_comment(post=post, author=reader)


@pytest.mark.parametrize("delivered", [False, True])
def test_pages_cost_the_same_for_five_posts_and_for_sixty(
    client_as: Callable[[User], Client],
    alice: User,
    bob: User,
    northbridge: University,
    count_queries: Callable[[], Any],
    delivered: bool,  # noqa: FBT001
) -> None:
    make_follow(follower=alice, target=bob)
    reader = client_as(alice)
    get(reader)  # the first request of a process warms what belongs to the process

    def cost(url: str) -> int:
        with count_queries() as statements:
            get(reader, url)
        return len(statements)

    costs = []
    for count in (5, 55):
        fill(count, bob, alice, northbridge)
        if delivered:
            upkeep.rebuild(alice.id, now=now())
        costs.append({"cold": cost("/?page_size=4"), "warm": cost("/?page_size=4"), "size": cost("/?page_size=2")})
    few, many = costs
    assert few["warm"] == many["warm"] == few["size"] == many["size"] <= WARM_FIRST_PAGE
    # Few posts have it look further back, once; that a snapshot has grown stale takes one statement to find out.
    assert max(few["cold"], many["cold"]) <= COLD_FIRST_PAGE


def test_later_pages_cost_three_statements(
    client_as: Callable[[User], Client], alice: User, bob: User, northbridge: University, count_queries: Callable[[], Any]
) -> None:
    fill(60, bob, alice, northbridge)
    reader = client_as(alice)
    at, costs = next_url(get(reader)), []
    while at:
        with count_queries() as statements:
            page = get(reader, at)
        assert len(ids(page)) == 10
        costs.append(len(statements))
        at = next_url(page)
    assert len(costs) == 5
    *usual, further = sorted(costs)
    assert max(usual) <= LATER_PAGE
    assert further <= LATER_PAGE + LOOKING_FURTHER  # the end of a chunk: is there more?


def test_the_poll_for_new_posts_costs_two_statements(
    client_as: Callable[[User], Client], alice: User, count_queries: Callable[[], Any]
) -> None:
    reader = client_as(alice)
    shown(reader)
    with count_queries() as statements:
        assert reader.fragment("/feed/new?since=2026-01-01T00:00:00%2B00:00").status_code == 204
    assert len(statements) <= 2  # who she is, and how many


def test_a_refused_request_costs_one_statement(
    client_as: Callable[[User], Client], alice: User, count_queries: Callable[[], Any]
) -> None:
    reader = client_as(alice)
    with count_queries() as statements:
        assert reader.get("/?page_size=0").status_code == 422
        assert reader.get("/?cursor=x").status_code == 400
    assert len(statements) <= 2
