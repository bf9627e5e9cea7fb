"""The page to search on: a form that is asked by GET, so that every search has an address."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import Blueprint, request, url_for

from campus.accounts.guard import sign_in_required, viewer
from campus.interactions.queries import dress
from campus.platform.errors import Invalid
from campus.platform.htmx import page_or_block
from campus.search.finding import LONGEST, Sought, find, usable

if TYPE_CHECKING:
    from flask import Flask, Response

    from campus.search.finding import Found

blueprint = Blueprint("search", __name__)
SIZES = {Sought.POSTS: 10, Sought.PEOPLE: 30, Sought.ORGANIZATIONS: 12}


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for, as the form shows it again; `problem` says why it cannot be answered. `at_top` is the first page."""

    text: str
    kind: Sought
    problem: str = ""
    at_top: bool = True
    most: int = LONGEST


def init_app(app: Flask) -> None:
    """Give the application the search."""
    app.register_blueprint(blueprint)


@blueprint.get("/search")
@sign_in_required
def search() -> Response:
    """Posts, people or organizations with these words; without words, the form."""
    text, kind = request.args.get("q", ""), _kind()
    if not text.strip():
        return _answer(Asked("", kind))
    try:
        words = usable(text)
    except Invalid as problem:
        return _answer(Asked(text[:LONGEST], kind, str(problem)), status=problem.status)
    cursor = request.args.get("cursor")
    found = find(viewer().id, kind, words, cursor=cursor, size=SIZES[kind])
    next_url = url_for(".search", q=words, kind=kind, cursor=found.cursor) if found.cursor else None
    return _answer(Asked(words, kind, at_top=not cursor), found, next_url)


def _kind() -> Sought:
    asked = request.args.get("kind", Sought.POSTS)
    try:
        return Sought(asked)
    except ValueError:
        raise Invalid(f"kind is {asked[:20]!r}; expected {' | '.join(Sought)}", field="kind") from None


def _answer(asked: Asked, found: Found | None = None, next_url: str | None = None, *, status: int = 200) -> Response:
    items: Any = found.items if found else None
    if found and found.kind is Sought.POSTS:
        items = dress(viewer().id, items)
    response = page_or_block("search/search.html", "cards", asked=asked, items=items, next_url=next_url)
    response.status_code = status
    return response
