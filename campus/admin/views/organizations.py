"""/admin/organizations: universities and companies, their badge and their domains."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import make_response, render_template, request

from campus.accounts.forms import ConfirmForm
from campus.accounts.guard import administrators_only
from campus.admin import organizations
from campus.admin.forms import DomainForm
from campus.admin.views.blueprint import blueprint, done, further
from campus.organizations import actions
from campus.organizations.figures import domain_end
from campus.organizations.queries import by_slug
from campus.platform.errors import CampusError, NotFound

if TYPE_CHECKING:
    from flask import Response
    from flask.typing import ResponseReturnValue


@blueprint.get("/organizations")
@administrators_only
def organizations_page() -> ResponseReturnValue:
    """Organizations by name."""
    words, only = request.args.get("q", "")[:100], request.args.get("only", "")
    only = only if only in organizations.ONLY else ""
    found, rest = organizations.listing(words, only=only, after=request.args.get("after", ""))
    next_url = further("/admin/organizations", rest, key="after", q=words, only=only)
    return render_template("admin/organizations.html", organizations=found, words=words, narrowed=only, next_url=next_url)


@blueprint.get("/organizations/<slug>")
@administrators_only
def organization(slug: str) -> ResponseReturnValue:
    """One organization."""
    return _page(slug, DomainForm(formdata=None))


@blueprint.post("/organizations/<slug>/verify")
@administrators_only
def verify_organization(slug: str) -> Response:
    """Say that it is who it says it is."""
    actions.mark_verified(organization_id=by_slug(slug).id)
    return done("The organization is verified: its name has a badge now.", f"/admin/organizations/{slug}")


@blueprint.post("/organizations/<slug>/unverify")
@administrators_only
def unverify_organization(slug: str) -> Response:
    """Take that back."""
    actions.mark_verified(organization_id=by_slug(slug).id, verified=False)
    return done("The organization is no longer verified.", f"/admin/organizations/{slug}")


@blueprint.post("/organizations/<slug>/domains")
@administrators_only
def add_domain(slug: str) -> ResponseReturnValue:
    """Let addresses at a domain prove belonging to it, claimed or not."""
    found, form = by_slug(slug), DomainForm()
    try:
        actions.add_domain(organization_id=found.id, domain=form.text("domain"))
    except CampusError as error:
        form.refuse(error)
        return _page(slug, form, status=error.status)
    return done("The domain is added.", f"/admin/organizations/{slug}")


@blueprint.post("/organizations/<slug>/domains/<domain>/refuse")
@administrators_only
def refuse_domain(slug: str, domain: str) -> Response:
    """Turn a claim down."""
    refused = actions.refuse_domain(organization_id=by_slug(slug).id, domain=domain)
    said = "The claim is turned down." if refused else "The claim was not there any more."
    return done(said, f"/admin/organizations/{slug}")


@blueprint.get("/organizations/<slug>/domains/<domain>/remove")
@administrators_only
def confirm_remove_domain(slug: str, domain: str) -> ResponseReturnValue:
    """Ask before a domain proves nothing any more."""
    found = by_slug(slug)
    end = domain_end(found, domain)
    if end is None:
        raise NotFound
    return render_template("admin/remove_domain.html", organization=found, end=end, form=ConfirmForm())


@blueprint.post("/organizations/<slug>/domains/<domain>/remove")
@administrators_only
def remove_domain(slug: str, domain: str) -> Response:
    """Let addresses at a domain prove nothing any more; members stay."""
    removed = actions.remove_domain(organization_id=by_slug(slug).id, domain=domain)
    said = "The domain is removed. Members stay members." if removed else "The domain was not there any more."
    return done(said, f"/admin/organizations/{slug}")


def _page(slug: str, form: DomainForm, *, status: int = 200) -> Response:
    return make_response(render_template("admin/organization.html", about=organizations.whole(slug), form=form), status)
