"""/admin: how the site is, at a glance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import render_template

from campus.accounts.guard import administrators_only
from campus.admin import queries
from campus.admin.views.blueprint import blueprint
from campus.platform import clock

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


@blueprint.get("")
@administrators_only
def overview() -> ResponseReturnValue:
    """The dashboard."""
    return render_template("admin/dashboard.html", pulse=queries.pulse(now=clock.now()))
