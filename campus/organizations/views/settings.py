"""What an organization says about itself, and how one joins it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, redirect

from campus.accounts.guard import sign_in_required, viewer
from campus.organizations import actions
from campus.organizations.forms import OrganizationForm
from campus.organizations.views.blueprints import here, manage, show
from campus.platform import clock
from campus.platform.errors import Invalid

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


@manage.get("/settings")
@sign_in_required
def settings(slug: str) -> ResponseReturnValue:
    """The settings as they are."""
    place = here(slug)
    form = OrganizationForm(formdata=None, obj=place.organization)
    return show("organizations/manage/settings.html", place, "settings", form=form)


@manage.post("/settings")
@sign_in_required
def edit_organization(slug: str) -> ResponseReturnValue:
    """Change them."""
    place, form = here(slug), OrganizationForm()
    try:
        actions.edit_organization(
            viewer_id=viewer().id, organization_id=place.organization.id, profile=form.profile(), now=clock.now()
        )
    except Invalid as error:
        form.refuse(error)
        return show("organizations/manage/settings.html", place, "settings", form=form), error.status
    flash("Saved.")
    return redirect(f"/o/{place.organization.slug}/manage/settings", 303)
