"""A report: it opens a case or joins the one that is open, routes it, and hides the thing when that cannot wait."""

from __future__ import annotations

from dataclasses import dataclass
from math import log1p
from typing import TYPE_CHECKING

from sqlalchemy import select

from campus import quotas
from campus.audit.acting import acting
from campus.moderation import letters, notices, parts, snapshots, targets
from campus.moderation.actions import effects, locks
from campus.moderation.kinds import (
    HOLDING_REPORTERS,
    MAX_NOTE,
    SAFETY,
    UNDECIDED,
    Action,
    CaseState,
    Category,
    Measure,
    ReportDraft,
    Target,
    TargetKind,
)
from campus.moderation.models import Case, Decision, Report
from campus.moderation.routing import route
from campus.platform import limits
from campus.platform.db import session, transaction
from campus.platform.errors import Forbidden, Invalid
from campus.posts.drafts import tidied
from campus.posts.models import Post

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from campus.accounts.viewer import Viewer
    from campus.moderation.targets import Facts

AUTO = "auto:moderation"
HOLDABLE = frozenset({TargetKind.POST, TargetKind.PHOTO, TargetKind.COMMENT})
WEIGHTS = {
    Category.INTIMATE: 60,
    Category.HARASSMENT: 60,
    Category.HATE: 40,
    Category.DEPICTED: 25,
    Category.IMPERSONATION: 25,
    Category.INTERNAL: 20,
    Category.COPYRIGHT: 15,
    Category.SPAM: 10,
    Category.OTHER: 5,
}
LOOKED_BACK = 100  # reports of a reporter that say how often she is agreed with


class YourOwn(Forbidden):
    """One does not report oneself, or what one wrote: it can be deleted."""

    title = "This is yours"


@dataclass(frozen=True, slots=True)
class Reported:
    """What came of a report: its case, whether it is new (and not an earlier one said anew), whether the thing is hidden now."""

    report_id: int
    case_id: int
    is_new: bool
    held: bool


def report(*, viewer: Viewer, target: Target, draft: ReportDraft, now: datetime) -> Reported:
    """Report a thing one sees. Saying it again while the case is undecided replaces what was said, and costs nothing.

    Forms name the category by its value (`wording.CATEGORIES` has the labels); for one photo of a post the target is the photo
    (`targets.photo_at`). What to answer is `wording.AFTER_A_REPORT`; show nothing else of the case to her.

    Raises:
        TargetNotFound: there is none for her.
        YourOwn: it is herself, or hers.
        Invalid: the note is longer than 1,000 characters, or holds what cannot be shown (`field` is "note").
        QuotaExceeded: she has reported enough today.
    """
    note = tidied("The note", draft.note, MAX_NOTE, field="note")
    with transaction():
        found = targets.visible(viewer.id, target)
        if found.author_id == viewer.id:
            raise YourOwn("You cannot report what is yours. You can change or delete it.")
        case, is_fresh = _case_of(found, draft, now)
        kept, is_new = _kept(case, viewer.id, draft, note, now)
        if is_new:
            limits.spend(quotas.REPORTS, viewer.id, now=now)
        _judge(case, found, now)
        if is_fresh:
            snapshots.take(case, found, occasion="report", now=now)
        held = _hold_if_due(case, found, now)
    return Reported(kept.id, case.id, is_new, held)


def open_silent(found: Facts, *, now: datetime) -> Case:
    """The undecided case of a thing, or a new one without a report, in the open transaction: for acting directly."""
    case, is_fresh = _case_of(found, None, now)
    if is_fresh:
        case.silent = True
        snapshots.take(case, found, occasion="report", now=now)
    return case


def _case_of(found: Facts, draft: ReportDraft | None, now: datetime) -> tuple[Case, bool]:
    """The undecided case of the thing, and whether it was made now: one is made at a time."""
    locks.the_only_case_of(found.target)
    same = (Case.target_kind == found.target.kind, Case.target_id == found.target.id, Case.state.in_(UNDECIDED))
    held = select(Case).where(*same).order_by(Case.id.desc()).limit(1).with_for_update().execution_options(populate_existing=True)
    if (case := session.scalar(held)) is not None:
        return case, False
    there = route(found, safety=draft is not None and draft.category in SAFETY)
    case = Case(
        target_kind=found.target.kind,
        target_id=found.target.id,
        post_id=found.post_id,
        author_id=found.author_id,
        organization_id=found.organization_id,
        scope=there.scope,
        routed_because=there.because,
        state=CaseState.OPEN,
        category=draft.category if draft else None,
        opened_at=now,
        reported_at=now,
        waiting_since=now,
    )
    session.add(case)
    session.flush()
    return case, True


