"""/admin/tasks: what runs by itself, when it ran last, and a button that does not wait."""

from __future__ import annotations

from typing import TYPE_CHECKING

from campus.accounts.guard import administrators_only
from campus.admin import queries
from campus.admin.views.blueprint import blueprint, done
from campus.feed import scheduled
from campus.platform import clock
from campus.platform.htmx import page_or_block

if TYPE_CHECKING:
    from flask import Response
    from flask.typing import ResponseReturnValue


@blueprint.get("/tasks")
@administrators_only
def tasks() -> ResponseReturnValue:
    """Every task with its last run; while one is under way, htmx asks for the list again."""
    return page_or_block("admin/tasks.html", "tasks", tasks=queries.tasks(now=clock.now()))


@blueprint.post("/tasks/<name>/run")
@administrators_only
def run_task(name: str) -> Response:
    """Have the worker run one now."""
    scheduled.ask_for(name)
    return done(f"The worker is asked to run {name}.", "/admin/tasks")
