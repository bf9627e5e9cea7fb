"""The home feed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from flask import Blueprint
from pydantic import AwareDatetime, Field
from typing_extensions import TypedDict

from campus.accounts.guard import viewer
from campus.accounts.models import Algorithm, Scope
from campus.api import door
from campus.api.incoming import Cursor, Limit, Whole
from campus.api.paging import next_address
from campus.api.schemas import PostOut, exact, post_out
from campus.feed import reading
from campus.platform import clock, settings

if TYPE_CHECKING:
    from campus.accounts.viewer import Viewer

blueprint = Blueprint("api_feed", __name__)
LAST_PAGE = 10_000


class HomeFeedQuery(door.Query):
    """Which part of the feed, in which order."""

    page: Annotated[Whole, Field(ge=1, le=LAST_PAGE, description="Pinned to the scroll session that page 1 begins.")] = 1
    page_size: Limit = 10
    cursor: Annotated[Cursor | None, Field(description="From the `Link` header; the page number then does not count.")] = None
    algorithm: Annotated[Algorithm | None, Field(description="The order; by default the one chosen in the settings.")] = None
    scope: Annotated[Scope | None, Field(description="What it draws from; by default as chosen in the settings.")] = None


@blueprint.get("/posts/home_feed/")
@door.reads(query=HomeFeedQuery, answer=list[PostOut], errors=(400, 409), tag="feed")
def home(query: HomeFeedQuery) -> door.Page:
    """Read your home feed.

    A list of posts, empty at the end. `Link: <…>; rel="next"` leads to the next page. However many posts, likes and deletions
    arrive meanwhile, no post appears twice and none is skipped.
    """
    found = _read(viewer(), query)
    posts = [post_out(card.full, why=card.why) for card in found.cards]
    next_url = next_address("api_feed.home", cursor=found.cursor, page_size=query.page_size) if found.cursor else None
    return door.Page(posts, next_url)


class NewerQuery(door.Query):
    """Since when."""

    since: Annotated[AwareDatetime, Field(description="When the list was read.", examples=["2026-11-22T12:00:00Z"])]
    algorithm: Annotated[Algorithm | None, Field(description="The order of the list.")] = None
    scope: Annotated[Scope | None, Field(description="What the list draws from.")] = None
    page_size: Limit = 10


@exact
class NewerOut(TypedDict):
    """What waits above a list."""

    count: Annotated[int, Field(ge=0, description="Posts of others, counted no further than 99.")]
    on_top: Annotated[int, Field(ge=0, description="How many of them a fresh first page would show.")]


@blueprint.get("/posts/home_feed/new/")
@door.reads(query=NewerQuery, answer=NewerOut, tag="feed")
def newer(query: NewerQuery) -> NewerOut:
    """Ask how many posts are new since you read your home feed."""
    person, now = viewer(), clock.now()
    algorithm, scope = query.algorithm or person.algorithm, query.scope or person.scope
    since = max(query.since, now - settings.current().feed.window)
    found = reading.count_newer(person, algorithm, scope, since, size=query.page_size, now=now)
    return NewerOut(count=found.count, on_top=found.on_top)


def _read(person: Viewer, query: HomeFeedQuery) -> reading.FeedPage:
    if query.cursor is not None:
        return reading.next_page(person, query.cursor, size=query.page_size)
    algorithm, scope = query.algorithm or person.algorithm, query.scope or person.scope
    offset = (query.page - 1) * query.page_size
    return reading.page_at(person, algorithm, scope, offset=offset, size=query.page_size, now=clock.now())
