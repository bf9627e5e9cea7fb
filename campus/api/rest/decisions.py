"""What was decided about what is the caller's own: her letters, and her answer. They name nobody who reported or decided."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

from flask import Blueprint
from pydantic import Field
from typing_extensions import TypedDict

from campus.accounts.guard import viewer
from campus.api import capabilities, door
from campus.api.listing import Paged
from campus.api.schemas import Id, Path, exact
from campus.moderation import actions, letters
from campus.moderation.actions.telling import measures_of, sent
from campus.moderation.kinds import MAX_TEXT, Action, AppealOutcome, Category
from campus.moderation.queries.letters import letter_page, letter_to, letters_to
from campus.platform import clock
from campus.posts.models import Audience

if TYPE_CHECKING:
    from campus.moderation.kinds import Measure
    from campus.moderation.models import Appeal
    from campus.moderation.queries.letters import LetterLine, LetterPage

blueprint = Blueprint("api_decisions", __name__)

A_DECISION = "/me/decisions/<int:decision_id>/"


@exact
class AppealOut(TypedDict):
    """What she answered, and what came of it."""

    text: str
    at: datetime
    outcome: Annotated[AppealOutcome | None, Field(description="Null until somebody else has decided about it.")]
    reason: str
    decided_at: datetime | None


@exact
class MeasureOut(TypedDict):
    """One measure of a decision."""

    action: Action
    photos: Annotated[list[int], Field(description="The positions of the photos it took out.")]
    days: Annotated[int | None, Field(description="How long it lasts; null: without an end, or it has none.")]
    audience: Annotated[Audience | None, Field(description="What a post was narrowed to, if it was named.")]


@exact
class DecisionOut(TypedDict):
    """A decision in the list of hers."""

    id: Id
    target: Annotated[str, Field(description="The thing it is about.", examples=["post:12"])]
    title: Annotated[str, Field(examples=["A decision about your post"])]
    at: datetime
    rule: Annotated[Category | None, Field(description="The rule that was broken.")]
    stands: Annotated[bool, Field(description="It was neither taken back nor overturned.")]
    appeal: AppealOut | None
    appeal_until: Annotated[datetime | None, Field(description="Null when there is nothing to appeal against any more.")]
    url: Annotated[
        Path | None,
        Field(
            description="The letter as a page, which needs no session and where she may appeal: for her alone. Null for tokens"
            " without the scope `write`."
        ),
    ]


@exact
class LetterOut(DecisionOut):
    """A decision with the letter that told her."""

    text: Annotated[str, Field(description="Who decided, which rule, why, what it means. Paragraphs apart by empty lines.")]
    about: Annotated[str, Field(description="What the thing said when it was decided.")]
    measures: list[MeasureOut]


class AppealIn(door.Body):
    """Why a decision is wrong."""

    text: Annotated[str, Field(min_length=1, max_length=MAX_TEXT)]


@blueprint.get("/me/decisions/")
@door.reads(query=Paged, answer=list[DecisionOut], tag="decisions")
def listing(query: Paged) -> door.Page:
    """List what was decided about you and what is yours, the newest first."""
    found = letters_to(viewer().id, before=query.number(), limit=query.page_size + 1, now=clock.now())
    shown = found[: query.page_size]
    return query.piece(map(_decision, shown), shown[-1].decision.id if len(found) > len(shown) else None)


@blueprint.get(A_DECISION)
@door.reads(answer=LetterOut, errors=(404,), tag="decisions")
def one(decision_id: int) -> LetterOut:
    """Read the letter of a decision."""
    return _letter(decision_id)


@blueprint.post(f"{A_DECISION}appeal/")
@door.writes(body=AppealIn, answer=LetterOut, status=201, errors=(404, 409), tag="decisions")
def appeal(decision_id: int, body: AppealIn) -> LetterOut:
    """Appeal against a decision, once, within 20 days. Somebody who did not make it decides, and you are told."""
    actions.appeal(letter=letter_to(viewer().id, decision_id), text=body.text, now=clock.now())
    return _letter(decision_id)


def _letter(decision_id: int) -> LetterOut:
    found = letter_page(letter_to(viewer().id, decision_id), now=clock.now())
    return {
        **_decision(found),
        "text": sent(found).text,
        "about": "\n".join(filter(None, (found.snapshot.title, found.snapshot.text))) if found.snapshot else "",
        "measures": [_measure(each) for each in measures_of(found.decision)],
    }


def _decision(found: LetterLine | LetterPage) -> DecisionOut:
    decision = found.decision
    return DecisionOut(
        id=decision.id,
        target=str(found.case.target),
        title=letters.heading(found.case.target_kind),
        at=decision.at,
        rule=decision.rule,
        stands=decision.void_at is None,
        appeal=_appeal(found.appeal) if found.appeal else None,
        appeal_until=found.appeal_until,
        url=letters.letter_url(decision.letter) if capabilities.may_be_told() else None,
    )


def _appeal(made: Appeal) -> AppealOut:
    return AppealOut(text=made.text, at=made.at, outcome=made.outcome, reason=made.reason, decided_at=made.decided_at)


def _measure(measure: Measure) -> MeasureOut:
    return MeasureOut(action=measure.action, photos=list(measure.photos), days=measure.days, audience=measure.audience)
