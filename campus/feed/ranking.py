"""The score of a post for a viewer: arithmetic, written twice, in SQL and in Python, and tested against each other.

    score = recency + engagement + relevance + tie-break                                      (product, section 6)

    recency     10 * max(0, 1 - age / 7 days)
    engagement  min(5, ln(1 + likes + 2·comments + 3·shares))
    relevance   5 own department, or a company she is a member of · 4 own university · 3 followed author or organization ·
                1 the author shares an organization with her · 0 otherwise; the highest that applies
    tie-break   a stable hash of (post, viewer) in [0, 0.01)

Nothing is stored per reader: within seven days all posts lose recency at one rate, so `Post.heat` orders them at any instant, and
older ones keep a constant score.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, Double, and_, case, cast, func, literal_column, select
from sqlalchemy.orm import aliased

from campus.follows.models import Follow, FollowStatus
from campus.organizations.models import DepartmentMembership, Organization, OrganizationKind, OrganizationMembership
from campus.organizations.queries import active
from campus.posts.models import Post

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Select

FRESH_FOR = timedelta(days=7)
RECENCY_POINTS = 10.0
ENGAGEMENT_CAP = 5.0
TIE = 0.01
EPOCH = datetime(2020, 1, 1, tzinfo=UTC)  # the landmark of Post.heat
_MODULUS = 2_147_483_647  # a Mersenne prime: products of two residues stay inside a bigint


class Reason(IntEnum):
    """Why a post is in a feed: the relation that counts highest."""

    NONE = 0
    DEPARTMENT = 2
    COMPANY = 3
    UNIVERSITY = 4
    FOLLOWED_AUTHOR = 5
    FOLLOWED_ORGANIZATION = 6
    COLLEAGUE = 7


RELEVANCE = {
    Reason.DEPARTMENT: 5,
    Reason.COMPANY: 5,
    Reason.UNIVERSITY: 4,
    Reason.FOLLOWED_AUTHOR: 3,
    Reason.FOLLOWED_ORGANIZATION: 3,
    Reason.COLLEAGUE: 1,
    Reason.NONE: 0,
}


@dataclass(frozen=True, slots=True)
class Signals:
    """What the score of a post for a viewer depends on."""

    post_id: int
    viewer_id: int
    published_at: datetime
    likes: int
    comments: int
    shares: int
    reason: Reason


def recency(published_at: datetime, now: datetime) -> float:
    """10 points at publication, 0 after seven days, linear between."""
    return RECENCY_POINTS * max(0.0, 1 - (now - published_at).total_seconds() / FRESH_FOR.total_seconds())


def engagement(likes: int, comments: int, shares: int) -> float:
    """The natural logarithm of what people did, at most 5 points."""
    return min(ENGAGEMENT_CAP, math.log(1 + likes + 2 * comments + 3 * shares))


def tie_break(post_id: int, viewer_id: int) -> float:
    """A number in [0, 0.01) that looks random and never changes for this post and viewer."""
    mixed = (post_id % _MODULUS * 48_271 + viewer_id % _MODULUS * 69_621) % _MODULUS
    return mixed * 16_807 % _MODULUS * TIE / _MODULUS


def recency_sql(now: ColumnElement[datetime]) -> ColumnElement[Any]:
    """`recency` of `Post` at `now`."""
    age = cast(func.extract("epoch", now - Post.published_at), Double)
    return RECENCY_POINTS * func.greatest(cast(0, Double), 1 - age / FRESH_FOR.total_seconds())


def engagement_sql() -> ColumnElement[Any]:
    """`engagement` of `Post`."""
    return func.least(cast(ENGAGEMENT_CAP, Double), func.ln(cast(1 + Post.points, Double)))


def tie_break_sql(viewer: ColumnElement[int]) -> ColumnElement[Any]:
    """`tie_break` of `Post` for the viewer."""
    mixed = func.mod(
        func.mod(Post.id, cast(_MODULUS, BigInteger)) * 48_271 + func.mod(viewer, cast(_MODULUS, BigInteger)) * 69_621,
        cast(_MODULUS, BigInteger),
    )
    return cast(func.mod(mixed * 16_807, cast(_MODULUS, BigInteger)), Double) * TIE / _MODULUS


def reason_sql(viewer: ColumnElement[int]) -> ColumnElement[int]:
    """The `Reason` that counts highest for `Post` and the viewer. Her own posts are placed like anybody's."""
    related = relations(viewer)
    order = (Reason.DEPARTMENT, Reason.COMPANY, Reason.UNIVERSITY, Reason.FOLLOWED_AUTHOR, Reason.FOLLOWED_ORGANIZATION)
    return case(*((related[reason], int(reason)) for reason in (*order, Reason.COLLEAGUE)), else_=int(Reason.NONE))


