"""Scroll sessions: the order of a feed, taken once, extended as far as she scrolls, and kept where Redis cannot lose it."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, DateTime, bindparam, delete, exists, literal, select, update
from sqlalchemy.dialects.postgresql import insert

from campus.accounts.models import Algorithm, User
from campus.feed import cache, pins
from campus.feed.cache import Snapshot
from campus.feed.fanout import REFRESH, SYNC
from campus.feed.models import FeedSnapshot, FeedState, FeedStatus
from campus.feed.queries import ranked, reached_since
from campus.feed.streams import Kind
from campus.platform import metrics, outbox, replica, settings
from campus.platform.db import session, transaction
from campus.platform.errors import CampusError
from campus.platform.outbox import Job, JobState
from campus.platform.prepared import Prepared

if TYPE_CHECKING:
    from datetime import datetime

    from campus.accounts.models import Scope
    from campus.accounts.viewer import Viewer

CHUNK = 50  # ids computed at once; a reader who scrolls past them has the next, larger chunk computed
OVERLAP = timedelta(seconds=30)  # a post is dated before its commit, and may become visible that much later
SPREAD = 3  # rows asked of each stream for each row wanted: streams overlap, and some rows may not be seen


class SnapshotGone(CampusError):
    """The scroll session is no longer kept."""

    status = 410
    title = "This page of your feed is too old"

    def __init__(self) -> None:
        super().__init__("Start again from the top: newer posts have come in meanwhile.")


def first(viewer: Viewer, algorithm: Algorithm, scope: Scope, *, now: datetime) -> Snapshot:
    """The snapshot for a fresh visit: the one of a moment ago, if nothing reached her since, or a new one."""
    kept = cache.newest(viewer, algorithm, scope)
    if kept is None or reached_since(viewer.id, kept.taken_at - OVERLAP, kept.post_ids):
        return take(viewer, algorithm, scope, now=now)
    return kept


def take(viewer: Viewer, algorithm: Algorithm, scope: Scope, *, now: datetime) -> Snapshot:
    """Compute the order of the feed as it is now, and note that she reads."""
    entries = entries_complete(viewer.id)
    metrics.feed_went("cold" if entries else "pull")
    ids, reasons, complete = beginning(viewer.id, Kind(algorithm, scope, entries), now=now, wanted=CHUNK)
    version = viewer.permission_version
    snapshot = Snapshot(uuid.uuid4(), viewer.id, algorithm, scope, now, version, tuple(ids), tuple(reasons), complete)
    with transaction():
        _KEEP.count(**vars(snapshot) | {"post_ids": ids, "reasons": reasons, "algorithm": algorithm.value, "scope": scope.value})
        note_reading(viewer.id, now=now)
    cache.keep(snapshot, newest=True)
    return snapshot


def beginning(
    user_id: int, kind: Kind, *, now: datetime, wanted: int, at_least: int = CHUNK // 2
) -> tuple[list[int], list[int], bool]:
    """The first ids of a feed as `order` gives them. The costliest read there is, so the replica may do it."""
    return replica.reading(lambda: order(user_id, kind, now=now, wanted=wanted, at_least=at_least))


def find(viewer: Viewer, identity: uuid.UUID) -> Snapshot:
    """A scroll session of this viewer.

    Raises:
        SnapshotGone: it is no longer kept, or was never hers.
    """
    found = cache.by_id(identity) or _row(identity)
    if found is None or found.user_id != viewer.id:
        raise SnapshotGone
    return found


def extend(snapshot: Snapshot, *, beyond: int) -> Snapshot:
    """Compute more of a snapshot, until it holds more than `beyond` ids or is complete.

    What was shown stays where it is; the next ids follow the definition over all posts published before the snapshot was taken.
    The row is locked meanwhile, so two requests for the same page get the same page.
    """
    with transaction():
        held = _row(snapshot.id, lock=True)
        if held is None:
            raise SnapshotGone
        if not held.complete and len(held.post_ids) <= beyond:
            held = _longer(held, beyond)
            values = {"post_ids": list(held.post_ids), "reasons": list(held.reasons), "complete": held.complete}
            session.execute(update(FeedSnapshot).where(FeedSnapshot.id == held.id).values(values))
    cache.keep(held, newest=False)
    return held


def _longer(held: Snapshot, beyond: int) -> Snapshot:
    known = set(held.post_ids)
    wanted = max(beyond + 1, 2 * len(known)) + CHUNK
    kind = Kind(held.algorithm, held.scope, entries_complete(held.user_id))
    ids, reasons, complete = order(held.user_id, kind, now=held.taken_at, wanted=wanted, at_least=len(known) + CHUNK)
    new = [(post_id, reason) for post_id, reason in zip(ids, reasons, strict=True) if post_id not in known]
    return replace(
        held,
        post_ids=(*held.post_ids, *(post_id for post_id, _ in new)),
        reasons=(*held.reasons, *(reason for _, reason in new)),
        complete=complete,
    )


def order(
    viewer_id: int, kind: Kind, *, now: datetime, wanted: int, at_least: int = CHUNK // 2
) -> tuple[list[int], list[int], bool]:
    """The first ids of a feed in final order, the reason of each, and whether they are all there are.

    Gives at least `at_least` of them, unless there are fewer, and at most `wanted`. Looks deeper until the floors allow it.
    """
    depth = wanted * SPREAD
    fresh = kind.algorithm is not Algorithm.ENGAGEMENT
    values = {"me": viewer_id, "now": now, "since": now - settings.current().feed.window}
    while True:
        rows = ranked(replace(kind, fresh=fresh)).rows(**values, depth=depth, wanted=wanted)
        exhausted = rows[0].bound is None
        found = [row for row in rows if row.id is not None]
        if len(found) >= at_least or exhausted:
            return [row.id for row in found], [row.reason for row in found], exhausted and len(found) < wanted
        fresh, depth = False, depth if fresh else depth * 4


def note_reading(user_id: int, *, now: datetime) -> None:
    """Remember, in the open transaction, that she reads; have her entries built if they are not kept."""
    if _NOTE.count(reader=user_id, now=now):
        return
    awake = {"last_read_at": now, "status": FeedStatus.BUILDING}
    row = insert(FeedState).values(user_id=user_id, **awake)
    session.execute(row.on_conflict_do_update(index_elements=[FeedState.user_id], set_=awake))
    outbox.record(REFRESH, user_id, {"user_id": user_id})


def forget(user_id: int) -> None:
    """Have the person's next visit computed anew."""
    version = session.scalar(select(User.permission_version).where(User.id == user_id))
    if version is not None:
        cache.forget(user_id, version)


