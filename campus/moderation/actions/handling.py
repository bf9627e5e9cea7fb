"""Handling a case: who has it, what those who handle it tell each other, and whether it is looked at once more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from campus.audit.actions import Reason, record
from campus.moderation import targets
from campus.moderation.actions.reporting import open_silent
from campus.moderation.kinds import MAX_TEXT, UNCLAIMED, CaseScope, CaseState, Target
from campus.moderation.models import Case, Note
from campus.moderation.queries.finding import CaseNotFound
from campus.moderation.seats import handled_by, seat_of
from campus.platform.db import session, transaction
from campus.platform.errors import Conflict, Forbidden, Invalid
from campus.posts.drafts import tidied
from campus.posts.queries import BIGGEST

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from campus.accounts.viewer import Viewer
    from campus.moderation.seats import Seat


ASKED = "Its moderators ask the site's staff"


class ClaimedByAnother(Conflict):
    """Somebody else has the case."""

    title = "Somebody else has this case"


class NotInThatState(Conflict):
    """The case is not where this can be done: somebody was faster."""

    title = "The case has changed"


class ForStaff(Forbidden):
    """Only the site's staff takes a case over."""

    title = "For the site's staff"


def held(viewer: Viewer | None, case_id: int) -> tuple[Seat, Case]:
    """Her seat, and the case, locked until the open transaction ends.

    Raises:
        CaseNotFound: there is none for her.
    """
    seat = seat_of(viewer)
    hers = select(Case).where(Case.id == case_id, handled_by(seat)).with_for_update(of=Case)
    case = session.scalar(hers.execution_options(populate_existing=True)) if 0 < case_id <= BIGGEST else None
    if case is None:
        raise CaseNotFound
    return seat, case


def require_mine(seat: Seat, case: Case, *, now: datetime) -> None:
    """Go on only if the case is undecided, and hers or nobody's; nobody's becomes hers.

    Raises:
        NotInThatState: it is decided.
        ClaimedByAnother: somebody else has it.
    """
    if case.state in UNCLAIMED:
        case.state, case.claimed_by, case.claimed_at = CaseState.CLAIMED, seat.user_id, now
    elif case.state != CaseState.CLAIMED:
        raise NotInThatState(f"This case is {case.state} already.")
    elif case.claimed_by != seat.user_id:
        raise ClaimedByAnother("Somebody else is deciding this case. Site staff can take it over.")


def open_case(*, viewer: Viewer | None, target: Target, now: datetime) -> Case:
    """Act without a report: the undecided case of a thing, or a new silent one, claimed by her. Then `decide` it.

    Raises:
        TargetNotFound: there is none, or it is not hers to moderate: another organization's, or herself.
        ClaimedByAnother: somebody else has the case.
    """
    with transaction():
        seat_of(viewer)
        found = targets.visible(viewer.id, target) if viewer else targets.facts(target)
        if found is None:
            raise targets.TargetNotFound
        case = open_silent(found, now=now)
        try:
            seat, case = held(viewer, case.id)
        except CaseNotFound:
            raise targets.TargetNotFound from None
        require_mine(seat, case, now=now)
        noted("claim", case)
    return case


def claim(*, viewer: Viewer | None, case_id: int, now: datetime) -> Case:
    """Take a case that nobody has; taking it twice is taking it once. The first action on a case claims it as well.

    Raises:
        CaseNotFound: there is none for her.
        NotInThatState, ClaimedByAnother: somebody was faster.
    """
    with transaction():
        seat, case = held(viewer, case_id)
        before = case.claimed_by
        require_mine(seat, case, now=now)
        if before is None:
            noted("claim", case)
    return case


def release(*, viewer: Viewer | None, case_id: int) -> Case:
    """Give a case back to the others.

    Raises:
        CaseNotFound: there is none for her.
        ClaimedByAnother, NotInThatState: it is not hers.
    """
    with transaction():
        seat, case = held(viewer, case_id)
        if case.state != CaseState.CLAIMED:
            raise NotInThatState("Nobody has this case.")
        if case.claimed_by != seat.user_id:
            raise ClaimedByAnother("Only who has a case gives it back.")
        case.state, case.claimed_by, case.claimed_at = CaseState.OPEN, None, None
        session.flush()
        noted("release", case)
    return case


