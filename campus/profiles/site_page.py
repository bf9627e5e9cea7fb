"""What this site is, for everybody: the one page about the whole of it. Nothing on it is about anybody."""

from __future__ import annotations

from flask import Blueprint, render_template

from campus.accounts.guard import public
from campus.organizations import queries as organizations
from campus.platform import settings
from campus.platform.settings import Registration

blueprint = Blueprint("site", __name__)

JOINING = {
    Registration.OPEN: "Everybody may create an account. An address of your university or company lets it find you.",
    Registration.DOMAINS: "Create an account with an address of your university or company: only those are taken.",
    Registration.INVITATION: "New members come by invitation. Ask somebody of your organization for one.",
    Registration.APPROVAL: "Everybody may ask for an account. An administrator looks at each before it opens.",
    Registration.CLOSED: "New accounts are made by the administrators of this site. Ask at your organization.",
}
SIGNING_UP = frozenset({Registration.OPEN, Registration.DOMAINS, Registration.APPROVAL})


@blueprint.get("/about")
@public
def about() -> str:
    """The site's name, what it is for, who runs it, how one joins, and how many organizations it has verified."""
    mode = settings.current().registration
    return render_template(
        "profiles/site.html",
        joining=JOINING[mode],
        may_sign_up=mode in SIGNING_UP,
        verified=organizations.verified_count(),
        public_pages=settings.current().public_pages,
    )
