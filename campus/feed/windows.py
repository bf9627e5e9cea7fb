"""The statements of delivery, each written once: what of a post decides its way, its windows of recipients, their entries.

A window is a range of readers' ids. Where it ends is read from the indexes of the relations that carry the post, so that it holds
about so many of them; whom it really holds, only the statement that inserts decides, under the locks of `fanout`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import ARRAY, BigInteger, any_, bindparam, exists, func, literal, select
from sqlalchemy.dialects.postgresql import insert

from campus.feed.audience import carriers, related_to, sources
from campus.feed.locks import holding_sources, numbers
from campus.feed.models import CelebrityPostCache, FeedEntry, FeedState, FeedStatus
from campus.platform.prepared import Prepared
from campus.posts.models import Post, PostState
from campus.posts.visibility import visible_to

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import ColumnElement, Select

END = 2**62  # an id above all others
PUSHED_TO = (FeedStatus.BUILDING, FeedStatus.READY)

_POST, _AUTHOR, _ORGANIZATION, _AFTER, _UPTO = (
    bindparam(name, type_=BigInteger) for name in ("post", "author", "organization", "after", "upto")
)


@dataclass(frozen=True)
class Carried:
    """What of a post decides where it is carried, and how.

    `pulled`: it was given to readers to pull, and stays so. `related`: an upper bound of how many people relations carry it to.
    """

    id: int
    author_id: int
    organization_id: int | None
    published_at: datetime
    live: bool
    pulled: bool
    related: int


def carried(post_id: int, *, most: int) -> Carried | None:
    """The post as the fan-out needs it; None when it was never published or is gone. No relation is counted beyond `most`."""
    for row in _CARRIED.rows(post=post_id, most=most):
        live = row.state == PostState.PUBLISHED
        return Carried(row.id, row.author_id, row.organization_id, row.published_at, live, row.pulled, row.related)
    return None


def open_window(post: Carried, *, after: int, size: int) -> int:
    """Hold the locks of a delivery, and find the highest id of the window above `after`: `END` if it is the last.

    No relation has more than `size` people in it.
    """
    [opened] = _OPEN[_owned(post)].rows(**numbers(post), **_source(post), after=after, last=size - 1)
    return END if opened.upto is None else int(opened.upto)


def deliver(post: Carried, *, after: int, upto: int, fresh: bool) -> int:
    """Insert the entries of the recipients with ids in (after, upto] whose feeds are kept. Returns how many are new.

    `fresh`: nobody can have one yet. It makes the statement twice as fast: PostgreSQL logs an insert that may meet its twin
    twice, since it must be able to take it back.

    Raises:
        IntegrityError: not so fresh after all.
    """
    return _DELIVER[_owned(post), fresh].count(**_source(post), post=post.id, after=after, upto=upto)


def recipients(post: Carried) -> Select[int]:
    """The ids (column `user_id`) of everybody the post is carried to who may see it, whether her feed is kept or not."""
    owner = None if post.organization_id is None else literal(post.organization_id)
    related = related_to(literal(post.author_id), owner, after=literal(0), upto=literal(END))
    return select(related.c.user_id).join(Post, Post.id == post.id).where(visible_to(related.c.user_id))


def _owned(post: Carried) -> bool:
    return post.organization_id is not None


def _source(post: Carried) -> dict[str, int]:
    """The parameters that say whose post it is."""
    return {"author": post.author_id} | ({} if post.organization_id is None else {"organization": post.organization_id})


def _organization(*, owned: bool) -> ColumnElement[int] | None:
    return _ORGANIZATION if owned else None


def _open(*, owned: bool) -> Prepared:
    branches = [branch.subquery() for branch in sources(_AUTHOR, _organization(owned=owned))]
    ids = [select(branch.c.user_id).where(branch.c.user_id > _AFTER).order_by(branch.c.user_id) for branch in branches]
    upto = func.least(*(each.offset(bindparam("last", type_=BigInteger)).limit(1).scalar_subquery() for each in ids))
    return Prepared(select(*holding_sources(owned=owned), upto.label("upto")))


def _deliver(*, owned: bool, fresh: bool) -> Prepared:
    """The ids as an array: its index scan sorts them and drops duplicates, at half of what a join costs, many readers or few."""
    related = carriers(_AUTHOR, _organization(owned=owned), after=_AFTER, upto=_UPTO)
    ids = func.array(related.scalar_subquery(), type_=ARRAY(BigInteger))
    recipients = (
        select(FeedState.user_id, Post.published_at, Post.id)
        .join(Post, Post.id == _POST)
        .where(FeedState.user_id == any_(ids), FeedState.status.in_(PUSHED_TO), visible_to(FeedState.user_id))
    )
    entries = insert(FeedEntry).from_select(["user_id", "published_at", "post_id"], recipients)
    return Prepared(entries if fresh else entries.on_conflict_do_nothing())


def _carried() -> Prepared:
    each = [
        branch.limit(bindparam("most", type_=BigInteger))
        for branch in sources(Post.__table__.c.author_id, Post.__table__.c.organization_id)
    ]
    sizes = [select(func.count()).select_from(some.correlate(Post).lateral()).scalar_subquery() for some in each]
    pulled = exists().where(CelebrityPostCache.post_id == Post.id).correlate(Post).label("pulled")
    related = (1 + sum(sizes[1:], sizes[0])).label("related")  # and herself
    columns = (Post.id, Post.author_id, Post.organization_id, Post.published_at, Post.state, pulled, related)
    return Prepared(select(*columns).where(Post.id == _POST, Post.published_at.is_not(None)))


_EITHER = (False, True)
_CARRIED = _carried()
_OPEN = {owned: _open(owned=owned) for owned in _EITHER}
_DELIVER = {(owned, fresh): _deliver(owned=owned, fresh=fresh) for owned in _EITHER for fresh in _EITHER}
