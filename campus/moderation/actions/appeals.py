"""Appeals: once, within twenty days, by the letter's link even while suspended; decided by somebody else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from campus.audit.acting import acting, actor
from campus.audit.actions import last_of_all
from campus.moderation.actions import effects, telling
from campus.moderation.actions.deciding import TooLate, last_decision
from campus.moderation.actions.handling import NotInThatState, held, noted, why, written
from campus.moderation.kinds import APPEAL_WITHIN, AppealOutcome, CaseScope, CaseState
from campus.moderation.models import Appeal, Case, Decision
from campus.moderation.queries.letters import LetterNotFound
from campus.organizations.models import OrganizationMembership
from campus.organizations.queries import active
from campus.platform.db import session, transaction
from campus.platform.errors import Conflict
from campus.posts.visibility import MODERATING

if TYPE_CHECKING:
    import uuid
    from datetime import datetime

    from campus.accounts.viewer import Viewer


class AppealedBefore(Conflict):
    """A decision is appealed against once."""

    title = "You have appealed already"


def appeal(*, letter: uuid.UUID, text: str, now: datetime) -> Appeal:
    """Disagree with a decision, in 1 to 2,000 characters. Who has the letter's link may: it was sent to the author alone.

    Raises:
        LetterNotFound: there is no such letter, or nothing was done that could be taken back.
        AppealedBefore: once is enough.
        NotInThatState: the decision was taken back already.
        TooLate: it was made more than 20 days ago.
        Invalid: the text is empty or too long (`field` is "text").
    """
    cleaned = written(text, field="text", what="Your appeal")
    with transaction():
        decision = session.scalar(select(Decision).where(Decision.letter == letter))
        if decision is None or not decision.acted:
            raise LetterNotFound
        case = session.get_one(Case, decision.case_id, with_for_update=True, populate_existing=True)
        _require_appealable(case, decision, now)
        made = Appeal(case_id=case.id, decision_id=decision.id, text=cleaned, at=now)
        session.add(made)
        before, case.state = case.state, CaseState.APPEALED
        case.claimed_by, case.claimed_at, case.waiting_since = None, None, now
        if case.scope is CaseScope.ORG and not _another_moderator(case, decision):
            case.scope, case.routed_because = CaseScope.SITE, "Nobody else moderates there: the site's staff decides the appeal."
        session.flush()
        with acting(_appellant(decision)):
            noted("appeal", case, before={"state": before}, after={"state": case.state, "appeal": made.id})
    return made


def decide_appeal(*, viewer: Viewer | None, case_id: int, overturn: bool, reason: str, now: datetime) -> Appeal:
    """Decide an appeal against somebody else's decision. Overturning takes back every effect, and the decision counts no more.

    Raises:
        CaseNotFound: there is none for her; so it is for who made the decision.
        NotInThatState: nobody has appealed, or somebody was faster.
        Invalid: no reason (`field` is "reason").
    """
    cleaned = written(reason, field="reason", what="The reason")
    with transaction(), last_of_all():
        seat, case = held(viewer, case_id)
        decision = last_decision(case)
        made = session.scalar(select(Appeal).where(Appeal.decision_id == decision.id)) if decision else None
        if case.state != CaseState.APPEALED or decision is None or made is None:
            raise NotInThatState("There is no appeal that waits for a decision.")
        made.outcome = AppealOutcome.OVERTURNED if overturn else AppealOutcome.UPHELD
        made.decided_by, made.decided_at, made.reason = seat.user_id, now, cleaned
        case.state, case.closed_at = CaseState(made.outcome.value), now
        ended = []
        if overturn:
            decision.void_at = now
            ended = effects.reverse(effects.held(case), now=now)
        session.flush()
        telling.appeal_decided(case, decision, made, overturned=overturn, now=now)
        effects.record_reversed(case, ended)
        after = {"state": case.state, "reason": why(case, cleaned)}
        noted("appeal_decide", case, before={"state": CaseState.APPEALED}, after=after)
    return made


def _appellant(decision: Decision) -> str:
    """Who is signed in; by the link alone, whoever has it: it was sent to who is concerned, but nothing proves who opened it."""
    return actor() if actor().startswith(("user:", "api:")) else f"letter:{decision.id}"


def _require_appealable(case: Case, decision: Decision, now: datetime) -> None:
    if session.scalar(select(Appeal.id).where(Appeal.decision_id == decision.id)) is not None:
        raise AppealedBefore("Your appeal has been received. One is enough.")
    if decision.void_at is not None or case.state is not CaseState.DECIDED:
        raise NotInThatState("This decision was taken back already, or is looked at again.")
    if decision.at + APPEAL_WITHIN < now:
        raise TooLate("An appeal is possible for 20 days.")


def _another_moderator(case: Case, decision: Decision) -> bool:
    """Somebody of the organization who did not make the decision, and is not its author, moderates there."""
    others = select(OrganizationMembership.user_id).where(
        OrganizationMembership.organization_id == case.organization_id,
        OrganizationMembership.role.in_(MODERATING),
        OrganizationMembership.user_id.is_distinct_from(decision.by_id),
        OrganizationMembership.user_id.is_distinct_from(case.author_id),
        active(),
    )
    return session.scalar(others.limit(1)) is not None
