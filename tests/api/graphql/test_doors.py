"""Three doors to one feed: page, REST and GraphQL show the same posts in the same order, by numbers and by cursors."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

import pytest

from campus.accounts.models import Algorithm, Scope, User
from campus.feed import upkeep
from campus.platform import clock
from campus.platform.db import session
from campus.quotas import API
from tests.api.graphql.asking import ask
from tests.api.limiting import limit_to
from tests.feed.pages import scroll
from tests.feed.worlds import draw

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.api.conftest import Program
    from tests.conftest import Client

    NewProgram = Callable[..., Program]
    SignIn = Callable[[User], Client]

REST = "/api/posts/home_feed/"
SIZE = 7
NUMBERED = "query($o: Int, $a: Algorithm, $s: Scope) { homeFeed(limit: 7, offset: $o, algorithm: $a, scope: $s) { id why } }"
CONNECTED = """query($c: String, $a: Algorithm, $s: Scope) {
  homeFeedConnection(first: 7, after: $c, algorithm: $a, scope: $s) { nodes { id } pageInfo { endCursor } }
}"""


@dataclass
class Doors:
    """Every way one person reads her feed in one order and scope, to its end."""

    browser: Client
    program: Program
    algorithm: Algorithm
    scope: Scope

    def by_page(self) -> list[int]:
        return scroll(self.browser, f"/?algorithm={self.algorithm}&scope={self.scope}&page_size={SIZE}")

    def by_rest_numbers(self) -> list[int]:
        return list(self._rest_numbers())

    def by_rest_cursors(self) -> list[int]:
        found: list[int] = []
        at: str | None = f"{REST}?algorithm={self.algorithm}&scope={self.scope}&page_size={SIZE}"
        while at:
            answer = self.program.get(at)
            found += [one["id"] for one in answer.get_json()]
            link = answer.headers.get("Link", "")
            at = link[1 : link.index(">")] if link else None
        return found

    def by_graphql_offsets(self) -> list[int]:
        found: list[int] = []
        while page := ask(self.program, NUMBERED, o=len(found), a=self.algorithm.name, s=self.scope.name)["homeFeed"]:
            found += [int(one["id"]) for one in page]
        return found

    def by_graphql_cursors(self) -> list[int]:
        found: list[int] = []
        cursor: str | None = None
        while True:
            page = ask(self.program, CONNECTED, c=cursor, a=self.algorithm.name, s=self.scope.name)["homeFeedConnection"]
            found += [int(one["id"]) for one in page["nodes"]]
            if (cursor := page["pageInfo"]["endCursor"]) is None:
                return found

    def _rest_numbers(self) -> Iterator[int]:
        number = 1
        while True:
            asked = {"page": number, "page_size": SIZE, "algorithm": str(self.algorithm), "scope": str(self.scope)}
            page = self.program.get(REST, query_string=asked).get_json()
            if not page:
                return
            yield from (one["id"] for one in page)
            number += 1


def compare(program: NewProgram, client_as: SignIn, seed: int, *, users: int, posts: int, asked: int) -> int:
    """Draw a world, and let some of its people read by every door. Returns how many posts were compared."""
    world = draw(seed, now=clock.now(), users=users, posts=posts)
    upkeep.build_all(now=clock.now())
    people = [one for one in session.query(User).where(User.id.in_(world.users)).order_by(User.id) if one.suspended_at is None]
    compared = 0
    for person in people[:asked]:
        for algorithm, scope in product(Algorithm, Scope):
            doors = Doors(client_as(person), program(person), algorithm, scope)
            page = doors.by_page()
            others = (doors.by_rest_numbers, doors.by_rest_cursors, doors.by_graphql_offsets, doors.by_graphql_cursors)
            for other in others:
                assert other() == page, (seed, person.handle, algorithm, scope, other.__name__)
            compared += len(page)
    return compared


def test_all_doors_show_the_same_posts_in_the_same_order(
    program: NewProgram, client_as: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit_to(monkeypatch, API, 1_000_000)
    assert compare(program, client_as, 41, users=16, posts=90, asked=2) > 150


@pytest.mark.long
@pytest.mark.parametrize("seed", range(5))
def test_all_doors_show_the_same_in_many_worlds(
    program: NewProgram, client_as: SignIn, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    limit_to(monkeypatch, API, 1_000_000)
    assert compare(program, client_as, seed, users=20, posts=200, asked=12) > 2000