def _kept(case: Case, reporter_id: int, draft: ReportDraft, note: str, now: datetime) -> tuple[Report, bool]:
    """Her report on this case, and whether it is new."""
    said = {"category": draft.category, "note": note, "photos": list(draft.photos), "updated_at": now}
    mine = select(Report).where(Report.case_id == case.id, Report.reporter_id == reporter_id)
    earlier = session.scalar(mine)
    if earlier is not None:
        for name, value in said.items():
            setattr(earlier, name, value)
        session.flush()
        return earlier, False
    fresh = Report(case_id=case.id, reporter_id=reporter_id, created_at=now, **said)
    session.add(fresh)
    session.flush()
    return fresh, True


def _judge(case: Case, found: Facts, now: datetime) -> None:
    """Bring the case's category, priority and route in line with its reports."""
    rows = session.execute(select(Report.category, Report.reporter_id).where(Report.case_id == case.id)).all()
    case.category = max((row.category for row in rows), key=WEIGHTS.__getitem__)
    case.reporters, case.reported_at = len(rows), now
    case.priority = WEIGHTS[case.category] + 10 * min(len(rows), 5) + _agreed([row.reporter_id for row in rows]) + _seen(case)
    if not case.safety and case.category in SAFETY:
        there = route(found, safety=True)
        case.safety, case.scope, case.routed_because = True, there.scope, there.because
    session.flush()


def _agreed(reporters: Sequence[int]) -> int:
    """0 to 10: how often decisions agreed with what these people reported before, the best of them."""
    decided = (
        select(Report.reporter_id, Decision.acted)
        .join(Decision, Decision.case_id == Report.case_id)
        .where(Report.reporter_id.in_(reporters), Decision.void_at.is_(None))
        .order_by(Report.id.desc())
        .limit(LOOKED_BACK)
    )
    outcomes: list[bool] = [row.acted for row in session.execute(decided)]
    return round(10 * (sum(outcomes) + 1) / (len(outcomes) + 2))


def _seen(case: Case) -> int:
    """0 to 10: how much has happened under the post."""
    points = session.scalar(select(Post.points).where(Post.id == case.post_id)) or 0
    return min(10, round(2 * log1p(points)))


def _hold_if_due(case: Case, found: Facts, now: datetime) -> bool:
    """Hide the thing until it is reviewed, if three people or a safety report say so. True if it was hidden now."""
    if case.held_at is not None or case.target_kind not in HOLDABLE or not _holding(case):
        return False
    with acting(AUTO):
        wanted = parts.changes(case, Measure(Action.HOLD), now=now)
        locks.hold(wanted)
        made = effects.apply(case, wanted, decision_id=None, now=now)
        case.held_at = now
        if case.author_id is not None:
            letter = letters.of_hold(case.target_kind, found.url)
            notices.send(letter, user_id=case.author_id, key=f"case:{case.id}:held", now=now)
        effects.record_applied(case, made)
    return True


def _holding(case: Case) -> bool:
    """Three people who have not reported it before it was found in order, or one with a safety category not reviewed yet."""
    reviewed = (
        select(Report.reporter_id, Report.category)
        .join(Decision, Decision.case_id == Report.case_id)
        .join(Case, Case.id == Report.case_id)
        .where(
            Case.target_kind == case.target_kind,
            Case.target_id == case.target_id,
            Decision.acted.is_(False),
            Decision.void_at.is_(None),
        )
    )
    known = session.execute(reviewed).all()
    people, categories = {row.reporter_id for row in known}, {row.category for row in known}
    here = session.execute(select(Report.reporter_id, Report.category).where(Report.case_id == case.id)).all()
    fresh = {row.reporter_id for row in here} - people
    return len(fresh) >= HOLDING_REPORTERS or any(row.category in SAFETY - categories for row in here)


def checked_category(text: str) -> Category:
    """The category that a form or a program names.

    Raises:
        Invalid: it names none (`field` is "category").
    """
    if text not in set(Category):
        raise Invalid("Choose what is wrong with it.", field="category")
    return Category(text)
