"""Finding posts, people and organizations by words, as the page does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import strawberry

from campus.api.graphql.context import Info
from campus.api.graphql.paging import Connection, page, size
from campus.api.graphql.people import Organization, User, organization, users
from campus.api.graphql.posts import Post, posts
from campus.interactions.queries import dress
from campus.search.finding import Sought, find, usable

if TYPE_CHECKING:
    from campus.search.finding import Found


@strawberry.type
class Search:
    """Words that must all be there, the last one perhaps only begun. Case and accents make no difference."""

    @strawberry.field
    def search_posts(self, info: Info, words: str, first: int = 20, after: str | None = None) -> Connection[Post]:
        """Posts with these words, the newest first. A page may be short, even empty, and lead on nevertheless."""
        found = _found(info, Sought.POSTS, words, first, after)
        cards: Any = found.items
        return page(posts(info.context, dress(info.context.viewer.id, cards)), found.cursor)

    @strawberry.field
    def search_users(self, info: Info, words: str, first: int = 20, after: str | None = None) -> Connection[User]:
        """People with these words in their name or handle, those she follows first."""
        found = _found(info, Sought.PEOPLE, words, first, after)
        people: Any = found.items
        return page(users(people), found.cursor)

    @strawberry.field
    def search_organizations(self, info: Info, words: str, first: int = 20, after: str | None = None) -> Connection[Organization]:
        """Organizations with these words, those that have them in their name first."""
        found = _found(info, Sought.ORGANIZATIONS, words, first, after)
        listed: Any = found.items
        return page([organization(one) for one in listed], found.cursor)


def _found(info: Info, kind: Sought, words: str, first: int, after: str | None) -> Found:
    return find(info.context.viewer.id, kind, usable(words), cursor=after, size=size(first))
