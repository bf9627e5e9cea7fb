"""What the admin pages share: their blueprint, and the list of them for the navigation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, flash

from campus.platform.htmx import go_to

if TYPE_CHECKING:
    from flask import Response

blueprint = Blueprint("admin", __name__, url_prefix="/admin")

# Address, drawing, words.
SECTIONS = (
    ("/admin", "chart-column", "Dashboard"),
    ("/admin/tasks", "clock", "Tasks"),
    ("/admin/audit", "scroll-text", "Audit log"),
)


@blueprint.app_context_processor  # the audit log and moderation stand in the same frame
def _navigation() -> dict[str, object]:
    return {"sections": SECTIONS}


def done(sentence: str, url: str) -> Response:
    """Say what was done, on the page that shows it."""
    flash(sentence)
    return go_to(url)
