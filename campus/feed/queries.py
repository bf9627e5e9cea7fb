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
from campus.platform.outbox import Job, JobState
from campus.posts.models import Audience, Post, PostState
from campus.posts.visibility import visible_to

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import CTE, ColumnElement, FromClause, Select

ME: ColumnElement[int] = bindparam("me", type_=BigInteger)
# The instant is written into the text, which is therefore never prepared: PostgreSQL plans with the true time ranges. A plan for
# unknown ranges takes them for narrow, and walks the whole window.
NOW = cast(bindparam("now", type_=DateTime(timezone=True), literal_execute=True), DateTime(timezone=True))
SINCE = cast(bindparam("since", type_=DateTime(timezone=True), literal_execute=True), DateTime(timezone=True))
DEPTH: ColumnElement[int] = bindparam("depth", type_=Integer, literal_execute=True)
WANTED: ColumnElement[int] = bindparam("wanted", type_=Integer, literal_execute=True)

# Literals, not parameters: PostgreSQL must see at planning that the partial indexes apply.
LIVE = Post.state == literal_column(f"'{PostState.PUBLISHED}'")
PUBLIC = Post.audience == literal_column(f"'{Audience.PUBLIC}'")
IN_WINDOW = and_(Post.published_at > SINCE, Post.published_at <= NOW)
WEEK = cast(literal(ranking.FRESH_FOR, Interval), Interval)
OLDEST_BEST = ranking.ENGAGEMENT_CAP + max(ranking.RELEVANCE.values()) + ranking.TIE
FAR_AWAY = 1e10  # seconds: a publication time as a fraction of one point, until the year 2286
DISTRIBUTE = "distribute_post"  # the job that fan-out works on
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
    """The statement that gives (id, reason, bound) in final order; one row without an id when there is nothing.

    Parameters: me, now, since (start of the window), depth (rows asked of each stream), wanted (rows in the answer).
    `bound` is null when every stream was exhausted: the answer, if shorter than `wanted`, is then the whole selection.
    """
    streams = _streams(kind)
    candidates = union(*(select(stream.c.id) for stream in streams)).cte("candidate")
    floors = [select(func.max(stream.c.floor).label("floor")) for stream in streams]
    if kind.fresh:
        floors.append(select(_best_of_older(kind.algorithm)))
    bound = select(func.max(union_all(*floors).cte("floors").c.floor).label("bound")).cte("bound")
    floor = select(bound.c.bound).scalar_subquery()
    placed = _placed(kind, candidates)
    ordered = select(placed).where(or_(floor.is_(None), placed.c.key > floor)).order_by(*_order(kind.algorithm, placed))
    best_first = ordered.cte("best_first").prefix_with("MATERIALIZED")
    # The rule is applied from the best downwards, and only until the answer is full.
    answer = (
        select(best_first)
        .join(Post, Post.id == best_first.c.id)
        .where(in_selection(ME, kind.scope))
        .order_by(*_order(kind.algorithm, best_first))
        .limit(WANTED)
        .subquery("answer")
    )
    # Joined from the left, so that the bound is told even when nothing is in its final place yet.
    told = bound.outerjoin(answer, literal(value=True))
    return select(answer.c.id, answer.c.reason, bound.c.bound).select_from(told).order_by(*_order(kind.algorithm, answer))


def _best_of_older(algorithm: Algorithm) -> ColumnElement[float]:
    """The floor of everything older than a week."""
    if algorithm is Algorithm.MIXED:
        return cast(OLDEST_BEST, Double)
    return cast(func.extract("epoch", NOW - WEEK), Double)


def _placed(kind: Kind, candidates: CTE) -> CTE:
    """Each candidate with its reason and key, computed once."""
    at_rest = ranking.at_rest_sql(ME, NOW) if kind.algorithm is Algorithm.MIXED else _key(kind.algorithm)
    signals = (
        select(Post.id, Post.published_at, Post.points, at_rest.label("at_rest"), ranking.reason_sql(ME).label("reason"))
        .join(candidates, candidates.c.id == Post.id)
        .where(IN_WINDOW, Post.published_at > NOW - WEEK if kind.fresh else literal(value=True))
        .cte("signals")
        .prefix_with("MATERIALIZED")
    )
    gain = ranking.relevance_sql(signals.c.reason) if kind.algorithm is Algorithm.MIXED else literal(0)
    key = (signals.c.at_rest + gain).label("key")
    return select(signals.c.id, signals.c.published_at, signals.c.points, signals.c.reason, key).cte("placed")


def _key(algorithm: Algorithm) -> ColumnElement[Any]:
    """What the floors of the two unweighted orders are compared with: higher is earlier."""
    published = cast(func.extract("epoch", Post.published_at), Double)
    return Post.points + published / FAR_AWAY if algorithm is Algorithm.ENGAGEMENT else published


def _order(algorithm: Algorithm, scored: FromClause) -> Sequence[ColumnElement[Any]]:
    if algorithm is Algorithm.MIXED:
        return scored.c.key.desc(), scored.c.id.desc()
    first = [scored.c.points.desc()] if algorithm is Algorithm.ENGAGEMENT else []
    return *first, scored.c.published_at.desc(), scored.c.id.desc()


def _streams(kind: Kind) -> list[CTE]:
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
        return [Order(IN_WINDOW, newest, _key(algorithm), weighted=False)]
    if algorithm is Algorithm.ENGAGEMENT:
        return [Order(IN_WINDOW, most, _key(algorithm), weighted=False)]
    landmark = cast(func.extract("epoch", NOW - literal(ranking.EPOCH, DateTime(timezone=True))), Double)
    cooled = Post.heat - landmark * ranking.RECENCY_POINTS / ranking.FRESH_FOR.total_seconds() + ranking.RECENCY_POINTS
    fresh = Order(and_(Post.published_at > NOW - WEEK, Post.published_at <= NOW), (Post.heat.desc(),), cooled, weighted=True)
    older = Order(and_(Post.published_at > SINCE, Post.published_at <= NOW - WEEK), most, ranking.engagement_sql(), weighted=True)
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
    unsettled = Job.state.in_([literal_column(f"'{state}'") for state in (JobState.READY, JobState.RUNNING)])
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


def still_selected(viewer: ColumnElement[int], scope: Scope, ids: Sequence[int]) -> Select[Any]:
    """(id, reason) of those of these posts that are in her selection now."""
    columns: list[Any] = [Post.id, ranking.reason_sql(viewer).label("reason")]
    return select(*columns).where(Post.id.in_(ids), in_selection(viewer, scope))


def newer(viewer: ColumnElement[int], scope: Scope, since: datetime, limit: int) -> Select[Any]:
    """How many posts of others came into her selection after a moment, counted up to `limit`."""
    found = select(Post.id).where(LIVE, Post.published_at > since, Post.author_id != viewer, in_selection(viewer, scope))
    return select(func.count()).select_from(found.limit(limit).subquery())


def reached_since(viewer: ColumnElement[int], since: datetime, known: Sequence[int]) -> Select[Any]:
    """Whether a relation carried to her, after a moment, a post that is not among the known ones."""
    new = exists().where(LIVE, Post.published_at > since, Post.id.not_in(known), reaches(viewer), visible_to(viewer))
    return select(new)
