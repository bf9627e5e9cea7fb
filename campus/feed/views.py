"""The home feed's pages: an address becomes a request to `reading`, and its answer a page or a piece of one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from flask import Blueprint, make_response, request, url_for

from campus.accounts.actions import choose_feed
from campus.accounts.guard import sign_in_required, viewer
from campus.accounts.models import Algorithm, Scope
from campus.feed import reading
from campus.feed.explain import why as explain
from campus.feed.suggestions import EmptyState, Ending, empty, suggestions
from campus.platform import clock, settings
from campus.platform.errors import Invalid
from campus.platform.htmx import page_or_block, redirect_back, render_fragment

if TYPE_CHECKING:
    from flask import Flask, Response

    from campus.accounts.viewer import Viewer
    from campus.feed.reading import FeedPage, HomeCard

bp = Blueprint("feed", __name__)
LARGEST_PAGE = 50


@dataclass(frozen=True)
class HomePage:
    """What `feed/home.html` shows; `end` says which end or empty state follows the cards."""

    cards: tuple[HomeCard, ...]
    next_url: str | None
    algorithm: Algorithm
    scope: Scope
    taken: str
    end: Ending


def init_app(app: Flask) -> None:
    """Give the application the home feed."""
    app.register_blueprint(bp)


@bp.get("/")
@sign_in_required
def home() -> Response:
    """The first page, or with a cursor the next one; for htmx only the cards."""
    person, size, now = viewer(), _size(), clock.now()
    cursor = request.args.get("cursor")
    if cursor is not None:
        found = reading.next_page(person, cursor, size=size)
        return page_or_block("feed/home.html", "cards", page=_page(person, found, size, at_top=False), suggestions=None)
    algorithm, scope = _choice(person)
    read = reading.new_page if "new" in request.args else reading.first_page
    found = read(person, algorithm, scope, size=size, now=now)
    page = _page(person, found, size, at_top=True)
    return page_or_block("feed/home.html", "cards", page=page, suggestions=None if page.next_url else suggestions(person.id))


@bp.get("/feed/new")
@sign_in_required
def new() -> Response:
    """How many posts wait above the page, and where they are to be seen; nothing (204) when none does."""
    person = viewer()
    algorithm, scope = _choice(person)
    newer = reading.count_newer(person, algorithm, scope, _since(), size=_size(), now=clock.now())
    if not newer.count:
        return make_response("", 204)
    order = algorithm if newer.on_top else Algorithm.CHRONOLOGICAL  # where they are to be seen
    url = url_for("feed.home", algorithm=order, scope=scope, new="1")
    return render_fragment("feed/_new_posts.html", count=newer.count, on_top=newer.on_top, url=url)


@bp.get("/feed/suggestions")
@sign_in_required
def suggested() -> Response:
    """Whom to join and follow: fetched after the feed, which it would slow down."""
    return render_fragment("feed/_suggestions.html", suggestions=suggestions(viewer().id))


@bp.get("/posts/<int:post_id>/why")
@sign_in_required
def why(post_id: int) -> Response:
    """Why she sees this post: the relation, and the parts of the score."""
    return page_or_block("feed/why.html", "why", why=explain(viewer().id, post_id, now=clock.now()))


@bp.post("/feed/settings")
@sign_in_required
def choose() -> Response:
    """Remember the order and the scope of her feed."""
    algorithm, scope = _choice(viewer())
    choose_feed(viewer().id, algorithm, scope)
    return redirect_back(url_for("feed.home"))


def _choice(person: Viewer) -> tuple[Algorithm, Scope]:
    """The order and scope asked for, or the ones she chose before."""
    algorithm = request.values.get("algorithm", person.algorithm)
    scope = request.values.get("scope", person.scope)
    try:
        return Algorithm(algorithm), Scope(scope)
    except ValueError as error:
        orders, scopes = " | ".join(Algorithm), " | ".join(Scope)
        raise Invalid(f"{error}; expected algorithm {orders} and scope {scopes}", field="algorithm") from None


def _size() -> int:
    """How many cards a page has.

    Raises:
        Invalid: it is no whole number from 1 to 50.
    """
    raw = request.args.get("page_size", str(settings.current().feed.page_size))
    if not (raw.isascii() and raw.isdigit() and len(raw) < 4 and 1 <= int(raw) <= LARGEST_PAGE):  # noqa: PLR2004 - digits
        raise Invalid(f"page_size is {raw[:20]!r}; expected a whole number from 1 to {LARGEST_PAGE}", field="page_size")
    return int(raw)


def _since() -> datetime:
    """When the page above which she asks was taken; never further back than the feed reaches."""
    raw = request.args.get("since", "")
    try:
        since = datetime.fromisoformat(raw)
    except ValueError:
        raise Invalid(f"since is {raw[:40]!r}; expected the time that came with the page", field="since") from None
    if since.tzinfo is None:
        raise Invalid("since has no time zone; expected the time that came with the page", field="since")
    return max(since, clock.now() - timedelta(days=settings.current().feed.window_days))


def _page(person: Viewer, found: FeedPage, size: int, *, at_top: bool) -> HomePage:
    asked = None if size == settings.current().feed.page_size else size
    next_url = url_for("feed.home", cursor=found.cursor, page_size=asked) if found.cursor else None
    end = empty(person, found.scope) if at_top and not found.cards else Ending(EmptyState.SEEN)
    return HomePage(found.cards, next_url, found.algorithm, found.scope, found.taken_at.isoformat(), end)
