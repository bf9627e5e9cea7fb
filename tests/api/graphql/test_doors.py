"""Three doors to one feed: page, REST and GraphQL show the same posts in the same order, by numbers and by cursors."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
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
from tests.factories import make_block, make_follow, make_post
from tests.feed.pages import scroll
from tests.feed.worlds import draw

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.api.conftest import Program
    from tests.conftest import Client
    from tests.personas import World

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
    return sum(len(page) for person in people[:asked] for page in read(program(person), client_as(person), person, seed).values())


def read(
    program: Program, browser: Client, person: User, seed: int = 0, *, numbered: bool = True
) -> dict[tuple[Algorithm, Scope], list[int]]:
    """What a person is shown by the page in each order and scope, after the other doors have shown her the same."""
    pages = {}
    for algorithm, scope in product(Algorithm, Scope):
        doors = Doors(browser, program, algorithm, scope)
        page = pages[algorithm, scope] = doors.by_page()
        by_numbers = (doors.by_rest_numbers, doors.by_graphql_offsets) if numbered else ()
        for other in (doors.by_rest_cursors, doors.by_graphql_cursors, *by_numbers):
            assert other() == page, (seed, person.handle, algorithm, scope, other.__name__)
    return pages


def publish(world: World) -> dict[str, int]:
    """What the people of the tests might see: a post of each audience, some liked, and their relations."""
    moment = clock.now()
    alice, bob, charlie = world.alice, world.bob, world.charlie
    make_follow(follower=charlie, target=alice)
    make_follow(follower=bob, target=world.studio)
    make_block(blocker=bob, blocked=charlie)
    made = [
        ("alice, for everybody", make_post(author=alice, published_at=moment - timedelta(hours=9), like_count=4)),
        ("alice, for followers", make_post(author=alice, audience="followers", published_at=moment - timedelta(hours=1))),
        ("alice, for herself", make_post(author=alice, audience="only_me", published_at=moment - timedelta(hours=2))),
        ("bob", make_post(author=bob, published_at=moment - timedelta(days=3), comment_count=9)),
        ("charlie", make_post(author=charlie, published_at=moment - timedelta(days=8), share_count=7)),
        ("eve", make_post(author=world.eve, published_at=moment - timedelta(days=2))),
        ("sam", make_post(author=world.sam, published_at=moment - timedelta(hours=4))),
        ("members", make_post(organization=world.northbridge, audience="organization", published_at=moment - timedelta(days=1))),
        ("physics", make_post(department=world.physics, audience="department", published_at=moment - timedelta(hours=6))),
        ("studio", make_post(organization=world.studio, official=True, published_at=moment - timedelta(days=5))),
    ]
    return {name: post.id for name, post in made}


SEEN = {
    "alice": {
        "alice, for everybody",
        "alice, for followers",
        "alice, for herself",
        "bob",
        "charlie",
        "eve",
        "members",
        "physics",
        "studio",
    },
    "bob": {"alice, for everybody", "bob", "eve", "members", "studio"},
    "charlie": {"alice, for everybody", "alice, for followers", "charlie", "eve", "studio"},
    "dana": {"alice, for everybody", "bob", "charlie", "eve", "members", "physics", "studio"},
    "eve": {"alice, for everybody", "bob", "charlie", "eve", "studio"},
    "root": {"alice, for everybody", "bob", "charlie", "eve", "studio"},
}


def test_the_people_of_the_tests_are_shown_the_same_by_all_doors(
    program: NewProgram, client_as: SignIn, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit_to(monkeypatch, API, 1_000_000)
    posts = publish(world)
    upkeep.build_all(now=clock.now())
    for handle, seen in SEEN.items():
        person = getattr(world, handle)
        pages = read(program(person), client_as(person), person, numbered=False)
        for algorithm in Algorithm:
            assert sorted(pages[algorithm, Scope.ALL]) == sorted(posts[name] for name in seen), (handle, algorithm)
            assert set(pages[algorithm, Scope.FOLLOWING]) <= set(pages[algorithm, Scope.ALL])


def test_a_suspended_person_is_shown_nothing_by_any_door(program: NewProgram, client_as: SignIn, world: World) -> None:
    publish(world)
    doors = program(world.sam)
    assert client_as(world.sam).get("/").status_code == 303
    assert doors.get(REST).status_code == 401
    assert doors.post("/graphql", json={"query": "{ homeFeed { id } }"}).status_code == 401


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
