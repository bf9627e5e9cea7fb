"""What an organization says about itself, and how one joins it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, redirect

from campus.accounts.forms import PictureForm
from campus.accounts.guard import sign_in_required, viewer
from campus.organizations import actions
from campus.organizations.forms import OrganizationForm
from campus.organizations.views.blueprints import here, manage, show
from campus.platform import clock
from campus.platform.errors import Invalid

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from campus.accounts.forms import Form
    from campus.organizations.rights import Managed


@manage.get("/settings")
@sign_in_required
def settings(slug: str) -> ResponseReturnValue:
    """The settings as they are."""
    return shown(here(slug))


def shown(place: Managed, **filled: Form) -> str:
    """The page, with the form that was just refused in the place of a fresh one."""
    forms: dict[str, Form] = {
        "form": OrganizationForm(formdata=None, obj=place.organization),
        "picture_form": PictureForm(formdata=None),
    }
    return show("organizations/manage/settings.html", place, "settings", **(forms | filled))


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
        return shown(place, form=form), error.status
    flash("Saved.")
    return redirect(f"/o/{place.organization.slug}/manage/settings", 303)
