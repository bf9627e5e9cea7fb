"""Who belongs to an organization, for those who run it: found, changed, removed, added."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from flask import flash, redirect, request

from campus.accounts.guard import sign_in_required, viewer
from campus.accounts.queries import UserNotFound, by_handle
from campus.organizations import actions, roster
from campus.organizations.forms import AdmitForm, FilterForm, MemberForm
from campus.organizations.queries import departments_of
from campus.organizations.roster import Standing
from campus.organizations.views.blueprints import here, manage, show
from campus.platform import clock
from campus.platform.errors import CampusError, Conflict, Forbidden, Invalid
from campus.platform.keys import number

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from campus.organizations.rights import Managed
    from campus.organizations.roster import RosterEntry

PEOPLE = 30


@manage.get("")
@sign_in_required
def start(slug: str) -> ResponseReturnValue:
    """The first of the pages of management."""
    return redirect(f"/o/{here(slug).organization.slug}/manage/members", 303)


@manage.get("/members")
@sign_in_required
def members(slug: str) -> ResponseReturnValue:
    """Everybody who has to do with the organization, by name."""
    return _members(here(slug), AdmitForm(formdata=None))


@manage.post("/members")
@sign_in_required
def admit(slug: str) -> ResponseReturnValue:
    """Add somebody who has asked, was a member before, or has an address of the organization."""
    place, form = here(slug), AdmitForm()
    try:
        person = by_handle(form.text("handle").strip().removeprefix("@"))
        actions.admit(viewer_id=viewer().id, organization_id=place.organization.id, user_id=person.id, now=clock.now())
    except (UserNotFound, actions.NotUnasked):  # which of the two, is not hers to know
        form.refuse(actions.NotUnasked(field="handle"))
        return _members(place, form), actions.NotUnasked.status
    flash(f"{person.name} is a member.")
    return redirect(_address(place), 303)


@manage.get("/members/<handle>")
@sign_in_required
def member(slug: str, handle: str) -> ResponseReturnValue:
    """One person: what she is here, and what may be changed about it."""
    place = here(slug)
    return _member(place, roster.entry(place.organization.id, handle), MemberForm())


@manage.post("/members/<handle>")
@sign_in_required
def change(slug: str, handle: str) -> ResponseReturnValue:
    """Change a membership: role, kind, departments, last day."""
    place, form = here(slug), MemberForm()
    person = roster.entry(place.organization.id, handle)
    form.validate()
    try:
        asked = form.change(departments_of(place.organization.id))
        actions.change_member(
            viewer_id=viewer().id, organization_id=place.organization.id, user_id=person.id, change=asked, now=clock.now()
        )
    except (Invalid, Forbidden, Conflict) as error:
        form.refuse(error)
        return _member(place, person, form), error.status
    flash(f"The membership of {person.name} is changed.")
    return redirect(_address(place), 303)


@manage.get("/members/<handle>/remove")
@sign_in_required
def confirm_removal(slug: str, handle: str) -> ResponseReturnValue:
    """What removing this person means."""
    place = here(slug)
    person = roster.entry(place.organization.id, handle)
    return show("organizations/manage/remove.html", place, "members", person=person, error=None)


@manage.post("/members/<handle>/remove")
@sign_in_required
def remove(slug: str, handle: str) -> ResponseReturnValue:
    """Remove somebody."""
    place = here(slug)
    person = roster.entry(place.organization.id, handle)
    try:
        actions.dismiss(viewer_id=viewer().id, organization_id=place.organization.id, user_id=person.id, now=clock.now())
    except (Forbidden, Conflict, actions.NotAMember) as error:
        return _refused(place, person, error)
    flash(f"{person.name} is not a member any more.")
    return redirect(_address(place) if person.id != viewer().id else f"/o/{place.organization.slug}", 303)


def _refused(place: Managed, person: RosterEntry, error: CampusError) -> ResponseReturnValue:
    page = show("organizations/manage/remove.html", place, "members", person=person, error=str(error))
    return page, Conflict.status if isinstance(error, actions.NotAMember) else error.status


def _members(place: Managed, admitting: AdmitForm) -> str:
    organization, filters = place.organization, FilterForm(request.args)
    departments = departments_of(organization.id)
    filters.offer(departments)
    wanted = filters.wanted(departments)
    filters.standing.data = wanted.standing or "all"
    after = number(request.args["after"]) if "after" in request.args else None
    people, last = roster.page(organization.id, wanted, after=after, limit=PEOPLE)
    return show(
        "organizations/manage/members.html",
        place,
        "members",
        filters=filters,
        admitting=admitting,
        people=people,
        total=roster.count(organization.id, wanted),
        next_url=f"{_address(place)}?{urlencode(filters.query() | {'after': last})}" if last else None,
    )


def _member(place: Managed, person: RosterEntry, form: MemberForm) -> str:
    departments = departments_of(place.organization.id)
    form.offer(place, person, departments)
    herself = person.id == viewer().id
    counts = person.standing is Standing.ACTIVE
    return show(
        "organizations/manage/member.html",
        place,
        "members",
        person=person,
        form=form,
        herself=herself,
        changeable=counts and (herself or place.may_change(person.role)),
        removable=person.standing in {Standing.ACTIVE, Standing.INVITED} and place.may_change(person.role),
    )


def _address(place: Managed) -> str:
    return f"/o/{place.organization.slug}/manage/members"
