"""/admin/announcements, and the button below an announcement that makes it go away."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from flask import Blueprint, make_response, render_template

from campus.accounts.guard import administrators_only, sign_in_suffices, viewer, viewer_or_none
from campus.admin import announcements
from campus.admin.forms import MOMENT, AnnouncementForm
from campus.admin.views.blueprint import before_id, blueprint, done, further
from campus.organizations.queries import OrganizationNotFound, by_slug
from campus.platform import clock
from campus.platform.errors import CampusError, Invalid
from campus.platform.htmx import live, redirect_back, wants_fragment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask import Response
    from flask.typing import ResponseReturnValue

    from campus.accounts.models import Announcement

USUAL = timedelta(days=14)

banner = Blueprint("announcements", __name__)


@banner.app_context_processor
def _news() -> dict[str, object]:
    return {"announcements": _for_viewer}


def _for_viewer() -> Sequence[Announcement]:
    """What is announced to the person of this request; asked only when there may be something."""
    person = viewer_or_none()
    return announcements.for_viewer(person.id, now=clock.now()) if person and person.announced else ()


@banner.post("/announcements/<int:announcement_id>/dismiss")
@sign_in_suffices
def dismiss(announcement_id: int) -> Response:
    """Show her this announcement no more."""
    announcements.dismiss(viewer_id=viewer().id, announcement_id=announcement_id, now=clock.now())
    return make_response(live("Dismissed.")) if wants_fragment() else redirect_back("/")


@blueprint.get("/announcements")
@administrators_only
def announcements_page() -> ResponseReturnValue:
    """What was, is and will be announced, and a form for more."""
    now = clock.now()
    usual = {"begins": now.strftime(MOMENT), "ends": (now + USUAL).strftime(MOMENT)}
    return _page(AnnouncementForm(formdata=None, data=usual))


@blueprint.post("/announcements")
@administrators_only
def announce() -> ResponseReturnValue:
    """Announce something."""
    form, now = AnnouncementForm(), clock.now()
    try:
        announcements.create(
            title=form.text("title"),
            body=form.text("body"),
            organization_id=_organization(form.text("organization")),
            begins_at=form.moment("begins"),
            ends_at=form.moment("ends"),
            now=now,
        )
    except CampusError as error:
        form.refuse(error)
        return _page(form, status=error.status)
    return done("It is announced.", "/admin/announcements")


@blueprint.post("/announcements/<int:announcement_id>/end")
@administrators_only
def end_announcement(announcement_id: int) -> Response:
    """Show it no longer."""
    ended = announcements.end(announcement_id=announcement_id, now=clock.now())
    return done("It is shown no longer." if ended else "It was over already.", "/admin/announcements")


def _organization(slug: str) -> int | None:
    """Whose members it is for; None for everybody.

    Raises:
        Invalid: there is no such organization.
    """
    if not slug.strip():
        return None
    try:
        return by_slug(slug.strip().lower()).id
    except OrganizationNotFound:
        raise Invalid("No organization has this short name (the last part of its address /o/…).", field="organization") from None


def _page(form: AnnouncementForm, *, status: int = 200) -> Response:
    now = clock.now()
    shown, rest = announcements.listing(before=before_id(), now=now)
    next_url = further("/admin/announcements", rest)
    page = render_template("admin/announcements.html", form=form, announced=shown, next_url=next_url)
    return make_response(page, status)
