"""Running an organization: its settings, departments and domains."""

from __future__ import annotations

from typing import Annotated

from flask import Blueprint
from pydantic import Field
from typing_extensions import TypedDict

from campus.accounts.guard import viewer
from campus.api import door
from campus.api.schemas import Count, DepartmentOut, department_out, exact
from campus.organizations import actions, queries
from campus.organizations.actions.founding import MAX_NAME
from campus.organizations.actions.keeping import MAX_ABOUT, MAX_PLACE
from campus.organizations.models import JoinPolicy, OrganizationKind
from campus.organizations.rights import Managed, managed
from campus.platform import clock

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
    default_audience: Annotated[str, Field(pattern="^(public|organization)$", examples=["organization"])] = "organization"


class DepartmentIn(door.Body):
    """A new department. The slug stays, whatever it is called later."""

    name: Annotated[str, Field(min_length=1, max_length=MAX_NAME)]
    slug: Annotated[str, Field(pattern="^[a-z0-9][a-z0-9-]{0,49}$", examples=["biology"])]


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
class DomainsOut(TypedDict):
    """The domains of an organization."""

    domains: Annotated[list[str], Field(description="Those that prove belonging.")]
    waiting: Annotated[list[str], Field(description="Those it claims. The site's administrators have yet to confirm them.")]


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
@door.reads(answer=DomainsOut, errors=(404,), tag="management")
def domains(slug: str) -> DomainsOut:
    """List the e-mail domains that prove belonging to an organization you run, and those it claims."""
    return _domains(_here(slug))


@blueprint.get("/organizations/<slug>/domains/<domain>/")
@door.reads(answer=DomainOut, errors=(403, 404), tag="management")
def domain_preview(slug: str, domain: str) -> DomainOut:
    """Read what a domain of an organization you run means, or would mean: one at which you have a confirmed address yourself."""
    place = _here(slug)
    found = actions.look_at_domain(viewer_id=viewer().id, organization_id=place.organization.id, domain=domain)
    return DomainOut(domain=found.domain, people=found.people, members=found.members)


@blueprint.put("/organizations/<slug>/domains/<domain>/")
@door.writes(answer=DomainsOut, errors=(403, 404, 409), tag="management")
def claim_domain(slug: str, domain: str) -> DomainsOut:
    """Claim a domain at which you have a confirmed address yourself.

    It proves nothing until the site's administrators have confirmed it.
    """
    place = _here(slug)
    actions.claim_domain(viewer_id=viewer().id, organization_id=place.organization.id, domain=domain, now=clock.now())
    return _domains(place)


@blueprint.delete("/organizations/<slug>/domains/<domain>/")
@door.writes(answer=DomainsOut, errors=(404,), tag="management")
def drop_domain(slug: str, domain: str) -> DomainsOut:
    """Remove a domain, or take its claim back. Members stay."""
    place = _here(slug)
    actions.drop_domain(viewer_id=viewer().id, organization_id=place.organization.id, domain=domain, now=clock.now())
    return _domains(place)


def _here(slug: str) -> Managed:
    return managed(viewer().id, slug)


def _domains(place: Managed) -> DomainsOut:
    number = place.organization.id
    return DomainsOut(domains=queries.domains_of(number), waiting=queries.claims_of(number))


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
