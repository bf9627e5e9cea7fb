"""The letters of decisions, for who is concerned: one by its link, signed in or not, suspended or not; hers, when she asks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import and_, or_, select

from campus.moderation.kinds import APPEAL_WITHIN, CaseState, EffectState, TargetKind
from campus.moderation.models import Appeal, Case, Decision, Effect, Snapshot
from campus.organizations.models import OrganizationMembership, Role
from campus.organizations.queries import active
from campus.platform.db import session
from campus.platform.errors import NotFound
from campus.posts.queries import BIGGEST

if TYPE_CHECKING:
    import uuid
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement

RUNNING = (Role.OWNER, Role.ADMIN)  # who answers for an organization


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


@dataclass(frozen=True, slots=True)
class LetterLine:
    """One of her letters in a list: the decision, and what she answered; `appeal_until` as in `LetterPage`."""

    case: Case
    decision: Decision
    appeal: Appeal | None
    appeal_until: datetime | None


def letters_to(viewer_id: int, *, before: int | None = None, limit: int, now: datetime) -> list[LetterLine]:
    """Decisions that did something about what she answers for, with ids below `before`, the newest first. One statement."""
    rows = select(Case, Decision, Appeal).join(Decision, Decision.case_id == Case.id)
    hers = rows.outerjoin(Appeal, Appeal.decision_id == Decision.id).where(_concerns(viewer_id), Decision.acted)
    if before is not None:
        hers = hers.where(Decision.id < before)
    found = session.execute(hers.order_by(Decision.id.desc()).limit(limit), execution_options={"populate_existing": True})
    return [LetterLine(case, decision, made, _answerable(case, decision, made, now)) for case, decision, made in found]


def letter_to(viewer_id: int, decision_id: int) -> uuid.UUID:
    """The letter of a decision about what she answers for.

    Raises:
        LetterNotFound: there is none for her.
    """
    hers = select(Decision.letter).join(Case, Case.id == Decision.case_id).where(_concerns(viewer_id), Decision.acted)
    found = session.scalar(hers.where(Decision.id == decision_id)) if 0 < decision_id <= BIGGEST else None
    if found is None:
        raise LetterNotFound
    return found


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
    effects = session.scalars(select(Effect).where(Effect.decision_id == decision.id).order_by(Effect.id)).all()
    until = _answerable(case, decision, made, now)
    return LetterPage(case, decision, session.scalars(snapshot.limit(1)).first(), effects, made, until)


def _answerable(case: Case, decision: Decision, made: Appeal | None, now: datetime) -> datetime | None:
    """Until when a decision can be appealed against, if it can."""
    until = decision.at + APPEAL_WITHIN
    may = made is None and decision.void_at is None and case.state is CaseState.DECIDED and now <= until
    return until if may else None


def _concerns(viewer_id: int) -> ColumnElement[bool]:
    """A condition on `Case`: its letters go to her, as the author or as one of those who run the organization."""
    runs = select(OrganizationMembership.organization_id).where(
        OrganizationMembership.user_id == viewer_id, OrganizationMembership.role.in_(RUNNING), active()
    )
    return or_(Case.author_id == viewer_id, and_(Case.target_kind == TargetKind.ORGANIZATION, Case.target_id.in_(runs)))
