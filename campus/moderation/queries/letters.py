"""The letter of a decision as its author reads it, by its link: signed in or not, suspended or not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from campus.moderation.kinds import APPEAL_WITHIN, CaseState, EffectState
from campus.moderation.models import Appeal, Case, Decision, Effect, Snapshot
from campus.platform.db import session
from campus.platform.errors import NotFound

if TYPE_CHECKING:
    import uuid
    from collections.abc import Sequence
    from datetime import datetime


class LetterNotFound(NotFound):
    """There is no such letter."""

    title = "There is no such letter"


@dataclass(frozen=True, slots=True)
class LetterPage:
    """A decision for who is concerned: what was decided about what, what it does, and what can be answered.

    `appeal_until` is None when there is nothing to appeal against any more; then `appeal` may say why.
    """

    case: Case
    decision: Decision
    snapshot: Snapshot | None
    effects: Sequence[Effect]
    appeal: Appeal | None
    appeal_until: datetime | None


def letter_of_post(post_id: int) -> uuid.UUID | None:
    """The letter of the decision because of which a post is hidden; none for one that nobody decided about."""
    standing = select(Decision.letter).join(Case, Case.id == Decision.case_id).join(Effect, Effect.decision_id == Decision.id)
    here = (Case.post_id == post_id, Effect.part == "state", Effect.state == EffectState.STANDING)
    return session.scalar(standing.where(*here).order_by(Decision.id.desc()).limit(1))


def letter_page(letter: uuid.UUID, *, now: datetime) -> LetterPage:
    """What the link of a letter shows. It names nobody who reported or decided: show `signature` and `letters.of_decision`.

    Raises:
        LetterNotFound: there is none.
    """
    decision = session.scalar(select(Decision).where(Decision.letter == letter))
    if decision is None or not decision.acted:
        raise LetterNotFound
    case = session.get_one(Case, decision.case_id, populate_existing=True)
    snapshot = select(Snapshot).where(Snapshot.case_id == case.id, Snapshot.taken_at <= decision.at).order_by(Snapshot.id.desc())
    made = session.scalar(select(Appeal).where(Appeal.decision_id == decision.id))
    until = decision.at + APPEAL_WITHIN
    may = made is None and decision.void_at is None and case.state is CaseState.DECIDED and now <= until
    effects = session.scalars(select(Effect).where(Effect.decision_id == decision.id).order_by(Effect.id)).all()
    return LetterPage(case, decision, session.scalars(snapshot.limit(1)).first(), effects, made, until if may else None)
