"""The links from mails: an address proved, a new password chosen. Opening a link changes nothing; its button does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, render_template, request

from campus.accounts import actions, queries
from campus.accounts.forms import AddressForm, ConfirmForm, NewPasswordForm
from campus.accounts.guard import public, viewer_or_none
from campus.accounts.views.blueprint import blueprint, see
from campus.platform import clock
from campus.platform.errors import CampusError, Invalid
from campus.platform.tokens import BadToken, ExpiredToken

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


@blueprint.get("/verify")
@public
def verify() -> ResponseReturnValue:
    """What to do now: look into the mail; or, signed in, have it sent again."""
    person = viewer_or_none()
    address = queries.primary_address(person.id) if person and not person.verified else None
    return render_template("accounts/verify.html", form=ConfirmForm(), token=None, address=address)


@blueprint.post("/verify")
@public
def resend() -> ResponseReturnValue:
    """Send the link again for the primary address of who is signed in."""
    person = viewer_or_none()
    if person is None:
        flash("Sign in, and we will send the link again.")
        return see("login")
    if not person.verified:
        primary = queries.addresses(person.id)[0]
        actions.resend_verification(user_id=person.id, email_id=primary.id, now=clock.now())
        flash(f"We sent a mail to {primary.address}.")
    return see("verify")


@blueprint.route("/verify/<token>", methods=["GET", "POST"])
@public
def verify_link(token: str) -> ResponseReturnValue:
    """The link from the mail: a page with one button, which proves the address."""
    form = ConfirmForm()
    if not form.is_submitted():
        return render_template("accounts/verify.html", form=form, token=token, address=None)
    try:
        actions.verify(token=token, now=clock.now())
    except (BadToken, ExpiredToken) as error:
        form.refuse(error)
        return render_template("accounts/verify.html", form=form, token=None, address=None), error.status
    flash("Thank you: your address is confirmed.")
    return see("settings" if viewer_or_none() else "login")


@blueprint.route("/reset", methods=["GET", "POST"])
@public
def reset() -> ResponseReturnValue:
    """Ask for a link; the answer is the same for every address."""
    form = AddressForm()
    if not form.is_submitted():
        return render_template("accounts/reset.html", form=form)
    try:
        actions.request_reset(email=form.text("email"), remote=request.remote_addr or "", now=clock.now())
    except Invalid as error:
        form.refuse(error)
        return render_template("accounts/reset.html", form=form), error.status
    flash("If an account has this address, a mail with a link is on its way. The link is good for one hour.")
    return see("login")


@blueprint.route("/reset/<token>", methods=["GET", "POST"])
@public
def reset_password(token: str) -> ResponseReturnValue:
    """The link from the mail: choose a new password."""
    form = NewPasswordForm()
    try:
        if not form.is_submitted():
            actions.reset_is_open(token=token, now=clock.now())
            return render_template("accounts/reset_password.html", form=form, token=token)
        actions.reset_password(token=token, password=form.text("password"), now=clock.now())
    except (BadToken, ExpiredToken) as error:
        return _ask_again(error)
    except Invalid as error:
        form.refuse(error)
        return render_template("accounts/reset_password.html", form=form, token=token), error.status
    flash("Your password is changed, and every browser is signed out. Sign in with the new one.")
    return see("login")


def _ask_again(error: CampusError) -> ResponseReturnValue:
    """A link that is no longer good leads to the form that sends another."""
    form = AddressForm(formdata=None)
    form.form_errors.append(f"{error} Ask for a new link here.")
    return render_template("accounts/reset.html", form=form), error.status
