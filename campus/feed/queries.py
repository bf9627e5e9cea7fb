"""Named candidate reads: the exact order of a reader's whole selection, as far as she scrolls, from index-ordered streams.

Ranking everything a reader may see would touch every post of the window. Instead each *stream* (what was delivered to her, each
source she pulls, the public pool) gives its best rows by an index, and a *floor*: no row it did not give can score higher for
her. Whatever scores above every floor is in its final place (the threshold algorithm of Fagin, Lotem and Naor, PODS 2001). A
reader who scrolls past that asks again, deeper. The pull form, without entries, gives the same ids in the same order.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    BigInteger,
    DateTime,
    Double,
    Integer,
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
    or_,
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
from campus.follows.models import Follow, FollowStatus, Mute
from campus.organizations.models import Organization, OrganizationKind, OrganizationMembership
from campus.organizations.queries import active
from campus.posts.models import Audience, Post, PostState
from campus.posts.visibility import visible_to

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import CTE, ColumnElement, Select

ME: ColumnElement[int] = bindparam("me", type_=BigInteger)
NOW: ColumnElement[datetime] = bindparam("now", type_=DateTime(timezone=True))
SINCE: ColumnElement[datetime] = bindparam("since", type_=DateTime(timezone=True))
UNDER_WAY: ColumnElement[datetime] = bindparam("under_way", type_=DateTime(timezone=True))
DEPTH: ColumnElement[int] = bindparam("depth", type_=Integer)
WANTED: ColumnElement[int] = bindparam("wanted", type_=Integer)

# Literals, not parameters: PostgreSQL must see at planning that the partial indexes apply.
LIVE = Post.state == literal_column(f"'{PostState.PUBLISHED}'")
PUBLIC = Post.audience == literal_column(f"'{Audience.PUBLIC}'")
IN_WINDOW = and_(Post.published_at > SINCE, Post.published_at <= NOW)
FAR_AWAY = 1e10  # seconds: a publication time as a fraction of one point, until the year 2286
SLACK = 1e-6  # heat and score are rounded differently in the last places


@dataclass(frozen=True)
class Kind:
    """Which of the prepared statements: the order, the scope, and whether entries are complete or every source is pulled."""

    algorithm: Algorithm
    scope: Scope
    entries: bool


def selected(viewer: ColumnElement[int]) -> ColumnElement[bool]:
    """Not muted: neither the author nor the owner of `Post`."""
    person, owner = aliased(Mute), aliased(Mute)
    return and_(
        ~exists().where(person.muter_id == viewer, person.user_id == Post.author_id).correlate_except(person),
        ~exists().where(owner.muter_id == viewer, owner.organization_id == Post.organization_id).correlate_except(owner),
    )


def in_selection(viewer: ColumnElement[int], scope: Scope) -> ColumnElement[bool]:
    """`Post` belongs in her feed: she may see it, has not muted its source, and, in scope following, a relation carries it."""
    conditions = [visible_to(viewer), selected(viewer)]
    if scope is Scope.FOLLOWING:
        conditions.append(reaches(viewer))
    return and_(*conditions)


@cache
def ranked(kind: Kind) -> Select[Any]:
    """The statement that gives (id, reason, bound) in final order.

    Parameters: me, now, since (start of the window), under_way (posts published after it may not be delivered yet), depth (rows
    asked of each stream), wanted (rows in the answer). `bound` is null when every stream was exhausted: the answer, if shorter
    than `wanted`, is then the whole selection.
    """
    streams = _streams(kind)
    candidates = union(*(select(stream.c.id) for stream in streams)).cte("candidate")
    floors = union_all(*(select(func.max(stream.c.floor).label("floor")) for stream in streams)).cte("floors")
    bound = select(func.max(floors.c.floor)).scalar_subquery()
    key = _key(kind.algorithm)
    # Materialized: scoring happens once a candidate, before the bound is compared.
    scored = (
        select(Post.id, Post.published_at, Post.points, key.label("key"), ranking.reason_sql(ME).label("reason"))
        .join(candidates, candidates.c.id == Post.id)
        .where(IN_WINDOW, in_selection(ME, kind.scope))
        .cte("scored")
        .prefix_with("MATERIALIZED")
    )
    return (
        select(scored.c.id, scored.c.reason, bound.label("bound"))
        .where(or_(bound.is_(None), scored.c.key > bound))
        .order_by(*_order(kind.algorithm, scored))
        .limit(WANTED)
    )


def _key(algorithm: Algorithm) -> ColumnElement[Any]:
    """What a stream's floor is compared with: higher is earlier."""
    if algorithm is Algorithm.MIXED:
        return ranking.score_sql(ME, NOW)
    published = cast(func.extract("epoch", Post.published_at), Double)
    return Post.points + published / FAR_AWAY if algorithm is Algorithm.ENGAGEMENT else published


