"""The switchboard of measures: which part of which thing each action changes, to what, and which verb below does it.

A changer takes the thing, the value wanted, and, when something is put back, the value expected; it returns the value before, or
None when it changed nothing (the thing is gone, or is different by now). Values are small JSON objects.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from campus.accounts import actions as accounts
from campus.accounts.models import User
from campus.interactions import measures as comments
from campus.moderation.kinds import ERASED_AFTER, Action, Target, TargetKind
from campus.organizations.actions import NotAMember
from campus.organizations.actions import measures as memberships
from campus.organizations.models import MembershipStatus
from campus.organizations.queries import membership
from campus.platform.db import session
from campus.posts import measures as posts
from campus.posts.drafts import fitting_audiences
from campus.posts.models import Audience, Photo, Post

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from campus.moderation.kinds import Measure
    from campus.moderation.models import Case

    Value = Mapping[str, Any]

STATE, COMMENT, PHOTO = "state", "comment", "photo"
AUDIENCE, COMMENTS, PAUSE = "audience", "comments", "pause"
SUSPENSION, MEMBERSHIP, STRIKE = "suspension", "membership", "strike"
REMOVED = {"status": str(MembershipStatus.REMOVED)}


@dataclass(frozen=True, slots=True)
class Change:
    """One part of one thing is to become something, perhaps until a moment."""

    action: Action
    target: Target
    part: str
    to: Value
    organization_id: int | None
    ends_at: datetime | None = None


def changes(case: Case, measure: Measure, *, now: datetime) -> list[Change]:
    """What a measure changes. The draft has been checked: whatever it needs is there."""
    if measure.action in {Action.HIDE, Action.HOLD, Action.DELETE}:
        return [_hiding(case, measure.action, now)]
    if measure.action in {Action.REMOVE_PHOTO, Action.NARROW, Action.LOCK_COMMENTS}:
        return _on_post(case, measure)
    return [_on_person(case, measure, now)]


def _on_post(case: Case, measure: Measure) -> list[Change]:
    act, thing, where = measure.action, _thing(case), case.organization_id
    if act is Action.NARROW:
        return [Change(act, thing, AUDIENCE, {"audience": str(narrower(case, measure.audience)), "narrowed": True}, where)]
    if act is Action.LOCK_COMMENTS:
        return [Change(act, thing, COMMENTS, {"locked": True}, where)]
    photos = [Target(TargetKind.PHOTO, photo_id) for photo_id in photo_ids(case, measure.photos)]
    return [Change(act, photo, PHOTO, {"state": "hidden"}, where) for photo in photos]


def _on_person(case: Case, measure: Measure, now: datetime) -> Change:
    """On the author; a warning to an organization stays with it."""
    act, person = measure.action, Target(TargetKind.USER, case.author_id) if case.author_id is not None else case.target
    end = now + timedelta(days=measure.days) if measure.days else None
    if act is Action.PAUSE and end is not None:
        return Change(act, person, PAUSE, {"until": _later(case.author_id, end)}, None, end)
    if act is Action.SUSPEND:
        return Change(act, person, SUSPENSION, {"suspended": True}, None, end)
    if act is Action.REMOVE_MEMBER:
        return Change(act, person, MEMBERSHIP, REMOVED, case.organization_id)
    return Change(act, person, STRIKE, {}, case.organization_id)


def change(wanted: Change, *, expected: Value | None, now: datetime) -> Value | None:
    """Make the change. The value before, or None when nothing was changed."""
    return _CHANGERS[wanted.part](wanted.target, wanted.to, expected, wanted.organization_id, now)


def erase(target: Target, *, now: datetime) -> bool:
    """Erase a post or a comment that was hidden for that. False if it was gone already."""
    return posts.erase(target.id, now=now) if target.kind is TargetKind.POST else comments.erase(target.id, now=now)


def photo_ids(case: Case, positions: tuple[int, ...]) -> list[int]:
    """The photos at these positions of the post; none named, the photo the case is about."""
    if case.target_kind is TargetKind.PHOTO and not positions:
        return [case.target_id]
    here = select(Photo.id).where(Photo.post_id == case.post_id, Photo.position.in_(positions))
    return list(session.scalars(here.order_by(Photo.position)))


def narrower(case: Case, wanted: Audience | None) -> Audience:
    """The audience a post is narrowed to: what is wanted, or the next narrower; never a wider one than it has."""
    post = session.get_one(Post, case.post_id)
    fitting = fitting_audiences(
        in_organization=post.organization_id is not None, in_department=post.department_id is not None, official=post.official
    )
    place = fitting.index(post.audience)
    if wanted is None:
        return fitting[min(place + 1, len(fitting) - 1)]
    return wanted if wanted in fitting[place:] else post.audience


def _thing(case: Case) -> Target:
    """The post that measures on posts change, whatever the case is about."""
    return Target(TargetKind.POST, case.post_id) if case.post_id is not None else case.target


def _hiding(case: Case, action: Action, now: datetime) -> Change:
    """A hold hides what was reported; hiding and deleting a photo's case means its post, a comment's the comment."""
    ends = now + ERASED_AFTER if action is Action.DELETE else None
    if case.target_kind is TargetKind.COMMENT:
        return Change(action, case.target, COMMENT, {"hidden": True}, case.organization_id, ends)
    if case.target_kind is TargetKind.PHOTO and action is Action.HOLD:
        return Change(action, case.target, PHOTO, {"state": "hidden"}, case.organization_id)
    state = "held" if action is Action.HOLD else "hidden"
    return Change(action, _thing(case), STATE, {"state": state}, case.organization_id, ends)


def _later(user_id: int | None, until: datetime) -> str:
    """A longer pause that stands already is not made shorter."""
    standing = session.scalar(select(User.posting_paused_until).where(User.id == user_id))
    return max(until, standing or until).isoformat()


def _membership(target: Target, to: Value, expected: Value | None, organization_id: int | None, _now: datetime) -> Value | None:
    assert organization_id is not None  # noqa: S101 - a membership is in an organization
    hers = {"organization_id": organization_id, "user_id": target.id}
    row = membership(organization_id, target.id)
    if row is None or (expected is not None and row.status is MembershipStatus.ACTIVE):
        return None
    if to == REMOVED:
        try:
            return memberships.put_out(**hers)
        except NotAMember:
            return REMOVED if row.status is MembershipStatus.REMOVED else None
    return REMOVED if memberships.let_in_again(**hers, before=to) else None


def _suspension(target: Target, to: Value, expected: Value | None, _organization_id: int | None, now: datetime) -> Value | None:
    person = session.get(User, target.id, with_for_update=True, populate_existing=True)
    if person is None:
        return None
    before = {"suspended": person.suspended_at is not None}
    if expected is not None and expected["suspended"] != before["suspended"]:
        return None
    if to["suspended"]:
        accounts.suspend(target.id, now=now)
    else:
        accounts.reinstate(target.id)
    return before


_CHANGERS: dict[str, Callable[[Target, Value, Value | None, int | None, datetime], Value | None]] = {
    STATE: lambda target, to, expected, _organization, now: posts.set_state(target.id, to, expected=expected, now=now),
    AUDIENCE: lambda target, to, expected, _organization, now: posts.set_audience(target.id, to, expected=expected, now=now),
    COMMENTS: lambda target, to, expected, _organization, now: posts.set_comments_locked(
        target.id, to, expected=expected, now=now
    ),
    PHOTO: lambda target, to, expected, _organization, now: posts.set_photo(target.id, to, expected=expected, now=now),
    COMMENT: lambda target, to, expected, _organization, now: comments.set_hidden(target.id, to, expected=expected, now=now),
    PAUSE: lambda target, to, expected, _organization, _now: accounts.set_pause(target.id, to, expected=expected),
    SUSPENSION: _suspension,
    MEMBERSHIP: _membership,
    STRIKE: lambda _target, _to, _expected, _organization, _now: {},
}
