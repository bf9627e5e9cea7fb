"""A decision: what it would do, what would be written to whom, made, and taken back."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from sqlalchemy import select

from campus.audit.actions import last_of_all
from campus.moderation import fitting, parts, snapshots, targets
from campus.moderation.actions import effects, telling
from campus.moderation.actions.handling import NotInThatState, held, noted, require_mine, why
from campus.moderation.kinds import UNDO_WITHIN, Action, CaseState
from campus.moderation.models import Decision
from campus.platform.db import session, transaction
from campus.posts.models import Audience

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from campus.accounts.viewer import Viewer
    from campus.moderation.kinds import DecisionDraft
    from campus.moderation.models import Case, Effect
    from campus.moderation.parts import Change
    from campus.moderation.seats import Seat


class TooLate(NotInThatState):
    """The time for this has passed."""

    title = "It is too late for this"


def decide(*, viewer: Viewer | None, case_id: int, draft: DecisionDraft, now: datetime) -> Decision:
    """Decide a case that is hers or nobody's. What held the thing ends; so does an earlier decision of a reopened case.

    Before it, show `consequences` and `letters` of the same draft. `fitting.actions_for` says what to offer.

    Raises:
        CaseNotFound: there is none for her.
        NotInThatState, ClaimedByAnother: somebody was faster, or has it.
        Invalid: the draft does not fit (`field` is "reason", "rule" or "measures").
        LastOwner: she would remove the last owner of an organization.
    """
    with transaction(), last_of_all():
        seat, case = held(viewer, case_id)
        require_mine(seat, case, now=now)
        draft = fitting.checked(seat, case, draft)
        earlier = effects.held(case, changes=_wanted(case, draft, now))
        decision = _decision(seat, case, draft, now)
        _freeze(case, now)
        made = effects.apply(case, _wanted(case, draft, now), decision_id=decision.id, now=now)
        ended = _end_earlier(case, decision, earlier, now)
        was_held, case.state = case.held_at is not None, CaseState.DECIDED
        case.closed_at, case.decided_at, case.held_at = now, case.decided_at or now, None
        telling.decided(case, decision, draft, was_held=was_held, now=now)
        effects.record_reversed(case, ended)
        effects.record_applied(case, made)
        noted("decide", case, after={"decision": decision.id, "rule": draft.rule, "reason": why(case, draft.reason)})
    return decision


def undo(*, viewer: Viewer | None, case_id: int, now: datetime) -> list[Effect]:
    """Take the last decision back, within 30 days; the case waits for another. Returns the effects taken back, `outcome` and all.

    Raises:
        CaseNotFound: there is none for her.
        NotInThatState: it is not decided, or under appeal.
        TooLate: it was decided more than 30 days ago.
    """
    with transaction(), last_of_all():
        seat, case = held(viewer, case_id)
        decision = last_decision(case)
        if decision is None or decision.void_at is not None or case.state not in {CaseState.DECIDED, CaseState.UPHELD}:
            raise NotInThatState("Only a decision that stands can be taken back.")
        if decision.at + UNDO_WITHIN < now:
            raise TooLate("A decision can be taken back for 30 days.")
        ended = effects.reverse(effects.held(case), now=now)
        decision.void_at = decision.undone_at = now
        decision.undone_by, case.state = seat.user_id, CaseState.REOPENED
        case.claimed_by, case.claimed_at, case.waiting_since = None, None, now
        session.flush()
        telling.undone(case, decision, now=now)
        effects.record_reversed(case, ended)
        noted("undo", case, before={"decision": decision.id}, after={"state": case.state})
    return ended


def last_decision(case: Case) -> Decision | None:
    """The decision a case rests on."""
    return session.scalars(select(Decision).where(Decision.case_id == case.id).order_by(Decision.id.desc()).limit(1)).first()


def _decision(seat: Seat, case: Case, draft: DecisionDraft, now: datetime) -> Decision:
    decision = Decision(
        case_id=case.id,
        by_id=seat.user_id,
        as_staff=seat.site and case.organization_id not in seat.organizations,
        at=now,
        rule=draft.rule,
        reason=draft.reason,
        measures=[dataclasses.asdict(measure) for measure in telling.placed(case, draft.measures)],
        acted=draft.measures[0].action is not Action.NO_ACTION,
        told_reporters=draft.tell_reporters,
    )
    session.add(decision)
    session.flush()
    session.refresh(decision)
    return decision


def _freeze(case: Case, now: datetime) -> None:
    found = targets.facts(case.target)
    if found is not None and found.audience != Audience.ONLY_ME:
        snapshots.take(case, found, occasion="decision", now=now)


def _wanted(case: Case, draft: DecisionDraft, now: datetime) -> list[Change]:
    """What is changed: asked once to hold it, and once more when nobody else changes it."""
    return [change for measure in draft.measures for change in parts.changes(case, measure, now=now)]


def _end_earlier(case: Case, decision: Decision, earlier: Sequence[Effect], now: datetime) -> list[Effect]:
    """Take back the hold, and what an earlier decision of this case did: after the new effects, so that nothing shows between."""
    ended = effects.reverse(earlier, now=now)
    for before in session.scalars(select(Decision).where(Decision.case_id == case.id, Decision.id != decision.id)):
        before.void_at = before.void_at or now
    return ended
