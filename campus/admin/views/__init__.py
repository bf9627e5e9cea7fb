"""The pages, a module for each subject. They share one blueprint, every view of which is for administrators only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from campus.admin.views import dashboard, tasks
from campus.admin.views.blueprint import blueprint

if TYPE_CHECKING:
    from flask import Flask

__all__ = ["dashboard", "init_app", "tasks"]


def init_app(app: Flask) -> None:
    """Give the application its admin pages."""
    app.register_blueprint(blueprint)
