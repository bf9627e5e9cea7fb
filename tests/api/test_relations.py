"""Following, blocking and muting people, for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from campus import quotas
from campus.follows import queries
from campus.follows.models import FollowStatus
from tests.api.limiting import limit_to
from tests.factories import make_block, make_follow, make_user

if TYPE_CHECKING:
    from collections.abc import Callable

    from campus.accounts.models import User
    from tests.conftest import Client

    Programs = Callable[..., Client]

NONE = {"relation": "none", "muted": False, "follows_me": False}
ALL = [
    (method, url)
    for method in ("PUT", "DELETE")
    for url in ("/api/users/{}/follow/", "/api/users/{}/block/", "/api/users/{}/mute/", "/api/me/followers/{}/")
]


def test_a_follow_is_put_and_deleted(program: Programs, alice: User, charlie: User) -> None:
    caller, url = program(alice), "/api/users/charlie/follow/"

    first = caller.put(url)
    assert first.get_json() == NONE | {"relation": "following"}
    assert first.headers["RateLimit-Remaining"] == "199"
    assert caller.put(url).headers["RateLimit-Remaining"] == "199"
    assert queries.standing(alice.id, charlie.id).relation is queries.Relation.FOLLOWING
    assert program(charlie).get("/api/users/alice/").get_json()["follows_me"] is True
    assert caller.delete(url).get_json() == NONE
    assert caller.delete(url).get_json() == NONE


def test_a_locked_account_is_asked_and_accepts(program: Programs, alice: User) -> None:
    shy = make_user(handle="shy", locked=True)
    asking, asked = program(alice), program(shy)

    assert asking.put("/api/users/shy/follow/").get_json()["relation"] == "requested"
    assert [person["handle"] for person in asked.get("/api/me/follow_requests/").get_json()] == ["alice"]
    assert asked.put("/api/me/followers/alice/").get_json() == NONE | {"follows_me": True}
    assert asked.put("/api/me/followers/alice/").status_code == 200
    assert asked.get("/api/me/follow_requests/").get_json() == []
    assert asking.get("/api/users/shy/").get_json()["relation"] == "following"


def test_a_request_is_refused_and_a_follower_let_go(program: Programs, alice: User, bob: User, charlie: User) -> None:
    make_follow(follower=bob, target=alice, status=FollowStatus.REQUESTED)
    make_follow(follower=charlie, target=alice)
    caller = program(alice)

    for handle in ("bob", "charlie", "charlie"):
        assert caller.delete(f"/api/me/followers/{handle}/").get_json() == NONE
    assert caller.get("/api/me/follow_requests/").get_json() == []
    assert caller.get("/api/users/alice/followers/").get_json() == []
    assert caller.put("/api/me/followers/bob/").status_code == 404  # asks no more


def test_requests_come_in_pieces(program: Programs, alice: User) -> None:
    asking = [make_follow(follower=make_user(), target=alice, status=FollowStatus.REQUESTED) for _ in range(3)]
    caller = program(alice)

    first = caller.get("/api/me/follow_requests/?page_size=2")
    second = caller.get(first.headers["Link"].partition(">")[0].removeprefix("<"))
    assert [person["id"] for answer in (first, second) for person in answer.get_json()] == [
        follow.follower_id for follow in reversed(asking)
    ]
    assert "Link" not in second.headers


def test_a_block_ends_follows_in_both_directions(program: Programs, alice: User, charlie: User) -> None:
    make_follow(follower=alice, target=charlie)
    make_follow(follower=charlie, target=alice)
    caller = program(alice)

    assert caller.put("/api/users/charlie/block/").get_json() == NONE | {"relation": "blocked"}
    assert caller.put("/api/users/charlie/follow/").status_code == 403
    assert program(charlie).get("/api/users/alice/").status_code == 404
    assert caller.delete("/api/users/charlie/block/").get_json() == NONE
    assert program(charlie).get("/api/users/alice/").get_json()["relation"] == "none"


def test_a_mute_is_put_and_deleted(program: Programs, alice: User, charlie: User) -> None:
    caller, url = program(alice), "/api/users/charlie/mute/"

    assert caller.put(url).get_json() == NONE | {"muted": True}
    assert caller.put(url).get_json() == NONE | {"muted": True}
    assert caller.delete(url).get_json() == NONE


@pytest.mark.parametrize("what", ["follow", "block", "mute"])
def test_not_oneself(program: Programs, alice: User, what: str) -> None:
    answer = program(alice).put(f"/api/users/alice/{what}/")

    assert answer.status_code == 422
    assert "yourself" in answer.get_json()["detail"]


@pytest.mark.parametrize(("method", "url"), ALL)
def test_the_suspended_the_blocking_and_the_missing_are_the_same(
    program: Programs, alice: User, bob: User, sam: User, method: str, url: str
) -> None:
    make_block(blocker=bob, blocked=alice)
    caller = program(alice)

    answers = [caller.open(url.format(handle), method=method) for handle in ("bob", "sam", "nobody_at_all", "Ünknown")]
    assert [answer.status_code for answer in answers] == [404] * 4
    assert len({answer.get_json()["detail"] for answer in answers}) == 1


def test_a_full_quota_of_follows(program: Programs, alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    limit_to(monkeypatch, quotas.FOLLOWS, 1)
    caller, others = program(alice), [make_user(), make_user()]

    assert caller.put(f"/api/users/{others[0].handle}/follow/").status_code == 200
    assert caller.put(f"/api/users/{others[1].handle}/follow/").status_code == 429
    assert queries.standing(alice.id, others[1].id).relation is queries.Relation.NONE
