"""Where to go when the feed has nothing: what kind of nothing it is, and whom to join or follow."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import exists, func, literal, select
from sqlalchemy.orm import aliased

from campus.accounts.models import Scope, User
from campus.feed.streams import LIVE
from campus.follows.models import Block, Follow, FollowStatus
from campus.organizations import queries as organizations
from campus.organizations.models import Organization, OrganizationMembership
from campus.organizations.queries import active
from campus.platform.db import session
from campus.posts.cards import PersonView
from campus.posts.models import Post
from campus.posts.visibility import visible_to

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from campus.accounts.viewer import Viewer

SUGGESTED = 3


class EmptyState(StrEnum):
    """What follows the cards when there is no next page."""

    NEW = "new"
    NO_ORGANIZATIONS = "no_organizations"
    QUIET = "quiet"
    SEEN = "seen"
    FILTERED = "filtered"


@dataclass(frozen=True)
class Suggestions:
    """A few organizations to join and people to follow."""

    organizations: Sequence[Any]
    people: Sequence[PersonView]


@dataclass(frozen=True)
class Older:
    """The organization of hers that published last, before the feed's window."""

    slug: str
    name: str


@dataclass(frozen=True)
class Ending:
    """What follows the last card, and where there are older posts to read when it was a quiet month."""

    state: EmptyState
    older: Older | None = None


def suggestions(viewer_id: int) -> Suggestions:
    """Organizations that fit her addresses or are large; people of her organizations whom many follow and she does not."""
    return Suggestions(organizations.suggestions(viewer_id, SUGGESTED), _people(viewer_id))


def empty(viewer: Viewer, scope: Scope) -> Ending:
    """Why there is not one card. A month without posts is quiet if there were some before; else the scope filters too much."""
    if not viewer.verified:
        return Ending(EmptyState.NEW)
    member = exists().where(OrganizationMembership.user_id == viewer.id, active())
    follows = exists().where(Follow.follower_id == viewer.id)
    is_member, is_following = session.execute(select(select(member).scalar_subquery(), select(follows).scalar_subquery())).one()
    if not (is_member or is_following):
        return Ending(EmptyState.NO_ORGANIZATIONS)
    older = _older(viewer.id) if is_member else None
    return Ending(EmptyState.FILTERED if scope is Scope.FOLLOWING and not older else EmptyState.QUIET, older)


def _older(viewer_id: int) -> Older | None:
    mine = select(OrganizationMembership.organization_id).where(OrganizationMembership.user_id == viewer_id, active())
    last = (
        select(Organization.slug, Organization.name)
        .join(Post, Post.organization_id == Organization.id)
        .where(Organization.id.in_(mine), LIVE, visible_to(literal(viewer_id)))
        .order_by(Post.published_at.desc(), Post.id.desc())
        .limit(1)
    )
    row = session.execute(last).one_or_none()
    return Older(row.slug, row.name) if row else None


def _people(viewer_id: int) -> list[PersonView]:
    """The most followed colleagues she does not follow: counted over the colleagues alone, and few of them."""
    mine, theirs = aliased(OrganizationMembership), aliased(OrganizationMembership)
    colleague = (
        select(theirs.user_id.label("id"))
        .join(mine, mine.organization_id == theirs.organization_id)
        .where(mine.user_id == viewer_id, active(mine), active(theirs), theirs.user_id != viewer_id)
        .where(~exists().where(Follow.follower_id == viewer_id, Follow.user_id == theirs.user_id))
        .where(~exists().where(Block.blocker_id == theirs.user_id, Block.blocked_id == viewer_id))
        .where(~exists().where(Block.blocker_id == viewer_id, Block.blocked_id == theirs.user_id))
        .limit(200)
        .subquery()
    )
    followers = (
        select(func.count())
        .where(Follow.user_id == colleague.c.id, Follow.status == FollowStatus.ACCEPTED)
        .correlate(colleague)
        .scalar_subquery()
    )
    people = (
        select(User.id, User.handle, User.name, User.avatar_token)
        .join(colleague, colleague.c.id == User.id)
        .where(User.present)
        .order_by(followers.desc(), User.id)
        .limit(SUGGESTED)
    )
    return [PersonView(*row) for row in session.execute(people)]
