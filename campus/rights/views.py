"""The pages of one's own data: what is held, a copy of it, and the end of the account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, flash, redirect, render_template, request, send_file
from flask import session as browser

from campus.accounts import actions as accounts
from campus.accounts import guard
from campus.accounts.guard import public, require, sign_in_suffices, viewer
from campus.accounts.models import TokenScope
from campus.accounts.views.entry import who_is_leaving
from campus.platform import clock, settings
from campus.platform.errors import CampusError, Conflict, Invalid
from campus.platform.htmx import render_fragment, wants_fragment
from campus.posts.files import storage
from campus.rights import copies, erasure
from campus.rights.forms import DeleteForm

if TYPE_CHECKING:
    from datetime import datetime

    from flask import Flask
    from flask.typing import ResponseReturnValue

blueprint = Blueprint("rights", __name__)
ZIP = "application/zip"


def init_app(app: Flask) -> None:
    """Give the application these pages."""
    app.register_blueprint(blueprint)


@blueprint.get("/settings/data")
@sign_in_suffices
def data() -> Response:
    """What she may ask of the site about herself; while a copy is made, htmx asks for its piece of the page again."""
    shown = {"copy": copies.mine(viewer().id, now=clock.now()), "apart": copies.APART}
    return render_fragment("rights/_copy.html" if wants_fragment() else "rights/data.html", **shown)


@blueprint.post("/settings/data/copy")
@sign_in_suffices
def ask_for_copy() -> ResponseReturnValue:
    """Have a copy made."""
    try:
        copies.ask(user_id=viewer().id, now=clock.now())
    except copies.CopyIsThere as error:
        flash(str(error))
    return redirect("/settings/data", 303)


@blueprint.get("/settings/data/copy.zip")
@sign_in_suffices
def copy_file() -> Response:
    """Her copy, for her alone: in a browser, or with a token that may read."""
    require(TokenScope.READ)
    key = copies.file_of(viewer().id, now=clock.now())
    response = _sent(key)
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _sent(key: str) -> Response:
    store, name = storage(), f"campus-{viewer().handle}.zip"
    accel = settings.current().media_accel
    path = None if accel else store.path(key)
    if path is not None:
        return send_file(path, mimetype=ZIP, as_attachment=True, download_name=name, etag=False, last_modified=None)
    attached = {"Content-Disposition": f"attachment; filename={name}"}
    if accel:
        return Response(mimetype=ZIP, headers={"X-Accel-Redirect": accel + store.address(key), **attached})
    return Response(store.pieces(key), mimetype=ZIP, headers=attached)


@blueprint.get("/settings/data/delete")
@sign_in_suffices
def confirm_delete() -> str:
    """What happens if she goes, and what keeps her from it."""
    return _deleting(DeleteForm(formdata=None))


@blueprint.post("/settings/data/delete")
@sign_in_suffices
def delete_account() -> ResponseReturnValue:
    """Sign her out everywhere, and have everything erased after the days of grace."""
    form, me, now = DeleteForm(), viewer(), clock.now()
    try:
        accounts.require_password(user_id=me.id, password=form.text("password"), now=now)
        due = erasure.request(user_id=me.id, now=now)
    except (Invalid, Conflict) as error:
        form.refuse(error)
        return _deleting(form), error.status
    browser.clear()
    flash(f"You are signed out everywhere. Your account is deleted on {_day(due)}; until then, signing in offers to keep it.")
    response = redirect("/login", 303)
    guard.take_cookie(response)
    return response


def _deleting(form: DeleteForm) -> str:
    me = viewer()
    return render_template(
        "rights/delete.html",
        form=form,
        needed_in=erasure.owned_alone(me.id),
        last_administrator=accounts.is_last_administrator(me.id),
        due_at=clock.now() + erasure.GRACE,
    )


@blueprint.get("/leaving")
@public
def leaving() -> ResponseReturnValue:
    """For who gave the right password of an account that is to be erased: when that is, and the way to keep it."""
    user_id = who_is_leaving()
    due_at = erasure.due(user_id) if user_id else None
    if due_at is None:
        return redirect("/login", 303)
    return render_template("rights/leaving.html", due_at=due_at)


@blueprint.post("/leaving")
@public
def keep_account() -> ResponseReturnValue:
    """Erase nothing, and sign her in; a suspension stays one."""
    user_id = who_is_leaving()
    browser.clear()
    response = redirect("/login", 303)
    if user_id is None or not erasure.take_back(user_id=user_id, now=clock.now()):
        return response
    flash("Your account stays, with everything in it. Welcome back!")
    try:
        token = accounts.come_in(user_id=user_id, user_agent=request.user_agent.string, now=clock.now())
    except CampusError as error:
        flash(str(error))
        return response
    response = redirect("/", 303)
    guard.hand_cookie(response, token, remembered=False)
    return response


def _day(moment: datetime) -> str:
    return f"{moment:%-d %B %Y}"
