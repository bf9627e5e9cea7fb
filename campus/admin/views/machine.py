"""/admin/storage, /admin/settings, /admin/system: what the site stands on. Read only: settings are the environment's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import current_app, render_template

from campus.accounts.guard import administrators_only
from campus.admin import charts, figures, queries, storage, system
from campus.admin.views.blueprint import blueprint
from campus.platform import clock, diagnosis

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


@blueprint.get("/storage")
@administrators_only
def storage_page() -> ResponseReturnValue:
    """How much room photos take, and how it grew."""
    grown = [each for each in figures.series(figures.LONGEST, now=clock.now()) if each.figure.name == "storage"]
    drawn = [charts.draw(each) for each in grown]
    return render_template("admin/storage.html", measured=storage.last(), disk=system.disk(), drawn=drawn)


@blueprint.get("/settings")
@administrators_only
def settings_page() -> ResponseReturnValue:
    """The settings in force."""
    return render_template("admin/settings.html", effective=system.effective())


@blueprint.get("/system")
@administrators_only
def system_page() -> ResponseReturnValue:
    """Versions, migrations, disk, jobs, and what the doctor finds."""
    at, head = system.migrations(current_app.extensions["migrate"].directory)
    return render_template(
        "admin/system.html",
        versions=system.versions(),
        at=at,
        head=head,
        disk=system.disk(),
        findings=diagnosis.examine(),
        pulse=queries.pulse(now=clock.now()),
    )
