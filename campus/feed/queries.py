"""Named candidate reads: the exact order of a reader's whole selection, as far as she scrolls, from index-ordered streams.

Ranking everything a reader may see would touch every post of the window. Instead each *stream* (what was delivered to her, each
source she pulls, the public pool) gives its best rows by an index, and a *floor*: no row it did not give can score higher for
her. Whatever scores above every floor is in its final place (the threshold algorithm of Fagin, Lotem and Naor, PODS 2001). A
reader who scrolls past that asks again, deeper. The pull form, without entries, gives the same ids in the same order.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    DateTime,
    all_,
    and_,
    any_,
    bindparam,
    exists,
    func,
    literal,
    or_,
    select,
    union,
    union_all,
)
from sqlalchemy.orm import aliased

from campus.accounts.models import Algorithm, Scope
from campus.feed import ranking
from campus.feed.audience import followed, reaches
from campus.feed.streams import IN_WINDOW, LIVE, ME, NOW, WANTED, WEEK, Kind, best_of_older, key_of, streams_of
from campus.follows.models import Mute
from campus.platform.prepared import Prepared
from campus.posts.models import Post
from campus.posts.visibility import visible_to

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import CTE, ColumnElement, CompoundSelect, FromClause, Select, SQLColumnExpression, Subquery
    from sqlalchemy.orm import InstrumentedAttribute


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
def ranked(kind: Kind) -> Prepared:
    """The statement that gives (id, reason, bound) in final order; one row without an id when there is nothing.

    Parameters: me, now, since (start of the window), depth (rows asked of each stream), wanted (rows in the answer).
    `bound` is null when every stream was exhausted: the answer, if shorter than `wanted`, is then the whole selection.
    """
    streams = streams_of(kind)
    candidates = union(*(select(stream.c.id) for stream in streams)).cte("candidate")
    floors = [select(func.max(stream.c.floor).label("floor")) for stream in streams]
    if kind.fresh:
        floors.append(select(best_of_older(kind.algorithm)))
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
    found = select(answer.c.id, answer.c.reason, bound.c.bound).select_from(told)
    return Prepared(found.order_by(*_order(kind.algorithm, answer)))


def _placed(kind: Kind, candidates: CTE) -> CTE:
    """Each candidate with its reason and key, computed once."""
    at_rest = ranking.at_rest_sql(ME, NOW) if kind.algorithm is Algorithm.MIXED else key_of(kind.algorithm)
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


def _order(algorithm: Algorithm, scored: FromClause) -> Sequence[ColumnElement[Any]]:
    if algorithm is Algorithm.MIXED:
        return scored.c.key.desc(), scored.c.id.desc()
    first = [scored.c.points.desc()] if algorithm is Algorithm.ENGAGEMENT else []
    return *first, scored.c.published_at.desc(), scored.c.id.desc()


def newer(
    viewer: ColumnElement[int], scope: Scope, since: datetime, limit: int, *, among: Sequence[int] | None = None
) -> Select[Any]:
    """How many posts of others, or of some of them, came into her selection after a moment, counted up to `limit`."""
    found = select(Post.id).where(LIVE, Post.published_at > since, Post.author_id != viewer, in_selection(viewer, scope))
    if among is not None:
        found = found.where(Post.id.in_(among))
    return select(func.count()).select_from(found.limit(limit).subquery())


NEW_AT_MOST = 50  # newest posts looked at one by one; when there are more, some reach everybody
_MOMENT = bindparam("moment", type_=DateTime(timezone=True))
_SOME_IDS = bindparam("ids", type_=ARRAY(BigInteger))


def _latest(when: InstrumentedAttribute[datetime | None]) -> Select[Any]:
    """The ids of the latest posts that are not among the known ones, by one of their times."""
    latest = select(Post.id).where(LIVE, when > _MOMENT, Post.id != all_(_SOME_IDS)).order_by(when.desc())
    return select(latest.limit(NEW_AT_MOST).subquery())


_NEWEST = Prepared(select(union_all(_latest(Post.published_at), _latest(Post.resurfaced_at)).subquery()))
_REACHED = Prepared(select(Post.id).where(Post.id == any_(_SOME_IDS), reaches(ME), visible_to(ME)).limit(1))


@cache
def _selected_now(scope: Scope) -> Prepared:
    columns: list[Any] = [Post.id, ranking.reason_sql(ME).label("reason")]
    return Prepared(select(*columns).where(Post.id == any_(_SOME_IDS), in_selection(ME, scope)))


_VISIBLE = Prepared(select(Post.id).where(Post.id == any_(_SOME_IDS), visible_to(ME)))


def still_selected(viewer_id: int, scope: Scope, ids: Sequence[int]) -> dict[int, int]:
    """Those of these posts that are in her selection now, each with its reason."""
    return {row[0]: row[1] for row in _selected_now(scope).rows(me=viewer_id, ids=list(ids))}


def visible(viewer_id: int, ids: Sequence[int]) -> set[int]:
    """Those of these posts that she may see now."""
    return {row[0] for row in _VISIBLE.rows(me=viewer_id, ids=list(ids))}


def reached_since(viewer_id: int, moment: datetime, known: Sequence[int]) -> bool:
    """Whether a relation carried to her, after a moment, a post that is not among the known ones; true if very many are new.

    It was published since, or put back, moved, opened to others. Two statements, the second seldom: in one, PostgreSQL would plan
    the relations anew each time for the sake of the moment.
    """
    new = [row[0] for row in _NEWEST.rows(moment=moment, ids=list(known))]
    return len(new) >= NEW_AT_MOST or (bool(new) and bool(_REACHED.rows(me=viewer_id, ids=new)))


def newest_of_many(most: int) -> CompoundSelect[Any]:
    """(user_id, post_id) of the newest posts of others that relations carry to each of many readers, of her selection.

    Parameters: `ids`, the readers, and `moment`, after which they were published. Of each person and organization a reader has a
    relation to there are at most `most`, the newest she may see, so that it costs no more where much is published.
    """
    people, places = followed(_SOME_IDS)
    return union(
        _newest_from(people.subquery("people"), Post.author_id, most),
        _newest_from(places.subquery("places"), Post.organization_id, most),
    )


def _newest_from(sources: Subquery, source: SQLColumnExpression[Any], most: int) -> Select[Any]:
    reader = sources.c.user_id
    hers = (LIVE, source == sources.c.source, Post.published_at > _MOMENT, Post.author_id != reader)
    posts = select(Post.id).where(*hers, visible_to(reader), selected(reader)).correlate(sources)
    newest = posts.order_by(Post.published_at.desc(), Post.id.desc()).limit(most).lateral()
    return select(reader, newest.c.id.label("post_id")).select_from(sources.join(newest, literal(value=True)))
