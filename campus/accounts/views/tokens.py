"""/settings/tokens: what programs may do in a person's name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, make_response, render_template

from campus.accounts import tokens
from campus.accounts.forms import ConfirmForm, TokenForm
from campus.accounts.guard import sign_in_required, viewer
from campus.accounts.views.blueprint import blueprint, see
from campus.platform import clock
from campus.platform.errors import CampusError

if TYPE_CHECKING:
    from flask import Response
    from flask.typing import ResponseReturnValue

    from campus.accounts.queries import TokenView


@blueprint.get("/settings/tokens")
@sign_in_required
def tokens_page() -> ResponseReturnValue:
    """The tokens there are, and a form for one more."""
    return _page(TokenForm(formdata=None))


@blueprint.post("/settings/tokens")
@sign_in_required
def create_token() -> ResponseReturnValue:
    """Make a token and show it. There is no redirect: nothing that is kept could show it again."""
    form, now = TokenForm(), clock.now()
    try:
        _, secret = tokens.issue(
            user_id=viewer().id, name=form.text("name"), scopes=form.chosen_scopes(), expires_at=form.end(now), now=now
        )
    except CampusError as error:
        form.refuse(error)
        return _page(form, status=error.status)
    return _page(TokenForm(formdata=None), secret=secret, status=201)


@blueprint.get("/settings/tokens/<int:token_id>/revoke")
@sign_in_required
def confirm_revoke_token(token_id: int) -> ResponseReturnValue:
    """Ask before a program stops working."""
    return render_template("accounts/revoke_token.html", token=_mine(token_id), form=ConfirmForm())


@blueprint.post("/settings/tokens/<int:token_id>/revoke")
@sign_in_required
def revoke_token(token_id: int) -> ResponseReturnValue:
    """End a token."""
    tokens.revoke(user_id=viewer().id, token_id=token_id, now=clock.now())
    flash("The token is revoked. Programs that used it are refused from now on.")
    return see("tokens_page")


def _mine(token_id: int) -> TokenView:
    """One of her tokens.

    Raises:
        TokenNotFound: she has none of this id.
    """
    for token in tokens.listing(viewer().id):
        if token.id == token_id:
            return token
    raise tokens.TokenNotFound


def _page(form: TokenForm, *, secret: str = "", status: int = 200) -> Response:
    shown = render_template("accounts/tokens.html", form=form, secret=secret, tokens=tokens.listing(viewer().id))
    response = make_response(shown, status)
    if secret:
        response.headers["Cache-Control"] = "no-store"
    return response
