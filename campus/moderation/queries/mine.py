"""What a reporter sees of her own reports: the words she said, and what came of them; nothing else of their cases."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import case as case_when
from sqlalchemy import select

from campus.accounts.models import User
from campus.moderation.kinds import UNDECIDED, TargetKind
from campus.moderation.models import Case, Decision, Report
from campus.organizations.models import Organization
from campus.platform.db import session
from campus.posts.models import Post
from campus.posts.visibility import visible_to

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from campus.moderation.kinds import Category, Target


class Outcome(StrEnum):
    """What came of a report."""

    WAITING = "waiting"
    ACTED = "acted"
    NO_BREACH = "no_breach"
    REVIEWED = "reviewed"  # whoever decided did not want to say more


@dataclass(frozen=True, slots=True)
class MyReport:
    """One of her reports. `name` and `url` are empty when she does not see the thing any more, or it is gone."""

    id: int
    kind: TargetKind
    name: str
    url: str
    category: Category
    note: str
    created_at: datetime
    updated_at: datetime
    outcome: Outcome
    decided_at: datetime | None


def standing(reporter_id: int, target: Target) -> Report | None:
    """What she said about this thing while its case is undecided: saying it again replaces it."""
    hers = select(Report).join(Case, Case.id == Report.case_id).where(Report.reporter_id == reporter_id)
    here = (Case.target_kind == target.kind, Case.target_id == target.id, Case.state.in_(UNDECIDED))
    return session.scalar(hers.where(*here).order_by(Report.id.desc()).limit(1))


def reports_of(reporter_id: int, *, before: int | None = None, limit: int = 20) -> list[MyReport]:
    """Her reports with ids below `before`, the newest first. At most five statements."""
    hers = select(Report, Case).join(Case, Case.id == Report.case_id).where(Report.reporter_id == reporter_id)
    if before is not None:
        hers = hers.where(Report.id < before)
    rows = [(row[0], row[1]) for row in session.execute(hers.order_by(Report.id.desc()).limit(limit))]
    cases = [case for _, case in rows]
    names, outcomes = _names(reporter_id, cases), _decisions(cases)
    return [_mine(report, case, names.get(str(case.target), ("", "")), outcomes.get(case.id)) for report, case in rows]


def _mine(report: Report, case: Case, named: tuple[str, str], decision: Decision | None) -> MyReport:
    outcome = Outcome.WAITING
    if case.state not in UNDECIDED and decision is not None:
        outcome = Outcome.ACTED if decision.acted and decision.void_at is None else Outcome.NO_BREACH
        outcome = outcome if decision.told_reporters else Outcome.REVIEWED
    return MyReport(
        report.id,
        case.target_kind,
        *named,
        report.category,
        report.note,
        report.created_at,
        report.updated_at,
        outcome,
        decision.at if decision is not None and outcome is not Outcome.WAITING else None,
    )


def _decisions(cases: Sequence[Case]) -> dict[int, Decision]:
    """The last decision of each case."""
    made = select(Decision).where(Decision.case_id.in_([case.id for case in cases])).order_by(Decision.id)
    return {decision.case_id: decision for decision in session.scalars(made)}


def _names(viewer_id: int, cases: Sequence[Case]) -> dict[str, tuple[str, str]]:
    """What she still sees of these things: who signs it, and where it is."""
    posts = {case.post_id for case in cases if case.post_id is not None}
    signature = case_when((Post.official, Organization.name), else_=User.name).label("name")
    signed = select(Post.id, signature).join(User, User.id == Post.author_id)
    joined = signed.outerjoin(Organization, Organization.id == Post.organization_id)
    seen = joined.where(Post.id.in_(posts), visible_to(viewer_id))
    authors = {row.id: row.name for row in session.execute(seen)} if posts else {}
    named = {str(case.target): (authors[case.post_id], f"/posts/{case.post_id}") for case in cases if case.post_id in authors}
    return named | _people(cases) | _organizations(cases)


def _people(cases: Sequence[Case]) -> dict[str, tuple[str, str]]:
    ids = [case.target_id for case in cases if case.target_kind is TargetKind.USER]
    found = select(User.id, User.handle, User.name).where(User.id.in_(ids), User.present)
    return {f"user:{row.id}": (row.name, f"/u/{row.handle}") for row in session.execute(found)} if ids else {}


def _organizations(cases: Sequence[Case]) -> dict[str, tuple[str, str]]:
    ids = [case.target_id for case in cases if case.target_kind is TargetKind.ORGANIZATION]
    found = select(Organization.id, Organization.slug, Organization.name).where(Organization.id.in_(ids))
    return {f"organization:{row.id}": (row.name, f"/o/{row.slug}") for row in session.execute(found)} if ids else {}
