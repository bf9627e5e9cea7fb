"""Keeping feeds complete and small: building one reader's entries, rebuilding the absent ones' by night, deleting the old."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, exists, func, select, true, update
from sqlalchemy.dialects.postgresql import insert

from campus.feed import snapshots
from campus.feed.audience import celebrity_posts, pairs, rightful
from campus.feed.fanout import UNSYNCHRONIZED, insert_entries, match_entries, pushed_since
from campus.feed.locks import Lock, lock
from campus.feed.models import CelebrityPostCache, FeedEntry, FeedState, FeedStatus
from campus.platform import clock, outbox, settings
from campus.platform.db import session, transaction
from campus.posts.models import Post
from campus.posts.visibility import visible_to

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from sqlalchemy import Select

    from campus.platform.outbox import Lease

BATCH = 500  # readers whose entries are matched in one transaction
GONE_AFTER = timedelta(days=30)  # without a visit, entries are not kept at all
FINISHED_JOBS_KEPT = timedelta(days=7)
SNAPSHOTS_KEPT = timedelta(days=1)


def refresh(lease: Lease) -> None:
    """The job behind `refresh_feed_for_user`: match one reader's entries, then mark them complete. Payload: `user_id`."""
    refresh_user(int(lease.payload["user_id"]), now=clock.now())


def refresh_user(user_id: int, *, now: datetime) -> tuple[int, int]:
    """Make one reader's entries what they should be. Returns (removed, added).

    While it runs the feed is BUILDING: fan-out pushes to it already, reads still pull. More entries than `FEED_MAX_ENTRIES` are
    not worth keeping: such a feed is pulled.
    """
    with transaction():
        status = session.scalar(select(FeedState.status).where(FeedState.user_id == user_id).with_for_update())
        if status in (None, FeedStatus.DORMANT, FeedStatus.ABSENT):
            return 0, 0
        _set_status([user_id], FeedStatus.BUILDING)
    with transaction():
        changed = match_entries(user_id, true(), now=now)
        if _count_entries(user_id) > settings.current().feed.max_entries:
            session.execute(delete(FeedEntry).where(FeedEntry.user_id == user_id))
            _set_status([user_id], FeedStatus.PULLED)
        else:
            _set_status([user_id], FeedStatus.READY, built_at=now)
    return changed


def rebuild(user_id: int, *, now: datetime) -> tuple[int, int]:
    """Build a reader's entries whatever their state: the operator's `flask feed rebuild`."""
    with transaction():
        snapshots.note_reading(user_id, now=now)
        _set_status([user_id], FeedStatus.BUILDING)
    return refresh_user(user_id, now=now)


def rebuild_inactive(*, days: int, now: datetime, progress: Callable[[int], None] = lambda _: None) -> int:
    """Stop pushing to readers away for `days`, and bring their entries up to date; after 30 days keep none. Returns how many.

    Set-wise, a batch of readers a transaction.
    """
    away = FeedState.last_read_at < now - timedelta(days=days)
    long_gone = FeedState.last_read_at < now - GONE_AFTER
    kept = FeedState.status.not_in([FeedStatus.ABSENT])
    done = 0
    for batch in _batches(select(FeedState.user_id).where(long_gone, kept)):
        with transaction():
            _set_status(batch, FeedStatus.ABSENT)
            session.execute(delete(FeedEntry).where(FeedEntry.user_id.in_(batch)), execution_options=UNSYNCHRONIZED)
        done += len(batch)
        progress(len(batch))
    for batch in _batches(select(FeedState.user_id).where(away, ~long_gone, kept, FeedState.status != FeedStatus.PULLED)):
        with transaction():
            _set_status(batch, FeedStatus.DORMANT, built_at=now)
        match_many(batch, now=now)
        done += len(batch)
        progress(len(batch))
    return done


def build_all(*, now: datetime, progress: Callable[[int], None] = lambda _: None) -> int:
    """Build the entries of everybody who read within `FEED_INACTIVE_DAYS`, set-wise, after a bulk load. Returns how many."""
    cache_celebrities(now=now)
    active = FeedState.last_read_at >= now - timedelta(days=settings.current().feed.inactive_days)
    done = 0
    for batch in _batches(select(FeedState.user_id).where(active)):
        with transaction():
            _set_status(batch, FeedStatus.BUILDING)
        match_many(batch, now=now)
        with transaction():
            _set_status(batch, FeedStatus.READY, built_at=now)
            _pull_the_overfull(batch)
        done += len(batch)
        progress(len(batch))
    return done


