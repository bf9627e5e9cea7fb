"""Moderation: the queue, a case, what is decided; with a token of the scope `moderate`. Who moderates nothing finds nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal

from flask import Blueprint
from pydantic import Field

from campus.accounts.guard import viewer
from campus.accounts.models import TokenScope
from campus.api import door
from campus.api.case_schemas import CaseOut, FullCaseOut, case_out, full_case_out
from campus.api.listing import Paged
from campus.moderation import actions
from campus.moderation.kinds import (
    MAX_TEXT,
    Action,
    CaseScope,
    Category,
    DecisionDraft,
    Measure,
    Tab,
    TargetKind,
)
from campus.moderation.queries import listing, page
from campus.moderation.queries.listing import Filters
from campus.moderation.targets import parsed
from campus.organizations.queries import by_slug
from campus.platform import clock
from campus.posts.models import Audience

blueprint = Blueprint("api_moderation", __name__)

A_CASE = "/moderation/cases/<int:case_id>/"
MODERATE = TokenScope.MODERATE
Text = Annotated[str, Field(min_length=1, max_length=MAX_TEXT)]


class QueueQuery(Paged):
    """Which cases."""

    tab: Tab = Tab.UNCLAIMED
    category: Category | None = None
    kind: TargetKind | None = None
    scope: CaseScope | None = None
    organization: Annotated[str | None, Field(description="The slug of an organization.")] = None
    older_than_hours: Annotated[int | None, Field(ge=1, le=8760)] = None


class OpeningIn(door.Body):
    """What a case is opened about."""

    target: Annotated[
        str,
        Field(
            max_length=40,
            description="`post:`, `photo:`, `comment:`, `user:` or `organization:`, and its id.",
            examples=["post:12"],
        ),
    ]


class MeasureIn(door.Body):
    """One measure of a decision."""

    action: Annotated[Action, Field(strict=False)]
    photos: Annotated[tuple[int, ...], Field(max_length=100, description="Their ids, for `remove_photo`.")] = ()
    days: Annotated[
        int | None, Field(description="1, 3 or 7 for `pause` and `pause_here`; up to 365 for `suspend`, null without end.")
    ] = None
    audience: Annotated[Audience | None, Field(strict=False, description="For `narrow`; null: the next narrower.")] = None


class DecisionIn(door.Body):
    """A decision: several measures at once, or `no_action` alone."""

    rule: Annotated[Category | None, Field(strict=False, description="The rule that was broken; null with `no_action`.")] = None
    reason: Text
    measures: Annotated[list[MeasureIn], Field(min_length=1, max_length=10)]
    tell_reporters: bool = True


class AppealDecisionIn(door.Body):
    """What comes of an appeal."""

    outcome: Literal["upheld", "overturned"]
    reason: Text


class NoteIn(door.Body):
    """A note for the others who handle the case."""

    text: Text


class ReopeningIn(door.Body):
    """Why a closed case is looked at once more."""

    reason: Text


@blueprint.get("/moderation/cases/")
@door.reads(query=QueueQuery, answer=list[CaseOut], errors=(404,), tag="moderation", scope=MODERATE)
def cases(query: QueueQuery) -> door.Page:
    """List the cases of a tab of your queue, the weightiest first; closed ones, the newest first."""
    hours = timedelta(hours=query.older_than_hours) if query.older_than_hours else None
    place = by_slug(query.organization).id if query.organization else None
    filters = Filters(place, query.category, query.kind, query.scope, hours)
    after, limit = query.numbers(), query.page_size
    found = listing.queue(viewer(), query.tab, filters, after=after, limit=limit, now=clock.now())
    return query.piece(map(case_out, found.items), found.next_key)


@blueprint.post("/moderation/cases/")
@door.writes(body=OpeningIn, answer=FullCaseOut, status=201, errors=(404, 409), tag="moderation", scope=MODERATE)
def opening(body: OpeningIn) -> FullCaseOut:
    """Act without a report: open the case of a thing you see, or take the one that waits. It is yours to decide.

    About a post, comment or photo of an organization its moderators may, about anything the site's staff; nobody about herself.
    """
    return _full(actions.open_case(viewer=viewer(), target=parsed(body.target), now=clock.now()).id)


@blueprint.get(A_CASE)
@door.reads(answer=FullCaseOut, errors=(404,), tag="moderation", scope=MODERATE)
def one(case_id: int) -> FullCaseOut:
    """Read a case you handle."""
    return _full(case_id)


@blueprint.post(f"{A_CASE}claim/")
@door.writes(answer=FullCaseOut, errors=(404, 409), tag="moderation", scope=MODERATE)
def claim(case_id: int) -> FullCaseOut:
    """Take a case that nobody has."""
    actions.claim(viewer=viewer(), case_id=case_id, now=clock.now())
    return _full(case_id)


@blueprint.post(f"{A_CASE}release/")
@door.writes(answer=FullCaseOut, errors=(404, 409), tag="moderation", scope=MODERATE)
def release(case_id: int) -> FullCaseOut:
    """Give a case back to the others."""
    actions.release(viewer=viewer(), case_id=case_id)
    return _full(case_id)


@blueprint.post(f"{A_CASE}take_over/")
@door.writes(answer=FullCaseOut, errors=(403, 404, 409), tag="moderation", scope=MODERATE)
def take_over(case_id: int) -> FullCaseOut:
    """Take a case from whoever has it, as the site's staff."""
    actions.take_over(viewer=viewer(), case_id=case_id, now=clock.now())
    return _full(case_id)


