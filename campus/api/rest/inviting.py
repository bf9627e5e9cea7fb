"""The invitations an organization sends out, and accepting one."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from flask import Blueprint
from pydantic import Field
from typing_extensions import TypedDict

from campus import quotas
from campus.accounts import rules
from campus.accounts.guard import viewer
from campus.api import door
from campus.api.incoming import InvalidFields
from campus.api.listing import Paged
from campus.api.rest.belonging import BelongingOut
from campus.api.rest.members import Slugs, department_ids
from campus.api.schemas import Count, DepartmentOut, Id, department_out, exact
from campus.organizations import actions, invitations
from campus.organizations.invitations import LONGEST_DAYS, InvitationView
from campus.organizations.models import MemberKind, Role
from campus.organizations.rights import Managed, managed
from campus.platform import clock, settings
from campus.platform.errors import FieldError, Invalid
from campus.profiles.queries import belonging

blueprint = Blueprint("api_inviting", __name__)


@exact
class InvitationOut(TypedDict):
    """An open invitation."""

    id: Id
    address: Annotated[str | None, Field(description="To whom it was mailed; null for a link.")]
    role: Role
    kind: MemberKind
    departments: list[DepartmentOut]
    uses_left: Count
    expires_at: datetime
    created_at: datetime
    inviter: str | None
    works: Annotated[bool, Field(description="False when its sender may no longer invite.")]


@exact
class LinkOut(TypedDict):
    """A new link. It is shown this once."""

    id: Id
    url: str


class InvitationIn(door.Body):
    """What an invitation makes of who accepts it."""

    role: Annotated[Role, Field(description="Only owners invite to more than membership, one person at a time.")] = Role.MEMBER
    kind: MemberKind = MemberKind.STUDENT
    departments: Slugs = ()
    days: Annotated[int, Field(ge=1, le=LONGEST_DAYS)] = 14


class LinkIn(InvitationIn):
    """A link, and for how many people."""

    uses: Annotated[int, Field(ge=1, le=actions.MOST_USES)] = 1


class AddressesIn(InvitationIn):
    """Whom to invite by mail."""

    addresses: Annotated[list[str], Field(min_length=1, max_length=1000)]


@exact
class InvitedOut(TypedDict):
    """Whom a mail goes to. Members, and those who hold an open invitation, are left alone."""

    invited: list[str]


class TokenIn(door.Body):
    """The last part of an invitation's link."""

    token: Annotated[str, Field(min_length=1, max_length=4000)]


@blueprint.get("/organizations/<slug>/invitations/")
@door.reads(query=Paged, answer=list[InvitationOut], errors=(404,), tag="invitations")
def listing(slug: str, query: Paged) -> door.Page:
    """List the open invitations of an organization you run, the latest first."""
    place = _here(slug)
    found, last = invitations.listing(place.organization.id, now=clock.now(), before=query.number(), limit=query.page_size)
    return query.piece(map(_invitation_out, found), last)


@blueprint.post("/organizations/<slug>/invitations/")
@door.writes(body=LinkIn, answer=LinkOut, errors=(403, 404, 409), quota=quotas.LINKS, tag="invitations")
def create_link(slug: str, body: LinkIn) -> LinkOut:
    """Make a link that invites. It is shown this once."""
    place = _here(slug)
    made, token = actions.create_link(
        viewer_id=viewer().id, organization_id=place.organization.id, terms=_terms(place, body, body.uses), now=clock.now()
    )
    return LinkOut(id=made, url=f"{settings.current().site_url}/invitations/{token}")


@blueprint.post("/organizations/<slug>/invitations/addresses/")
@door.writes(body=AddressesIn, answer=InvitedOut, errors=(403, 404), quota=quotas.INVITATIONS, tag="invitations")
def invite_addresses(slug: str, body: AddressesIn) -> InvitedOut:
    """Invite people by mail."""
    place = _here(slug)
    terms = _terms(place, body, 1)
    invited = actions.invite_addresses(
        viewer_id=viewer().id,
        organization_id=place.organization.id,
        addresses=_addresses(body.addresses),
        terms=terms,
        now=clock.now(),
    )
    return InvitedOut(invited=invited)


@blueprint.delete("/organizations/<slug>/invitations/<int:invitation_id>/")
@door.writes(status=204, errors=(403, 404), tag="invitations")
def revoke_invitation(slug: str, invitation_id: int) -> None:
    """Take an invitation back."""
    place = _here(slug)
    actions.revoke_invitation(
        viewer_id=viewer().id, organization_id=place.organization.id, invitation_id=invitation_id, now=clock.now()
    )


@blueprint.post("/me/invitations/")
@door.writes(body=TokenIn, answer=BelongingOut, errors=(403,), tag="invitations")
def accept_invitation(body: TokenIn) -> BelongingOut:
    """Accept an invitation: become a member as it says."""
    found = invitations.opened(body.token, now=clock.now())
    actions.accept_invitation(viewer_id=viewer().id, token=body.token, now=clock.now())
    standing = belonging(viewer().id, found.organization_id)
    return BelongingOut(relation=standing.relation, following=standing.following, muted=standing.muted)


def _here(slug: str) -> Managed:
    return managed(viewer().id, slug)


def _terms(place: Managed, body: InvitationIn, uses: int) -> actions.Terms:
    placed = department_ids(place, body.departments)
    return actions.Terms(role=body.role, kind=body.kind, department_ids=placed, uses=uses, days=body.days)


def _addresses(given: list[str]) -> list[str]:
    """The addresses in their one form, or every bad one named."""
    found, bad = [], []
    for place, text in enumerate(given):
        try:
            found.append(rules.address(text))
        except Invalid as error:
            bad.append(FieldError(f"addresses.{place}", str(error)))
    if bad:
        raise InvalidFields(errors=tuple(bad[:20]))
    return found


def _invitation_out(found: InvitationView) -> InvitationOut:
    return InvitationOut(
        id=found.id,
        address=found.address,
        role=found.role,
        kind=found.kind,
        departments=[department_out(each) for each in found.departments],
        uses_left=found.uses_left,
        expires_at=found.expires_at,
        created_at=found.created_at,
        inviter=found.inviter,
        works=found.works,
    )
