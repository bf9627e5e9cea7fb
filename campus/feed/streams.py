"""The index-ordered streams a feed is merged from, each with its floor: no row it did not give can come earlier for her."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    BigInteger,
    DateTime,
    Double,
    Interval,
    and_,
    bindparam,
    case,
    cast,
    exists,
    func,
    lateral,
    literal,
    literal_column,
    null,
    select,
    union,
    union_all,
)
from sqlalchemy.orm import aliased

from campus.accounts.models import Algorithm, Scope
from campus.feed import ranking
from campus.feed.audience import reaches
from campus.feed.models import CelebrityPostCache, FeedEntry
from campus.feed.ranking import Reason
from campus.follows.models import Follow, FollowStatus
from campus.organizations.models import Organization, OrganizationKind, OrganizationMembership
from campus.organizations.queries import active
from campus.platform.outbox import Job, JobState
from campus.posts.actions import DISTRIBUTE
from campus.posts.models import Audience, Post, PostState

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import CTE, ColumnElement, Select

ME: ColumnElement[int] = bindparam("me", type_=BigInteger)
NOW: ColumnElement[datetime] = bindparam("now", type_=DateTime(timezone=True))
SINCE: ColumnElement[datetime] = bindparam("since", type_=DateTime(timezone=True))
DEPTH: ColumnElement[int] = bindparam("depth", type_=BigInteger)
WANTED: ColumnElement[int] = bindparam("wanted", type_=BigInteger)

# Literals, not parameters: PostgreSQL must see at planning that the partial indexes apply.
LIVE = Post.state == literal_column(f"'{PostState.PUBLISHED}'")
PUBLIC = Post.audience == literal_column(f"'{Audience.PUBLIC}'")
IN_WINDOW = and_(Post.published_at > SINCE, Post.published_at <= NOW)
WEEK = cast(literal(ranking.FRESH_FOR, Interval), Interval)
# One plan is made for all readers and instants, since making one takes as long as carrying it out. It takes a range of unknown
# times for narrow, and would rather sort what is in it than walk an index in another order: of this time there is no index.
WHEN = Post.published_at + literal_column("interval '0'", Interval)
OLDEST_BEST = ranking.ENGAGEMENT_CAP + max(ranking.RELEVANCE.values()) + ranking.TIE
FAR_AWAY = 1e10  # seconds: a publication time as a fraction of one point, until the year 2286
SLACK = 1e-6  # heat and score are rounded differently in the last places


@dataclass(frozen=True)
class Kind:
    """Which statement: the order, the scope, whether entries are complete or every source is pulled, and how far back it looks.

    `fresh` looks at the last seven days only, where most readers stay. Whatever is older has a floor: `OLDEST_BEST` in the mixed
    order, the week's beginning in the chronological one. In the order of engagement it has none.
    """

    algorithm: Algorithm
    scope: Scope
    entries: bool
    fresh: bool = False


def key_of(algorithm: Algorithm) -> ColumnElement[Any]:
    """What the floors of the two unweighted orders are compared with: higher is earlier."""
    published = cast(func.extract("epoch", Post.published_at), Double)
    return Post.points + published / FAR_AWAY if algorithm is Algorithm.ENGAGEMENT else published


def best_of_older(algorithm: Algorithm) -> ColumnElement[float]:
    """The floor of everything older than a week."""
    if algorithm is Algorithm.MIXED:
        return cast(OLDEST_BEST, Double)
    return cast(func.extract("epoch", NOW - WEEK), Double)


def streams_of(kind: Kind) -> list[CTE]:
    """Every stream of a feed, as CTEs of (id, floor); a null floor says that there is nothing more in it."""
    authors, organizations = _pulled_authors(kind), _pulled_organizations(kind)
    orders = _orders(kind)
    since = NOW - WEEK if kind.fresh else SINCE
    streams = [_under_way(), _of_authors(authors, since)]
    if kind.entries:
        streams.append(_delivered(since))
    for number, order in enumerate(orders):
        streams.append(_of_organizations(organizations, order, f"organization_{number}"))
        if kind.scope is Scope.ALL:
            streams.append(_pool(order, f"public_{number}"))
    if kind.algorithm is Algorithm.MIXED:
        streams.append(_of_departments(orders[0]))
    return streams


@dataclass(frozen=True)
class Order:
    """One index order of `Post`: its rows, its key on the scale of the answer's key, and what a relation may add to it."""

    rows: ColumnElement[bool]
    by: tuple[ColumnElement[Any], ...]
    key: ColumnElement[Any]
    weighted: bool


def _orders(kind: Kind) -> list[Order]:
    algorithm = kind.algorithm
    newest = (Post.published_at.desc(), Post.id.desc())
    most = (Post.points.desc(), *newest)
    if algorithm is Algorithm.CHRONOLOGICAL:
        return [Order(IN_WINDOW, newest, key_of(algorithm), weighted=False)]
    if algorithm is Algorithm.ENGAGEMENT:
        return [Order(and_(WHEN > SINCE, WHEN <= NOW), most, key_of(algorithm), weighted=False)]
    landmark = cast(func.extract("epoch", NOW - literal(ranking.EPOCH, DateTime(timezone=True))), Double)
    cooled = Post.heat - landmark * ranking.RECENCY_POINTS / ranking.FRESH_FOR.total_seconds() + ranking.RECENCY_POINTS
    fresh = Order(and_(WHEN > NOW - WEEK, WHEN <= NOW), (Post.heat.desc(),), cooled, weighted=True)
    older = Order(and_(WHEN > SINCE, WHEN <= NOW - WEEK), most, ranking.engagement_sql(), weighted=True)
    return [fresh] if kind.fresh else [fresh, older]


