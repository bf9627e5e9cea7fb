"""Running an organization: its settings, departments, domains, and the invitations it sends out."""

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
from campus.organizations import actions, figures, invitations, queries
from campus.organizations.actions.founding import MAX_NAME, domain_of
from campus.organizations.actions.keeping import MAX_ABOUT, MAX_PLACE
from campus.organizations.invitations import LONGEST_DAYS, InvitationView
from campus.organizations.models import JoinPolicy, MemberKind, OrganizationKind, Role
from campus.organizations.rights import Managed, managed
from campus.platform import clock, settings
from campus.platform.errors import FieldError, Invalid
from campus.profiles.queries import belonging

blueprint = Blueprint("api_managing", __name__)


@exact
class OrganizationSettingsOut(TypedDict):
    """What an organization says and how one joins it, for those who run it."""

    name: str
    about: str
    place: str
    join_policy: JoinPolicy
    default_audience: str


class SettingsChange(door.Body):
    """What shall be different; what is not named stays."""

    name: Annotated[str, Field(max_length=MAX_NAME)] = ""
    about: Annotated[str, Field(max_length=MAX_ABOUT)] = ""
    place: Annotated[str, Field(max_length=MAX_PLACE)] = ""
    join_policy: JoinPolicy = JoinPolicy.APPROVAL
    default_audience: Annotated[str, Field(pattern="^(public|organization)$")] = "organization"


class DepartmentIn(door.Body):
    """A new department. The slug stays, whatever it is called later."""

    name: Annotated[str, Field(min_length=1, max_length=MAX_NAME)]
    slug: Annotated[str, Field(pattern="^[a-z0-9][a-z0-9-]{0,49}$")]


class DepartmentName(door.Body):
    """What a department is called."""

    name: Annotated[str, Field(min_length=1, max_length=MAX_NAME)]


class RemovalQuery(door.Query):
    """What becomes of the members."""

    move_to: Annotated[str | None, Field(description="The slug of the department its members go to.")] = None


@exact
class DomainOut(TypedDict):
    """Who has a confirmed address at a domain."""

    domain: str
    people: Count
    members: Annotated[int, Field(ge=0, description="Those of them who are members already.")]


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


@blueprint.get("/organizations/<slug>/settings/")
@door.reads(answer=OrganizationSettingsOut, errors=(404,), tag="management")
def read_settings(slug: str) -> OrganizationSettingsOut:
    """Read the settings of an organization you run."""
    return _settings(_here(slug))


@blueprint.patch("/organizations/<slug>/settings/")
@door.writes(body=SettingsChange, answer=OrganizationSettingsOut, errors=(404,), tag="management")
def change_settings(slug: str, body: SettingsChange) -> OrganizationSettingsOut:
    """Change the settings of an organization you run."""
    place = _here(slug)
    wanted = dict(_settings(place)) | {name: getattr(body, name) for name in body.model_fields_set}
    profile = actions.Profile(**wanted)  # type: ignore[arg-type]  # the model has checked each
    actions.edit_organization(viewer_id=viewer().id, organization_id=place.organization.id, profile=profile, now=clock.now())
    return _settings(_here(slug))


@blueprint.post("/organizations/<slug>/departments/")
@door.writes(body=DepartmentIn, answer=DepartmentOut, status=201, errors=(404, 409), tag="management")
def found_department(slug: str, body: DepartmentIn) -> door.Made:
    """Add a department to a university you run."""
    place = _university(slug)
    made = actions.found_department(
        viewer_id=viewer().id, organization_id=place.organization.id, name=body.name, slug=body.slug, now=clock.now()
    )
    return door.Made(department_out(made), f"/api/organizations/{place.organization.slug}/departments/{made.slug}/")


@blueprint.patch("/organizations/<slug>/departments/<department>/")
@door.writes(body=DepartmentName, answer=DepartmentOut, errors=(404,), tag="management")
def rename_department(slug: str, department: str, body: DepartmentName) -> DepartmentOut:
    """Call a department something else. Its slug stays."""
    place = _university(slug)
    actions.rename_department(
        viewer_id=viewer().id, organization_id=place.organization.id, slug=department, name=body.name, now=clock.now()
    )
    return department_out(queries.department_by_slug(place.organization.id, department))


@blueprint.delete("/organizations/<slug>/departments/<department>/")
@door.writes(query=RemovalQuery, status=204, errors=(404, 409), tag="management")
def remove_department(slug: str, department: str, query: RemovalQuery) -> None:
    """Remove a department in which nothing was posted."""
    place = _university(slug)
    actions.remove_department(
        viewer_id=viewer().id, organization_id=place.organization.id, slug=department, move_to=query.move_to, now=clock.now()
    )


@blueprint.get("/organizations/<slug>/domains/")
@door.reads(answer=list[str], errors=(404,), tag="management")
def domains(slug: str) -> list[str]:
    """List the e-mail domains that prove belonging to an organization you run."""
    return queries.domains_of(_here(slug).organization.id)


@blueprint.get("/organizations/<slug>/domains/<domain>/")
@door.reads(answer=DomainOut, errors=(404,), tag="management")
def domain_preview(slug: str, domain: str) -> DomainOut:
    """Read what a domain means, or would mean, for an organization you run."""
    found = figures.domain_preview(_here(slug).organization.id, domain_of(domain))
    return DomainOut(domain=found.domain, people=found.people, members=found.members)


@blueprint.put("/organizations/<slug>/domains/<domain>/")
@door.writes(answer=list[str], errors=(403, 404, 409), tag="management")
def claim_domain(slug: str, domain: str) -> list[str]:
    """Add a domain at which you have a confirmed address yourself."""
    place = _here(slug)
    actions.claim_domain(viewer_id=viewer().id, organization_id=place.organization.id, domain=domain, now=clock.now())
    return queries.domains_of(place.organization.id)


@blueprint.delete("/organizations/<slug>/domains/<domain>/")
@door.writes(answer=list[str], errors=(404,), tag="management")
def drop_domain(slug: str, domain: str) -> list[str]:
    """Remove a domain. Members stay."""
    place = _here(slug)
    actions.drop_domain(viewer_id=viewer().id, organization_id=place.organization.id, domain=domain, now=clock.now())
    return queries.domains_of(place.organization.id)


@blueprint.get("/organizations/<slug>/invitations/")
@door.reads(query=Paged, answer=list[InvitationOut], errors=(404,), tag="invitations")
def listing(slug: str, query: Paged) -> door.Page:
    """List the open invitations of an organization you run, the latest first."""
    place = _here(slug)
    found, last = invitations.listing(place.organization.id, now=clock.now(), before=query.number(), limit=query.page_size)
    return query.piece(map(_invitation_out, found), last)


@blueprint.post("/organizations/<slug>/invitations/")
@door.writes(body=LinkIn, answer=LinkOut, errors=(403, 404), tag="invitations")
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


def _university(slug: str) -> Managed:
    place = _here(slug)
    if place.organization.kind is not OrganizationKind.UNIVERSITY:
        raise queries.OrganizationNotFound
    return place


def _settings(place: Managed) -> OrganizationSettingsOut:
    found = place.organization
    return OrganizationSettingsOut(
        name=found.name,
        about=found.about,
        place=found.place,
        join_policy=found.join_policy,
        default_audience=found.default_audience,
    )


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
