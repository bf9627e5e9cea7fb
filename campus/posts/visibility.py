"""Who may see a post: the rule, the only one, in both directions.

`visible_to(viewer)` is a condition on `Post`. The viewer is an id, or a column of ids, so that one rule answers both questions:

    select(Post).where(visible_to(ada.id))                         # what may she see
    select(User.id).where(Post.id == 7, visible_to(User.id))       # who may see it

Every byte of a post passes through it, after every cache: page, fragment, photo file, count, API. It reads rows, never caches, so
that leaving, blocking, narrowing or withdrawing is effective on the next request.

Every table inside the rule is an alias of its own, so that none is mistaken for the table the viewer's column comes from.
For an id the sub-selects do not depend on the row, and PostgreSQL hashes each once a statement; for a column it probes an index.

Asked of one post for very many viewers, the rule may be given the facts of the post in the place of its columns: what they settle
falls out of the statement, which is right only while they are facts (`Facts.hold`), and each relation is looked up once, from
the post's side.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import and_, exists, false, literal, literal_column, not_, or_, select, true
from sqlalchemy.orm import aliased

from campus.accounts.models import User
from campus.follows.models import Block, Follow, FollowStatus
from campus.organizations.models import DepartmentMembership, OrganizationMembership, Role
from campus.organizations.queries import active
from campus.posts.models import Audience, Post, PostState

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, SQLColumnExpression

    Viewer = int | SQLColumnExpression[int]

MODERATING = (Role.OWNER, Role.ADMIN, Role.MODERATOR)


@dataclass(frozen=True)
class _Tie:
    """Rows that tie a person to something a post has, stated once, and looked up from the side that is the same for all rows."""

    tables: tuple[Any, ...]
    person: Any
    thing: Any
    counts: tuple[ColumnElement[bool], ...] = ()

    def holds(self, viewer: Viewer, thing: Any, *, of: type[Post] | Facts) -> ColumnElement[bool]:
        """The viewer is tied to this thing of the post."""
        if isinstance(of, Facts):
            return self._among_its_people(viewer, thing)
        things = select(self.thing).where(self.person == viewer, *self.counts)
        return cast("ColumnElement[bool]", thing.in_(things.correlate_except(*self.tables)))

    def joins(self, viewer: Viewer, thing: Any, *, of: type[Post] | Facts, where: ColumnElement[bool]) -> ColumnElement[bool]:
        """The same of ties that are few, in the form that its negation makes an anti-join."""
        if isinstance(of, Facts):
            return self._among_its_people(viewer, thing, where)
        return exists().where(self.person == viewer, self.thing == thing, *self.counts, where).correlate_except(*self.tables)

    def _among_its_people(self, viewer: Viewer, thing: Any, *where: ColumnElement[bool]) -> ColumnElement[bool]:
        people = select(self.person).where(self.thing == thing, *self.counts, *where)
        one = literal(viewer) if isinstance(viewer, int) else viewer
        return one.in_(people.correlate_except(*self.tables))


_author = aliased(User)
_follow = aliased(Follow)
_membership = aliased(OrganizationMembership)
_moderation = aliased(OrganizationMembership)
_department = aliased(DepartmentMembership)
_department_of = aliased(OrganizationMembership)
_outgoing = aliased(Block)
_incoming = aliased(Block)

_FOLLOWERS = _Tie(
    (_follow,), _follow.follower_id, _follow.user_id, (_follow.user_id.is_not(None), _follow.status == FollowStatus.ACCEPTED)
)
_MEMBERS = _Tie((_membership,), _membership.user_id, _membership.organization_id, (active(_membership),))
_MODERATORS = _Tie(
    (_moderation,), _moderation.user_id, _moderation.organization_id, (active(_moderation), _moderation.role.in_(MODERATING))
)
_IN_DEPARTMENT = _Tie(
    (_department, _department_of),
    _department.user_id,
    _department.department_id,
    (
        _department_of.organization_id == _department.organization_id,
        _department_of.user_id == _department.user_id,
        active(_department_of),
    ),
)
_BLOCKING = _Tie((_outgoing,), _outgoing.blocker_id, _outgoing.blocked_id)
_BLOCKED = _Tie((_incoming,), _incoming.blocked_id, _incoming.blocker_id)


@dataclass(frozen=True)
class Facts:
    """All that the rule asks of a post, as it is known of one that is published: values, or parameters, named as its columns.

    `audience` and `official` are Python's, so that SQLAlchemy leaves out what they settle while it writes the statement.
    """

    audience: Any
    official: Any
    author_id: Any
    organization_id: Any
    department_id: Any
    state: Any = PostState.PUBLISHED

    @classmethod
    def of(cls, *, audience: Audience, official: bool, author_id: Any, organization_id: Any, department_id: Any) -> Facts:
        """The facts of a post; the three ids may be parameters."""
        return cls(audience, true() if official else false(), author_id, organization_id, department_id)

    def hold(self) -> ColumnElement[bool]:
        """`Post` is as these facts say."""
        return and_(*(getattr(Post, each.name).is_not_distinct_from(getattr(self, each.name)) for each in fields(self)))


def visible_to(viewer: Viewer, post: type[Post] | Facts = Post) -> ColumnElement[bool]:
    """The post may be seen by this viewer (product, section 5: both numbered clauses).

    `viewer` is a user's id, or a column holding one that the surrounding statement provides; so is `post`, or its facts.
    """
    return and_(
        post.state == PostState.PUBLISHED,
        or_(post.audience == Audience.PUBLIC, post.author_id == viewer, _in_audience(viewer, post), _moderates(viewer, post)),
        or_(post.official, _author_in_good_standing(post)),  # asks nothing of the viewer: PostgreSQL settles it once a post
        *_not_blocked(viewer, post),
    )


def _author_in_good_standing(post: Any) -> ColumnElement[bool]:
    """Without the OFFSET PostgreSQL, asked for many viewers, would make a hash of everybody on the site to look up one author."""
    standing = select(_author.id).where(_author.id == post.author_id, _author.present)
    return standing.offset(literal_column("0")).correlate_except(_author).exists()


def _not_blocked(viewer: Viewer, post: Any) -> list[ColumnElement[bool]]:
    """Neither has blocked the other, unless the post is official. Each is a condition of its own, as PostgreSQL joins by."""
    return [not_(tie.joins(viewer, post.author_id, of=post, where=not_(post.official))) for tie in (_BLOCKING, _BLOCKED)]


def _in_audience(viewer: Viewer, post: Any) -> ColumnElement[bool]:
    return or_(
        and_(post.audience == Audience.ORGANIZATION, _MEMBERS.holds(viewer, post.organization_id, of=post)),
        and_(post.audience == Audience.DEPARTMENT, _IN_DEPARTMENT.holds(viewer, post.department_id, of=post)),
        and_(post.audience == Audience.FOLLOWERS, _FOLLOWERS.holds(viewer, post.author_id, of=post)),
    )


def _moderates(viewer: Viewer, post: Any) -> ColumnElement[bool]:
    return and_(post.audience != Audience.ONLY_ME, _MODERATORS.holds(viewer, post.organization_id, of=post))
