"""What people do with each other: follow, block, mute.

Each change counts up the `permission_version` of everybody whose feed or sight it changes, and records `sync_source` for her and
the other: the job that makes her entries from that source match what is true now.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from campus import quotas
from campus.accounts.actions import bump_permissions
from campus.accounts.models import User
from campus.follows import queries
from campus.follows.models import Block, Follow, FollowStatus, Mute
from campus.follows.queries import PersonNotFound
from campus.organizations.models import Organization
from campus.organizations.queries import OrganizationNotFound
from campus.platform import limits, outbox
from campus.platform.db import session, transaction
from campus.platform.errors import Forbidden, Invalid

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import ColumnElement

TELL_OF_FOLLOW = "tell_of_follow"  # handled by the notifications
_UNSYNCED = {"synchronize_session": False}


class Blocked(Forbidden):
    """The viewer has blocked this person herself."""

    title = "You have blocked this person"


def follow(*, viewer_id: int, user_id: int | None = None, organization_id: int | None = None, now: datetime) -> FollowStatus:
    """Follow a person or an organization; following twice is following once, and costs nothing.

    Returns ACCEPTED, or REQUESTED when the account is locked and has not accepted yet.

    Raises:
        PersonNotFound, OrganizationNotFound: there is no such target for her.
        Blocked: she has blocked this person.
        Invalid: one cannot follow oneself.
        QuotaExceeded: she has followed enough today.
    """
    with transaction():
        status = FollowStatus.ACCEPTED
        if user_id is not None:
            _lock_pair(viewer_id, user_id)
            status = _welcome(viewer_id, user_id)
        elif organization_id is not None:
            _require_organization(organization_id)
        row = insert(Follow).values(
            follower_id=viewer_id, user_id=user_id, organization_id=organization_id, status=status, created_at=now
        )
        made = session.scalar(row.on_conflict_do_nothing().returning(Follow.id))
        if made is None:
            return session.scalar(select(Follow.status).where(*_between(viewer_id, user_id, organization_id))) or status
        limits.spend(quotas.FOLLOWS, viewer_id, now=now)
        _tell(viewer_id, user_id)
        if status is FollowStatus.ACCEPTED:
            _changed(viewer_id, user_id=user_id, organization_id=organization_id)
        return status


def unfollow(*, viewer_id: int, user_id: int | None = None, organization_id: int | None = None) -> None:
    """Stop following, or take a request back; not following is no error."""
    with transaction():
        gone = delete(Follow).where(*_between(viewer_id, user_id, organization_id)).returning(Follow.id)
        if session.scalar(gone, execution_options=_UNSYNCED) is not None:
            _tell(viewer_id, user_id)
            _changed(viewer_id, user_id=user_id, organization_id=organization_id)


def accept(*, viewer_id: int, follower_id: int) -> None:
    """Let somebody who asked follow the viewer; accepting twice is accepting once.

    Raises:
        PersonNotFound: this person does not ask to follow her, or no more.
    """
    asked = update(Follow).where(*_between(follower_id, viewer_id, None), Follow.status == FollowStatus.REQUESTED)
    with transaction():
        accepted = asked.values(status=FollowStatus.ACCEPTED).returning(Follow.id)
        if session.scalar(accepted, execution_options=_UNSYNCED) is not None:
            _tell(follower_id, viewer_id, accepted=True)
            _changed(follower_id, user_id=viewer_id)
        elif session.scalar(select(Follow.id).where(*_between(follower_id, viewer_id, None))) is None:
            raise PersonNotFound("This person does not ask to follow you any more.")


def reject(*, viewer_id: int, follower_id: int) -> None:
    """Refuse a request to follow the viewer, or let go of a follower; the other is not told."""
    unfollow(viewer_id=follower_id, user_id=viewer_id)


def block(*, viewer_id: int, user_id: int, now: datetime) -> None:
    """Have nothing to do with a person any more: follows in both directions end, neither sees what the other signs.

    Raises:
        PersonNotFound: there is nobody with this id.
        Invalid: one cannot block oneself.
    """
    with transaction():
        if viewer_id == user_id:
            raise Invalid("You cannot block yourself.")
        if session.get(User, user_id) is None:
            raise PersonNotFound
        _lock_pair(viewer_id, user_id)
        row = insert(Block).values(blocker_id=viewer_id, blocked_id=user_id, created_at=now)
        made = session.scalar(row.on_conflict_do_nothing().returning(Block.blocker_id))
        if made is None:
            return
        both = or_(_one_way(viewer_id, user_id), _one_way(user_id, viewer_id))
        session.execute(delete(Follow).where(both), execution_options=_UNSYNCED)
        _both_changed(viewer_id, user_id)


def unblock(*, viewer_id: int, user_id: int) -> None:
    """Take a block back. Follows do not come back by themselves."""
    with transaction():
        _lock_pair(viewer_id, user_id)
        gone = delete(Block).where(Block.blocker_id == viewer_id, Block.blocked_id == user_id).returning(Block.blocker_id)
        if session.scalar(gone, execution_options=_UNSYNCED) is not None:
            _both_changed(viewer_id, user_id)


def mute(*, viewer_id: int, user_id: int | None = None, organization_id: int | None = None, now: datetime) -> None:
    """Keep a person or an organization out of the home feed; nobody else notices.

    Raises:
        PersonNotFound, OrganizationNotFound: there is no such target for her.
        Invalid: one cannot mute oneself.
    """
    with transaction():
        if user_id is not None:
            _require_person(viewer_id, user_id, verb="mute")
        elif organization_id is not None:
            _require_organization(organization_id)
        row = insert(Mute).values(muter_id=viewer_id, user_id=user_id, organization_id=organization_id, created_at=now)
        if session.scalar(row.on_conflict_do_nothing().returning(Mute.id)) is not None:
            _changed(viewer_id, user_id=user_id, organization_id=organization_id)


def unmute(*, viewer_id: int, user_id: int | None = None, organization_id: int | None = None) -> None:
    """Let a person or an organization back into the home feed."""
    target = Mute.user_id == user_id if user_id is not None else Mute.organization_id == organization_id
    with transaction():
        gone = delete(Mute).where(Mute.muter_id == viewer_id, target).returning(Mute.id)
        if session.scalar(gone, execution_options=_UNSYNCED) is not None:
            _changed(viewer_id, user_id=user_id, organization_id=organization_id)


def _welcome(viewer_id: int, user_id: int) -> FollowStatus:
    """What a follow of this person begins as."""
    person = _require_person(viewer_id, user_id, verb="follow")
    if queries.standing(viewer_id, user_id).relation is queries.Relation.BLOCKED:
        raise Blocked(f"You have blocked {person.name}. Unblock first.")
    return FollowStatus.REQUESTED if person.locked else FollowStatus.ACCEPTED


def _require_person(viewer_id: int, user_id: int, *, verb: str) -> User:
    if viewer_id == user_id:
        raise Invalid(f"You cannot {verb} yourself.")
    person = session.get(User, user_id, populate_existing=True)
    if person is None or not person.present or queries.standing(viewer_id, user_id).blocked_by:
        raise PersonNotFound
    return person


def _require_organization(organization_id: int) -> None:
    if session.get(Organization, organization_id) is None:
        raise OrganizationNotFound


def _lock_pair(one: int, other: int) -> None:
    """Let nobody follow or block between these two until the transaction ends: a block must not miss a follow on its way."""
    pair = func.hashtextextended(f"{min(one, other)}:{max(one, other)}", 0)
    session.execute(select(func.pg_advisory_xact_lock(pair)))


def _between(follower_id: int, user_id: int | None, organization_id: int | None) -> tuple[ColumnElement[bool], ...]:
    target = Follow.user_id == user_id if user_id is not None else Follow.organization_id == organization_id
    return Follow.follower_id == follower_id, target


def _one_way(follower_id: int, user_id: int) -> ColumnElement[bool]:
    return (Follow.follower_id == follower_id) & (Follow.user_id == user_id)


def _both_changed(one: int, other: int) -> None:
    bump_permissions(one, other)
    for user_id, author_id in sorted(((one, other), (other, one))):
        _sync(user_id, author_id)


def _changed(viewer_id: int, *, user_id: int | None = None, organization_id: int | None = None) -> None:
    """The viewer's relation to this source is another now."""
    bump_permissions(viewer_id)
    if user_id is not None:
        _sync(viewer_id, user_id)
    else:
        payload = {"user_id": viewer_id, "organization_id": organization_id}
        outbox.record("sync_source", f"{viewer_id}:o{organization_id}", payload)


def _tell(follower_id: int, user_id: int | None, *, accepted: bool = False) -> None:
    """Have whom it concerns told what became of a follow; those of organizations concern nobody."""
    if user_id is not None:
        payload = {"follower_id": follower_id, "user_id": user_id, "accepted": accepted}
        outbox.record(TELL_OF_FOLLOW, f"{follower_id}:{user_id}", payload)


def _sync(user_id: int, author_id: int) -> None:
    outbox.record("sync_source", f"{user_id}:u{author_id}", {"user_id": user_id, "author_id": author_id})
