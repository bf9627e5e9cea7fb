"""Joining and leaving, and the pages by which an organization is run. What everybody sees of it is in `profiles`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from campus.organizations.views import belonging, departments, domains, invitations, members, requests, settings
from campus.organizations.views.blueprints import blueprint, manage, tabs

if TYPE_CHECKING:
    from flask import Flask

__all__ = [
    "belonging",
    "blueprint",
    "departments",
    "domains",
    "init_app",
    "invitations",
    "manage",
    "members",
    "requests",
    "settings",
]


def init_app(app: Flask) -> None:
    """Give the application these pages. `manage_tabs(role, kind)` in templates names the pages of management."""
    app.register_blueprint(blueprint)
    app.register_blueprint(manage)
    app.jinja_env.globals["manage_tabs"] = tabs
