from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from campus import quotas
from campus.accounts.models import User
from campus.follows import actions, queries
from campus.follows.models import Block, Follow, FollowStatus
from campus.organizations.queries import OrganizationNotFound
from campus.platform import limits, outbox
from campus.platform.clock import now
from campus.platform.db import session, transaction
from campus.platform.errors import Invalid
from tests.factories import make_block, make_follow, make_user

if TYPE_CHECKING:
    from flask import Flask

    from campus.organizations.models import University


def versions(*users: User) -> list[int]:
    return [session.scalars(select(User.permission_version).where(User.id == user.id)).one() for user in users]


def jobs() -> dict[str, dict[str, int]]:
    return {job.key: job.payload for job in outbox.listing(states=[outbox.JobState.READY]) if job.kind == "sync_source"}


def test_following_a_person_counts_at_once(alice: User, charlie: User) -> None:
    mine, theirs = versions(alice, charlie)

    assert actions.follow(viewer_id=alice.id, user_id=charlie.id, now=now()) is FollowStatus.ACCEPTED

    assert queries.standing(alice.id, charlie.id).relation is queries.Relation.FOLLOWING
    assert versions(alice, charlie) == [mine + 1, theirs]
    assert jobs() == {f"{alice.id}:u{charlie.id}": {"user_id": alice.id, "author_id": charlie.id}}
    assert limits.usage(quotas.FOLLOWS, alice.id, now=now()).used == 1


def test_following_twice_is_free(alice: User, charlie: User) -> None:
    for _ in range(3):
        actions.follow(viewer_id=alice.id, user_id=charlie.id, now=now())

    assert queries.follower_count(user_id=charlie.id) == 1
    assert limits.usage(quotas.FOLLOWS, alice.id, now=now()).used == 1


def test_following_an_organization(charlie: User, northbridge: University) -> None:
    assert actions.follow(viewer_id=charlie.id, organization_id=northbridge.id, now=now()) is FollowStatus.ACCEPTED

    assert queries.follows_organization(charlie.id, northbridge.id)
    assert jobs() == {f"{charlie.id}:o{northbridge.id}": {"user_id": charlie.id, "organization_id": northbridge.id}}
    actions.unfollow(viewer_id=charlie.id, organization_id=northbridge.id)
    assert not queries.follows_organization(charlie.id, northbridge.id)
    with pytest.raises(OrganizationNotFound):
        actions.follow(viewer_id=charlie.id, organization_id=999_999, now=now())


def test_a_locked_account_is_asked_and_answers(alice: User) -> None:
    shy = make_user(locked=True)
    before = versions(alice)

    assert actions.follow(viewer_id=alice.id, user_id=shy.id, now=now()) is FollowStatus.REQUESTED
    assert queries.follower_count(user_id=shy.id) == 0
    assert (versions(alice), jobs()) == (before, {})
    asking, _ = queries.followers(shy.id, shy.id, status=FollowStatus.REQUESTED)
    assert [person.id for person in asking] == [alice.id]

    actions.accept(viewer_id=shy.id, follower_id=alice.id)
    assert queries.standing(alice.id, shy.id).relation is queries.Relation.FOLLOWING
    assert versions(alice) == [before[0] + 1]
    assert actions.follow(viewer_id=alice.id, user_id=shy.id, now=now()) is FollowStatus.ACCEPTED


def test_a_request_can_be_refused(alice: User) -> None:
    shy = make_user(locked=True)
    actions.follow(viewer_id=alice.id, user_id=shy.id, now=now())

    actions.reject(viewer_id=shy.id, follower_id=alice.id)
    assert queries.standing(alice.id, shy.id).relation is queries.Relation.NONE
    with pytest.raises(queries.PersonNotFound):
        actions.accept(viewer_id=shy.id, follower_id=alice.id)


def test_nobody_accepts_in_anothers_name(alice: User, bob: User) -> None:
    shy = make_user(locked=True)
    actions.follow(viewer_id=alice.id, user_id=shy.id, now=now())

    with pytest.raises(queries.PersonNotFound):
        actions.accept(viewer_id=bob.id, follower_id=alice.id)
    with pytest.raises(queries.PersonNotFound):
        actions.accept(viewer_id=alice.id, follower_id=shy.id)
    assert queries.standing(alice.id, shy.id).relation is queries.Relation.REQUESTED


def test_unfollowing_ends_it_once(alice: User, charlie: User) -> None:
    make_follow(follower=alice, target=charlie)
    before = versions(alice)

    for _ in range(2):
        actions.unfollow(viewer_id=alice.id, user_id=charlie.id)
    assert versions(alice) == [before[0] + 1]
    assert list(jobs()) == [f"{alice.id}:u{charlie.id}"]


