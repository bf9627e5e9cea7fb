"""Joining and leaving. The pages of organizations are in `profiles`, which knows their posts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash

from campus.accounts.guard import sign_in_required, viewer
from campus.organizations import actions
from campus.organizations.models import MembershipStatus
from campus.organizations.queries import by_slug
from campus.organizations.views.blueprints import blueprint
from campus.platform import clock
from campus.platform.htmx import redirect_back

if TYPE_CHECKING:
    from flask import Response


@blueprint.post("/o/<slug>/join")
@sign_in_required
def join(slug: str) -> Response:
    """Become a member, or ask to. Everything on the page may be different then: htmx loads it anew."""
    organization = by_slug(slug)
    status = actions.join(viewer_id=viewer().id, organization_id=organization.id, now=clock.now())
    waits = status is MembershipStatus.PENDING
    flash(f"{organization.name} has your request." if waits else f"You are a member of {organization.name} now.")
    return redirect_back(f"/o/{organization.slug}")


@blueprint.post("/o/<slug>/leave")
@sign_in_required
def leave(slug: str) -> Response:
    """End one's membership, or take the request back."""
    organization = by_slug(slug)
    actions.leave(viewer_id=viewer().id, organization_id=organization.id)
    flash(f"You are not a member of {organization.name}.")
    return redirect_back(f"/o/{organization.slug}")
