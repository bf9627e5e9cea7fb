"""Reporting what should not be there: a post or one of its photos, a comment, a person, an organization."""

from __future__ import annotations

from typing import Annotated

from flask import Blueprint
from pydantic import Field
from typing_extensions import TypedDict

from campus import quotas
from campus.accounts.guard import viewer
from campus.api import door
from campus.api.schemas import exact
from campus.follows.queries import visible_person
from campus.moderation import actions, targets
from campus.moderation.kinds import MAX_NOTE, Category, ReportDraft, Target, TargetKind
from campus.moderation.wording import AFTER_A_REPORT
from campus.organizations.queries import by_slug
from campus.platform import clock

blueprint = Blueprint("api_reports", __name__)

Note = Annotated[str, Field(max_length=MAX_NOTE, description="What is wrong, for those who review it.")]


class ReportIn(door.Body):
    """Why something is reported."""

    category: Annotated[Category, Field(strict=False)]
    note: Note = ""


class PostReportIn(ReportIn):
    """Why a post is reported, or one photo of it."""

    photo: Annotated[int | None, Field(ge=1, le=1000, description="The position of the photo it is about; null: the post.")] = (
        None
    )


@exact
class ReportOut(TypedDict):
    """A report that was taken down. Who is responsible for the thing does not learn who reported it."""

    target: Annotated[str, Field(examples=["post:12"])]
    category: Category
    message: Annotated[str, Field(description="What happens now.")]


@blueprint.post("/posts/<int:post_id>/reports/")
@door.writes(body=PostReportIn, answer=ReportOut, status=201, errors=(403, 404), quota=quotas.REPORTS, tag="reports")
def post(post_id: int, body: PostReportIn) -> ReportOut:
    """Report a post, or one of its photos.

    Reporting it again before it is reviewed replaces what you said, and costs nothing.
    """
    target = Target(TargetKind.POST, post_id)
    return _reported(targets.photo_at(viewer().id, post_id, body.photo) if body.photo else target, body)


@blueprint.post("/comments/<int:comment_id>/reports/")
@door.writes(body=ReportIn, answer=ReportOut, status=201, errors=(403, 404), quota=quotas.REPORTS, tag="reports")
def comment(comment_id: int, body: ReportIn) -> ReportOut:
    """Report a comment."""
    return _reported(Target(TargetKind.COMMENT, comment_id), body)


@blueprint.post("/users/<handle>/reports/")
@door.writes(body=ReportIn, answer=ReportOut, status=201, errors=(403, 404), quota=quotas.REPORTS, tag="reports")
def person(handle: str, body: ReportIn) -> ReportOut:
    """Report a person."""
    return _reported(Target(TargetKind.USER, visible_person(viewer().id, handle).id), body)


@blueprint.post("/organizations/<slug>/reports/")
@door.writes(body=ReportIn, answer=ReportOut, status=201, errors=(404,), quota=quotas.REPORTS, tag="reports")
def organization(slug: str, body: ReportIn) -> ReportOut:
    """Report an organization."""
    return _reported(Target(TargetKind.ORGANIZATION, by_slug(slug).id), body)


def _reported(target: Target, body: ReportIn) -> ReportOut:
    actions.report(viewer=viewer(), target=target, draft=ReportDraft(body.category, body.note), now=clock.now())
    return ReportOut(target=str(target), category=body.category, message=AFTER_A_REPORT)
