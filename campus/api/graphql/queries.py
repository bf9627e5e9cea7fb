"""What can be read: the roots of every query."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import strawberry

from campus.accounts.models import Algorithm, Scope
from campus.api.graphql.context import Info
from campus.api.graphql.guards import LARGEST_PAGE
from campus.api.graphql.me import Me, me
from campus.api.graphql.paging import Connection, key, page, size
from campus.api.graphql.people import Organization, organization
from campus.api.graphql.posts import Post, posts, single
from campus.api.graphql.profiles import OrganizationProfile, UserProfile, organization_profile, profile_of
from campus.api.graphql.searching import Search
from campus.feed import explain, reading
from campus.organizations import queries as organizations
from campus.platform.errors import Invalid
from campus.platform.keys import pair
from campus.posts.models import Audience
from campus.posts.queries import earlier_texts, reachable_post

if TYPE_CHECKING:
    from campus.feed.reading import FeedPage


@strawberry.type
class EarlierText:
    """What a post said before an edit; `editedAt` is when it stopped saying so."""

    title: str
    text: str
    audience: Audience
    edited_at: datetime


@strawberry.type
class ScorePart:
    """One summand of a score."""

    label: str
    points: float
    explanation: str


@strawberry.type
class Explanation:
    """Why the viewer sees a post: the relation, and the parts of the score that placed it."""

    sentence: str
    total: float
    parts: list[ScorePart]


@strawberry.type
class Reading:
    """Feeds, posts, people and places."""

    @strawberry.field
    def home_feed(
        self,
        info: Info,
        limit: int | None = 10,
        offset: int | None = 0,
        algorithm: Algorithm | None = None,
        scope: Scope | None = None,
    ) -> list[Post]:
        """The viewer's home feed, in the order and scope she chose unless others are given.

        At most 50 at once. Offset 0 begins a scroll session; the offsets after it go on in that, so that nothing is repeated or
        skipped, whatever is posted meanwhile.
        """
        begin, asked = offset or 0, 10 if limit is None else limit
        if begin < 0:
            raise Invalid(f"offset is {begin}; expected 0 or more.", field="offset")
        context, number = info.context, max(1, min(asked, LARGEST_PAGE))
        chosen = _choice(info, algorithm, scope)
        return _feed(info, reading.page_at(context.viewer, *chosen, offset=begin, size=number, now=context.now))

    @strawberry.field
    def home_feed_connection(
        self,
        info: Info,
        first: int = 10,
        after: str | None = None,
        algorithm: Algorithm | None = None,
        scope: Scope | None = None,
    ) -> Connection[Post]:
        """The viewer's home feed by cursors, which hold for a day. With `after`, order and scope are those of the first page."""
        asked, context = size(first), info.context
        if after is not None:
            found = reading.next_page(context.viewer, after, size=asked)
        else:
            found = reading.first_page(context.viewer, *_choice(info, algorithm, scope), size=asked, now=context.now)
        return page(_feed(info, found), found.cursor)

    @strawberry.field
    def me(self, info: Info) -> Me:
        """The viewer."""
        return me(info)

    @strawberry.field
    def post(self, info: Info, id: strawberry.ID) -> Post | None:  # noqa: A002 - GraphQL's name
        """A post she may see, or her own in whatever state."""
        return single(info.context, key(id))

    @strawberry.field
    def history(self, info: Info, post_id: strawberry.ID) -> list[EarlierText] | None:
        """What a post said before, the newest first."""
        earlier = earlier_texts(reachable_post(info.context.viewer.id, key(post_id)).id)
        return [EarlierText(title=one.title, text=one.text, audience=one.audience, edited_at=one.edited_at) for one in earlier]

    @strawberry.field
    def why(self, info: Info, post_id: strawberry.ID) -> Explanation | None:
        """Why she sees a post, and what places it in her mixed feed at this moment."""
        found = explain.why(info.context.viewer.id, key(post_id), now=info.context.now)
        parts = [ScorePart(label=part.label, points=part.points, explanation=part.explanation) for part in found.parts]
        return Explanation(sentence=found.sentence, total=found.total, parts=parts)

    @strawberry.field
    def user(self, info: Info, handle: str) -> UserProfile | None:
        """A person. Suspended, or having blocked the viewer, she does not exist."""
        return profile_of(info, handle)

    @strawberry.field
    def organization(self, info: Info, slug: str) -> OrganizationProfile | None:
        """A university or a company."""
        return organization_profile(info, organizations.by_slug(slug))

    @strawberry.field
    def organizations(self, info: Info, first: int = 20, after: str | None = None) -> Connection[Organization]:  # noqa: ARG002 - the same for everybody
        """All organizations, those with the most members first."""
        found, last = organizations.listing(pair(after) if after else None, size(first))
        return page([organization(one) for one in found], f"{last[0]}-{last[1]}" if last else None)


@strawberry.type
class Query(Reading, Search):
    """What can be read. What the viewer may not see does not exist."""


def _choice(info: Info, algorithm: Algorithm | None, scope: Scope | None) -> tuple[Algorithm, Scope]:
    viewer = info.context.viewer
    return algorithm or viewer.algorithm, scope or viewer.scope


def _feed(info: Info, found: FeedPage) -> list[Post]:
    return posts(info.context, [card.full for card in found.cards], [card.why for card in found.cards])
