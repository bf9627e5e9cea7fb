"""Organizations and their departments: what they are, what they publish, who belongs to them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from flask import Blueprint
from pydantic import Field
from typing_extensions import TypedDict

from campus.accounts.guard import viewer
from campus.api import door, listing
from campus.api.listing import Paged
from campus.api.schemas import (
    Count,
    DepartmentOut,
    OrganizationOut,
    PersonOut,
    PostOut,
    department_out,
    exact,
    organization_out,
    person_out,
)
from campus.organizations import queries
from campus.organizations.models import JoinPolicy, MemberKind, Role
from campus.posts.queries import newest_by_organization
from campus.profiles.queries import members, organization_page

if TYPE_CHECKING:
    from campus.organizations.places import Listed

blueprint = Blueprint("api_organizations", __name__)


@exact
class ListedOut(OrganizationOut):
    """An organization in a list."""

    place: str
    join_policy: JoinPolicy
    member_count: Count


@exact
class OrganizationCountsOut(TypedDict):
    """Active members; posts the caller may see; followers."""

    members: Count
    posts: Count
    followers: Count


@exact
class OrganizationPageOut(OrganizationOut):
    """An organization, as the caller sees it."""

    about: str
    place: str
    join_policy: Annotated[JoinPolicy, Field(description="How one becomes a member.")]
    counts: OrganizationCountsOut
    relation: Annotated[str, Field(description="`none`, `pending`, or the caller's role.", examples=["member"])]
    following: Annotated[bool, Field(description="The caller follows it.")]
    muted: Annotated[bool, Field(description="Out of the caller's home feed.")]
    departments: list[DepartmentOut]


@exact
class MemberOut(PersonOut):
    """A member of an organization."""

    role: Role
    kind: MemberKind


@blueprint.get("/organizations/")
@door.reads(query=Paged, answer=list[ListedOut], tag="organizations")
def everyone(query: Paged) -> door.Page:
    """List organizations, those with the most members first."""
    found, key = queries.listing(query.numbers(), query.page_size)
    return query.piece(map(listed_out, found), key)


def listed_out(found: Listed) -> ListedOut:
    """An organization in a list."""
    return ListedOut(**organization_out(found), place=found.place, join_policy=found.join_policy, member_count=found.member_count)


@blueprint.get("/organizations/<slug>/")
@door.reads(answer=OrganizationPageOut, errors=(404,), tag="organizations")
def one(slug: str) -> OrganizationPageOut:
    """Read an organization, with its departments."""
    page = organization_page(viewer().id, queries.by_slug(slug))
    counts = OrganizationCountsOut(members=page.counts.members, posts=page.counts.posts, followers=page.counts.followers)
    return OrganizationPageOut(
        **organization_out(page.view),
        about=page.about,
        place=page.place,
        join_policy=page.join_policy,
        counts=counts,
        relation=page.relation,
        following=page.following,
        muted=page.muted,
        departments=[department_out(each) for each in page.departments],
    )


@blueprint.get("/organizations/<slug>/posts/")
@door.reads(query=Paged, answer=list[PostOut], errors=(404,), tag="organizations")
def posts(slug: str, query: Paged) -> door.Page:
    """List what an organization publishes, the newest first."""
    return _newest(queries.by_slug(slug).id, None, query)


@blueprint.get("/organizations/<slug>/members/")
@door.reads(query=Paged, answer=list[MemberOut], errors=(403, 404), tag="organizations")
def people(slug: str, query: Paged) -> door.Page:
    """List who belongs to an organization, by name: for its members."""
    found, after = members(viewer().id, queries.by_slug(slug), query.number(), query.page_size)
    return query.piece([MemberOut(**person_out(each), role=each.role, kind=each.kind) for each in found], after)


@blueprint.get("/organizations/<slug>/departments/")
@door.reads(answer=list[DepartmentOut], errors=(404,), tag="departments")
def departments(slug: str) -> list[DepartmentOut]:
    """List the departments of a university, by name."""
    return [department_out(each) for each in queries.departments_of(queries.by_slug(slug).id)]


@blueprint.get("/organizations/<slug>/departments/<department>/")
@door.reads(answer=DepartmentOut, errors=(404,), tag="departments")
def department(slug: str, department: str) -> DepartmentOut:
    """Read a department of a university."""
    return department_out(queries.department_by_slug(queries.by_slug(slug).id, department))


@blueprint.get("/organizations/<slug>/departments/<department>/posts/")
@door.reads(query=Paged, answer=list[PostOut], errors=(404,), tag="departments")
def department_posts(slug: str, department: str, query: Paged) -> door.Page:
    """List what a department publishes, the newest first."""
    organization = queries.by_slug(slug)
    place = queries.department_by_slug(organization.id, department)
    return _newest(organization.id, place.id, query)


def _newest(organization_id: int, department_id: int | None, query: Paged) -> door.Page:
    me = viewer().id
    before = query.moment()
    return listing.posts(query, me, newest_by_organization(me, organization_id, department_id, before, query.page_size + 1))