def _order(algorithm: Algorithm, scored: CTE) -> Sequence[ColumnElement[Any]]:
    if algorithm is Algorithm.MIXED:
        return scored.c.key.desc(), scored.c.id.desc()
    first = [scored.c.points.desc()] if algorithm is Algorithm.ENGAGEMENT else []
    return *first, scored.c.published_at.desc(), scored.c.id.desc()


def _streams(kind: Kind) -> list[CTE]:
    authors, organizations = _pulled_authors(kind), _pulled_organizations(kind)
    streams = [_under_way(), _of_authors(authors)]
    if kind.entries:
        streams.append(_delivered())
    orders = _orders(kind.algorithm)
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


def _orders(algorithm: Algorithm) -> list[Order]:
    newest = (Post.published_at.desc(), Post.id.desc())
    most = (Post.points.desc(), *newest)
    if algorithm is Algorithm.CHRONOLOGICAL:
        return [Order(IN_WINDOW, newest, _key(algorithm), weighted=False)]
    if algorithm is Algorithm.ENGAGEMENT:
        return [Order(IN_WINDOW, most, _key(algorithm), weighted=False)]
    week = cast(literal(ranking.FRESH_FOR, Interval), Interval)
    landmark = cast(func.extract("epoch", NOW - literal(ranking.EPOCH, DateTime(timezone=True))), Double)
    cooled = Post.heat - landmark * ranking.RECENCY_POINTS / ranking.FRESH_FOR.total_seconds() + ranking.RECENCY_POINTS
    fresh = and_(Post.published_at > NOW - week, Post.published_at <= NOW)
    older = and_(Post.published_at > SINCE, Post.published_at <= NOW - week)
    return [
        Order(fresh, (Post.heat.desc(),), cooled, weighted=True),
        Order(older, most, ranking.engagement_sql(), weighted=True),
    ]


def _whole(rows: Select[Any], name: str) -> CTE:
    """A stream that gives everything it has, and so has no floor."""
    inner = rows.subquery()
    return select(inner.c.id, cast(null(), Double).label("floor")).cte(name)


def _delivered() -> CTE:
    """Her entries inside the window."""
    mine = select(FeedEntry.post_id.label("id"))
    return _whole(mine.where(FeedEntry.user_id == ME, FeedEntry.published_at > SINCE, FeedEntry.published_at <= NOW), "delivered")


def _under_way() -> CTE:
    """What relations carry to her and may not have been delivered yet: her reading never waits for a worker."""
    newest = select(Post.id).where(LIVE, Post.published_at >= UNDER_WAY, Post.published_at <= NOW, reaches(ME))
    return _whole(newest, "under_way")


def _of_authors(authors: CTE) -> CTE:
    """Everything in the window by the people whose posts are pulled: bounded by what one person can post."""
    theirs = lateral(select(Post.id).where(Post.author_id == authors.c.id, LIVE, IN_WINDOW).correlate(authors))
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
