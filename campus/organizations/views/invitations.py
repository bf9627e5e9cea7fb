"""Inviting people, by link or by mail, and the page that an invitation leads to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, redirect, render_template, request

from campus.accounts.guard import public, sign_in_required, viewer, viewer_or_none
from campus.organizations import actions, invitations
from campus.organizations.forms import InvitationForm
from campus.organizations.models import MembershipStatus
from campus.organizations.queries import departments_of
from campus.organizations.views.blueprints import blueprint, here, manage, show
from campus.platform import clock, settings
from campus.platform.errors import CampusError, Conflict, Forbidden, Invalid
from campus.platform.keys import number
from campus.platform.limits import QuotaExceeded

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from campus.organizations.rights import Managed
    from campus.organizations.sheets import Sheet

INVITATIONS = 30


@manage.get("/invitations")
@sign_in_required
def invitations_page(slug: str) -> ResponseReturnValue:
    """The open invitations, and a form for a link."""
    return _page(here(slug), InvitationForm(formdata=None))


@manage.post("/invitations")
@sign_in_required
def create_link(slug: str) -> ResponseReturnValue:
    """Make a link. It is shown in the answer, and never again."""
    place, form = here(slug), InvitationForm()
    form.validate()
    try:
        terms = form.terms(departments_of(place.organization.id))
        _, token = actions.create_link(viewer_id=viewer().id, organization_id=place.organization.id, terms=terms, now=clock.now())
    except (Invalid, Forbidden, Conflict, QuotaExceeded) as error:
        form.refuse(error)
        return _page(place, form), error.status
    return _page(place, InvitationForm(formdata=None), link=f"{settings.current().site_url}/invitations/{token}")


@manage.post("/invitations/<int:invitation_id>/revoke")
@sign_in_required
def revoke_invitation(slug: str, invitation_id: int) -> ResponseReturnValue:
    """Take an invitation back."""
    place = here(slug)
    actions.revoke_invitation(
        viewer_id=viewer().id, organization_id=place.organization.id, invitation_id=invitation_id, now=clock.now()
    )
    flash("The invitation is taken back.")
    return redirect(_address(place), 303)


@manage.get("/invitations/addresses")
@sign_in_required
def addresses(slug: str) -> ResponseReturnValue:
    """A form for addresses, pasted or in a file."""
    return _addresses(here(slug), InvitationForm(formdata=None))


@manage.post("/invitations/addresses")
@sign_in_required
def invite_addresses(slug: str) -> ResponseReturnValue:
    """Show what would be done with the addresses; or, confirmed, do it."""
    place, form = here(slug), InvitationForm()
    form.validate()
    try:
        terms, sheet = form.terms(departments_of(place.organization.id), by_mail=True), form.sheet()
        if "confirmed" not in request.form:
            return _addresses(place, form, sheet)
        invited = actions.invite_addresses(
            viewer_id=viewer().id,
            organization_id=place.organization.id,
            addresses=sheet.addresses,
            terms=terms,
            now=clock.now(),
        )
    except (Invalid, Forbidden, QuotaExceeded) as error:
        form.refuse(error)
        return _addresses(place, form), error.status
    flash("One person is invited." if len(invited) == 1 else f"{len(invited)} people are invited.")
    return redirect(_address(place), 303)


@blueprint.get("/invitations/<token>")
@public
def invitation(token: str) -> ResponseReturnValue:
    """Where an invitation leads: what it offers, and the ways in. Looking does not use it."""
    return _offer(token)


@blueprint.post("/invitations/<token>")
@sign_in_required
def accept_invitation(token: str) -> ResponseReturnValue:
    """Accept it."""
    try:
        found = invitations.opened(token, now=clock.now())
        status = actions.accept_invitation(viewer_id=viewer().id, token=token, now=clock.now())
    except actions.ForAnotherAddress as error:
        return _offer(token, error)
    waits = status is MembershipStatus.PENDING
    flash(f"{found.organization} has your request." if waits else f"You are a member of {found.organization} now.")
    return redirect(f"/o/{found.slug}", 303)


def _offer(token: str, error: CampusError | None = None) -> ResponseReturnValue:
    found = invitations.opened(token, now=clock.now())
    page = render_template(
        "organizations/invitation.html", invitation=found, token=token, signed_in=viewer_or_none() is not None, error=error
    )
    return page, error.status if error else 200


def _page(place: Managed, form: InvitationForm, link: str = "") -> str:
    form.offer(place, departments_of(place.organization.id))
    before = number(request.args["before"]) if "before" in request.args else None
    found, last = invitations.listing(place.organization.id, now=clock.now(), before=before, limit=INVITATIONS)
    return show(
        "organizations/manage/invitations.html",
        place,
        "invitations",
        form=form,
        link=link,
        invitations=found,
        next_url=f"{_address(place)}?before={last}" if last else None,
    )


def _addresses(place: Managed, form: InvitationForm, sheet: Sheet | None = None) -> str:
    form.offer(place, departments_of(place.organization.id))
    members = invitations.members_among(place.organization.id, sheet.addresses) if sheet else set()
    fresh = [address for address in sheet.addresses if address not in members] if sheet else []
    return show(
        "organizations/manage/addresses.html", place, "invitations", form=form, sheet=sheet, members=len(members), fresh=fresh
    )


def _address(place: Managed) -> str:
    return f"/o/{place.organization.slug}/manage/invitations"
