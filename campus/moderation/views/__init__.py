"""The pages of moderation and of the audit log: of the site, and the same of an organization."""

from __future__ import annotations

from typing import TYPE_CHECKING

from campus.moderation.views import audit

if TYPE_CHECKING:
    from flask import Flask


def init_app(app: Flask) -> None:
    """Give the application these pages."""
    app.register_blueprint(audit.blueprint)
