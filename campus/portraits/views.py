"""Portraits: the files, and the forms that change them, each of which answers with the page of settings it stands on."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from flask import Blueprint, flash, redirect, request

from campus.accounts.forms import PictureForm
from campus.accounts.guard import public, sign_in_required, viewer
from campus.accounts.views.preferences import page
from campus.media.process import ProcessingDied
from campus.media.variants import SIDES, Format, portrait_key
from campus.organizations.views.blueprints import here
from campus.organizations.views.settings import shown
from campus.platform import clock, settings
from campus.platform.errors import Invalid
from campus.platform.sending import PROTECTION, sent_file
from campus.platform.web import accepts_picture
from campus.portraits import actions
from campus.portraits.queries import PortraitNotFound, require_shown

if TYPE_CHECKING:
    import uuid

    from flask import Flask, Response
    from flask.typing import ResponseReturnValue

blueprint = Blueprint("portraits", __name__)

KEPT_BY_BROWSERS = {"Cache-Control": "private, max-age=31536000, immutable"}


class Uploaded(TypedDict):
    """The bytes of a file, no more than one too many, and what it was called."""

    data: bytes
    filename: str


def init_app(app: Flask) -> None:
    """Give the application these pages."""
    app.register_blueprint(blueprint)


@blueprint.get("/avatars/<uuid:token>/<int:side>.webp")
@public
def portrait(token: uuid.UUID, side: int) -> Response:
    """One size of a picture, for whoever was shown the name it stands beside.

    Nobody is asked who she is: the token is random, and is told nowhere but beside the name, so who has it has seen the name. It
    is new with every picture, and what was replaced or removed is not found. The picture goes where the name goes: of who is
    suspended, leaves or was erased there is none. A block takes the name off every page, and the address with it. The browser
    that was shown a picture may keep it for a year; no cache between does.
    """
    if side not in SIDES:
        raise PortraitNotFound
    require_shown(token)
    response = sent_file(portrait_key(token, side), Format.WEBP.content_type)
    response.headers.update(PROTECTION | KEPT_BY_BROWSERS)
    return response


@blueprint.post("/settings/picture")
@accepts_picture
@sign_in_required
def set_avatar() -> ResponseReturnValue:
    """Give herself a picture, in place of the one there is."""
    try:
        actions.set_avatar(user_id=viewer().id, **uploaded(), now=clock.now())
    except (Invalid, ProcessingDied, actions.PicturesBusy) as error:
        form = PictureForm()
        form.refuse(error)
        return page(picture_form=form), error.status
    flash("That is you now.")
    return redirect("/settings#picture", 303)


@blueprint.post("/settings/picture/remove")
@sign_in_required
def remove_avatar() -> ResponseReturnValue:
    """Go back to her initials."""
    actions.remove_avatar(user_id=viewer().id)
    flash("Your picture is removed.")
    return redirect("/settings#picture", 303)


@blueprint.post("/o/<slug>/manage/logo")
@accepts_picture
@sign_in_required
def set_logo(slug: str) -> ResponseReturnValue:
    """Give an organization a logo, in place of the one there is."""
    place = here(slug)
    try:
        actions.set_logo(viewer_id=viewer().id, organization_id=place.organization.id, **uploaded(), now=clock.now())
    except (Invalid, ProcessingDied, actions.PicturesBusy) as error:
        form = PictureForm()
        form.refuse(error)
        return shown(place, picture_form=form), error.status
    flash("The logo is in use now.")
    return redirect(f"/o/{place.organization.slug}/manage/settings#picture", 303)


@blueprint.post("/o/<slug>/manage/logo/remove")
@sign_in_required
def remove_logo(slug: str) -> ResponseReturnValue:
    """Go back to the initials."""
    place = here(slug)
    actions.remove_logo(viewer_id=viewer().id, organization_id=place.organization.id, now=clock.now())
    flash("The logo is removed.")
    return redirect(f"/o/{place.organization.slug}/manage/settings#picture", 303)


def uploaded() -> Uploaded:
    """What came in the field of the picture; nothing at all is an empty file."""
    file = request.files.get(actions.FIELD)
    if file is None:
        return Uploaded(data=b"", filename="")
    return Uploaded(data=file.stream.read(settings.current().media.max_bytes + 1), filename=file.filename or "")
