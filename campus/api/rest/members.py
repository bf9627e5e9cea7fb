"""Running an organization: its members and those who ask to be. Who does not run it finds nothing here."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Literal

from flask import Blueprint
from pydantic import Field
from typing_extensions import TypedDict

from campus.accounts.guard import viewer
from campus.accounts.queries import UserNotFound, by_handle
from campus.api import door
from campus.api.incoming import InvalidFields
from campus.api.listing import Paged
from campus.api.schemas import DepartmentOut, PersonOut, department_out, exact, person_out
from campus.organizations import actions, roster
from campus.organizations.models import MemberKind, Role
from campus.organizations.queries import departments_of
from campus.organizations.rights import Managed, managed
from campus.organizations.roster import Ends, RosterEntry, Standing, Wanted
from campus.organizations.terms import end_of
from campus.platform import clock
from campus.platform.errors import FieldError

if TYPE_CHECKING:
    from collections.abc import Collection

blueprint = Blueprint("api_members", __name__)

Slugs = Annotated[tuple[str, ...], Field(max_length=50, description="Slugs of departments of the university.")]
LastDay = Annotated[date | None, Field(description="The last day in UTC; null: no end.")]


@exact
class RosterEntryOut(PersonOut):
    """What a person is in an organization, for those who run it."""

    role: Role
    kind: MemberKind
    status: Standing
    since: datetime
    last_day: LastDay
    suspended: Annotated[bool, Field(description="The account is shut on the whole site.")]
    departments: list[DepartmentOut]


class RosterQuery(Paged):
    """Which people of the roster."""

    q: Annotated[str, Field(max_length=100, description="Beginnings of words of the name, or of the handle.")] = ""
    role: Role | None = None
    kind: MemberKind | None = None
    department: Annotated[str | None, Field(description="The slug of a department.")] = None
    status: Standing = Standing.ACTIVE
    ends: Annotated[Ends | None, Field(description="`soon`: within 30 days.")] = None


class MemberChangeIn(door.Body):
    """What shall be different; what is not named stays."""

    role: Role = Role.MEMBER
    kind: MemberKind = MemberKind.STUDENT
    departments: Slugs = ()
    last_day: LastDay = None


class AdmissionIn(door.Body):
    """What a new member is; null leaves it as it was."""

    kind: MemberKind | None = None


class AnswerIn(door.Body):
    """An answer to people who ask to join."""

    answer: Literal["approve", "reject"]
    handles: Annotated[list[str], Field(min_length=1, max_length=actions.MOST_ANSWERED)]
    kind: Annotated[MemberKind | None, Field(description="What those who are approved are; null leaves it.")] = None
    departments: Slugs = ()


@exact
class AnsweredOut(TypedDict):
    """Whose requests this answered; the others had been answered before, or never asked."""

    answered: list[str]


@blueprint.get("/organizations/<slug>/roster/")
@door.reads(query=RosterQuery, answer=list[RosterEntryOut], errors=(404,), tag="management")
def listing(slug: str, query: RosterQuery) -> door.Page:
    """List everybody who has to do with an organization you run, by name."""
    place = _here(slug)
    ids = department_ids(place, [query.department] if query.department else [])
    wanted = Wanted(
        words=query.q,
        role=query.role,
        kind=query.kind,
        department_id=next(iter(ids), None),
        standing=query.status,
        ends=query.ends,
    )
    found, after = roster.page(place.organization.id, wanted, after=query.number(), limit=query.page_size)
    return query.piece(map(entry_out, found), after)


@blueprint.get("/organizations/<slug>/members/<handle>/")
@door.reads(answer=RosterEntryOut, errors=(404,), tag="management")
def one(slug: str, handle: str) -> RosterEntryOut:
    """Read what a person is in an organization you run."""
    return entry_out(roster.entry(_here(slug).organization.id, handle))


@blueprint.put("/organizations/<slug>/members/<handle>/")
@door.writes(body=AdmissionIn, answer=RosterEntryOut, errors=(403, 404), tag="management")
def admit(slug: str, handle: str, body: AdmissionIn) -> RosterEntryOut:
    """Make a member of somebody who has asked, was one before, or has an address of the organization.

    Whoever is a member already stays as she is. Everybody else is invited.
    """
    place = _here(slug)
    try:
        person = by_handle(handle)
    except UserNotFound:  # whether there is somebody, is not hers to know
        raise actions.NotUnasked from None
    actions.admit(
        viewer_id=viewer().id, organization_id=place.organization.id, user_id=person.id, kind=body.kind, now=clock.now()
    )
    return entry_out(roster.entry(place.organization.id, handle))


@blueprint.patch("/organizations/<slug>/members/<handle>/")
@door.writes(body=MemberChangeIn, answer=RosterEntryOut, errors=(403, 404, 409), tag="management")
def change(slug: str, handle: str, body: MemberChangeIn) -> RosterEntryOut:
    """Change a membership: role, kind, departments, last day.

    Only owners change owners and admins; nobody raises herself; the last owner stays.
    """
    place = _here(slug)
    person, given = roster.entry(place.organization.id, handle), body.model_fields_set
    asked = actions.MemberChange(
        role=body.role if "role" in given else None,
        kind=body.kind if "kind" in given else None,
        department_ids=department_ids(place, body.departments) if "departments" in given else None,
        until=_until(body.last_day) if "last_day" in given else actions.Until.AS_IT_IS,
    )
    actions.change_member(
        viewer_id=viewer().id, organization_id=place.organization.id, user_id=person.id, change=asked, now=clock.now()
    )
    return entry_out(roster.entry(place.organization.id, handle))


@blueprint.delete("/organizations/<slug>/members/<handle>/")
@door.writes(status=204, errors=(403, 404, 409), tag="management")
def remove(slug: str, handle: str) -> None:
    """Remove somebody: from her next request on, nothing private of the organization is shown to her."""
    place = _here(slug)
    person = roster.entry(place.organization.id, handle)
    actions.dismiss(viewer_id=viewer().id, organization_id=place.organization.id, user_id=person.id, now=clock.now())


@blueprint.get("/organizations/<slug>/requests/")
@door.reads(query=Paged, answer=list[RosterEntryOut], errors=(404,), tag="management")
def requests(slug: str, query: Paged) -> door.Page:
    """List who asks to join an organization you run, who has waited longest first."""
    found, key = roster.waiting(_here(slug).organization.id, after=query.moment(), limit=query.page_size)
    return query.piece(map(entry_out, found), key)


@blueprint.post("/organizations/<slug>/requests/")
@door.writes(body=AnswerIn, answer=AnsweredOut, errors=(404,), tag="management")
def answer(slug: str, body: AnswerIn) -> AnsweredOut:
    """Approve or reject people who ask to join, several at once."""
    place = _here(slug)
    asking = roster.ids_of(place.organization.id, body.handles)
    answered = actions.answer_requests(
        viewer_id=viewer().id,
        organization_id=place.organization.id,
        user_ids=list(asking.values()),
        approve=body.answer == "approve",
        kind=body.kind,
        department_ids=department_ids(place, body.departments),
        now=clock.now(),
    )
    return AnsweredOut(answered=[handle for handle, user_id in asking.items() if user_id in answered])


def entry_out(found: RosterEntry) -> RosterEntryOut:
    """A person of a roster."""
    return RosterEntryOut(
        **person_out(found),
        role=found.role,
        kind=found.kind,
        status=found.standing,
        since=found.since,
        last_day=found.last_day,
        suspended=found.suspended,
        departments=[department_out(each) for each in found.departments],
    )


def _here(slug: str) -> Managed:
    return managed(viewer().id, slug)


def department_ids(place: Managed, slugs: Collection[str]) -> frozenset[int]:
    """The departments of these slugs.

    Raises:
        InvalidFields: there is none of one of them.
    """
    known = {each.slug: each.id for each in departments_of(place.organization.id)} if slugs else {}
    unknown = [n for n, slug in enumerate(slugs) if slug not in known]
    if unknown:
        raise InvalidFields(errors=tuple(FieldError(f"departments.{n}", "There is no such department.") for n in unknown))
    return frozenset(known[slug] for slug in slugs)


def _until(day: date | None) -> datetime | None:
    return end_of(day) if day is not None else None
