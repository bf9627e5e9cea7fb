"""What the admin pages share: their blueprint, and the list of them for the navigation."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from flask import Blueprint, flash, request

from campus.platform.htmx import go_to

if TYPE_CHECKING:
    from flask import Response

blueprint = Blueprint("admin", __name__, url_prefix="/admin")

# Address, drawing, words.
SECTIONS = (
    ("/admin", "chart-column", "Dashboard"),
    ("/admin/people", "users", "People"),
    ("/admin/organizations", "building-2", "Organizations"),
    ("/admin/tasks", "clock", "Tasks"),
    ("/admin/jobs", "list-checks", "Jobs"),
    ("/admin/storage", "image", "Storage"),
    ("/admin/announcements", "megaphone", "Announcements"),
    ("/admin/settings", "settings", "Settings"),
    ("/admin/system", "monitor", "System"),
    ("/moderation", "shield", "Moderation"),
    ("/admin/audit", "scroll-text", "Audit log"),
)


@blueprint.app_context_processor  # the audit log and moderation stand in the same frame
def _navigation() -> dict[str, object]:
    return {"sections": SECTIONS}


def done(sentence: str, url: str) -> Response:
    """Say what was done, on the page that shows it."""
    flash(sentence)
    return go_to(url)


def before_id() -> int | None:
    """The number a page of a list goes on before."""
    told = request.args.get("before", "")
    return int(told) if told.isascii() and told.isdigit() and len(told) < 19 else None  # noqa: PLR2004 - what a bigint holds


def further(path: str, rest: int | str | None, *, key: str = "before", **chosen: str) -> str | None:
    """The address of a list's next page, with what was chosen; None where it ends."""
    return (
        None if rest is None else f"{path}?{urlencode({**{name: value for name, value in chosen.items() if value}, key: rest})}"
    )
