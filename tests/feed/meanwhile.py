"""What happens on a campus between two pages of one reader."""

from __future__ import annotations

import math
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, insert, select, update

from campus.follows.actions import block, mute, unfollow
from campus.follows.models import Follow
from campus.organizations.actions import remove_member
from campus.organizations.models import OrganizationMembership
from campus.organizations.queries import active
from campus.platform import redis
from campus.platform.clock import now
from campus.platform.db import session, transaction
from campus.platform.errors import CampusError
from campus.posts.models import Post, PostState
from tests.feed.definition import Definition

if TYPE_CHECKING:
    import random
    from collections.abc import Callable
    from datetime import datetime

    from tests.feed.worlds import Drawn

    Act = Callable[[], object]


@dataclass
class Meanwhile:
    """What happens between two pages. Nothing comes back that was gone, so that "stayed visible" is seen at both ends."""

    dice: random.Random
    world: Drawn
    viewer: int

    def happen(self) -> None:
        self.publish()
        self.like()
        changes: list[Act] = [self.delete, self.withdraw_and_narrow, self.depart, self.fall_out]
        troubles: list[Act] = [self.flush_redis, self.lose_redis, redis.forget_failure]
        self.dice.choice(changes)()
        self.dice.choice(troubles)()

    def some(self, count: int) -> list[int]:
        return self.dice.sample(self.world.posts, count)

    def publish(self) -> None:
        authors = self.dice.sample(self.world.users, 3)
        with transaction():
            rows = [{"author_id": each, "audience": "public", "state": "published", "published_at": now()} for each in authors]
            session.execute(insert(Post), rows)

    def like(self) -> None:
        self._change(self.some(40), like_count=Post.like_count + self.dice.randrange(200))

    def delete(self) -> None:
        self._change(self.some(5), state=PostState.DELETED)

    def withdraw_and_narrow(self) -> None:
        self._change(self.some(4), state=PostState.WITHDRAWN)
        self._change(self.some(4), audience="only_me")

    def depart(self) -> None:
        membership = select(OrganizationMembership.organization_id).where(OrganizationMembership.user_id == self.viewer, active())
        organization = session.scalar(membership.order_by(func.random()).limit(1))
        if organization is None:
            return
        with suppress(CampusError):  # the last owner stays
            remove_member(organization_id=organization, user_id=self.viewer)

    def fall_out(self) -> None:
        followed = select(Follow.user_id).where(Follow.follower_id == self.viewer, Follow.user_id.is_not(None))
        other = session.scalar(followed.order_by(func.random()).limit(1))
        if other is None:
            return
        with suppress(CampusError):  # suspended, or blocked already
            acts: list[Act] = [
                lambda: unfollow(viewer_id=self.viewer, user_id=other),
                lambda: mute(viewer_id=self.viewer, user_id=other, now=now()),
                lambda: block(viewer_id=self.viewer, user_id=other, now=now()),
            ]
            self.dice.choice(acts)()

    def flush_redis(self) -> None:
        redis.quietly(lambda client: client.flushdb(), None)

    def lose_redis(self) -> None:
        redis._Breaker.closed_until = math.inf

    def _change(self, posts: list[int], **values: object) -> None:
        with transaction():
            session.execute(update(Post).where(Post.id.in_(posts)).values(values))


def selection(viewer: int, algorithm: str, scope: str, at: datetime) -> set[int]:
    session.expire_all()
    return set(Definition.load(at).feed(viewer, algorithm, scope))


def most_related(world: Drawn) -> int:
    """Somebody with a long feed in either scope, who is not suspended."""
    definition = Definition.load(now())
    lengths = {
        user: len(definition.feed(user, "chronological", "following")) for user in world.users if user not in definition.suspended
    }
    return max(lengths, key=lambda user: lengths[user])
