"""Does every feed hold exactly what the definition says? The proof behind "nothing is lost".

missing     a recipient whose feed is kept has no entry of a pushed post of the window
extra       an entry whose post no relation carries to its reader, or whose post is gone
forbidden   an entry whose post its reader may not see
duplicate   a second entry of one post for one reader
pending     jobs that are not done, which may explain the others; also the dead ones, which wait for a person
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import partial
from typing import TYPE_CHECKING

from sqlalchemy import exists, func, select

from campus.feed.audience import pairs, rightful
from campus.feed.fanout import pushed_since
from campus.feed.models import FeedEntry, FeedState, FeedStatus
from campus.feed.upkeep import match_many
from campus.platform import outbox, replica
from campus.platform.db import session
from campus.platform.health import dead_jobs
from campus.posts.models import Post
from campus.posts.visibility import visible_to

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

BATCH = 200


@dataclass(frozen=True)
class Findings:
    """Counts of entries, and of jobs; all zero when every feed is as defined."""

    missing: int = 0
    extra: int = 0
    forbidden: int = 0
    duplicate: int = 0
    pending: int = 0

    def __add__(self, other: Findings) -> Findings:
        return Findings(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))

    @property
    def clean(self) -> bool:
        """Whether nothing was found."""
        return self == Findings()


def readers() -> Sequence[int]:
    """Everybody who has a feed, or entries."""
    entries = select(FeedEntry.user_id).distinct()
    return session.scalars(select(FeedState.user_id).union(entries).order_by("user_id")).all()


def check(ids: Sequence[int], *, now: datetime, fix: bool = False, progress: Callable[[int], None] = lambda _: None) -> Findings:
    """Compare the feeds of these readers with the definition; with `fix`, also make them match. Read the pending jobs first."""
    found = Findings(pending=outbox.pending() + dead_jobs())
    for start in range(0, len(ids), BATCH):
        batch = ids[start : start + BATCH]
        here = replica.reading(partial(_check, batch, now=now))
        if fix and not here.clean:
            _fix(batch, now=now)
        found += here
        progress(len(batch))
    return found


def _check(batch: Sequence[int], *, now: datetime) -> Findings:
    return Findings(_missing(batch, now), *_wrong(batch), _duplicate(batch))


def _missing(batch: Sequence[int], now: datetime) -> int:
    wanted = pairs(batch, *pushed_since(now)).subquery("wanted")
    held = exists().where(FeedEntry.user_id == wanted.c.user_id, FeedEntry.post_id == wanted.c.post_id)
    kept = exists().where(FeedState.user_id == wanted.c.user_id, FeedState.status == FeedStatus.READY)
    missing = (
        select(func.count())
        .select_from(wanted)
        .join(Post, Post.id == wanted.c.post_id)
        .where(kept, visible_to(wanted.c.user_id), ~held)
    )
    return session.scalar(missing) or 0


def _wrong(batch: Sequence[int]) -> tuple[int, int]:
    """(extra, forbidden)."""
    reader = FeedEntry.__table__.c.user_id
    same = (Post.id == FeedEntry.post_id, Post.published_at == FeedEntry.published_at)
    hidden = exists().where(*same, ~visible_to(reader)).correlate(FeedEntry)
    wrong = select(FeedEntry.post_id, hidden.label("forbidden")).where(FeedEntry.user_id.in_(batch), ~rightful()).subquery()
    forbidden = func.count().filter(wrong.c.forbidden)
    row = session.execute(select(func.count() - forbidden, forbidden).select_from(wrong)).one()
    return row[0], row[1]


def _duplicate(batch: Sequence[int]) -> int:
    per_post = select((func.count() - 1).label("more")).where(FeedEntry.user_id.in_(batch))
    grouped = per_post.group_by(FeedEntry.user_id, FeedEntry.post_id).subquery()
    return int(session.scalar(select(func.coalesce(func.sum(grouped.c.more), 0))) or 0)


def _fix(batch: Sequence[int], *, now: datetime) -> None:
    kept = select(FeedState.user_id).where(FeedState.user_id.in_(batch), FeedState.status == FeedStatus.READY)
    match_many(batch, now=now, add_to=session.scalars(kept).all())
