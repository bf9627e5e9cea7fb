"""Who may see a post: the rule, the only one, in both directions.

`visible_to(viewer)` is a condition on `Post`. The viewer is an id, or a column of ids, so that one rule answers both questions:

    select(Post).where(visible_to(ada.id))                         # what may she see
    select(User.id).where(Post.id == 7, visible_to(User.id))       # who may see it

Every byte of a post passes through it, after every cache: page, fragment, photo file, count, API. It reads rows, never caches, so
that leaving, blocking, narrowing or withdrawing is effective on the next request.

Every table inside the rule is an alias of its own, so that none is mistaken for the table the viewer's column comes from.
For an id the sub-selects do not depend on the row, and PostgreSQL hashes each once a statement; for a column it probes an index.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import and_, exists, literal_column, not_, or_, select
from sqlalchemy.orm import aliased

from campus.accounts.models import User
from campus.follows.models import Block, Follow, FollowStatus
from campus.organizations.models import DepartmentMembership, OrganizationMembership, Role
from campus.organizations.queries import active
from campus.posts.models import Audience, Post, PostState

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, SQLColumnExpression

MODERATING = (Role.OWNER, Role.ADMIN, Role.MODERATOR)

_author = aliased(User)
_follow = aliased(Follow)
_membership = aliased(OrganizationMembership)
_moderation = aliased(OrganizationMembership)
_department = aliased(DepartmentMembership)
_department_of = aliased(OrganizationMembership)
_outgoing = aliased(Block)
_incoming = aliased(Block)


def visible_to(viewer: int | SQLColumnExpression[int]) -> ColumnElement[bool]:
    """The post may be seen by this viewer (product, section 5: both numbered clauses).

    `viewer` is a user's id, or a column holding one that the surrounding statement provides.
    """
    return and_(
        Post.state == PostState.PUBLISHED,
        or_(Post.audience == Audience.PUBLIC, Post.author_id == viewer, _in_audience(viewer), _moderates(viewer)),
        or_(Post.official, _author_in_good_standing()),  # asks nothing of the viewer: PostgreSQL settles it once a post
        *_not_blocked(viewer),
    )


def _author_in_good_standing() -> ColumnElement[bool]:
    """Without the OFFSET PostgreSQL, asked for many viewers, would make a hash of everybody on the site to look up one author."""
    standing = select(_author.id).where(_author.id == Post.author_id, _author.suspended_at.is_(None))
    return standing.offset(literal_column("0")).correlate_except(_author).exists()


def _not_blocked(viewer: int | SQLColumnExpression[int]) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Neither has blocked the other, unless the post is official. Each is a condition of its own, as PostgreSQL joins by."""
    outgoing = exists().where(_outgoing.blocker_id == viewer, _outgoing.blocked_id == Post.author_id, not_(Post.official))
    incoming = exists().where(_incoming.blocked_id == viewer, _incoming.blocker_id == Post.author_id, not_(Post.official))
    return not_(outgoing.correlate_except(_outgoing)), not_(incoming.correlate_except(_incoming))


def _in_audience(viewer: int | SQLColumnExpression[int]) -> ColumnElement[bool]:
    members = select(_membership.organization_id).where(_membership.user_id == viewer, active(_membership))
    department = (
        select(_department.department_id)
        .join(
            _department_of,
            and_(
                _department_of.organization_id == _department.organization_id,
                _department_of.user_id == _department.user_id,
            ),
        )
        .where(_department.user_id == viewer, active(_department_of))
    )
    followed = select(_follow.user_id).where(
        _follow.follower_id == viewer, _follow.user_id.is_not(None), _follow.status == FollowStatus.ACCEPTED
    )
    return or_(
        and_(Post.audience == Audience.ORGANIZATION, Post.organization_id.in_(members.correlate_except(_membership))),
        and_(
            Post.audience == Audience.DEPARTMENT,
            Post.department_id.in_(department.correlate_except(_department, _department_of)),
        ),
        and_(Post.audience == Audience.FOLLOWERS, Post.author_id.in_(followed.correlate_except(_follow))),
    )


def _moderates(viewer: int | SQLColumnExpression[int]) -> ColumnElement[bool]:
    moderated = select(_moderation.organization_id).where(
        _moderation.user_id == viewer, active(_moderation), _moderation.role.in_(MODERATING)
    )
    return and_(Post.audience != Audience.ONLY_ME, Post.organization_id.in_(moderated.correlate_except(_moderation)))
