"""Who should receive a post: the relation that carries it, times the rule of visibility. One definition, in both directions.

`reaches(viewer)` is a condition on `Post`: it reaches her through a relation. `related_to(post)` is its inverse, the ids of
everybody a post may be carried to, in windows. A recipient is somebody related who may see the post.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, exists, func, literal, or_, select, union

from campus.feed.models import FeedEntry
from campus.feed.ranking import Reason, organizations_of, relations
from campus.follows.models import Follow, FollowStatus
from campus.organizations.models import OrganizationMembership
from campus.organizations.queries import active
from campus.posts.models import Audience, Post, PostState
from campus.posts.visibility import visible_to

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, CompoundSelect, Select, Subquery
    from sqlalchemy.orm import Session


@dataclass(frozen=True)
class Carried:
    """What of a post decides where it is carried."""

    id: int
    author_id: int
    organization_id: int | None
    published_at: datetime
    live: bool


def carried(session: Session, post_id: int) -> Carried | None:
    """The post as the fan-out needs it; None when it was never published or is gone."""
    columns = (Post.id, Post.author_id, Post.organization_id, Post.published_at, Post.state)
    row = session.execute(select(*columns).where(Post.id == post_id)).one_or_none()
    if row is None or row.published_at is None:
        return None
    return Carried(row.id, row.author_id, row.organization_id, row.published_at, row.state == PostState.PUBLISHED)


def reaches(viewer: ColumnElement[int]) -> ColumnElement[bool]:
    """A relation carries `Post` to her: it is hers, or she follows the author or the owner, or is a member of the owner."""
    related = relations(viewer)
    return or_(
        Post.author_id == viewer,
        related[Reason.FOLLOWED_AUTHOR],
        related[Reason.FOLLOWED_ORGANIZATION],
        Post.organization_id.in_(organizations_of(viewer)),
    )


def related_to(post: Carried, *, after: int = 0, upto: int | None = None, limit: int | None = None) -> Subquery:
    """The ids (column `user_id`, ascending, above `after`, at most `upto`) of everybody a relation carries this post to."""
    user_id = Follow.follower_id.label("user_id")
    accepted = Follow.status == FollowStatus.ACCEPTED
    branches: list[Select[Any]] = [
        select(user_id).where(Follow.user_id == post.author_id, accepted, Follow.follower_id > after),
    ]
    if post.organization_id is not None:
        member = OrganizationMembership.user_id.label("user_id")
        branches += [
            select(user_id).where(Follow.organization_id == post.organization_id, accepted, Follow.follower_id > after),
            select(member).where(
                OrganizationMembership.organization_id == post.organization_id,
                active(),
                OrganizationMembership.user_id > after,
            ),
        ]
    if upto is not None:  # in each branch: a window must not cost what the whole audience costs
        branches = [branch.where(branch.selected_columns.user_id <= upto) for branch in branches]
    if limit is not None:  # each branch alone can fill the window, and none needs to give more
        branches = [select(branch.order_by("user_id").limit(limit).subquery()) for branch in branches]
    if post.author_id > after and (upto is None or post.author_id <= upto):
        branches.append(select(literal(post.author_id).label("user_id")))
    together = union(*branches).subquery()
    window = select(together.c.user_id).order_by(together.c.user_id)
    return (window if limit is None else window.limit(limit)).subquery("related")


def pairs(readers: Sequence[int], *posts: ColumnElement[bool]) -> CompoundSelect[Any]:
    """(user_id, post_id) of everything relations carry to these readers, among the posts these conditions select.

    `reaches` and `related_to` for many readers at once; the rule of visibility is the caller's to add.
    """
    follower, member = Follow.follower_id.label("user_id"), OrganizationMembership.user_id.label("user_id")
    post_id = Post.id.label("post_id")
    hers = (Follow.follower_id.in_(readers), Follow.status == FollowStatus.ACCEPTED)
    return union(
        select(Post.author_id.label("user_id"), post_id).where(Post.author_id.in_(readers), *posts),
        select(follower, post_id).join(Post, Post.author_id == Follow.user_id).where(*hers, *posts),
        select(follower, post_id).join(Post, Post.organization_id == Follow.organization_id).where(*hers, *posts),
        select(member, post_id)
        .join(Post, Post.organization_id == OrganizationMembership.organization_id)
        .where(OrganizationMembership.user_id.in_(readers), active(), *posts),
    )


def rightful() -> ColumnElement[bool]:
    """A `FeedEntry` is one its reader may have: of a post that a relation carries to her, and that she may see."""
    reader = FeedEntry.__table__.c.user_id
    return (
        exists()
        .where(Post.id == FeedEntry.post_id, Post.published_at == FeedEntry.published_at, reaches(reader), visible_to(reader))
        .correlate(FeedEntry)
    )


def celebrity_posts(threshold: int, since: datetime) -> Select[Any]:
    """(post_id, author_id, organization_id, published_at) of the posts published since then whose audience exceeds the threshold.

    Judged by source, for a bulk load: the author's followers, or the owner's members. It decides what delivery costs, not what
    anybody reads.
    """
    followed = (
        select(Follow.user_id)
        .where(Follow.user_id.is_not(None), Follow.status == FollowStatus.ACCEPTED)
        .group_by(Follow.user_id)
        .having(func.count() > threshold)
    )
    large = (
        select(OrganizationMembership.organization_id)
        .where(active())
        .group_by(OrganizationMembership.organization_id)
        .having(func.count() > threshold)
    )
    for_followers = and_(Post.author_id.in_(followed), Post.audience.in_([Audience.PUBLIC, Audience.FOLLOWERS]))
    for_members = and_(Post.organization_id.in_(large), Post.audience.in_([Audience.PUBLIC, Audience.ORGANIZATION]))
    columns: list[Any] = [Post.id, Post.author_id, Post.organization_id, Post.published_at]
    return select(*columns).where(Post.state == PostState.PUBLISHED, Post.published_at > since, or_(for_followers, for_members))
