"""The switchboard of measures: which part of which thing each action changes, to what, and which verb below does it.

A changer takes the thing, the value wanted, and, when something is put back, the value expected; it returns the value before, or
None when it changed nothing (the thing is gone, or is different by now). Values are small JSON objects. Where others can come to
the same value by themselves, it names the moment: somebody who is suspended again was not suspended by that decision.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from campus.accounts import actions as accounts
from campus.accounts.models import User
from campus.interactions import measures as comments
from campus.moderation.kinds import ERASED_AFTER, Action, Target, TargetKind
from campus.organizations import actions as organizations
from campus.organizations.actions import NotAMember
from campus.organizations.actions import measures as memberships
from campus.organizations.models import MembershipStatus, PostingPause
from campus.organizations.queries import membership
from campus.platform.db import session
from campus.posts import measures as posts
from campus.posts.drafts import fitting_audiences
from campus.posts.models import Audience, Photo, Post

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from campus.moderation.kinds import Measure
    from campus.moderation.models import Case
    from campus.organizations.models import OrganizationMembership

    Value = Mapping[str, Any]

STATE, COMMENT, PHOTO = "state", "comment", "photo"
AUDIENCE, COMMENTS = "audience", "comments"
PAUSE, PAUSE_HERE, SUSPENSION, MEMBERSHIP, STRIKE = "pause", "pause_here", "suspension", "membership", "strike"
IN_ORGANIZATIONS = frozenset({PAUSE_HERE, MEMBERSHIP})  # parts that a person has once in each
MOMENTS = frozenset({"at", "ended_at", "until"})
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
    photos = [Target(TargetKind.PHOTO, photo_id) for photo_id in photo_places(case, measure.photos)]
    return [Change(act, photo, PHOTO, {"state": "hidden"}, where) for photo in photos]


def _on_person(case: Case, measure: Measure, now: datetime) -> Change:
    """On the author; a warning to an organization stays with it."""
    act, person = measure.action, Target(TargetKind.USER, case.author_id) if case.author_id is not None else case.target
    end = now + timedelta(days=measure.days) if measure.days else None
    if act is Action.PAUSE and end is not None:
        return Change(act, person, PAUSE, {"until": _later(_standing_pause(person.id), end)}, None, end)
    if act is Action.PAUSE_HERE and end is not None and case.organization_id is not None:
        standing = _standing_pause(person.id, case.organization_id)
        return Change(act, person, PAUSE_HERE, {"until": _later(standing, end)}, case.organization_id, end)
    if act is Action.SUSPEND:
        return Change(act, person, SUSPENSION, {"suspended": True}, None, end)
    if act is Action.REMOVE_MEMBER:
        return Change(act, person, MEMBERSHIP, REMOVED, case.organization_id)
    return Change(act, person, STRIKE, {}, case.organization_id)


def change(wanted: Change, *, expected: Value | None, now: datetime) -> Value | None:
    """Make the change. The value before, or None when nothing was changed."""
    return _CHANGERS[wanted.part](wanted.target, wanted.to, expected, wanted.organization_id, now)


def made(wanted: Change) -> Value:
    """What the change made of the thing, to be expected when it is taken back."""
    if wanted.part == SUSPENSION:
        return _suspended(wanted.target.id)
    if wanted.part == MEMBERSHIP and wanted.organization_id is not None:
        return _put_out(membership(wanted.organization_id, wanted.target.id))
    return wanted.to


def without(part: str, *, before: Value, after: Value, above: Value) -> tuple[Value, bool]:
    """What lies below a later change when this one is taken out from under it; and whether that is all of it.

    The later one found `above`. If it did not find what this one had made, others acted between the two, and that stays.
    """
    if all(_same(name, value, above[name]) for name, value in after.items() if name in above):
        return before, True
    if part == AUDIENCE:  # that its author cannot widen it ends with the last measure
        return {**above, "narrowed": before["narrowed"]}, False
    return above, False


def erase(target: Target, *, now: datetime) -> bool:
    """Erase a post or a comment that was hidden for that. False if it was gone already."""
    return posts.erase(target.id, now=now) if target.kind is TargetKind.POST else comments.erase(target.id, now=now)


def photo_places(case: Case, photos: tuple[int, ...]) -> dict[int, int]:
    """Those of these photos that the post still has, and where each is now; none named, the photo the case is about."""
    if case.target_kind is TargetKind.PHOTO and not photos:
        photos = (case.target_id,)
    here = select(Photo.id, Photo.position).where(Photo.post_id == case.post_id, Photo.id.in_(photos))
    return {row.id: row.position for row in session.execute(here.order_by(Photo.position))}


def narrower(case: Case, wanted: Audience | None) -> Audience:
    """The audience a post that is there is narrowed to: what is wanted, or the next narrower; never a wider one than it has."""
    post = session.get_one(Post, case.post_id, populate_existing=True)
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


def _standing_pause(user_id: int, organization_id: int | None = None) -> datetime | None:
    """Until when she is paused already, on the whole site or there."""
    everywhere = select(User.posting_paused_until).where(User.id == user_id)
    here = select(PostingPause.until).where(PostingPause.organization_id == organization_id, PostingPause.user_id == user_id)
    return session.scalar(everywhere if organization_id is None else here)


def _later(standing: datetime | None, until: datetime) -> str:
    """A longer pause that stands already is not made shorter."""
    return max(until, standing or until).isoformat()


def _pause_here(target: Target, to: Value, expected: Value | None, organization_id: int | None, _now: datetime) -> Value | None:
    assert organization_id is not None  # noqa: S101 - this pause is in an organization
    return organizations.set_pause_in(organization_id=organization_id, user_id=target.id, to=to, expected=expected)


def _membership(target: Target, to: Value, expected: Value | None, organization_id: int | None, _now: datetime) -> Value | None:
    assert organization_id is not None  # noqa: S101 - a membership is in an organization
    hers = {"organization_id": organization_id, "user_id": target.id}
    row = membership(organization_id, target.id)
    if row is None:
        return None
    if expected is not None:
        ended = expected.get("ended_at", _text(row.ended_at))
        back = to["status"] == REMOVED["status"] or memberships.let_in_again(**hers, before=to, ended_at=_moment(ended))
        return expected if back else None
    try:
        return memberships.put_out(**hers)
    except NotAMember:
        return _put_out(row) if row.status is MembershipStatus.REMOVED else None


def _suspension(target: Target, to: Value, expected: Value | None, _organization_id: int | None, now: datetime) -> Value | None:
    person = session.get(User, target.id, with_for_update={"key_share": True}, populate_existing=True)
    if person is None:
        return None
    before = _suspended(person.id)
    if expected is not None and not all(_same(name, value, before[name]) for name, value in expected.items()):
        return None
    if to["suspended"]:
        accounts.suspend(target.id, now=now)
    else:
        accounts.reinstate(target.id)
    return before


def _suspended(user_id: int) -> Value:
    since = session.scalar(select(User.suspended_at).where(User.id == user_id))
    return {"suspended": since is not None, "at": _text(since)}


def _put_out(row: OrganizationMembership | None) -> Value:
    return {**REMOVED, "ended_at": _text(row.ended_at if row is not None else None)}


def _same(name: str, one: object, other: object) -> bool:
    """Two values of a thing are the same; moments may be written in two ways."""
    if name in MOMENTS and isinstance(one, str) and isinstance(other, str):
        return datetime.fromisoformat(one) == datetime.fromisoformat(other)
    return one == other


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


_CHANGERS: dict[str, Callable[[Target, Value, Value | None, int | None, datetime], Value | None]] = {
    STATE: lambda target, to, expected, _organization, now: posts.set_state(target.id, to, expected=expected, now=now),
    AUDIENCE: lambda target, to, expected, _organization, now: posts.set_audience(target.id, to, expected=expected, now=now),
    COMMENTS: lambda target, to, expected, _organization, now: posts.set_comments_locked(
        target.id, to, expected=expected, now=now
    ),
    PHOTO: lambda target, to, expected, _organization, now: posts.set_photo(target.id, to, expected=expected, now=now),
    COMMENT: lambda target, to, expected, _organization, now: comments.set_hidden(target.id, to, expected=expected, now=now),
    PAUSE: lambda target, to, expected, _organization, _now: accounts.set_pause(target.id, to, expected=expected),
    PAUSE_HERE: _pause_here,
    SUSPENSION: _suspension,
    MEMBERSHIP: _membership,
    STRIKE: lambda _target, _to, _expected, _organization, _now: {},
}
