"""Who should receive a post: the relation that carries it, times the rule of visibility. One definition, in both directions.

`reaches(viewer)` is a condition on `Post`: it reaches her through a relation. `related_to(author, organization)` is its
inverse, the ids of everybody a post may be carried to, in windows. A recipient is somebody related who may see the post.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, any_, exists, func, or_, select, union, union_all

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

    Id = ColumnElement[int]


def reaches(viewer: ColumnElement[int]) -> ColumnElement[bool]:
    """A relation carries `Post` to her: it is hers, or she follows the author or the owner, or is a member of the owner."""
    related = relations(viewer)
    return or_(
        Post.author_id == viewer,
        related[Reason.FOLLOWED_AUTHOR],
        related[Reason.FOLLOWED_ORGANIZATION],
        Post.organization_id.in_(organizations_of(viewer)),
    )


def related_to(author: Id, organization: Id | None, *, after: Id, upto: Id) -> Subquery:
    """The ids (column `user_id`, in (after, upto], each once) of everybody a relation carries such a post to.

    An author's post in an organization, or with None a personal one.
    """
    return carriers(author, organization, after=after, upto=upto, each_once=True).subquery("related")


def carriers(author: Id, organization: Id | None, *, after: Id, upto: Id, each_once: bool = False) -> CompoundSelect[Any]:
    """The same with those several times whom several relations carry it to.

    The window is in each branch, so that it does not cost what the whole audience costs.
    """
    branches = [*sources(author, organization), select(author.label("user_id"))]
    ids = [branch.selected_columns.user_id for branch in branches]
    windows = [branch.where(user_id > after, user_id <= upto) for branch, user_id in zip(branches, ids, strict=True)]
    return union(*windows) if each_once else union_all(*windows)


def sources(author: Id, organization: Id | None) -> list[Select[Any]]:
    """The relations that carry a post, each a SELECT of `user_id`s that an index gives in ascending order."""
    user_id, accepted = Follow.follower_id.label("user_id"), Follow.status == FollowStatus.ACCEPTED
    followers = select(user_id).where(Follow.user_id == author, accepted)
    if organization is None:
        return [followers]
    of_organization = select(user_id).where(Follow.organization_id == organization, accepted)
    member = OrganizationMembership.user_id.label("user_id")
    return [followers, of_organization, select(member).where(OrganizationMembership.organization_id == organization, active())]


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


def followed(readers: ColumnElement[Any]) -> tuple[Select[*tuple[Any, ...]], CompoundSelect[Any]]:
    """(user_id, source) of the people, and of the organizations, whose posts relations carry to these readers (an array)."""
    hers = (Follow.follower_id == any_(readers), Follow.status == FollowStatus.ACCEPTED)
    follower, member = Follow.follower_id.label("user_id"), OrganizationMembership.user_id.label("user_id")
    joined = select(member, OrganizationMembership.organization_id.label("source"))
    return (
        select(follower, Follow.user_id.label("source")).where(*hers, Follow.user_id.is_not(None)),
        union(
            select(follower, Follow.organization_id.label("source")).where(*hers, Follow.organization_id.is_not(None)),
            joined.where(OrganizationMembership.user_id == any_(readers), active()),
        ),
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
    much_followed = (
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
    for_followers = and_(Post.author_id.in_(much_followed), Post.audience.in_([Audience.PUBLIC, Audience.FOLLOWERS]))
    for_members = and_(Post.organization_id.in_(large), Post.audience.in_([Audience.PUBLIC, Audience.ORGANIZATION]))
    columns: list[Any] = [Post.id, Post.author_id, Post.organization_id, Post.published_at]
    return select(*columns).where(Post.state == PostState.PUBLISHED, Post.published_at > since, or_(for_followers, for_members))
