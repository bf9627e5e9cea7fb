"""Everything on the page of a case: what was reported, by whom, what was decided and done, and in which order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy import func, select

from campus.accounts.models import User
from campus.audit.models import AuditEntry
from campus.moderation import snapshots, targets
from campus.moderation.kinds import UNDECIDED, TargetKind
from campus.moderation.models import Appeal, Case, Decision, Effect, Note, Report, Snapshot
from campus.moderation.queries.finding import case_for
from campus.moderation.queries.listing import person
from campus.moderation.queries.offering import photos_of
from campus.moderation.seats import known_to, seat_of
from campus.moderation.wording import CATEGORIES
from campus.organizations.models import Organization
from campus.platform.db import session
from campus.posts.cards import PersonView

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement

    from campus.accounts.viewer import Viewer
    from campus.moderation.targets import Facts
    from campus.posts.models import Photo

Row = TypeVar("Row", Note, Decision, Appeal, Effect, Snapshot)
MOST = 100  # rows of each list; a case with more shows the newest


@dataclass(frozen=True, slots=True)
class ReportView:
    """A report as those see it who handle the case. `agreed` of the reporter's `decided` earlier reports were right.

    An organization's moderators are told of reports to their own organization.
    """

    report: Report
    reporter: PersonView
    decided: int
    agreed: int


@dataclass(frozen=True, slots=True)
class History:
    """What is known of the author to whoever looks: decisions that count against her, those that do not, her undecided cases."""

    strikes: int
    void: int
    open_cases: int
    earlier: Sequence[Decision]


@dataclass(frozen=True, slots=True)
class Moment:
    """A line of the timeline: when, who (a name, or `cli:…`, `auto:…`), what, in words."""

    at: datetime
    who: str
    what: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class CasePage:
    """A case with everything around it. `facts` is the thing as it is now, None when it is gone; `snapshots` how it was.

    `people` has everybody named by an id in it (`claimed_by`, `by_id`, `decided_by`). `reach` is how many people besides the
    author may see the post while it is published, `photos` those that it shows now.
    """

    case: Case
    facts: Facts | None
    author: PersonView | None
    organization: Organization | None
    reach: int
    photos: Sequence[Photo]
    snapshots: Sequence[Snapshot]
    reports: Sequence[ReportView]
    notes: Sequence[Note]
    decisions: Sequence[Decision]
    effects: Sequence[Effect]
    appeals: Sequence[Appeal]
    history: History
    timeline: Sequence[Moment]
    people: dict[int, PersonView]


def case_page(viewer: Viewer | None, case_id: int) -> CasePage:
    """The page of a case. A bounded number of statements, whatever the number of reports.

    Raises:
        NoSeat, CaseNotFound: there is none for her.
    """
    case = case_for(viewer, case_id)
    known = known_to(seat_of(viewer), case)
    notes = _of(Note, case)
    decisions, appeals = _of(Decision, case), _of(Appeal, case)
    entries = _entries(case)
    reports = _reports(case, known)
    people = _people(case, [*_ids(notes, decisions, appeals), *_actors(entries)])
    return CasePage(
        case,
        targets.facts(case.target),
        people.get(case.author_id or 0),
        session.get(Organization, case.organization_id) if case.organization_id is not None else None,
        snapshots.reach_of(case.post_id),
        photos_of(case),
        _of(Snapshot, case),
        reports,
        notes,
        decisions,
        _of(Effect, case),
        appeals,
        history(case.author_id, known),
        _timeline(case, reports, notes, appeals, entries, people),
        people,
    )


def history(author_id: int | None, known: ColumnElement[bool]) -> History:
    """The decisions about somebody, and how many of her cases are undecided, among the `known` cases. Two statements."""
    if author_id is None:
        return History(0, 0, 0, ())
    hers = select(Decision).join(Case, Case.id == Decision.case_id).where(Case.author_id == author_id, Decision.acted, known)
    earlier = session.scalars(hers.order_by(Decision.id.desc()).limit(MOST)).all()
    undecided = select(func.count()).select_from(Case).where(Case.author_id == author_id, Case.state.in_(UNDECIDED), known)
    strikes = sum(decision.void_at is None for decision in earlier)
    return History(strikes, len(earlier) - strikes, session.scalar(undecided) or 0, earlier)


def _of(kind: type[Row], case: Case) -> Sequence[Row]:
    newest = select(kind).where(kind.case_id == case.id).order_by(kind.id.desc()).limit(MOST)
    return list(reversed(session.scalars(newest.execution_options(populate_existing=True)).all()))


def _reports(case: Case, known: ColumnElement[bool]) -> list[ReportView]:
    """Each with how often decisions of `known` cases agreed with its reporter before."""
    here = select(Report, User).join(User, User.id == Report.reporter_id).where(Report.case_id == case.id)
    rows = session.execute(here.order_by(Report.id).limit(MOST)).all()
    before = (
        select(Report.reporter_id, func.count(), func.count().filter(Decision.acted))
        .join(Decision, Decision.case_id == Report.case_id)
        .join(Case, Case.id == Report.case_id)
        .where(Report.reporter_id.in_([user.id for _, user in rows]), Report.case_id != case.id, Decision.void_at.is_(None))
        .where(known)
        .group_by(Report.reporter_id)
    )
    records = {row[0]: (row[1], row[2]) for row in session.execute(before)}
    return [
        ReportView(report, PersonView(user.id, user.handle, user.name, user.avatar_token), *records.get(user.id, (0, 0)))
        for report, user in rows
    ]


def _entries(case: Case) -> Sequence[AuditEntry]:
    mine = select(AuditEntry).where(AuditEntry.target == f"case:{case.id}").order_by(AuditEntry.seq.desc()).limit(MOST)
    return session.scalars(mine).all()


def _ids(notes: Sequence[Note], decisions: Sequence[Decision], appeals: Sequence[Appeal]) -> list[int | None]:
    decided = [each for decision in decisions for each in (decision.by_id, decision.undone_by)]
    return [*(note.by_id for note in notes), *decided, *(appeal.decided_by for appeal in appeals)]


def _actors(entries: Sequence[AuditEntry]) -> list[int | None]:
    return [_actor_id(entry.actor) for entry in entries]


def _actor_id(actor: str) -> int | None:
    kind, _, number = actor.partition(":")
    return int(number) if kind in {"user", "api"} and number.isdecimal() else None


def _people(case: Case, ids: Sequence[int | None]) -> dict[int, PersonView]:
    wanted = {each for each in (case.author_id, case.claimed_by, *ids) if each is not None}
    found = (person(user) for user in session.scalars(select(User).where(User.id.in_(wanted))))
    return {view.id: view for view in found if view is not None}


def _timeline(
    case: Case,
    reports: Sequence[ReportView],
    notes: Sequence[Note],
    appeals: Sequence[Appeal],
    entries: Sequence[AuditEntry],
    people: dict[int, PersonView],
) -> list[Moment]:
    def named(user_id: int | None) -> str:
        view = people.get(user_id or 0)
        return view.name if view else "Somebody"

    told = [
        Moment(each.report.created_at, each.reporter.name, "reported it", CATEGORIES[each.report.category]) for each in reports
    ]
    appellant = "Its people" if case.target_kind is TargetKind.ORGANIZATION else "The author"
    told += [Moment(note.at, named(note.by_id), "noted", note.text) for note in notes]
    told += [Moment(appeal.at, appellant, "appealed", appeal.text) for appeal in appeals]
    for entry in entries:
        if entry.act != "case.appeal":
            by = _actor_id(entry.actor)
            reason = str(entry.told.get("reason", ""))
            told.append(Moment(entry.at, named(by) if by is not None else entry.actor, DONE.get(entry.act, entry.act), reason))
    return sorted(told, key=lambda moment: moment.at)


DONE = {
    "case.claim": "took the case",
    "case.release": "gave the case back",
    "case.take_over": "took the case over",
    "case.escalate": "handed it to the site's staff",
    "case.decide": "decided",
    "case.undo": "took the decision back",
    "case.reopen": "reopened the case",
    "case.appeal_decide": "decided the appeal",
}
