"""Numbered pages: which scroll session the pages of a reader are counted in, and where in it each page ended.

A page shows what is visible of a stretch of its snapshot, so the tenth card may be the twelfth id. Where a page ended is written
down, and the next number goes on exactly there: what vanishes meanwhile neither repeats a card nor skips one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, Text, bindparam, case, delete, exists, select
from sqlalchemy.dialects.postgresql import insert

from campus.feed.models import FeedPin, FeedSnapshot
from campus.platform.db import session, transaction
from campus.platform.prepared import Prepared

if TYPE_CHECKING:
    import uuid
    from collections.abc import Mapping

    from campus.accounts.models import Algorithm, Scope
    from campus.feed.cache import Snapshot

MOST_ENDS = 500  # ends kept of one session, the latest first; a page that began at a forgotten one is walked to


@dataclass(frozen=True)
class Pin:
    """The snapshot that numbered pages are counted in; `ends` leads from a count of cards to a position in the snapshot."""

    snapshot_id: uuid.UUID
    ends: Mapping[int, int]

    def nearest(self, offset: int) -> tuple[int, int]:
        """The last known (count of cards, position) that does not lie behind `offset`."""
        known = max((count for count in self.ends if 0 < count <= offset), default=0)
        return known, self.ends[known] if known else 0


_FOUND = Prepared(
    select(FeedPin.snapshot_id, FeedPin.offsets, FeedPin.positions).where(
        FeedPin.user_id == bindparam("reader", type_=BigInteger),
        FeedPin.algorithm == bindparam("algorithm", type_=Text),
        FeedPin.scope == bindparam("scope", type_=Text),
    )
)


def find(user_id: int, algorithm: Algorithm, scope: Scope) -> Pin | None:
    """Where the numbered pages of one order and scope stand, if she has read any."""
    rows = _FOUND.rows(reader=user_id, algorithm=str(algorithm), scope=str(scope))
    if not rows:
        return None
    snapshot_id, offsets, positions = rows[0]
    latest_last = zip(reversed(offsets), reversed(positions), strict=True)
    return Pin(snapshot_id, dict(latest_last))


def record(snapshot: Snapshot, offset: int, position: int, *, replace: bool) -> None:
    """Write down that `offset` cards end at a position of a snapshot.

    A pin of another snapshot gives way only to `replace`: a late answer does not bring back the session that a newer first page
    has ended.
    """
    found = insert(FeedPin).values(
        user_id=snapshot.user_id,
        algorithm=snapshot.algorithm,
        scope=snapshot.scope,
        snapshot_id=snapshot.id,
        offsets=[offset],
        positions=[position],
    )
    new, same = found.excluded, FeedPin.snapshot_id == found.excluded.snapshot_id
    found = found.on_conflict_do_update(
        index_elements=[FeedPin.user_id, FeedPin.algorithm, FeedPin.scope],
        set_={
            "snapshot_id": new.snapshot_id,
            "offsets": case((same, (new.offsets + FeedPin.offsets)[1:MOST_ENDS]), else_=new.offsets),
            "positions": case((same, (new.positions + FeedPin.positions)[1:MOST_ENDS]), else_=new.positions),
        },
        where=None if replace else same,
    )
    with transaction():
        session.execute(found)


def prune() -> None:
    """Delete, in the open transaction, the pins whose scroll session is no longer kept."""
    kept = exists().where(FeedSnapshot.id == FeedPin.snapshot_id)
    session.execute(delete(FeedPin).where(~kept), execution_options={"synchronize_session": False})
