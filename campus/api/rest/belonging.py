"""Being a member of organizations, following and muting them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

from flask import Blueprint
from pydantic import Field
from typing_extensions import TypedDict

from campus import quotas
from campus.accounts.guard import viewer
from campus.api import door
from campus.api.schemas import OrganizationOut, exact, organization_out
from campus.follows import actions as follows
from campus.organizations import actions, queries
from campus.organizations.models import MemberKind, Organization, Role
from campus.platform import clock
from campus.posts.cards import OwnerView
from campus.profiles.queries import belonging

if TYPE_CHECKING:
    from campus.organizations.places import Membership

blueprint = Blueprint("api_belonging", __name__)


@exact
class MembershipOut(TypedDict):
    """A membership of the caller that counts now."""

    organization: OrganizationOut
    role: Role
    kind: MemberKind
    until: Annotated[datetime | None, Field(description="When it ends by itself.")]
    may_post_officially: bool


@exact
class BelongingOut(TypedDict):
    """How the caller stands to an organization."""

    relation: Annotated[str, Field(description="`none`, `pending` (somebody has to approve), or her role.", examples=["member"])]
    following: bool
    muted: bool


def organization_of(membership: Membership) -> OrganizationOut:
    """The organization of a membership."""
    found = membership
    owner = OwnerView(found.organization_id, found.slug, found.name, found.kind, found.verified, found.logo_token)
    return organization_out(owner)


@blueprint.get("/me/memberships/")
@door.reads(answer=list[MembershipOut], tag="memberships")
def mine() -> list[MembershipOut]:
    """List the organizations you are a member of, by name."""
    return [
        MembershipOut(
            organization=organization_of(each),
            role=each.role,
            kind=each.member_kind,
            until=each.until,
            may_post_officially=each.may_post_officially,
        )
        for each in queries.memberships_of(viewer().id)
    ]


@blueprint.put("/organizations/<slug>/membership/")
@door.writes(answer=BelongingOut, errors=(403, 404), tag="memberships")
def join(slug: str) -> BelongingOut:
    """Become a member, or ask to, as the organization's join policy says.

    Joining twice is joining once; whoever is invited is a member at once.
    """
    organization = queries.by_slug(slug)
    actions.join(viewer_id=viewer().id, organization_id=organization.id, now=clock.now())
    return _standing(organization)


@blueprint.delete("/organizations/<slug>/membership/")
@door.writes(answer=BelongingOut, errors=(404, 409), tag="memberships")
def leave(slug: str) -> BelongingOut:
    """End your membership, or take the request back. The last owner stays."""
    organization = queries.by_slug(slug)
    actions.leave(viewer_id=viewer().id, organization_id=organization.id)
    return _standing(organization)


@blueprint.put("/organizations/<slug>/follow/")
@door.writes(answer=BelongingOut, errors=(404,), quota=quotas.FOLLOWS, tag="follows")
def follow(slug: str) -> BelongingOut:
    """Follow an organization.

    Following twice is following once, and costs nothing.
    """
    organization = queries.by_slug(slug)
    follows.follow(viewer_id=viewer().id, organization_id=organization.id, now=clock.now())
    return _standing(organization)


@blueprint.delete("/organizations/<slug>/follow/")
@door.writes(answer=BelongingOut, errors=(404,), tag="follows")
def unfollow(slug: str) -> BelongingOut:
    """Stop following an organization."""
    organization = queries.by_slug(slug)
    follows.unfollow(viewer_id=viewer().id, organization_id=organization.id)
    return _standing(organization)


@blueprint.put("/organizations/<slug>/mute/")
@door.writes(answer=BelongingOut, errors=(404,), tag="follows")
def mute(slug: str) -> BelongingOut:
    """Keep an organization out of the home feed. Nobody else notices."""
    organization = queries.by_slug(slug)
    follows.mute(viewer_id=viewer().id, organization_id=organization.id, now=clock.now())
    return _standing(organization)


@blueprint.delete("/organizations/<slug>/mute/")
@door.writes(answer=BelongingOut, errors=(404,), tag="follows")
def unmute(slug: str) -> BelongingOut:
    """Let an organization into the home feed again."""
    organization = queries.by_slug(slug)
    follows.unmute(viewer_id=viewer().id, organization_id=organization.id)
    return _standing(organization)


def _standing(organization: Organization) -> BelongingOut:
    now = belonging(viewer().id, organization.id)
    return BelongingOut(relation=now.relation, following=now.following, muted=now.muted)
