"""The pages of moderation and of the audit log: of the site, and the same of an organization."""

from __future__ import annotations

from typing import TYPE_CHECKING

from campus.moderation.views import audit, cases, deciding, health, letters, opening, queue, reporting, scoped

if TYPE_CHECKING:
    from flask import Flask


def init_app(app: Flask) -> None:
    """Give the application these pages."""
    for each in (audit, letters, opening, reporting, scoped):
        app.register_blueprint(each.blueprint)


__all__ = ["cases", "deciding", "health", "init_app", "queue"]  # whose views are put on the blueprint of `scoped`
