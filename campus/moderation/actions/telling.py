"""Who is told what, when: the letters of `letters`, on their way."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sqlalchemy import select

from campus.accounts.models import User
from campus.moderation import letters, notices, parts, targets
from campus.moderation.kinds import Action, Measure, TargetKind
from campus.moderation.models import Report
from campus.moderation.queries.letters import RUNNING
from campus.organizations.models import Organization, OrganizationMembership
from campus.organizations.queries import active
from campus.platform.db import session

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from campus.moderation.kinds import DecisionDraft
    from campus.moderation.letters import Letter, Letters
    from campus.moderation.models import Appeal, Case, Decision
    from campus.moderation.queries.letters import LetterPage

PREVIEW = letters.letter_url("preview")


@dataclass(frozen=True, slots=True)
class Recipients:
    """Who gets which letter: those who answer for the thing, and those who reported it."""

    authors: tuple[int, ...]
    reporters: tuple[int, ...]


def recipients(case: Case) -> Recipients:
    """Its author, or for an organization those who run it; and everybody who reported it."""
    reporters = tuple(session.scalars(select(Report.reporter_id).where(Report.case_id == case.id).order_by(Report.id)))
    if case.target_kind is not TargetKind.ORGANIZATION:
        return Recipients((case.author_id,) if case.author_id is not None else (), reporters)
    running = select(OrganizationMembership.user_id).where(
        OrganizationMembership.organization_id == case.target_id,
        OrganizationMembership.role.in_(RUNNING),
        active(),
    )
    return Recipients(tuple(session.scalars(running.order_by(OrganizationMembership.user_id))), reporters)


def composed(case: Case, draft: DecisionDraft, *, as_staff: bool, was_held: bool, url: str = PREVIEW, now: datetime) -> Letters:
    """Both letters of a decision. The author of what was found in order, and was never hidden or is gone, hears nothing."""
    acted = any(measure.action is not Action.NO_ACTION for measure in draft.measures)
    was_held = was_held and targets.is_there(case.target)  # who deleted hers has nothing that is shown again
    where = url if acted else _place(case)
    author = letters.of_decision(
        case.target_kind,
        by=signature(case, as_staff=as_staff),
        rule=draft.rule,
        reason=draft.reason,
        measures=placed(case, draft.measures),
        place=place_of(case),
        now=now,
        url=where,
    )
    told = recipients(case)
    reporters = letters.of_outcome(case.target_kind, acted=acted) if told.reporters and draft.tell_reporters else None
    return letters.Letters(author if told.authors and (acted or was_held) else None, reporters)


def signature(case: Case, *, as_staff: bool) -> str:
    """Who decides, as those concerned read it: never a name of a person."""
    return "The staff of this site" if as_staff or case.organization_id is None else f"The moderators of {place_of(case)}"


def place_of(case: Case) -> str:
    """The organization whose content it is, by name."""
    return session.scalar(select(Organization.name).where(Organization.id == case.organization_id)) or "the organization"


def decided(case: Case, decision: Decision, draft: DecisionDraft, *, was_held: bool, now: datetime) -> None:
    """Both letters, on their way."""
    url = letters.letter_url(decision.letter)
    both = composed(case, draft, as_staff=decision.as_staff, was_held=was_held, url=url, now=now)
    told = recipients(case)
    _send(both.author, told.authors, f"case:{case.id}:decision:{decision.id}", now)
    _send(both.reporters, told.reporters, f"case:{case.id}:outcome:{decision.id}", now)


def undone(case: Case, decision: Decision, *, now: datetime) -> None:
    """To the author, if it did something."""
    if decision.acted:
        letter = letters.of_undoing(case.target_kind, _place(case))
        _send(letter, recipients(case).authors, f"case:{case.id}:undone:{decision.id}", now)


def appeal_decided(case: Case, decision: Decision, appeal: Appeal, *, overturned: bool, now: datetime) -> None:
    """To the author."""
    url = letters.letter_url(decision.letter)
    letter = letters.of_appeal(case.target_kind, overturned=overturned, reason=appeal.reason, url=url)
    _send(letter, recipients(case).authors, f"case:{case.id}:appeal:{appeal.id}", now)


def sent(found: LetterPage) -> Letter:
    """The letter of a decision once more, as its author got it."""
    case, decision = found.case, found.decision
    return letters.of_decision(
        case.target_kind,
        by=signature(case, as_staff=decision.as_staff),
        rule=decision.rule,
        reason=decision.reason,
        measures=measures_of(decision),
        place=place_of(case),
        now=decision.at,
        url=letters.letter_url(decision.letter),
    )


def placed(case: Case, measures: Sequence[Measure]) -> tuple[Measure, ...]:
    """The measures of a draft as letters and decisions name them: photos by the places they have now."""
    return tuple(
        replace(measure, photos=tuple(parts.photo_places(case, measure.photos).values()) if measure.photos else ())
        for measure in measures
    )


def measures_of(decision: Decision) -> tuple[Measure, ...]:
    """The measures of a decision, as they were chosen; photos by the places they had."""
    return tuple(
        Measure(Action(kept["action"]), tuple(kept["photos"]), kept["days"], kept["audience"]) for kept in decision.measures
    )


def _place(case: Case) -> str:
    found = targets.facts(case.target)
    return found.url if found is not None else "/notifications"


def _send(letter: Letter | None, people: tuple[int, ...], key: str, now: datetime) -> None:
    here = session.scalars(select(User.id).where(User.id.in_(people))) if letter is not None else ()
    for user_id in here:
        if letter is not None:
            notices.send(letter, user_id=user_id, key=key, now=now)