def prune(*, before: datetime) -> int:
    """Delete the scroll sessions begun before a moment, and the pins of numbered pages in them. Returns how many sessions."""
    with transaction():
        gone = session.execute(delete(FeedSnapshot).where(FeedSnapshot.taken_at < before))
        pins.prune()
    return int(gone.rowcount)  # type: ignore[attr-defined]  # a DELETE's result has it


_READER = bindparam("reader", type_=BigInteger)
_UNSETTLED = exists().where(
    Job.state.in_([JobState.READY, JobState.RUNNING]),
    Job.kind.in_([SYNC, REFRESH]),
    Job.payload["user_id"].as_integer() == _READER,
)
_COMPLETE = Prepared(
    select(literal(value=True)).where(FeedState.user_id == _READER, FeedState.status == FeedStatus.READY, ~_UNSETTLED)
)
_NOTE = Prepared(
    update(FeedState)
    .where(FeedState.user_id == _READER, FeedState.status.in_([FeedStatus.READY, FeedStatus.PULLED, FeedStatus.BUILDING]))
    .values(last_read_at=bindparam("now", type_=DateTime(timezone=True)))
)
_COLUMNS = FeedSnapshot.__table__.columns
_KEEP = Prepared(insert(FeedSnapshot).values({column.name: bindparam(column.name, type_=column.type) for column in _COLUMNS}))


def entries_complete(user_id: int) -> bool:
    """Whether her entries may be read: they are kept, and no change of her relations waits to reach them."""
    return bool(_COMPLETE.rows(reader=user_id))


def _row(identity: uuid.UUID, *, lock: bool = False) -> Snapshot | None:
    statement = select(*_COLUMNS).where(FeedSnapshot.id == identity)
    row = session.execute(statement.with_for_update() if lock else statement).one_or_none()
    if row is None:
        return None
    kept = row._asdict()
    return Snapshot(**kept | {"post_ids": tuple(kept["post_ids"]), "reasons": tuple(kept["reasons"])})