def match_many(readers: Sequence[int], *, now: datetime, add_to: Sequence[int] | None = None) -> tuple[int, int]:
    """Match the entries of many readers in one transaction. Returns (removed, added).

    Entries are added for the readers in `add_to`, or for all of them.
    """
    stale = delete(FeedEntry).where(FeedEntry.user_id.in_(readers), ~rightful())
    wanted = pairs(readers if add_to is None else add_to, *pushed_since(now)).subquery("wanted")
    missing = (
        select(wanted.c.user_id, Post.published_at, Post.id)
        .join(Post, Post.id == wanted.c.post_id)
        .where(visible_to(wanted.c.user_id))
        .order_by(wanted.c.user_id, Post.published_at)
    )
    with transaction():
        lock(Lock.READER, *readers)
        lock(Lock.REBUILDS, 0, shared=True)
        removed = 0
        if session.scalar(select(exists().where(FeedEntry.user_id.in_(readers)))):
            removed = int(session.execute(stale, execution_options=UNSYNCHRONIZED).rowcount)  # type: ignore[attr-defined]
        return removed, insert_entries(missing)


def cache_celebrities(*, now: datetime) -> None:
    """Decide for all posts of the window at once which are pulled: those of sources with too many related people."""
    feed = settings.current().feed
    columns = ["post_id", "author_id", "organization_id", "published_at"]
    rows = insert(CelebrityPostCache).from_select(columns, celebrity_posts(feed.celebrity_threshold, now - feed.window))
    with transaction():
        session.execute(rows.on_conflict_do_nothing())


def count_old(*, days: int, now: datetime) -> int:
    """How many entries `cleanup` would delete."""
    old = select(func.count()).where(FeedEntry.published_at < now - timedelta(days=days))
    return session.scalar(old) or 0


def cleanup(*, days: int, now: datetime) -> int:
    """Delete entries of posts older than `days`, and finished jobs and old scroll sessions. Returns how many entries."""
    before = now - timedelta(days=days)
    deleted = 0
    oldest = select(FeedEntry.user_id, FeedEntry.published_at, FeedEntry.post_id).where(FeedEntry.published_at < before)
    while True:
        batch = oldest.limit(50_000).subquery()
        same = (
            FeedEntry.user_id == batch.c.user_id,
            FeedEntry.published_at == batch.c.published_at,
            FeedEntry.post_id == batch.c.post_id,
        )
        with transaction():
            gone = session.execute(delete(FeedEntry).where(*same), execution_options=UNSYNCHRONIZED)
        if gone.rowcount == 0:  # type: ignore[attr-defined]  # a DELETE's result has it
            break
        deleted += int(gone.rowcount)  # type: ignore[attr-defined]
    with transaction():
        session.execute(delete(CelebrityPostCache).where(CelebrityPostCache.published_at < before))
    outbox.forget_finished(before=now - FINISHED_JOBS_KEPT)
    snapshots.prune(before=now - SNAPSHOTS_KEPT)
    return deleted


def _batches(readers: Select[Any]) -> Iterator[list[int]]:
    """The ids of a selection of `FeedState`, as they are at the beginning, in batches."""
    ids: Sequence[int] = session.scalars(readers.order_by(FeedState.user_id)).all()
    for start in range(0, len(ids), BATCH):
        yield list(ids[start : start + BATCH])


def _set_status(readers: Sequence[int], status: FeedStatus, **values: object) -> None:
    changed = update(FeedState).where(FeedState.user_id.in_(readers)).values(status=status, **values)
    session.execute(changed, execution_options=UNSYNCHRONIZED)


def _count_entries(user_id: int) -> int:
    return session.scalar(select(func.count()).where(FeedEntry.user_id == user_id)) or 0


def _pull_the_overfull(readers: Sequence[int]) -> None:
    """In the open transaction, keep no entries for those of these readers who have more than `FEED_MAX_ENTRIES`."""
    counted = select(FeedEntry.user_id).where(FeedEntry.user_id.in_(readers)).group_by(FeedEntry.user_id)
    overfull = session.scalars(counted.having(func.count() > settings.current().feed.max_entries)).all()
    if overfull:
        session.execute(delete(FeedEntry).where(FeedEntry.user_id.in_(overfull)), execution_options=UNSYNCHRONIZED)
        _set_status(overfull, FeedStatus.PULLED)
