"""Measures take effect, and are taken back. The effects on one part of one thing form a chain: see `models.Effect`.

Whoever calls this holds the case, and what is changed: see `locks`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from campus.audit.actions import record
from campus.moderation import parts
from campus.moderation.actions import locks
from campus.moderation.kinds import EffectState
from campus.moderation.models import Effect
from campus.moderation.parts import Change
from campus.platform.db import session

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from campus.moderation.models import Case

GONE = "It was gone already."
CHANGED = "It was changed or deleted meanwhile, and stays as it is."
ANOTHER = "A later decision about the same still stands."


def apply(case: Case, changes: Sequence[Change], *, decision_id: int | None, now: datetime) -> list[Effect]:
    """Make these changes, in the open transaction. What was gone already has an effect that ended at once."""
    effects = []
    for wanted in changes:
        before = parts.change(wanted, expected=None, now=now)
        effect = Effect(
            case_id=case.id,
            decision_id=decision_id,
            action=wanted.action,
            target_kind=wanted.target.kind,
            target_id=wanted.target.id,
            organization_id=wanted.organization_id,
            part=wanted.part,
            before=dict(before or {}),
            after=dict(parts.made(wanted) if before is not None else wanted.to),
            state=EffectState.STANDING if before is not None else EffectState.ENDED,
            ends_at=wanted.ends_at if before is not None else None,
            at=now,
            settled_at=None if before is not None else now,
            outcome="" if before is not None else GONE,
        )
        session.add(effect)
        session.flush()
        effects.append(effect)
    return effects


def reverse(effects: Sequence[Effect], *, into: EffectState = EffectState.REVERSED, now: datetime) -> list[Effect]:
    """Take back those of these effects that stand, the last first, in the open transaction. Returns those taken back.

    Nothing is overridden: what was changed meanwhile stays, and `outcome` says so.
    """
    standing = sorted((each for each in effects if each.state == EffectState.STANDING), key=lambda each: each.id, reverse=True)
    for effect in standing:
        later = _next(effect)
        if later is not None:
            below, whole = parts.without(effect.part, before=effect.before, after=effect.after, above=later.before)
            later.before, effect.outcome = dict(below), ANOTHER if whole else CHANGED
        elif _put_back(effect, now) is None:
            effect.outcome = CHANGED
        effect.state, effect.settled_at = into, now
        session.flush()
    return standing


def erase(effect: Effect, *, now: datetime) -> None:
    """Erase what was hidden for that; from now on nothing brings it back."""
    effect.outcome = "" if parts.erase(effect.target, now=now) else GONE
    effect.state, effect.settled_at = EffectState.ERASED, now


def held(case: Case, *, changes: Sequence[Change] = ()) -> list[Effect]:
    """The effects of a case that stand, held together with what they and these changes touch: as they are once that is so."""
    mine = select(Effect).where(Effect.case_id == case.id, Effect.state == EffectState.STANDING).order_by(Effect.id)
    mine = mine.execution_options(populate_existing=True)
    locks.hold([*changes, *session.scalars(mine)])
    return list(session.scalars(mine))


def record_applied(case: Case, effects: Sequence[Effect]) -> None:
    """An entry of the audit log for each effect. Last of all in a transaction."""
    for effect in effects:
        told = {"before": effect.before, "after": effect.after | {"case": case.id}}
        record(f"moderation.{effect.action}", str(effect.target), organization_id=case.told_to, **told)


def record_reversed(case: Case, effects: Sequence[Effect]) -> None:
    """An entry of the audit log for each effect that was taken back. Last of all in a transaction."""
    for effect in effects:
        became = {"outcome": effect.outcome} if effect.outcome else effect.before
        told = {"before": effect.after, "after": became | {"case": case.id}}
        record(f"moderation.{effect.action}.{effect.state}", str(effect.target), organization_id=case.told_to, **told)


def _put_back(effect: Effect, now: datetime) -> object:
    back = Change(effect.action, effect.target, effect.part, effect.before, effect.organization_id)
    return parts.change(back, expected=effect.after, now=now)


def _next(effect: Effect) -> Effect | None:
    """The effect that was put on top of this one, and stands."""
    same = (
        Effect.part == effect.part,
        Effect.target_kind == effect.target_kind,
        Effect.target_id == effect.target_id,
    )
    later = select(Effect).where(*same, Effect.state == EffectState.STANDING, Effect.id > effect.id)
    if effect.part in parts.IN_ORGANIZATIONS:
        later = later.where(Effect.organization_id == effect.organization_id)
    return session.scalars(later.order_by(Effect.id).limit(1)).first()
