"""The pages, a module for each subject. They share one blueprint, every view of which is for administrators only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from campus.admin.views import announcements, dashboard, jobs, machine, organizations, people, tasks
from campus.admin.views.blueprint import blueprint

if TYPE_CHECKING:
    from flask import Flask

__all__ = ["announcements", "dashboard", "init_app", "jobs", "machine", "organizations", "people", "tasks"]


def init_app(app: Flask) -> None:
    """Give the application its admin pages, and the announcements above every page."""
    app.register_blueprint(blueprint)
    app.register_blueprint(announcements.banner)
