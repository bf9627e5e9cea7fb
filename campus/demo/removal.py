"""Taking the demo away again, and nothing else."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

from sqlalchemy import Text, cast, delete, func, or_, select, update

from campus.accounts.models import User
from campus.admin.models import DailyFigure
from campus.demo.copying import COLUMNS, LONGEST, analyze, unindexed
from campus.feed.models import CelebrityPostCache, FeedEntry, FeedMark
from campus.follows.models import Follow
from campus.interactions import queries as interactions
from campus.interactions.models import Comment, Like, Share
from campus.media.variants import SIDES, Format, fallback_width, incoming_key, portrait_key, variant_key
from campus.moderation.models import Case
from campus.organizations.models import Department, DepartmentMembership, Organization, OrganizationMembership, PostingPause
from campus.platform.db import session, transaction
from campus.platform.limits import QuotaUse
from campus.posts.files import storage
from campus.posts.models import Photo, Post

if TYPE_CHECKING:
    import uuid
    from collections.abc import Iterator, Sequence

    from sqlalchemy import Delete, Select, Update


def demo_people() -> Select[int]:
    """The ids of demo people."""
    return select(User.id).where(User.is_demo)


def demo_posts() -> Select[int]:
    """The ids of posts that go with the demo: by demo people, or in demo organizations."""
    organizations = select(Organization.id).where(Organization.is_demo)
    return select(Post.id).where(or_(Post.author_id.in_(demo_people()), Post.organization_id.in_(organizations)))


def counted() -> dict[str, int]:
    """How much there is to remove."""
    return {
        "user": session.scalar(select(func.count()).select_from(demo_people().subquery())) or 0,
        "organization": session.scalar(select(func.count()).where(Organization.is_demo)) or 0,
        "post": session.scalar(select(func.count()).select_from(demo_posts().subquery())) or 0,
        "photo": session.scalar(select(func.count()).where(Photo.post_id.in_(demo_posts()))) or 0,
    }


def remove() -> dict[str, int]:
    """Delete demo people and organizations with everything that hangs on them, then their files. Returns what was removed.

    Posts by others in a demo organization go with it. Likes and comments of demo people on others' posts go too, and the
    counters of those posts follow.
    """
    with transaction(), ExitStack() as bare:
        found = counted()
        keys = [key for photo in session.execute(_files()) for key in _keys(*photo)]
        keys += [portrait_key(token, side) for token in session.scalars(_portraits()) for side in SIDES]
        touched = session.scalars(_marked_by_demo_people()).all()
        for model in LONGEST:  # else every person and post deleted would look for its rows in them, one by one
            bare.enter_context(unindexed(model))
        for statement in (*_deletions(), _recount(touched), update(User).values(permission_version=User.permission_version + 1)):
            session.execute(statement, execution_options={"synchronize_session": False})
    store = storage()
    for key in keys:
        store.delete(key)
    analyze(COLUMNS)
    return found


def _files() -> Select[uuid.UUID, int, int, list[int]]:
    return select(Photo.token, Photo.width, Photo.height, Photo.widths).where(Photo.post_id.in_(demo_posts()))


def _portraits() -> Select[uuid.UUID]:
    people = select(User.avatar_token).where(User.is_demo, User.avatar_token.is_not(None))
    return people.union_all(select(Organization.logo_token).where(Organization.is_demo, Organization.logo_token.is_not(None)))  # type: ignore[return-value]


def _keys(token: uuid.UUID, width: int, height: int, widths: Sequence[int]) -> Iterator[str]:
    """Where the files of a photo are, without looking through folders."""
    yield incoming_key(token)
    for each in widths:
        yield variant_key(token, each, Format.WEBP)
    if width and height:
        yield variant_key(token, fallback_width(width, height), Format.JPEG)


def _deletions() -> Iterator[Delete]:
    """From the leaves to the root, so that no cascade has anything left to look for row by row."""
    people, posts = demo_people(), demo_posts()
    organizations = select(Organization.id).where(Organization.is_demo)
    yield delete(FeedEntry).where(or_(FeedEntry.user_id.in_(people), FeedEntry.post_id.in_(posts)))
    yield delete(FeedMark).where(or_(FeedMark.user_id.in_(people), FeedMark.post_id.in_(posts)))
    yield delete(CelebrityPostCache).where(CelebrityPostCache.post_id.in_(posts))
    yield delete(Like).where(or_(Like.user_id.in_(people), Like.post_id.in_(posts)))
    yield delete(Comment).where(or_(Comment.author_id.in_(people), Comment.post_id.in_(posts)))
    yield delete(Share).where(or_(Share.user_id.in_(people), Share.post_id.in_(posts)))
    yield delete(Case).where(or_(Case.author_id.in_(people), Case.post_id.in_(posts), Case.organization_id.in_(organizations)))
    yield delete(Photo).where(Photo.post_id.in_(posts))
    yield delete(Post).where(Post.id.in_(posts))
    yield delete(Follow).where(
        or_(Follow.follower_id.in_(people), Follow.user_id.in_(people), Follow.organization_id.in_(organizations))
    )
    yield delete(QuotaUse).where(QuotaUse.subject.in_(select(cast(User.id, Text)).where(User.is_demo)))
    for belonging in (DepartmentMembership, PostingPause, OrganizationMembership):
        yield delete(belonging).where(or_(belonging.user_id.in_(people), belonging.organization_id.in_(organizations)))
    yield delete(Department).where(Department.organization_id.in_(organizations))
    yield delete(Organization).where(Organization.is_demo)
    yield delete(User).where(User.is_demo)
    yield delete(DailyFigure)  # most counted what is gone; the next task counts the last ninety days anew


def _marked_by_demo_people() -> Select[int]:
    """The posts of others that demo people liked, discussed or shared."""
    people = demo_people()
    marked = select(Like.post_id).where(Like.user_id.in_(people))
    marked_too = (
        select(Comment.post_id).where(Comment.author_id.in_(people)),
        select(Share.post_id).where(Share.user_id.in_(people)),
    )
    return select(Post.id).where(Post.id.in_(marked.union(*marked_too)), Post.id.not_in(demo_posts()))


def _recount(posts: Sequence[int]) -> Update:
    """Counters equal their rows."""
    live = interactions.STANDS
    counts = {
        "like_count": select(func.count()).where(Like.post_id == Post.id).correlate(Post).scalar_subquery(),
        "comment_count": select(func.count()).where(Comment.post_id == Post.id, live).correlate(Post).scalar_subquery(),
        "share_count": select(func.count()).where(Share.post_id == Post.id).correlate(Post).scalar_subquery(),
    }
    return update(Post).where(Post.id.in_(posts)).values(counts)
