"""Signing in, out and up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, redirect, render_template, request, session

from campus.accounts import actions, guard
from campus.accounts.forms import SignInForm, SignUpForm
from campus.accounts.guard import public
from campus.accounts.views.blueprint import blueprint, see, target_of
from campus.platform import clock
from campus.platform.errors import Conflict, Forbidden, Invalid

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue
    from werkzeug.wrappers import Response


LEAVING, LEAVING_SECONDS = "leaving", 900


@blueprint.route("/login", methods=["GET", "POST"])
@public
def login() -> ResponseReturnValue:
    """The form, and what it does."""
    form = SignInForm()
    if not form.is_submitted():
        form.next.data = request.args.get("next", "")
        if guard.viewer_or_none():
            return redirect(target_of(form.next.data), 303)
        return render_template("accounts/login.html", form=form)
    try:
        return _signed_in(form)
    except actions.AccountLeaving as error:
        return _leaving(error.user_id)
    except (Invalid, Forbidden) as error:
        form.refuse(error)
        return render_template("accounts/login.html", form=form), error.status


def _signed_in(form: SignInForm) -> Response:
    started = actions.sign_in(
        email=form.text("email"),
        password=form.text("password"),
        remote=request.remote_addr or "",
        user_agent=request.user_agent.string,
        remember=bool(form.remember.data),
        now=clock.now(),
    )
    if guard.viewer_or_none():
        actions.sign_out(guard.session_hash())
    session.clear()  # a form opened before signing in is of no use after it
    response = redirect(target_of(form.text("next")), 303)
    guard.hand_cookie(response, started.token, remembered=started.remembered)
    return response


def _leaving(user_id: int) -> Response:
    """The way to the page that offers to keep the account: the browser carries, signed and for minutes, who proved to be her."""
    session.clear()
    session[LEAVING] = [user_id, int(clock.now().timestamp())]
    return redirect("/leaving", 303)


def who_is_leaving() -> int | None:
    """Who gave the right password a moment ago, and may keep her account, or nobody."""
    told = session.get(LEAVING)
    if not told or clock.now().timestamp() - told[1] > LEAVING_SECONDS:
        return None
    return int(told[0])


@blueprint.post("/logout")
@public
def logout() -> ResponseReturnValue:
    """End the session; the cookie, wherever a copy of it lies, opens nothing any more."""
    if guard.viewer_or_none():
        actions.sign_out(guard.session_hash())
    session.clear()
    response = see("login")
    guard.take_cookie(response)
    return response


@blueprint.route("/signup", methods=["GET", "POST"])
@public
def signup() -> ResponseReturnValue:
    """The form, and what it does; a page that says so where the public cannot sign up."""
    form = SignUpForm()
    form.invitation.data = form.text("invitation") or request.args.get("invitation", "")
    invited = actions.require_open(form.text("invitation"), now=clock.now())
    if not form.is_submitted():
        form.email.data = invited
        return redirect("/", 303) if guard.viewer_or_none() else render_template("accounts/signup.html", form=form)
    address = form.text("email")
    try:
        actions.sign_up(
            email=address,
            name=form.text("name"),
            password=form.text("password"),
            handle=form.text("handle"),
            invitation=form.text("invitation"),
            remote=request.remote_addr or "",
            now=clock.now(),
        )
    except (Invalid, Conflict) as error:
        form.refuse(error)
        return render_template("accounts/signup.html", form=form), error.status
    flash(f"We sent a mail to {address.strip()}. Open the link in it to confirm that the address is yours.")
    return see("verify")
