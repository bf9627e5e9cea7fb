"""Delivery: making the entries of a post, or of a reader and a source, match the definition now.

Jobs are state-based. Whichever of a post and a relation commits last has a job that sees both; follow, unfollow, follow in any
order converges. Two statements that were under way at once are kept apart by advisory locks: a window of delivery holds its
sources shared, a change of one reader's relation to a source holds it exclusively, so an insert that began before an unfollow
cannot outlive it. Two windows of one post exclude each other, so one that began before a withdrawal cannot either.
"""

from __future__ import annotations

from datetime import timedelta
from enum import IntEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, exists, func, literal, select
from sqlalchemy.dialects.postgresql import insert

from campus.feed.audience import Carried, carried, reaches, related_to, rightful
from campus.feed.models import CelebrityPostCache, FeedEntry, FeedState, FeedStatus
from campus.platform import clock, outbox, settings
from campus.platform.db import session, transaction
from campus.posts.models import Post, PostState
from campus.posts.visibility import visible_to

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import ColumnElement

    from campus.platform.outbox import Lease

DISTRIBUTE = "distribute_post"
SYNC = "sync_source"
RETRACT = "retract_post"
REFRESH = "refresh_feed"
RESYNC_AUTHOR = "resync_author"
PUSHED_TO = (FeedStatus.BUILDING, FeedStatus.READY)
UNSYNCHRONIZED = {"synchronize_session": False}


class Lock(IntEnum):
    """Classes of advisory locks; taken in this order."""

    AUTHOR = 1
    ORGANIZATION = 2
    POST = 3
    READER = 4
    REBUILDS = 5


def lock(kind: Lock, *of: int, shared: bool = False) -> None:
    """Hold advisory locks, one for each of these ids in ascending order, until the open transaction ends."""
    take = func.pg_advisory_xact_lock_shared if shared else func.pg_advisory_xact_lock
    for number in sorted({each % 2**31 for each in of}):
        session.execute(select(take(int(kind), number)))


def distribute(lease: Lease) -> None:
    """Make the entries of one post match its audience: window by window, entries and cursor together.

    Payload: `post_id`; `first` when nothing can have been delivered yet, so that nothing needs to be taken back.
    """
    post = carried(session(), int(lease.payload["post_id"]))
    if post is None:
        return
    if post.live and _celebrated(post):
        _push_to_most_active(lease, post)
    else:
        _push_to_everybody(lease, post)


def _push_to_everybody(lease: Lease, post: Carried) -> None:
    size, last = settings.current().feed.batch_size, lease.cursor
    while True:
        with transaction():
            _hold_sources(post)
            window = related_to(post, after=last, limit=size)
            high = session.scalar(select(func.max(window.c.user_id)))
            if high is None:
                return
            delivered = _deliver(post, last, high) if post.live else 0
            if not lease.payload.get("first"):
                _take_back(post, last, high)
            lease = lease.advance(high, delivered)
            last = high


def _hold_sources(post: Carried) -> None:
    lock(Lock.AUTHOR, post.author_id, shared=True)
    if post.organization_id is not None:
        lock(Lock.ORGANIZATION, post.organization_id, shared=True)
    lock(Lock.POST, post.id)


def _deliver(post: Carried, after: int, upto: int) -> int:
    """Insert the entries of the recipients with ids in (after, upto] whose feeds are kept. Returns how many are new."""
    related = related_to(post, after=after, upto=upto)
    recipients = (
        select(related.c.user_id, literal(post.published_at), literal(post.id))
        .join(FeedState, FeedState.user_id == related.c.user_id)
        .join(Post, Post.id == post.id)
        .where(
            FeedState.user_id > after, FeedState.user_id <= upto, FeedState.status.in_(PUSHED_TO), visible_to(related.c.user_id)
        )
    )
    return insert_entries(recipients)


def _take_back(post: Carried, after: int, upto: int) -> int:
    """Delete the entries of related people with ids in (after, upto] who may not see the post any more."""
    lock(Lock.REBUILDS, 0)
    related = related_to(post, after=after)
    allowed = exists().where(Post.id == post.id, visible_to(FeedEntry.__table__.c.user_id)).correlate(FeedEntry)
    stale = delete(FeedEntry).where(
        FeedEntry.user_id == related.c.user_id,
        related.c.user_id <= upto,
        FeedEntry.published_at == post.published_at,
        FeedEntry.post_id == post.id,
        ~allowed,
    )
    return int(session.execute(stale, execution_options=UNSYNCHRONIZED).rowcount)  # type: ignore[attr-defined]


def retract(lease: Lease) -> None:
    """Take a post that moved to another owner back from everybody whom no relation carries it to any more.

    Those the old owner's relations carried it to are not related to the post any more, so every kept feed is asked, in windows,
    by the entry's whole key. Payload: `post_id`.
    """
    size, last = settings.current().feed.batch_size, lease.cursor
    post = carried(session(), int(lease.payload["post_id"]))
    while post is not None:
        with transaction():
            _hold_sources(post)
            lock(Lock.REBUILDS, 0)
            window = select(FeedState.user_id).where(FeedState.user_id > last).order_by(FeedState.user_id).limit(size).subquery()
            high = session.scalar(select(func.max(window.c.user_id)))
            if high is None:
                return
            stray = delete(FeedEntry).where(
                FeedEntry.user_id == window.c.user_id,
                FeedEntry.published_at == post.published_at,
                FeedEntry.post_id == post.id,
                ~rightful(),
            )
            session.execute(stray, execution_options=UNSYNCHRONIZED)
            lease = lease.advance(high)
            last = high


