"""Which measures fit which case, and whether a decision can be made as it is drafted."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy import select

from campus.moderation import parts, targets
from campus.moderation.kinds import LONGEST_SUSPENSION, MAX_TEXT, PAUSES, Action, Target, TargetKind
from campus.organizations.models import MembershipStatus
from campus.organizations.queries import membership
from campus.platform.db import session
from campus.platform.errors import Invalid
from campus.posts.drafts import tidied
from campus.posts.models import Photo

if TYPE_CHECKING:
    from campus.moderation.kinds import DecisionDraft, Measure
    from campus.moderation.models import Case
    from campus.moderation.seats import Seat

ON_POSTS = (Action.HIDE, Action.REMOVE_PHOTO, Action.NARROW, Action.LOCK_COMMENTS)
ON_AUTHORS = (Action.WARN, Action.PAUSE_HERE, Action.PAUSE, Action.REMOVE_MEMBER, Action.SUSPEND)
BY_KIND: dict[TargetKind, tuple[Action, ...]] = {
    TargetKind.POST: (*ON_POSTS, *ON_AUTHORS, Action.DELETE),
    TargetKind.PHOTO: (*ON_POSTS, *ON_AUTHORS, Action.DELETE),
    TargetKind.COMMENT: (Action.HIDE, Action.LOCK_COMMENTS, *ON_AUTHORS, Action.DELETE),
    TargetKind.USER: (Action.WARN, Action.PAUSE, Action.SUSPEND),
    TargetKind.ORGANIZATION: (Action.WARN,),
}
# They reach beyond an organization: its moderators pause somebody there, or remove her from it, instead.
FOR_THE_SITE = frozenset({Action.PAUSE, Action.SUSPEND})
HIDING = frozenset({Action.HIDE, Action.DELETE})
GONE = "The {} is gone: it was deleted meanwhile, and “{}” has nothing left to act on. Decide about its author, or “no action”."


class DoesNotFit(Invalid):
    """A measure that cannot be taken here."""

    title = "This decision cannot be made"


def actions_for(seat: Seat, case: Case) -> tuple[Action, ...]:
    """What the form of a decision offers her on this case, NO_ACTION first."""
    offered = [action for action in BY_KIND[case.target_kind] if seat.site or action not in FOR_THE_SITE]
    if case.organization_id is None:
        offered = [action for action in offered if action is not Action.PAUSE_HERE]
    if not _is_member(case):
        offered = [action for action in offered if action is not Action.REMOVE_MEMBER]
    if case.author_id is None and case.target_kind is not TargetKind.ORGANIZATION:
        offered = [action for action in offered if action in {*ON_POSTS, Action.DELETE}]
    if case.target_kind is TargetKind.POST and not _has_photos(case):
        offered = [action for action in offered if action is not Action.REMOVE_PHOTO]
    gone = too_late_for(case)
    return (Action.NO_ACTION, *(action for action in offered if action not in gone))


def too_late_for(case: Case) -> frozenset[Action]:
    """What has nothing left to act on: the thing, or its post, was deleted since it was reported."""
    thing = targets.is_there(case.target)
    post = case.post_id is not None and targets.is_there(Target(TargetKind.POST, case.post_id))
    if case.target_kind is TargetKind.COMMENT:
        return frozenset([*(() if thing else HIDING), *(() if post else [Action.LOCK_COMMENTS])])
    if case.target_kind in {TargetKind.POST, TargetKind.PHOTO}:
        return frozenset() if post else frozenset({*ON_POSTS, Action.DELETE})
    return frozenset() if thing else frozenset({Action.WARN})


def checked(seat: Seat, case: Case, draft: DecisionDraft) -> DecisionDraft:
    """The draft, tidy, if it can be made.

    Raises:
        DoesNotFit, Invalid: `field` is "reason", "rule" or "measures".
    """
    reason = tidied("The reason", draft.reason, MAX_TEXT, field="reason")
    if not reason:
        raise Invalid("Say why: the author reads it.", field="reason")
    actions = [measure.action for measure in draft.measures]
    _check_together(actions)
    offered, gone = actions_for(seat, case), too_late_for(case)
    for measure in draft.measures:
        if measure.action in gone:
            raise DoesNotFit(GONE.format(case.target_kind, measure.action.replace("_", " ")), field="measures")
        if measure.action not in offered:
            raise DoesNotFit(f"“{measure.action.replace('_', ' ')}” cannot be done here.", field="measures")
        _check(case, measure)
    acted = actions != [Action.NO_ACTION]
    if acted and draft.rule is None:
        raise Invalid("Choose the rule that was broken.", field="rule")
    return replace(draft, reason=reason, rule=draft.rule if acted else None)


def _check_together(actions: list[Action]) -> None:
    if not actions:
        raise DoesNotFit("Choose what is to be done, or that nothing is.", field="measures")
    if len(set(actions)) != len(actions) or len(HIDING.intersection(actions)) > 1:
        raise DoesNotFit("Choose each measure once, and either hide or delete.", field="measures")
    if Action.NO_ACTION in actions and len(actions) > 1:
        raise DoesNotFit("Either nothing is done, or something is.", field="measures")


def _check(case: Case, measure: Measure) -> None:
    if measure.action is Action.REMOVE_PHOTO:
        found = parts.photo_places(case, measure.photos)
        if not found or len(found) < len(set(measure.photos)):
            raise DoesNotFit("Choose which photos are taken out, of those that the post still has.", field="measures")
    if measure.action in {Action.PAUSE, Action.PAUSE_HERE} and measure.days not in PAUSES:
        raise DoesNotFit("A pause lasts 1, 3 or 7 days.", field="measures")
    if measure.action is Action.SUSPEND and measure.days is not None and not 1 <= measure.days <= LONGEST_SUSPENSION:
        raise DoesNotFit(f"A suspension lasts up to {LONGEST_SUSPENSION} days, or until it is lifted.", field="measures")


def _has_photos(case: Case) -> bool:
    return session.scalar(select(Photo.id).where(Photo.post_id == case.post_id).limit(1)) is not None


def _is_member(case: Case) -> bool:
    if case.organization_id is None or case.author_id is None:
        return False
    row = membership(case.organization_id, case.author_id)
    return row is not None and row.status is MembershipStatus.ACTIVE
