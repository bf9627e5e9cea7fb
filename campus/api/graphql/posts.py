"""Posts, photos and comments."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import strawberry

from campus.api.graphql.context import Info
from campus.api.graphql.paging import Connection, after_number, page, size
from campus.api.graphql.people import Department, Organization, User, department, identifier, organization, user
from campus.interactions.queries import dress
from campus.media.variants import fallback_width, palette_rgb
from campus.posts.models import Audience, PhotoState, PostState
from campus.posts.policy import Act
from campus.posts.queries import reachable_card
from campus.posts.versions import version_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from campus.api.graphql.context import Context
    from campus.interactions.queries import CommentView, FullCard
    from campus.posts.cards import PhotoView

strawberry.enum(Audience)
strawberry.enum(PhotoState)
strawberry.enum(PostState)
strawberry.enum(Act, name="PostAct")


@strawberry.type
class PhotoFile:
    """A WebP file of a photo."""

    width: int
    height: int
    url: str


@strawberry.type
class Photo:
    """A photo of a post. Until it is ready it has no size and no files; `error` tells its author what went wrong."""

    position: int = strawberry.field(description="Its place in the post, from 1.")
    state: PhotoState
    alt: str = strawberry.field(description="What it shows, for who cannot see it.")
    width: int
    height: int
    files: list[PhotoFile]
    fallback_url: str | None = strawberry.field(description="The same as one JPEG.")
    colour: str = strawberry.field(description="What to show until it has loaded.")
    thumbhash: str = strawberry.field(description="A placeholder, hexadecimal.")
    credit: str
    licence: str
    error: str


@strawberry.type
class Comment:
    """A comment under a post."""

    id: strawberry.ID
    author: User
    text: str
    created_at: datetime
    mine: bool = strawberry.field(description="The viewer wrote it.")


@strawberry.type
class PostCounts:
    """How often a post was liked, commented, shared."""

    likes: int
    comments: int
    shares: int


@strawberry.type
class PostViewer:
    """What a post is to the viewer."""

    post_id: strawberry.Private[int]
    liked: bool

    @strawberry.field
    def may(self, info: Info) -> list[Act]:
        """What she may do with it."""
        return sorted(info.context.acts(self.post_id))


@strawberry.type
class Post:
    """A post, as the viewer sees it."""

    number: strawberry.Private[int]
    id: strawberry.ID
    url: str = strawberry.field(description="Its page on this site.")
    author: User | None = strawberry.field(description="Who signs it; null: an official post, which the owner signs.")
    owner: Organization | None = strawberry.field(description="The organization it belongs to; null: a personal post.")
    department: Department | None
    official: bool = strawberry.field(description="In the organization's name.")
    audience: Audience
    audience_sentence: str = strawberry.field(description="Who can see it, in words.")
    is_private: bool = strawberry.field(description="Not everybody on this site can see it.")
    state: PostState = strawberry.field(description="Only a published post is seen by anybody but its author.")
    title: str
    text: str
    location: str
    published_at: datetime | None
    edited_at: datetime | None
    counts: PostCounts
    comments_locked: bool
    photos: list[Photo]
    latest_comments: list[Comment] = strawberry.field(description="The newest two, the older one first.")
    viewer: PostViewer
    why: str | None = strawberry.field(description="In the home feed: what brings it to the viewer.")
    version: str | None = strawberry.field(description="Where it is asked for by itself: for editPost, to notice others' edits.")

    @strawberry.field
    def comments(self, info: Info, first: int = 20, after: str | None = None) -> Connection[Comment]:
        """Its comments, the newest first. Those of people behind a block are left out."""
        found = info.context.comments(self.number, after_number(after), size(first))
        cursor = found.items[-1].id if found.more else None
        return page([comment(one) for one in found.items], cursor)


def comment(view: CommentView) -> Comment:
    """A comment."""
    return Comment(id=identifier(view.id), author=user(view.author), text=view.text, created_at=view.created_at, mine=view.mine)


def posts(context: Context, cards: Sequence[FullCard], whys: Sequence[str] | None = None) -> list[Post]:
    """The posts of a list, which the batches are told of; with the home feed's sentences if it is that."""
    context.know([full.post for full in cards])
    return [_post(full, why=whys[place] if whys else None) for place, full in enumerate(cards)]


def single(context: Context, post_id: int) -> Post:
    """A post she may see, or her own in whatever state but deleted.

    Raises:
        PostNotFound: there is none for the viewer.
    """
    card = reachable_card(context.viewer.id, post_id)
    context.know([card])
    return _post(dress(context.viewer.id, [card])[0], version=version_of(card))


def _post(full: FullCard, *, why: str | None = None, version: str | None = None) -> Post:
    card = full.post
    return Post(
        number=card.id,
        id=identifier(card.id),
        url=f"/posts/{card.id}",
        author=user(card.signed_by) if card.signed_by else None,
        owner=organization(card.owner) if card.owner else None,
        department=department(card.department) if card.department else None,
        official=card.official,
        audience=card.audience,
        audience_sentence=card.seen_by,
        is_private=card.audience is not Audience.PUBLIC,
        state=card.state,
        title=card.title,
        text=card.text,
        location=card.location,
        published_at=card.published_at,
        edited_at=card.edited_at,
        counts=PostCounts(likes=card.like_count, comments=card.comment_count, shares=card.share_count),
        comments_locked=card.comments_locked,
        photos=[_photo(photo) for photo in card.photos],
        latest_comments=[comment(one) for one in full.comments],
        viewer=PostViewer(post_id=card.id, liked=full.mark.liked),
        why=why,
        version=version,
    )


def _photo(photo: PhotoView) -> Photo:
    at, ready = f"/media/{photo.token}", photo.is_ready
    return Photo(
        position=photo.position,
        state=photo.state,
        alt=photo.alt,
        width=photo.width,
        height=photo.height,
        files=[PhotoFile(width=width, height=photo.height_at(width), url=f"{at}/{width}.webp") for width in photo.widths],
        fallback_url=f"{at}/{fallback_width(photo.width, photo.height)}.jpg" if ready else None,
        colour="#{:02x}{:02x}{:02x}".format(*palette_rgb(photo.colour)),
        thumbhash=photo.thumbhash,
        credit=photo.credit,
        licence=photo.licence,
        error=photo.error,
    )