def _whole(rows: Select[Any], name: str) -> CTE:
    """A stream that gives everything it has, and so has no floor."""
    inner = rows.subquery()
    return select(inner.c.id, cast(null(), Double).label("floor")).cte(name)


def _delivered(since: ColumnElement[datetime]) -> CTE:
    """Her entries since then."""
    mine = select(FeedEntry.post_id.label("id"))
    return _whole(mine.where(FeedEntry.user_id == ME, FeedEntry.published_at > since, FeedEntry.published_at <= NOW), "delivered")


def _under_way() -> CTE:
    """Posts whose delivery is not finished: her reading never waits for a worker. Those she has no relation to fall out below."""
    unsettled = Job.state.in_([JobState.READY, JobState.RUNNING])
    jobs = select(cast(Job.key, BigInteger)).where(unsettled, Job.kind == DISTRIBUTE)
    return _whole(select(Post.id).where(Post.id.in_(jobs), LIVE, reaches(ME)), "under_way")


def _of_authors(authors: CTE, since: ColumnElement[datetime]) -> CTE:
    """Everything since then by the people whose posts are pulled: bounded by what one person can post."""
    recent = and_(Post.published_at > since, Post.published_at <= NOW)
    theirs = lateral(select(Post.id).where(Post.author_id == authors.c.id, LIVE, recent).correlate(authors))
    return _whole(select(theirs.c.id).select_from(authors.join(theirs, literal(value=True))), "by_author")


def _of_organizations(organizations: CTE, order: Order, name: str) -> CTE:
    """The best rows of each pulled organization, and per organization the floor with what being related to it may add."""
    best = lateral(
        select(Post.id, order.key.label("key"))
        .where(Post.organization_id == organizations.c.id, LIVE, order.rows)
        .order_by(*order.by)
        .limit(DEPTH)
        .correlate(organizations)
    )
    rows = select(organizations.c.id.label("source"), organizations.c.bonus, best.c.id, best.c.key)
    return _with_floor(rows.select_from(organizations.join(best, literal(value=True))), order, name)


def _of_departments(order: Order) -> CTE:
    """The freshest of her departments: they count more than the rest of their university."""
    departments = ranking.departments_of(ME).cte("my_department")
    department_id = departments.c[0]
    best = lateral(
        select(Post.id, order.key.label("key"))
        .where(Post.department_id == department_id, LIVE, order.rows)
        .order_by(*order.by)
        .limit(DEPTH)
        .correlate(departments)
    )
    bonus = literal(ranking.RELEVANCE[Reason.DEPARTMENT])
    rows = select(department_id.label("source"), bonus.label("bonus"), best.c.id, best.c.key)
    return _with_floor(rows.select_from(departments.join(best, literal(value=True))), order, "by_department")


def _pool(order: Order, name: str) -> CTE:
    """The best of all public posts. What no relation stream covers can gain at most a colleague's point."""
    best = select(Post.id, order.key.label("key")).where(LIVE, PUBLIC, order.rows).order_by(*order.by).limit(DEPTH).subquery()
    bonus = literal(ranking.RELEVANCE[Reason.COLLEAGUE])
    rows = select(literal(0).label("source"), bonus.label("bonus"), best.c.id, best.c.key)
    return _with_floor(rows, order, name)


def _with_floor(rows: Select[Any], order: Order, name: str) -> CTE:
    inner = rows.cte(f"{name}_rows")
    gain = inner.c.bonus + ranking.TIE + SLACK if order.weighted else literal(SLACK)
    lowest = func.min(inner.c.key).over(partition_by=inner.c.source) + gain
    floor = case((func.count().over(partition_by=inner.c.source) >= DEPTH, lowest), else_=null())
    return select(inner.c.id, floor.label("floor")).cte(name)


def _pulled_authors(kind: Kind) -> CTE:
    """Herself, and whom she follows: all of them, or, when her entries are complete, only those with pulled posts."""
    followed = select(Follow.user_id.label("id")).where(
        Follow.follower_id == ME, Follow.user_id.is_not(None), Follow.status == FollowStatus.ACCEPTED
    )
    if kind.entries:
        pulled = exists().where(CelebrityPostCache.author_id == Follow.user_id, CelebrityPostCache.published_at > SINCE)
        followed = followed.where(pulled)
    return union(followed, select(ME.label("id"))).cte("author")


def _pulled_organizations(kind: Kind) -> CTE:
    """Her organizations and those she follows, each with the most its posts can gain by that; only pulled ones, likewise."""
    points = case(
        (Organization.kind == OrganizationKind.COMPANY, ranking.RELEVANCE[Reason.COMPANY]),
        else_=ranking.RELEVANCE[Reason.UNIVERSITY],
    )
    mine = (
        select(OrganizationMembership.organization_id.label("id"), points.label("bonus"))
        .join(Organization, Organization.id == OrganizationMembership.organization_id)
        .where(OrganizationMembership.user_id == ME, active())
    )
    followed = select(
        Follow.organization_id.label("id"), literal(ranking.RELEVANCE[Reason.FOLLOWED_ORGANIZATION]).label("bonus")
    ).where(Follow.follower_id == ME, Follow.organization_id.is_not(None), Follow.status == FollowStatus.ACCEPTED)
    both = union_all(mine, followed).subquery()
    sources = select(both.c.id, func.max(both.c.bonus).label("bonus")).group_by(both.c.id)
    if kind.entries:
        cached = aliased(CelebrityPostCache)
        sources = sources.where(exists().where(cached.organization_id == both.c.id, cached.published_at > SINCE))
    return sources.cte("organization_source")
