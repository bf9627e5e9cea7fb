"""The statements of delivery, each written once: what of a post decides its way, its windows of recipients, their entries.

A window is a range of readers' ids. Where it ends is read from the indexes of the relations that carry the post, so that it holds
about so many of them; whom it really holds, only the statement that inserts decides, under the locks of `fanout`.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import ARRAY, BigInteger, DateTime, any_, bindparam, case, cast, exists, func, literal, select
from sqlalchemy.dialects.postgresql import insert

from campus.feed.audience import carriers, related_to, sources
from campus.feed.locks import holding, holding_sources, number, numbers
from campus.feed.models import CelebrityPostCache, FeedEntry, FeedState, FeedStatus
from campus.platform.jobs import UNWAITED
from campus.platform.prepared import Prepared
from campus.posts.models import Audience, Post, PostState
from campus.posts.visibility import Facts, visible_to

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import ColumnElement, CompoundSelect, ScalarSelect, Select, Subquery

END = 2**62  # an id above all others
PUSHED_TO = (FeedStatus.BUILDING, FeedStatus.READY)

_POST, _AUTHOR, _ORGANIZATION, _DEPARTMENT, _AFTER, _UPTO = (
    bindparam(name, type_=BigInteger) for name in ("post", "author", "organization", "department", "after", "upto")
)
_PUBLISHED_AT = bindparam("published_at", type_=DateTime(timezone=True))
_MOST = bindparam("most", type_=BigInteger)
_IDS = ARRAY(BigInteger)


_KEPT = ("id", "author_id", "organization_id", "department_id", "official", "published_at", "pulled", "related")


@dataclass(frozen=True)
class Carried:
    """What of a post decides where it is carried, and how.

    `pulled`: it was given to readers to pull, and stays so. `related`: an upper bound of how many people relations carry it to.
    """

    id: int
    author_id: int
    organization_id: int | None
    department_id: int | None
    audience: Audience
    official: bool
    published_at: datetime
    live: bool
    pulled: bool
    related: int


def carried(post_id: int, *, most: int) -> Carried | None:
    """The post as the fan-out needs it; None when it was never published or is gone. No relation is counted beyond `most`."""
    return _read(_carried(held=False), post=post_id, most=most)


def hold(post_id: int) -> Carried | None:
    """The same, and hold the locks of its delivery, in one statement: for a post that nobody can change meanwhile.

    Nobody is counted.
    """
    return _read(_carried(held=True), post=post_id)


def _read(statement: Prepared, **values: int) -> Carried | None:
    for row in statement.rows(**values):
        known = {name: getattr(row, name) for name in _KEPT}
        return Carried(live=row.state == PostState.PUBLISHED, audience=Audience(row.audience), **known)
    return None


def open_window(post: Carried, *, after: int, size: int) -> int:
    """Hold the locks of a delivery, and find the highest id of the window above `after`: `END` if it is the last.

    No relation has more than `size` people in it. The open transaction's commit will not be waited for unless it is the last:
    entries and cursor are lost together or not at all, and the last one's commit brings all to the disk.
    """
    [opened] = _open(owned=_owned(post)).rows(**numbers(post), **_source(post), after=after, last=size - 1)
    return END if opened.upto is None else int(opened.upto)


def deliver(post: Carried, *, after: int, upto: int, fresh: bool) -> int:
    """Insert the entries of the recipients with ids in (after, upto] whose feeds are kept. Returns how many are new.

    `fresh`: nobody can have one yet. It makes the statement twice as fast: PostgreSQL logs an insert that may meet its twin
    twice, since it must be able to take it back.

    Raises:
        IntegrityError: not so fresh after all.
    """
    entries = _deliver(post.audience, official=post.official, owned=_owned(post), fresh=fresh)
    return entries.count(**_facts(post), after=after, upto=upto)


def deliver_to_few(post: Carried, *, most: int) -> int:
    """Insert the entries of a fresh post's recipients, all of them, if relations carry it to no more than `most` people.

    Returns how many are new; 0, having inserted nothing, when there are more. Nobody need be counted before.

    Raises:
        IntegrityError: somebody has an entry already.
    """
    entries = _deliver(post.audience, official=post.official, owned=_owned(post), fresh=True, few=True)
    return entries.count(**_facts(post), after=0, upto=END, most=most)


def recipients(post: Carried) -> Select[int]:
    """The ids (column `user_id`) of everybody the post is carried to who may see it, whether her feed is kept or not."""
    owner = None if post.organization_id is None else literal(post.organization_id)
    related = related_to(literal(post.author_id), owner, after=literal(0), upto=literal(END))
    return select(related.c.user_id).join(Post, Post.id == post.id).where(visible_to(related.c.user_id))


def _owned(post: Carried) -> bool:
    return post.organization_id is not None


def _facts(post: Carried) -> dict[str, Any]:
    """The parameters of a delivery that say which post it is, and what the rule asks of it."""
    place = {"organization": post.organization_id, "department": post.department_id}
    return {"post": post.id, "published_at": post.published_at, "author": post.author_id} | place


def _source(post: Carried) -> dict[str, int]:
    """The parameters that say whose post it is."""
    return {"author": post.author_id} | ({} if post.organization_id is None else {"organization": post.organization_id})


def _organization(*, owned: bool) -> ColumnElement[int] | None:
    return _ORGANIZATION if owned else None


@functools.cache
def _open(*, owned: bool) -> Prepared:
    branches = [branch.subquery() for branch in sources(_AUTHOR, _organization(owned=owned))]
    end = select(func.least(*map(_last_of_window, branches)).label("upto")).cte("window_end").prefix_with("MATERIALIZED")
    commit = case((end.c.upto.is_not(None), UNWAITED))
    return Prepared(select(*holding_sources(owned=owned), end.c.upto, commit))


def _last_of_window(branch: Subquery) -> ScalarSelect[int]:
    """The last id of a relation's next window; NULL if nobody comes after it."""
    last = bindparam("last", type_=BigInteger)
    two = select(branch.c.user_id).where(branch.c.user_id > _AFTER).order_by(branch.c.user_id).offset(last).limit(2).subquery()
    return select(case((func.count() == 2, func.min(two.c.user_id)))).select_from(two).scalar_subquery()  # noqa: PLR2004


