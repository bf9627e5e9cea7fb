"""What moderation does by the clock: cases nobody takes go to the site's staff; pauses end; what was deleted is erased."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import and_, exists, or_, select

from campus.audit.actions import last_of_all, record
from campus.moderation.actions import effects
from campus.moderation.kinds import (
    CLOSED,
    ESCALATES_AFTER,
    KEPT_AFTER_DECISION,
    SAFETY_ESCALATES_AFTER,
    UNCLAIMED,
    Action,
    CaseScope,
    CaseState,
    EffectState,
)
from campus.moderation.models import Case, Effect, Note
from campus.moderation.snapshots import kept_for
from campus.organizations.models import Organization
from campus.platform.db import session, transaction
from campus.posts import measures
from campus.posts.models import KeptPhoto

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import ColumnElement

BATCH = 100
URGENT = 100  # more than any report weighs


def escalate_due(*, now: datetime) -> int:
    """Hand cases that nobody took for 24 hours (safety: one) to the site's staff, and put them first. Returns how many.

    They count from when the case came into its queue: a case that is taken up once more is a new one in this. What was escalated
    is not a second time.
    """
    old = or_(Case.waiting_since <= now - ESCALATES_AFTER, Case.safety & (Case.waiting_since <= now - SAFETY_ESCALATES_AFTER))
    waiting = select(Case).where(Case.escalated_at.is_(None), or_(and_(Case.state.in_(UNCLAIMED), old), _left_lying(now)))
    due = waiting.order_by(Case.waiting_since).limit(BATCH).with_for_update(skip_locked=True)
    total = 0
    while True:
        with transaction():
            cases = session.scalars(due).all()
            before = [(case, case.told_to, {"scope": case.scope, "priority": case.priority}) for case in cases]
            for case in cases:
                _escalate(case, now)
            session.flush()
            for case, told_to, was in before:
                became = {"scope": case.scope, "priority": case.priority}
                record("case.escalate", f"case:{case.id}", before=was, after=became, organization_id=told_to)
        total += len(cases)
        if len(cases) < BATCH:
            return total


def end_due(*, now: datetime) -> dict[str, int]:
    """End pauses and suspensions whose time has passed, erase what was deleted 30 days ago, let go of old evidence. Counts.

    Nothing is erased while an appeal waits, or the case is looked at once more: it could not be taken back.
    """
    counts = {"ended": 0, "erased": 0}
    settled = exists().where(Case.id == Effect.case_id, Case.state.in_(CLOSED))
    may_end = or_(Effect.action != Action.DELETE, settled.correlate(Effect))
    due = select(Effect.id).where(Effect.state == EffectState.STANDING, Effect.ends_at <= now, may_end).order_by(Effect.id)
    for effect_id in session.scalars(due).all():
        with transaction(), last_of_all():
            of_it = select(Case).join(Effect, Effect.case_id == Case.id).where(Effect.id == effect_id).with_for_update(of=Case)
            case = session.scalars(of_it.execution_options(populate_existing=True)).one_or_none()
            effect = next((each for each in effects.held(case) if each.id == effect_id), None) if case else None
            if case is None or effect is None or (effect.action is Action.DELETE and case.state not in CLOSED):
                continue  # somebody was faster
            counts["erased" if effect.action is Action.DELETE else "ended"] += 1
            _end(case, effect, now)
    return counts | {"evidence": _let_go(now)}


def _left_lying(now: datetime) -> ColumnElement[bool]:
    """An organization's case, taken a day ago, of which whoever took it has not even noted anything for a day.

    Nobody else there can take it from her, she may have lost her role since, or side with its author: taken for ever it would be
    decided by nobody. The site's staff takes over from each other, so theirs stays.
    """
    of_late = (Note.case_id == Case.id, Note.by_id == Case.claimed_by, Note.at > now - ESCALATES_AFTER)
    taken = (Case.state == CaseState.CLAIMED, Case.scope == CaseScope.ORG, Case.claimed_at <= now - ESCALATES_AFTER)
    return and_(*taken, ~exists().where(*of_late).correlate(Case))


def _escalate(case: Case, now: datetime) -> None:
    case.escalated_at, case.priority = now, case.priority + URGENT
    if case.state is CaseState.CLAIMED:
        case.state, case.claimed_by, case.claimed_at = CaseState.OPEN, None, None
    if case.scope is CaseScope.ORG:
        name = session.scalar(select(Organization.name).where(Organization.id == case.organization_id)) or "the organization"
        case.scope, case.routed_because = CaseScope.SITE, f"Nobody of {name} took it in time: the site's staff reviews it."


def _end(case: Case, effect: Effect, now: datetime) -> None:
    if effect.action is Action.DELETE:
        effects.erase(effect, now=now)
    else:
        effects.reverse([effect], into=EffectState.ENDED, now=now)
    session.flush()
    effects.record_reversed(case, [effect])


def _let_go(now: datetime) -> int:
    """Files kept for cases that were closed 30 days ago, and have nothing left that could be taken back."""
    over = select(Case.id).where(
        Case.state.in_(CLOSED),
        Case.closed_at <= now - KEPT_AFTER_DECISION,
        select(KeptPhoto.token).where(KeptPhoto.kept_for.startswith("case:")).exists(),
    )
    old = session.scalars(over.order_by(Case.closed_at.desc()).limit(1000)).all()
    names = session.scalars(
        select(KeptPhoto.kept_for).where(KeptPhoto.kept_for.in_([kept_for(case_id) for case_id in old])).distinct()
    ).all()
    return sum(measures.let_go(kept_for=name) for name in names)
