"""The settings: one page, a few forms, each of which answers with the page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import flash, render_template

from campus.accounts import actions, queries
from campus.accounts.forms import AddressForm, ChangePasswordForm, PictureForm, SettingsForm
from campus.accounts.guard import session_hash, sign_in_required, sign_in_suffices, viewer
from campus.accounts.models import User
from campus.accounts.views.blueprint import blueprint, see
from campus.platform import clock
from campus.platform.db import session, transaction
from campus.platform.errors import Invalid

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.typing import ResponseReturnValue

    from campus.accounts.forms import Form


@blueprint.get("/settings")
@sign_in_suffices
def settings() -> ResponseReturnValue:
    """Everything a person decides about her account."""
    return page()


def page(**filled: Form) -> str:
    """The page of settings, with the form that was just refused in the place of a fresh one."""
    me = viewer()
    user = session.get_one(User, me.id)
    forms: dict[str, Any] = {
        "form": SettingsForm(formdata=None, obj=user),
        "password_form": ChangePasswordForm(formdata=None),
        "address_form": AddressForm(formdata=None),
        "picture_form": PictureForm(formdata=None),
    }
    return render_template(
        "accounts/settings.html",
        **(forms | filled),
        person=user,
        addresses=queries.addresses(me.id),
        sessions=queries.sessions(me.id, current=session_hash(), now=clock.now()),
    )


@blueprint.post("/settings")
@sign_in_suffices
def save_settings() -> ResponseReturnValue:
    """Change the profile, the colours and the feed."""
    me, form = viewer(), SettingsForm()
    if not form.validate():
        return page(form=form), Invalid.status
    try:
        with transaction():
            actions.edit_profile(user_id=me.id, name=form.text("name"), bio=form.text("bio"))
            actions.choose_theme(me.id, form.theme.data)
            actions.choose_feed(me.id, form.algorithm.data, form.scope.data)
            actions.choose_loading(me.id, auto_load=form.auto_load.data)
    except Invalid as error:
        form.refuse(error)
        return page(form=form), error.status
    flash("Saved.")
    return see("settings")


@blueprint.post("/settings/password")
@sign_in_suffices
def change_password() -> ResponseReturnValue:
    """Change the password; other browsers are signed out."""
    form = ChangePasswordForm()
    try:
        actions.change_password(
            user_id=viewer().id,
            current=form.text("current"),
            new=form.text("password"),
            keep=session_hash(),
            revoke_tokens=bool(form.revoke_tokens.data),
            now=clock.now(),
        )
    except Invalid as error:
        form.refuse(error)
        return page(password_form=form), error.status
    flash("Your password is changed, and your other browsers are signed out.")
    return see("settings")


@blueprint.post("/settings/sessions/<session_id>/revoke")
@sign_in_suffices
def revoke_session(session_id: str) -> ResponseReturnValue:
    """Sign one browser out."""
    actions.revoke_session(user_id=viewer().id, session_id=session_id)
    flash("That browser is signed out.")
    return see("settings")


@blueprint.post("/settings/sessions/revoke")
@sign_in_suffices
def revoke_sessions() -> ResponseReturnValue:
    """Sign every other browser out."""
    ended = actions.revoke_sessions(viewer().id, keep=session_hash())
    flash(f"{ended} other browsers are signed out." if ended != 1 else "One other browser is signed out.")
    return see("settings")


@blueprint.post("/settings/addresses")
@sign_in_required
def add_address() -> ResponseReturnValue:
    """Add an address and send the link that proves it."""
    form = AddressForm()
    try:
        actions.add_address(user_id=viewer().id, email=form.text("email"), now=clock.now())
    except Invalid as error:
        form.refuse(error)
        return page(address_form=form), error.status
    flash("We sent a mail there. Open the link in it to confirm that the address is yours.")
    return see("settings")


@blueprint.post("/settings/addresses/<int:email_id>/verify")
@sign_in_suffices
def resend_address(email_id: int) -> ResponseReturnValue:
    """Send the link for an address again."""
    actions.resend_verification(user_id=viewer().id, email_id=email_id, now=clock.now())
    flash("We sent the link again.")
    return see("settings")


@blueprint.post("/settings/addresses/<int:email_id>/primary")
@sign_in_required
def make_primary(email_id: int) -> ResponseReturnValue:
    """Have mail go to another address."""
    return _change_address(lambda: actions.make_primary(user_id=viewer().id, email_id=email_id))


@blueprint.post("/settings/addresses/<int:email_id>/remove")
@sign_in_required
def remove_address(email_id: int) -> ResponseReturnValue:
    """Forget an address."""
    return _change_address(lambda: actions.remove_address(user_id=viewer().id, email_id=email_id))


def _change_address(change: Callable[[], None]) -> ResponseReturnValue:
    form = AddressForm(formdata=None)
    try:
        change()
    except Invalid as error:
        form.refuse(error)
        return page(address_form=form), error.status
    flash("Saved.")
    return see("settings")