@functools.cache
def _deliver(audience: Audience, *, official: bool, owned: bool, fresh: bool, few: bool = False) -> Prepared:
    """The ids as an array: its index scan sorts them and drops duplicates, at half of what a join costs, many readers or few.

    The rule is given the post's facts, and asks of each reader what they leave open. Should they hold no more, there are no
    entries here, and the job of whoever changed the post makes them.
    """
    facts = Facts.of(
        audience=audience, official=official, author_id=_AUTHOR, organization_id=_ORGANIZATION, department_id=_DEPARTMENT
    )
    related = carriers(_AUTHOR, _organization(owned=owned), after=_AFTER, upto=_UPTO)
    ids = _few(related) if few else func.array(related.order_by(related.selected_columns.user_id).scalar_subquery(), type_=_IDS)
    still = select(Post.id).where(Post.id == _POST, facts.hold()).scalar_subquery()  # looked at once, not joined
    recipients = select(FeedState.user_id, _PUBLISHED_AT, _POST).where(
        FeedState.user_id == any_(ids), FeedState.status.in_(PUSHED_TO), visible_to(FeedState.user_id, facts), still == _POST
    )
    entries = insert(FeedEntry).from_select(["user_id", "published_at", "post_id"], recipients)
    return Prepared(entries if fresh else entries.on_conflict_do_nothing())


def _few(related: CompoundSelect[Any]) -> ColumnElement[Any]:
    """The ids as an array if they are at most `most`, else NULL, which equals nobody; no more are looked at than that takes.

    The cast says that it is a value: what is only a SELECT would be compared row by row.
    """
    some = related.limit(_MOST + 1).subquery()
    ids = select(case((func.count() <= _MOST, func.array_agg(some.c.user_id, type_=_IDS))))
    return cast(ids.scalar_subquery(), _IDS)


@functools.cache
def _carried(*, held: bool) -> Prepared:
    each = [
        branch.limit(_MOST) for branch in ([] if held else sources(Post.__table__.c.author_id, Post.__table__.c.organization_id))
    ]
    sizes = [select(func.count()).select_from(some.correlate(Post).lateral()).scalar_subquery() for some in each]
    pulled = exists().where(CelebrityPostCache.post_id == Post.id).correlate(Post).label("pulled")
    related = (literal(END) if held else 1 + sum(sizes[1:], sizes[0])).label("related")  # and herself
    where = (Post.id, Post.author_id, Post.organization_id, Post.department_id)
    what = (Post.audience, Post.official, Post.published_at, Post.state, pulled, related)
    locks = holding(number(Post.author_id), number(Post.organization_id), number(Post.id)) if held else []
    return Prepared(select(*where, *what, *locks).where(Post.id == _POST, Post.published_at.is_not(None)))