def take_over(*, viewer: Viewer | None, case_id: int, now: datetime) -> Case:
    """Take an undecided case from whoever has it, as the site's staff; an organization's case becomes the site's.

    Raises:
        CaseNotFound: there is none for her.
        ForStaff: she is not of the site's staff.
        NotInThatState: it is decided.
    """
    with transaction():
        seat, case = held(viewer, case_id)
        if not seat.site:
            raise ForStaff("Only the site's staff takes a case over.")
        if case.state not in {*UNCLAIMED, CaseState.CLAIMED}:
            raise NotInThatState(f"This case is {case.state} already.")
        before = {"claimed_by": case.claimed_by, "scope": case.scope}
        if case.scope == CaseScope.ORG:
            case.scope, case.escalated_at = CaseScope.SITE, now
            case.routed_because = "The site's staff took it over."
        case.state, case.claimed_by, case.claimed_at = CaseState.CLAIMED, seat.user_id, now
        session.flush()
        noted("take_over", case, before=before, after={"claimed_by": case.claimed_by, "scope": case.scope})
    return case


def escalate(*, viewer: Viewer | None, case_id: int, reason: str, now: datetime) -> Case:
    """Hand an undecided case of an organization to the site's staff, which reads why.

    Raises:
        CaseNotFound: there is none for her.
        NotInThatState, ClaimedByAnother: it is decided, the staff's already, or somebody else has it.
        Invalid: no reason (`field` is "reason").
    """
    cleaned = written(reason, field="reason", what="The reason")
    with transaction():
        seat, case = held(viewer, case_id)
        require_mine(seat, case, now=now)
        if case.scope != CaseScope.ORG:
            raise NotInThatState("The site's staff has this case already.")
        before = {"scope": case.scope}
        case.scope, case.escalated_at, case.routed_because = (
            CaseScope.SITE,
            now,
            f"{ASKED}: {cleaned}",
        )
        case.state, case.claimed_by, case.claimed_at = CaseState.OPEN, None, None
        session.flush()
        noted("escalate", case, before=before, after={"scope": case.scope, "reason": why(case, cleaned)})
    return case


def add_note(*, viewer: Viewer, case_id: int, text: str, now: datetime) -> Note:
    """Tell the others who handle the case something, in 1 to 2,000 characters; in whatever state it is.

    Raises:
        CaseNotFound: there is none for her.
        Invalid: the text is empty or too long (`field` is "text").
    """
    cleaned = written(text, field="text", what="The note")
    with transaction():
        seat, case = held(viewer, case_id)
        note = Note(case_id=case.id, by_id=seat.user_id, text=cleaned, at=now)
        session.add(note)
        session.flush()
    return note


def reopen(*, viewer: Viewer | None, case_id: int, reason: str, now: datetime) -> Case:
    """Look at a decided case once more. What was decided stands until another decision replaces it.

    Raises:
        CaseNotFound: there is none for her.
        NotInThatState: it is undecided, or under appeal.
        Invalid: no reason (`field` is "reason").
    """
    cleaned = written(reason, field="reason", what="The reason")
    with transaction():
        _, case = held(viewer, case_id)
        if case.state not in {CaseState.DECIDED, CaseState.UPHELD, CaseState.OVERTURNED}:
            raise NotInThatState("Only a closed case is reopened.")
        before = case.state
        case.state, case.claimed_by, case.claimed_at = CaseState.REOPENED, None, None
        case.waiting_since = now
        session.flush()
        noted("reopen", case, before={"state": before}, after={"state": case.state, "reason": why(case, cleaned)})
    return case


def written(text: str, *, field: str, what: str) -> str:
    """A text that has to be there.

    Raises:
        Invalid: it is empty, or longer than 2,000 characters.
    """
    cleaned = tidied(what, text, MAX_TEXT, field=field)
    if not cleaned:
        raise Invalid(f"{what} is missing.", field=field)
    return cleaned


def noted(act: str, case: Case, **changed: Mapping[str, object]) -> None:
    """An entry of the audit log about a case. Last of all in a transaction."""
    record(f"case.{act}", f"case:{case.id}", organization_id=case.told_to, **changed)


def why(case: Case, reason: str) -> Reason:
    """A reason for the audit log, which goes when the case's author is forgotten."""
    return Reason(reason, about=case.author_id)
