"""/admin/people: everybody, one person, and what may be decided about her."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import make_response, render_template, request

from campus.accounts import actions as accounts
from campus.accounts import queries
from campus.accounts.forms import ConfirmForm
from campus.accounts.guard import administrators_only, viewer
from campus.admin import actions, people
from campus.admin.forms import SuspendForm
from campus.admin.views.blueprint import before_id, blueprint, done, further
from campus.platform import clock
from campus.platform.errors import CampusError

if TYPE_CHECKING:
    from flask import Response
    from flask.typing import ResponseReturnValue

    from campus.accounts.models import User


@blueprint.get("/people")
@administrators_only
def people_page() -> ResponseReturnValue:
    """People, searched and filtered."""
    words = request.args.get("q", "")[:100]
    only = people.Only(chosen) if (chosen := request.args.get("only")) in set(people.Only) else people.Only.ALL
    found, rest = people.listing(words, only, before=before_id())
    next_url = further("/admin/people", rest, q=words, only=only)
    return render_template("admin/people.html", people=found, words=words, only=only, counts=people.counts(), next_url=next_url)


@blueprint.get("/people/<handle>")
@administrators_only
def person(handle: str) -> ResponseReturnValue:
    """One person."""
    return _page(handle, SuspendForm(formdata=None))


@blueprint.post("/people/<handle>/approve")
@administrators_only
def approve(handle: str) -> Response:
    """Let in somebody who waits for approval."""
    her = queries.by_handle(handle)
    changed = accounts.approve(user_id=her.id, now=clock.now())
    return _done(her, f"{her.name} is approved; a mail tells her." if changed else f"{her.name} was approved already.")


@blueprint.get("/people/<handle>/decline")
@administrators_only
def confirm_decline(handle: str) -> ResponseReturnValue:
    """Ask before a sign-up is turned down."""
    actions.require_waiting(queries.by_handle(handle))
    return _asked(handle, "decline")


@blueprint.post("/people/<handle>/decline")
@administrators_only
def decline(handle: str) -> Response:
    """Turn down somebody who waits for approval."""
    her = queries.by_handle(handle)
    name = her.name
    actions.decline(user_id=her.id, now=clock.now())
    return done(f"The sign-up of {name} is declined and erased.", "/admin/people?only=waiting")


@blueprint.post("/people/<handle>/verify")
@administrators_only
def verify_person(handle: str) -> Response:
    """Count her address as confirmed."""
    her = queries.by_handle(handle)
    changed = actions.verify(user_id=her.id, now=clock.now())
    return _done(her, f"The address of {her.name} counts as confirmed{'' if changed else ' already'}.")


@blueprint.post("/people/<handle>/suspend")
@administrators_only
def suspend(handle: str) -> ResponseReturnValue:
    """Shut somebody out, with a reason."""
    her, form = queries.by_handle(handle), SuspendForm()
    try:
        changed = actions.suspend(by=viewer().id, user_id=her.id, reason=form.text("reason"), now=clock.now())
    except CampusError as error:
        form.refuse(error)
        return _page(handle, form, status=error.status)
    return _done(her, f"{her.name} is suspended." if changed else f"{her.name} was suspended already.")


@blueprint.post("/people/<handle>/reinstate")
@administrators_only
def reinstate(handle: str) -> Response:
    """Let somebody in again."""
    her = queries.by_handle(handle)
    changed = accounts.reinstate(her.id)
    return _done(her, f"{her.name} is back; she signs in anew." if changed else f"{her.name} was not suspended.")


@blueprint.get("/people/<handle>/promote")
@administrators_only
def confirm_promote(handle: str) -> ResponseReturnValue:
    """Ask before somebody gets every right there is."""
    return _asked(handle, "promote")


@blueprint.post("/people/<handle>/promote")
@administrators_only
def promote(handle: str) -> Response:
    """Make somebody an administrator of the site."""
    her = queries.by_handle(handle)
    changed = accounts.promote(user_id=her.id)
    return _done(her, f"{her.name} is {'now' if changed else 'already'} an administrator.")


@blueprint.get("/people/<handle>/demote")
@administrators_only
def confirm_demote(handle: str) -> ResponseReturnValue:
    """Ask before somebody loses them."""
    return _asked(handle, "demote")


@blueprint.post("/people/<handle>/demote")
@administrators_only
def demote(handle: str) -> Response:
    """Take that office away."""
    her = queries.by_handle(handle)
    changed = actions.demote(by=viewer().id, user_id=her.id)
    return _done(her, f"{her.name} is {'no longer' if changed else 'not'} an administrator.")


@blueprint.post("/people/<handle>/reset")
@administrators_only
def send_reset(handle: str) -> Response:
    """Send her the link for a new password."""
    her = queries.by_handle(handle)
    sent = accounts.offer_reset(user_id=her.id)
    return _done(her, f"{her.name} gets a mail with a link." if sent else f"{her.name} has no address.")


@blueprint.get("/people/<handle>/sign-out")
@administrators_only
def confirm_sign_out(handle: str) -> ResponseReturnValue:
    """Ask before all her sessions end."""
    return _asked(handle, "sign-out")


@blueprint.post("/people/<handle>/sign-out")
@administrators_only
def sign_out_person(handle: str) -> Response:
    """End every session of hers."""
    her = queries.by_handle(handle)
    return _done(her, f"Sessions of {her.name} ended: {accounts.sign_out_everywhere(her.id)}.")


@blueprint.get("/people/<handle>/revoke-tokens")
@administrators_only
def confirm_revoke_tokens(handle: str) -> ResponseReturnValue:
    """Ask before all her programs are shut out."""
    return _asked(handle, "revoke-tokens")


@blueprint.post("/people/<handle>/revoke-tokens")
@administrators_only
def revoke_tokens(handle: str) -> Response:
    """End every personal token of hers."""
    her = queries.by_handle(handle)
    return _done(her, f"Tokens of {her.name} revoked: {actions.revoke_tokens(user_id=her.id, now=clock.now())}.")


def _asked(handle: str, deed: str) -> str:
    """Whether it is really meant, and what it does."""
    return render_template("admin/confirm.html", person=queries.by_handle(handle), deed=deed, form=ConfirmForm())


def _page(handle: str, form: SuspendForm, *, status: int = 200) -> Response:
    about = people.whole(handle, now=clock.now())
    return make_response(render_template("admin/person.html", about=about, form=form, me=viewer()), status)


def _done(her: User, sentence: str) -> Response:
    return done(sentence, f"/admin/people/{her.handle}")
