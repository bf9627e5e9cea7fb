"""The departments of a university, for those who run it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, redirect

from campus.accounts.guard import sign_in_required, viewer
from campus.organizations import actions, figures, queries
from campus.organizations.forms import DepartmentForm
from campus.organizations.models import OrganizationKind
from campus.organizations.views.blueprints import here, manage, show
from campus.platform import clock
from campus.platform.errors import Conflict, Invalid

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from campus.organizations.rights import Managed


@manage.get("/departments")
@sign_in_required
def departments(slug: str) -> ResponseReturnValue:
    """All of them, each with its number of members."""
    return _page(_university(slug), DepartmentForm(formdata=None))


@manage.post("/departments")
@sign_in_required
def found_department(slug: str) -> ResponseReturnValue:
    """Add one."""
    place, form = _university(slug), DepartmentForm()
    try:
        actions.found_department(
            viewer_id=viewer().id,
            organization_id=place.organization.id,
            name=form.text("name"),
            slug=form.text("slug"),
            now=clock.now(),
        )
    except (Invalid, Conflict) as error:
        form.refuse(error)
        return _page(place, form), error.status
    return _done(place, "The department is added.")


@manage.get("/departments/<department>")
@sign_in_required
def department(slug: str, department: str) -> ResponseReturnValue:
    """One of them, to be renamed or removed."""
    return _one(_university(slug), department, DepartmentForm(formdata=None))


@manage.post("/departments/<department>")
@sign_in_required
def rename_department(slug: str, department: str) -> ResponseReturnValue:
    """Call it something else."""
    place, form = _university(slug), DepartmentForm()
    try:
        actions.rename_department(
            viewer_id=viewer().id,
            organization_id=place.organization.id,
            slug=department,
            name=form.text("name"),
            now=clock.now(),
        )
    except Invalid as error:
        form.refuse(error)
        return _one(place, department, form), error.status
    return _done(place, "The department is renamed.")


@manage.post("/departments/<department>/remove")
@sign_in_required
def remove_department(slug: str, department: str) -> ResponseReturnValue:
    """Remove it, if nothing was posted there; its members go where the form says."""
    place, form = _university(slug), DepartmentForm()
    try:
        actions.remove_department(
            viewer_id=viewer().id,
            organization_id=place.organization.id,
            slug=department,
            move_to=form.text("move_to") or None,
            now=clock.now(),
        )
    except (Invalid, Conflict) as error:
        form.refuse(error)
        return _one(place, department, form), error.status
    return _done(place, "The department is removed.")


def _university(slug: str) -> Managed:
    """The university that the viewer runs; of a company, these pages are missing."""
    place = here(slug)
    if place.organization.kind is not OrganizationKind.UNIVERSITY:
        raise queries.OrganizationNotFound
    return place


def _done(place: Managed, sentence: str) -> ResponseReturnValue:
    flash(sentence)
    return redirect(f"/o/{place.organization.slug}/manage/departments", 303)


def _page(place: Managed, form: DepartmentForm) -> str:
    return show(
        "organizations/manage/departments.html",
        place,
        "departments",
        form=form,
        departments=queries.departments_of(place.organization.id),
        sizes=figures.department_sizes(place.organization.id),
    )


def _one(place: Managed, slug: str, form: DepartmentForm) -> str:
    found = queries.department_by_slug(place.organization.id, slug)
    form.offer([each for each in queries.departments_of(place.organization.id) if each.id != found.id])
    if not form.is_submitted():
        form.name.data = found.name
    size = figures.department_sizes(place.organization.id).get(found.id, 0)
    return show("organizations/manage/department.html", place, "departments", form=form, department=found, size=size)
