"""Finding posts, people and organizations by words, as the page does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from flask import Blueprint
from pydantic import Field

from campus.accounts.guard import viewer
from campus.api import door
from campus.api.incoming import Cursor, Limit
from campus.api.paging import next_address
from campus.api.rest.organizations import ListedOut, listed_out
from campus.api.schemas import PersonOut, PostOut, person_out, post_out
from campus.interactions.queries import dress
from campus.search.finding import LONGEST, Sought, find, usable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from campus.search.finding import Found

blueprint = Blueprint("api_search", __name__)


class SearchQuery(door.Query):
    """What to look for."""

    q: Annotated[
        str,
        Field(
            max_length=LONGEST,
            description="Words that must all be there, the last one perhaps only begun; at least two letters or digits.",
            examples=["late light"],
        ),
    ]
    kind: Annotated[Sought, Field(description="What to look for: posts are the default.")] = Sought.POSTS
    cursor: Cursor | None = None
    page_size: Limit = 20


@blueprint.get("/search/")
@door.reads(query=SearchQuery, answer=list[PostOut] | list[PersonOut] | list[ListedOut], tag="search")
def search(query: SearchQuery) -> door.Page:
    """Find posts, people or organizations by words.

    Posts come the newest first, people whom the caller follows before others, organizations with the words in their name before
    others. Case and accents make no difference. A piece of posts may be short, even empty, and lead on nevertheless: it looks at
    a thousand posts with the words, whether or not the caller may see them.
    """
    me, words = viewer().id, usable(query.q)
    found = find(me, query.kind, words, cursor=query.cursor, size=query.page_size)
    asked = {"q": words, "kind": query.kind, "cursor": found.cursor, "page_size": query.page_size}
    return door.Page(_shown(me, found), next_address(".search", **asked) if found.cursor else None)


def _shown(reader_id: int, found: Found) -> list[Mapping[str, Any]]:
    items: Any = found.items
    match found.kind:
        case Sought.POSTS:
            return [post_out(full) for full in dress(reader_id, items)]
        case Sought.PEOPLE:
            return [person_out(person) for person in items]
        case Sought.ORGANIZATIONS:
            return [listed_out(organization) for organization in items]
