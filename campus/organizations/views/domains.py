"""The e-mail domains that prove belonging to an organization."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, redirect, request

from campus.accounts.guard import sign_in_required, viewer
from campus.organizations import actions
from campus.organizations.figures import domain_end
from campus.organizations.forms import DomainForm
from campus.organizations.queries import claims_of, domains_of
from campus.organizations.views.blueprints import here, manage, show
from campus.platform import clock
from campus.platform.errors import Conflict, Forbidden, Invalid

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from campus.organizations.figures import DomainPreview
    from campus.organizations.rights import Managed


@manage.get("/domains")
@sign_in_required
def domains(slug: str) -> ResponseReturnValue:
    """The domains; with `?domain=`, what adding that one would mean."""
    place, form = here(slug), DomainForm(request.args)
    if not form.text("domain"):
        return _page(place, form)
    try:
        found = actions.look_at_domain(viewer_id=viewer().id, organization_id=place.organization.id, domain=form.text("domain"))
        return _page(place, form, found)
    except (Invalid, Forbidden) as error:
        form.refuse(error)
        return _page(place, form), error.status


@manage.post("/domains")
@sign_in_required
def claim_domain(slug: str) -> ResponseReturnValue:
    """Claim a domain: it waits for the site's administrators."""
    place, form = here(slug), DomainForm()
    try:
        actions.claim_domain(
            viewer_id=viewer().id, organization_id=place.organization.id, domain=form.text("domain"), now=clock.now()
        )
    except (Invalid, Forbidden, Conflict) as error:
        form.refuse(error)
        return _page(place, form), error.status
    held = form.text("domain") in domains_of(place.organization.id)
    flash("The domain is there already." if held else "The domain waits for the site's administrators to confirm it.")
    return redirect(f"/o/{place.organization.slug}/manage/domains", 303)


@manage.get("/domains/remove")
@sign_in_required
def confirm_drop_domain(slug: str) -> ResponseReturnValue:
    """What removing `?domain=` means. One that is not there any more is not asked about."""
    place = here(slug)
    end = domain_end(place.organization, DomainForm(request.args).text("domain"))
    if end is None:
        return redirect(f"/o/{place.organization.slug}/manage/domains", 303)
    return show("organizations/manage/remove_domain.html", place, "domains", end=end)


@manage.post("/domains/remove")
@sign_in_required
def drop_domain(slug: str) -> ResponseReturnValue:
    """Remove a domain, or take its claim back; members stay."""
    place, form = here(slug), DomainForm()
    waits = form.text("domain") in claims_of(place.organization.id)
    actions.drop_domain(viewer_id=viewer().id, organization_id=place.organization.id, domain=form.text("domain"), now=clock.now())
    flash("The claim is taken back." if waits else "The domain is removed. Members stay members.")
    return redirect(f"/o/{place.organization.slug}/manage/domains", 303)


def _page(place: Managed, form: DomainForm, preview: DomainPreview | None = None) -> str:
    held, claims = domains_of(place.organization.id), claims_of(place.organization.id)
    return show("organizations/manage/domains.html", place, "domains", form=form, domains=held, claims=claims, preview=preview)
