"""Delivery: making the entries of a post, or of a reader and a source, match the definition now.

Jobs are state-based. Whichever of a post and a relation commits last has a job that sees both; follow, unfollow, follow in any
order converges. Two statements that were under way at once are kept apart by advisory locks: a window of delivery holds its
sources shared, a change of one reader's relation to a source holds it exclusively, so an insert that began before an unfollow
cannot outlive it. Two windows of one post exclude each other, so one that began before a withdrawal cannot either.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, exists, func, literal, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from campus.feed.audience import reaches, related_to, rightful
from campus.feed.locks import Lock, hold_sources, lock
from campus.feed.models import CelebrityPostCache, FeedEntry, FeedState
from campus.feed.windows import END, PUSHED_TO, Carried, carried, deliver, deliver_to_few, hold, open_window, recipients
from campus.platform import clock, outbox, settings
from campus.platform.db import session, transaction
from campus.posts.actions import DISTRIBUTE
from campus.posts.models import Post, PostState
from campus.posts.visibility import visible_to

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import ColumnElement

    from campus.platform.outbox import Lease

SYNC = "sync_source"
REFRESH = "refresh_feed"
RESYNC_AUTHOR = "resync_author"
AT_ONCE = 2_000  # recipients whose delivery takes about a hundredth of a second: who wants to change the post waits for it
UNSYNCHRONIZED = {"synchronize_session": False}


def distribute(lease: Lease) -> bool:
    """Make the entries of one post match its audience: window by window, entries and cursor together.

    Payload: `post_id`; `first` when nothing can have been delivered yet, so that nothing needs to be taken back.
    """
    post = _carried(lease)
    if post is None:
        return False
    if post.live and _celebrated(post):
        return _push_to_most_active(lease, post)
    return _push_to_everybody(lease, post)


def distribute_at_once(lease: Lease) -> bool:
    """The first delivery of a post to few people, in the open transaction that claimed the job; False if it is no such.

    Nobody changes the post meanwhile: who does writes a wish that joins the job, and waits for its row.
    """
    few = min(AT_ONCE, settings.current().feed.celebrity_threshold, settings.current().feed.batch_size)
    post = hold(int(lease.payload["post_id"])) if lease.payload.get("first") and lease.cursor == 0 else None
    if post is None or not post.live or post.pulled:
        return False
    delivered = deliver_to_few(post, most=few)
    if delivered == 0:  # there are more of them, or none at all
        return False
    lease.settle(END, delivered)
    return True


def _carried(lease: Lease) -> Carried | None:
    return carried(int(lease.payload["post_id"]), most=settings.current().feed.celebrity_threshold + 1)


def _push_to_everybody(lease: Lease, post: Carried) -> bool:
    """Window by window, until one is the last."""
    fresh = bool(lease.payload.get("first"))
    while True:
        try:
            lease = _window(lease, post, fresh=fresh)
        except IntegrityError:  # a reader's own catching up was faster: this window, and only this, looks first
            lease = _window(lease, post, fresh=False)
        if lease.cursor == END:
            return True


def _window(lease: Lease, post: Carried, *, fresh: bool) -> Lease:
    """The entries of one window and the job's cursor, or its end, in one transaction."""
    with transaction():
        upto = open_window(post, after=lease.cursor, size=settings.current().feed.batch_size)
        if not lease.payload.get("first"):  # before anything is inserted: a rebuild waits for what this has locked or inserted
            _take_back(post, lease.cursor, upto)
        delivered = deliver(post, after=lease.cursor, upto=upto, fresh=fresh) if post.live else 0
        if upto == END:
            return lease.settle(upto, delivered)
        return lease.advance(upto, delivered)


def _take_back(post: Carried, after: int, upto: int) -> int:
    """Delete the entries of related people with ids in (after, upto] who may not see the post any more."""
    lock(Lock.REBUILDS, 0)
    owner = None if post.organization_id is None else literal(post.organization_id)
    related = related_to(literal(post.author_id), owner, after=literal(after), upto=literal(upto))
    allowed = exists().where(Post.id == post.id, visible_to(FeedEntry.__table__.c.user_id)).correlate(FeedEntry)
    stale = delete(FeedEntry).where(
        FeedEntry.user_id == related.c.user_id,
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
    post = _carried(lease)
    while post is not None:
        with transaction():
            hold_sources(post)
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
    limit = settings.current().feed.celebrity_threshold + 1
    if post.pulled or post.related < limit:  # the rule is asked only where it could decide
        return post.pulled
    some = recipients(post).limit(limit).subquery()
    return session.scalar(select(func.count()).select_from(some)) == limit


def _push_to_most_active(lease: Lease, post: Carried) -> bool:
    """Keep one row to pull from, and entries only for those who read their feed most recently."""
    with transaction():
        hold_sources(post)
        ids = recipients(post)
        most_active = (
            ids.add_columns(literal(post.published_at), literal(post.id))
            .join(FeedState, FeedState.user_id == ids.selected_columns.user_id)
            .where(FeedState.status.in_(PUSHED_TO))
            .order_by(FeedState.last_read_at.desc().nulls_last(), FeedState.user_id)
            .limit(settings.current().feed.celebrity_push)
        )
        session.execute(_celebrity_row(post))
        if not lease.payload.get("first"):
            _take_back(post, 0, END)
        lease.settle(END, insert_entries(most_active))
    return True


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
    """Record a delivery for every post of an author that feeds may hold: after she was suspended or reinstated.

    The posts reach people late, as one that is put back does: a reader with a warm cache finds them in her next visit's feed.
    """
    author, now = int(lease.payload["user_id"]), clock.now()
    oldest = now - timedelta(days=settings.current().feed.retention_days)
    hers = update(Post).where(Post.author_id == author, Post.published_at > oldest).values(resurfaced_at=now)
    with transaction():
        for post_id in session.scalars(hers.returning(Post.id), execution_options=UNSYNCHRONIZED).all():
            outbox.record(DISTRIBUTE, post_id, {"post_id": post_id})
        lease.advance(1)