def test_nobody_follows_herself_or_whom_there_is_not(alice: User, bob: User, sam: User) -> None:
    with pytest.raises(Invalid):
        actions.follow(viewer_id=alice.id, user_id=alice.id, now=now())
    make_block(blocker=bob, blocked=alice)
    for user_id in (999_999, sam.id, bob.id):
        with pytest.raises(queries.PersonNotFound):
            actions.follow(viewer_id=alice.id, user_id=user_id, now=now())
    with pytest.raises(actions.Blocked):
        actions.follow(viewer_id=bob.id, user_id=alice.id, now=now())
    assert limits.usage(quotas.FOLLOWS, alice.id, now=now()).used == 0


def test_a_block_ends_follows_both_ways_and_is_seen_by_both(alice: User, bob: User) -> None:
    make_follow(follower=alice, target=bob)
    make_follow(follower=bob, target=alice)
    before = versions(alice, bob)

    for _ in range(2):
        actions.block(viewer_id=alice.id, user_id=bob.id, now=now())

    assert (queries.following_count(alice.id), queries.following_count(bob.id)) == (0, 0)
    assert queries.is_blocked(bob.id, alice.id)
    assert queries.standing(alice.id, bob.id).relation is queries.Relation.BLOCKED
    assert queries.standing(bob.id, alice.id).blocked_by
    assert versions(alice, bob) == [number + 1 for number in before]
    assert set(jobs()) == {f"{alice.id}:u{bob.id}", f"{bob.id}:u{alice.id}"}

    actions.unblock(viewer_id=alice.id, user_id=bob.id)
    assert not queries.is_blocked(alice.id, bob.id)
    assert versions(alice, bob) == [number + 2 for number in before]


def test_nobody_blocks_herself(alice: User) -> None:
    with pytest.raises(Invalid):
        actions.block(viewer_id=alice.id, user_id=alice.id, now=now())
    with pytest.raises(queries.PersonNotFound):
        actions.block(viewer_id=alice.id, user_id=999_999, now=now())


def test_muting_is_the_muters_alone(alice: User, bob: User, northbridge: University) -> None:
    mine, theirs = versions(alice, bob)

    for _ in range(2):
        actions.mute(viewer_id=alice.id, user_id=bob.id, now=now())
        actions.mute(viewer_id=alice.id, organization_id=northbridge.id, now=now())
    assert queries.standing(alice.id, bob.id).muted
    assert queries.has_muted_organization(alice.id, northbridge.id)
    assert versions(alice, bob) == [mine + 2, theirs]

    actions.unmute(viewer_id=alice.id, user_id=bob.id)
    actions.unmute(viewer_id=alice.id, organization_id=northbridge.id)
    assert not queries.standing(alice.id, bob.id).muted
    assert versions(alice, bob) == [mine + 4, theirs]
    with pytest.raises(Invalid):
        actions.mute(viewer_id=alice.id, user_id=alice.id, now=now())


def test_no_follow_outlives_a_block(app: Flask) -> None:
    pairs = [(make_user(), make_user()) for _ in range(8)]

    def follow(pair: tuple[User, User]) -> None:
        with app.app_context():
            try:
                actions.follow(viewer_id=pair[0].id, user_id=pair[1].id, now=now())
            except queries.PersonNotFound:
                return

    def block(pair: tuple[User, User]) -> None:
        with app.app_context():
            actions.block(viewer_id=pair[1].id, user_id=pair[0].id, now=now())

    with ThreadPoolExecutor(8) as pool:
        for pair in pairs:
            pool.submit(follow, pair)
            pool.submit(block, pair)
    assert session.scalar(select(func.count()).select_from(Block)) == 8
    assert session.scalar(select(func.count()).select_from(Follow)) == 0


def test_thirty_two_threads_follow_no_more_than_the_quota(app: Flask, charlie: User) -> None:
    limit = quotas.FOLLOWS.limit
    limits_left = 5
    with transaction():
        limits.spend(quotas.FOLLOWS, charlie.id, now=now(), amount=limit - limits_left)
    targets = [make_user() for _ in range(32)]

    def follow(target: User) -> bool:
        with app.app_context():
            try:
                actions.follow(viewer_id=charlie.id, user_id=target.id, now=now())
            except limits.QuotaExceeded:
                return False
            return True

    with ThreadPoolExecutor(32) as pool:
        assert sum(pool.map(follow, targets)) == limits_left
    assert queries.following_count(charlie.id) == limits_left