def relevance_sql(reason: ColumnElement[int]) -> ColumnElement[int]:
    """The points of a `Reason`."""
    return case({int(which): points for which, points in RELEVANCE.items() if points}, value=reason, else_=0)


def at_rest_sql(viewer: ColumnElement[int], now: ColumnElement[datetime]) -> ColumnElement[Any]:
    """The score of `Post` without its relevance."""
    return recency_sql(now) + engagement_sql() + tie_break_sql(viewer)


def relations(viewer: ColumnElement[int]) -> dict[Reason, ColumnElement[bool]]:
    """For each reason, the condition on `Post` that it applies to this viewer."""
    return {
        Reason.DEPARTMENT: Post.department_id.in_(departments_of(viewer)),
        Reason.COMPANY: Post.organization_id.in_(organizations_of(viewer, OrganizationKind.COMPANY)),
        Reason.UNIVERSITY: Post.organization_id.in_(organizations_of(viewer, OrganizationKind.UNIVERSITY)),
        Reason.FOLLOWED_AUTHOR: Post.author_id.in_(_followed(viewer, "user_id")),
        Reason.FOLLOWED_ORGANIZATION: Post.organization_id.in_(_followed(viewer, "organization_id")),
        Reason.COLLEAGUE: _colleague(viewer),
    }


def _followed(viewer: ColumnElement[int], target: str) -> Select[Any]:
    """The people (`user_id`) or organizations (`organization_id`) the viewer follows."""
    follow = aliased(Follow)
    followed = getattr(follow, target)
    accepted = follow.status == FollowStatus.ACCEPTED
    return select(followed).where(follow.follower_id == viewer, accepted, followed.is_not(None)).correlate_except(follow)


def organizations_of(viewer: ColumnElement[int], kind: OrganizationKind | None = None) -> Select[Any]:
    """The organizations (of one kind) the viewer is an active member of."""
    mine = aliased(OrganizationMembership)
    found = select(mine.organization_id).where(mine.user_id == viewer, active(mine)).correlate_except(mine)
    if kind is None:
        return found
    organization = aliased(Organization)
    joined = found.join(organization, organization.id == mine.organization_id).where(organization.kind == kind)
    return joined.correlate_except(mine, organization)


def departments_of(viewer: ColumnElement[int]) -> Select[Any]:
    """The departments the viewer belongs to, through a membership that counts."""
    mine, department = aliased(OrganizationMembership), aliased(DepartmentMembership)
    same = and_(mine.organization_id == department.organization_id, mine.user_id == department.user_id)
    return (
        select(department.department_id)
        .join(mine, same)
        .where(department.user_id == viewer, active(mine))
        .correlate_except(mine, department)
    )


def _colleague(viewer: ColumnElement[int]) -> ColumnElement[bool]:
    """The author shares an organization with the viewer: looked up for each post that no better reason applies to.

    Without the OFFSET PostgreSQL would make a hash of all colleagues first: thousands, for a few hundred posts.
    """
    theirs = aliased(OrganizationMembership)
    shared = select(theirs.user_id).where(theirs.user_id == Post.author_id, active(theirs))
    ours = shared.where(theirs.organization_id.in_(organizations_of(viewer))).offset(literal_column("0"))
    return ours.correlate_except(theirs).exists()


def score(signals: Signals, now: datetime) -> float:
    """The score of a post for a viewer, in plain arithmetic: what the SQL forms are tested against."""
    return (
        recency(signals.published_at, now)
        + engagement(signals.likes, signals.comments, signals.shares)
        + RELEVANCE[signals.reason]
        + tie_break(signals.post_id, signals.viewer_id)
    )
