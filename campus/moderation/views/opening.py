"""Acting without a report: a moderator who sees what breaks a rule opens its case from its menu, and decides it there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, g, request

from campus.accounts.guard import sign_in_required, viewer, viewer_or_none
from campus.follows.queries import visible_person
from campus.moderation import actions, targets
from campus.moderation.desks import desk_of
from campus.moderation.kinds import Target, TargetKind
from campus.moderation.queries.finding import undecided
from campus.moderation.queries.offering import fellows
from campus.moderation.views.scoped import url_of
from campus.organizations.queries import by_slug
from campus.platform import clock
from campus.platform.htmx import go_to

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Response

blueprint = Blueprint("opening", __name__)


@blueprint.app_context_processor  # menus of posts, comments and people stand in rooms that know nothing of cases
def _menus() -> dict[str, Callable[..., bool]]:
    return {"may_moderate": may_moderate}


@blueprint.post("/posts/<int:post_id>/moderate")
@sign_in_required
def post(post_id: int) -> Response:
    """Open the case of a post; with `?photo=`, of one photo of it."""
    position = request.args.get("photo", type=int)
    return _opened(targets.photo_at(viewer().id, post_id, position) if position else Target(TargetKind.POST, post_id))


@blueprint.post("/comments/<int:comment_id>/moderate")
@sign_in_required
def comment(comment_id: int) -> Response:
    """Open the case of a comment."""
    return _opened(Target(TargetKind.COMMENT, comment_id))


@blueprint.post("/u/<handle>/moderate")
@sign_in_required
def person(handle: str) -> Response:
    """Open the case of a person."""
    return _opened(Target(TargetKind.USER, visible_person(viewer().id, handle).id))


@blueprint.post("/o/<slug>/moderate")
@sign_in_required
def organization(slug: str) -> Response:
    """Open the case of an organization."""
    return _opened(Target(TargetKind.ORGANIZATION, by_slug(slug).id))


def _opened(target: Target) -> Response:
    """To the page of its case, which is hers now; to see who has it, when somebody else does."""
    me = viewer()
    try:
        case = actions.open_case(viewer=me, target=target, now=clock.now())
    except actions.ClaimedByAnother:
        case = undecided(me, target)
    return go_to(url_of(desk_of(me, case.organization_id), case.id))


def may_moderate(author_id: int | None, organization_id: int | None) -> bool:
    """Whether the viewer may open a case about what this person made, in this organization or in none.

    The site's staff about everybody else; an organization's moderators about what belongs to it, but for each other's, which the
    site's staff sees to. One statement for an organization and request.
    """
    me = viewer_or_none()
    if me is None or author_id == me.id:
        return False
    if me.is_admin or organization_id is None:
        return me.is_admin
    known: dict[int, frozenset[int]] = g.setdefault("fellow_moderators", {})
    if organization_id not in known:
        known[organization_id] = fellows(me.id, organization_id)
    return bool(known[organization_id]) and author_id not in known[organization_id]
