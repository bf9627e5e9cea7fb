"""What programs are shown of moderation: cases, reports, effects, the timeline; made from the room's frozen values."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from campus.api.schemas import Count, Id, PersonOut, exact, person_out
from campus.moderation.kinds import Action, CaseScope, CaseState, Category, EffectState

if TYPE_CHECKING:
    from campus.moderation.models import Effect
    from campus.moderation.queries.listing import CaseLine
    from campus.moderation.queries.page import CasePage


@exact
class CaseOut(TypedDict):
    """A case in the queue."""

    id: Id
    target: Annotated[str, Field(description="The thing it is about.", examples=["post:12"])]
    title: Annotated[str, Field(description="The beginning of what it said when it was first reported.")]
    state: CaseState
    scope: Annotated[CaseScope, Field(description="`org`: the organization's moderators review it; `site`: the site's staff.")]
    routed_because: str
    category: Annotated[Category | None, Field(description="The weightiest of the reports.")]
    safety: bool
    priority: int
    reporters: Count
    author: PersonOut | None
    organization: Annotated[str | None, Field(description="The slug of the organization it belongs to.")]
    opened_at: datetime
    waiting_since: Annotated[datetime, Field(description="Since when it is in its queue: opened, appealed, or taken up anew.")]
    escalated_at: datetime | None
    held_at: Annotated[datetime | None, Field(description="Since when it is hidden until it is reviewed.")]
    claimed_by: PersonOut | None


@exact
class ReportedOut(TypedDict):
    """A report, for those who handle its case."""

    reporter: PersonOut
    category: Category
    note: str
    created_at: datetime


@exact
class EffectOut(TypedDict):
    """What a measure did to a thing."""

    action: Action
    target: str
    state: EffectState
    before: Annotated[dict[str, Any], Field(description="How it was.", examples=[{"state": "published"}])]
    after: Annotated[dict[str, Any], Field(description="What was made of it.", examples=[{"state": "hidden"}])]
    ends_at: datetime | None
    outcome: Annotated[str, Field(description="Why taking it back changed nothing, if so.")]


@exact
class MomentOut(TypedDict):
    """A line of the timeline."""

    at: datetime
    who: str
    what: str
    text: str


@exact
class ShownPhotoOut(TypedDict):
    """A photo of the post a case is about, to be named in `remove_photo`."""

    id: Id
    position: Annotated[int, Field(ge=1, description="Its place in the post, which its author may change.")]
    alt: str


@exact
class FullCaseOut(TypedDict):
    """A case with everything around it."""

    id: Id
    target: Annotated[str, Field(examples=["post:12"])]
    state: CaseState
    scope: CaseScope
    routed_because: str
    text: Annotated[str, Field(description="What the thing said when it was first reported.")]
    reach: Annotated[Count, Field(description="How many people besides its author may see the post while it is published.")]
    photos: Annotated[list[ShownPhotoOut], Field(description="What the post shows now.")]
    author: PersonOut | None
    strikes: Annotated[Count, Field(description="Decisions that count against the author.")]
    reports: list[ReportedOut]
    effects: list[EffectOut]
    appeal: Annotated[NotRequired[str], Field(description="What the author says against the last decision.")]
    timeline: list[MomentOut]


def case_out(line: CaseLine) -> CaseOut:
    """A line of the queue."""
    return CaseOut(
        id=line.id,
        target=str(line.target),
        title=line.title,
        state=line.state,
        scope=line.scope,
        routed_because=line.routed_because,
        category=line.category,
        safety=line.safety,
        priority=line.priority,
        reporters=line.reporters,
        author=person_out(line.author) if line.author else None,
        organization=line.organization_slug or None,
        opened_at=line.opened_at,
        waiting_since=line.waiting_since,
        escalated_at=line.escalated_at,
        held_at=line.held_at,
        claimed_by=person_out(line.claimed_by) if line.claimed_by else None,
    )


def full_case_out(found: CasePage) -> FullCaseOut:
    """A case with everything around it."""
    told = FullCaseOut(
        id=found.case.id,
        target=str(found.case.target),
        state=found.case.state,
        scope=found.case.scope,
        routed_because=found.case.routed_because,
        text=found.snapshots[0].text if found.snapshots else "",
        reach=found.reach,
        photos=[ShownPhotoOut(id=each.id, position=each.position, alt=each.alt) for each in found.photos],
        author=person_out(found.author) if found.author else None,
        strikes=found.history.strikes,
        reports=[
            ReportedOut(
                reporter=person_out(each.reporter),
                category=each.report.category,
                note=each.report.note,
                created_at=each.report.created_at,
            )
            for each in found.reports
        ],
        effects=[_effect_out(effect) for effect in found.effects],
        timeline=[MomentOut(at=each.at, who=each.who, what=each.what, text=each.text) for each in found.timeline],
    )
    if found.appeals:
        told["appeal"] = found.appeals[-1].text
    return told


def _effect_out(effect: Effect) -> EffectOut:
    return EffectOut(
        action=effect.action,
        target=str(effect.target),
        state=effect.state,
        before=effect.before,
        after=effect.after,
        ends_at=effect.ends_at,
        outcome=effect.outcome,
    )