@blueprint.post(f"{A_CASE}notes/")
@door.writes(body=NoteIn, answer=FullCaseOut, status=201, errors=(404,), tag="moderation", scope=MODERATE)
def note(case_id: int, body: NoteIn) -> FullCaseOut:
    """Leave a note for the others who handle a case."""
    actions.add_note(viewer=viewer(), case_id=case_id, text=body.text, now=clock.now())
    return _full(case_id)


@blueprint.post(f"{A_CASE}decisions/")
@door.writes(body=DecisionIn, answer=FullCaseOut, status=201, errors=(404, 409), tag="moderation", scope=MODERATE)
def decide(case_id: int, body: DecisionIn) -> FullCaseOut:
    """Decide a case that is yours or nobody's. Author and reporters are told."""
    measures = tuple(Measure(each.action, each.photos, each.days, each.audience) for each in body.measures)
    draft = DecisionDraft(body.reason, measures, body.rule, body.tell_reporters)
    actions.decide(viewer=viewer(), case_id=case_id, draft=draft, now=clock.now())
    return _full(case_id)


@blueprint.post(f"{A_CASE}undo/")
@door.writes(answer=FullCaseOut, errors=(404, 409), tag="moderation", scope=MODERATE)
def undo(case_id: int) -> FullCaseOut:
    """Take the last decision back, within 30 days: every effect is reversed, and the case waits for another decision."""
    actions.undo(viewer=viewer(), case_id=case_id, now=clock.now())
    return _full(case_id)


@blueprint.post(f"{A_CASE}reopen/")
@door.writes(body=ReopeningIn, answer=FullCaseOut, errors=(404, 409), tag="moderation", scope=MODERATE)
def reopen(case_id: int, body: ReopeningIn) -> FullCaseOut:
    """Have a closed case looked at once more; what was decided stands until another decision replaces it."""
    actions.reopen(viewer=viewer(), case_id=case_id, reason=body.reason, now=clock.now())
    return _full(case_id)


@blueprint.post(f"{A_CASE}appeal/")
@door.writes(body=AppealDecisionIn, answer=FullCaseOut, errors=(404, 409), tag="moderation", scope=MODERATE)
def decide_appeal(case_id: int, body: AppealDecisionIn) -> FullCaseOut:
    """Decide an appeal against somebody else's decision. Overturning it reverses every effect."""
    overturn = body.outcome == "overturned"
    actions.decide_appeal(viewer=viewer(), case_id=case_id, overturn=overturn, reason=body.reason, now=clock.now())
    return _full(case_id)


def _full(case_id: int) -> FullCaseOut:
    return full_case_out(page.case_page(viewer(), case_id))
