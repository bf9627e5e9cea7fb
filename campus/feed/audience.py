"""Who should receive a post: the relation that carries it, times the rule of visibility. One definition, in both directions.

`reaches(viewer)` is a condition on `Post`: it reaches her through a relation. `related_to(post)` is its inverse, the ids of
everybody a post may be carried to, in windows. A recipient is somebody related who may see the post.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import literal, or_, select, union

from campus.feed.ranking import Reason, organizations_of, relations
from campus.follows.models import Follow, FollowStatus
from campus.organizations.models import OrganizationMembership
from campus.organizations.queries import active
from campus.posts.models import Post, PostState

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import ColumnElement, Select, Subquery
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


def related_to(post: Carried, *, after: int = 0, limit: int | None = None) -> Subquery:
    """The ids (column `user_id`, ascending, above `after`) of everybody a relation carries this post to."""
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
    if limit is not None:  # each branch alone can fill the window, and none needs to give more
        branches = [select(branch.order_by("user_id").limit(limit).subquery()) for branch in branches]
    if post.author_id > after:
        branches.append(select(literal(post.author_id).label("user_id")))
    together = union(*branches).subquery()
    window = select(together.c.user_id).order_by(together.c.user_id)
    return (window if limit is None else window.limit(limit)).subquery("related")