def insert_entries(rows: Any) -> int:
    """Insert entries from a SELECT of (user_id, published_at, post_id), in the open transaction. Returns how many are new."""
    entries = insert(FeedEntry).from_select(["user_id", "published_at", "post_id"], rows).on_conflict_do_nothing()
    return int(session.execute(entries, execution_options={"preserve_rowcount": True}).rowcount)  # type: ignore[attr-defined]


def _celebrated(post: Carried) -> bool:
    """Whether the post is pulled: it was before, or its recipients are more than the threshold."""
    if session.scalar(select(exists().where(CelebrityPostCache.post_id == post.id))):
        return True
    limit = settings.current().feed.celebrity_threshold + 1
    related = related_to(post)
    at_most = select(func.count()).select_from(select(related.c.user_id).limit(limit).subquery())
    if (session.scalar(at_most) or 0) < limit:  # the rule is asked only where it could decide
        return False
    recipients = select(related.c.user_id).join(Post, Post.id == post.id).where(visible_to(related.c.user_id)).limit(limit)
    return session.scalar(select(func.count()).select_from(recipients.subquery())) == limit


def _push_to_most_active(lease: Lease, post: Carried) -> None:
    """Keep one row to pull from, and entries only for those who read their feed most recently."""
    again = not lease.payload.get("first")
    with transaction():
        _hold_sources(post)
        related = related_to(post)
        most_active = (
            select(related.c.user_id, literal(post.published_at), literal(post.id))
            .join(FeedState, FeedState.user_id == related.c.user_id)
            .join(Post, Post.id == post.id)
            .where(FeedState.status.in_(PUSHED_TO), visible_to(related.c.user_id))
            .order_by(FeedState.last_read_at.desc().nulls_last(), related.c.user_id)
            .limit(settings.current().feed.celebrity_push)
        )
        session.execute(_celebrity_row(post))
        if again:
            _take_back(post, 0, 2**62)
        lease.advance(2**62, insert_entries(most_active))


def _celebrity_row(post: Carried) -> Any:
    values = {
        "post_id": post.id,
        "author_id": post.author_id,
        "organization_id": post.organization_id,
        "published_at": post.published_at,
    }
    return insert(CelebrityPostCache).values(values).on_conflict_do_nothing()


def sync_source(lease: Lease) -> None:
    """Make one reader's entries from one source match now: after follow, unfollow, join, leave, block, expiry.

    Payload: `user_id`, and `author_id` or `organization_id`.
    """
    reader = int(lease.payload["user_id"])
    author, organization = lease.payload.get("author_id"), lease.payload.get("organization_id")
    with transaction():
        if author is not None:
            lock(Lock.AUTHOR, int(author))
            from_source = Post.author_id == int(author)
        else:
            lock(Lock.ORGANIZATION, int(organization or 0))
            from_source = Post.organization_id == int(organization or 0)
        match_entries(reader, from_source, now=clock.now())


def match_entries(reader: int, from_source: ColumnElement[bool], *, now: datetime) -> tuple[int, int]:
    """Delete and insert, in the open transaction, until a reader's entries of these posts are as defined.

    Returns (removed, added). Entries are added only for a feed that is kept.
    """
    lock(Lock.READER, reader)
    lock(Lock.REBUILDS, 0, shared=True)
    viewer = literal(reader)
    should = (reaches(viewer), visible_to(viewer))
    concerned = exists().where(Post.id == FeedEntry.post_id, from_source).correlate(FeedEntry)
    stale = delete(FeedEntry).where(FeedEntry.user_id == reader, concerned, ~rightful())
    removed = int(session.execute(stale, execution_options=UNSYNCHRONIZED).rowcount)  # type: ignore[attr-defined]
    kept = exists().where(FeedState.user_id == reader, FeedState.status.in_(PUSHED_TO))
    missing = select(viewer, Post.published_at, Post.id).where(from_source, *should, *pushed_since(now), kept)
    return removed, insert_entries(missing)


def pushed_since(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """`Post` is one that feeds hold entries of: live, inside the window, not pulled."""
    return (
        Post.state == PostState.PUBLISHED,
        Post.published_at > now - settings.current().feed.window,
        ~exists().where(CelebrityPostCache.post_id == Post.id).correlate(Post),
    )


def resync_author(lease: Lease) -> None:
    """Record a delivery for every post of an author that feeds may hold: after she was suspended or reinstated."""
    author = int(lease.payload["user_id"])
    oldest = clock.now() - timedelta(days=settings.current().feed.retention_days)
    ids = select(Post.id).where(Post.author_id == author, Post.published_at > oldest)
    with transaction():
        for post_id in session.scalars(ids).all():
            outbox.record(DISTRIBUTE, post_id, {"post_id": post_id})
        lease.advance(1)
