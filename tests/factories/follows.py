"""Follows, blocks, mutes. A target is a person or an organization."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from campus.accounts.models import User
from campus.follows.models import Block, Follow, Mute
from tests.factories.saving import saved

if TYPE_CHECKING:
    from campus.organizations.models import Organization


def make_follow(*, follower: User, target: User | Organization, **columns: Any) -> Follow:
    """An accepted follow, unless `status` says otherwise."""
    return saved(Follow(follower_id=follower.id, **_column(target), **columns))


def make_block(*, blocker: User, blocked: User) -> Block:
    """A block."""
    return saved(Block(blocker_id=blocker.id, blocked_id=blocked.id))


def make_mute(*, muter: User, target: User | Organization) -> Mute:
    """A mute."""
    return saved(Mute(muter_id=muter.id, **_column(target)))


def _column(target: User | Organization) -> dict[str, int]:
    return {"user_id" if isinstance(target, User) else "organization_id": target.id}
