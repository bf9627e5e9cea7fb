"""Reads that cost much and decide nothing, answered by the replica whenever it holds everything the primary did when asked.

The primary is asked how far its log is written, the replica whether it has replayed that. So whoever reads here reads her own
writes and everybody else's, with nothing remembered for anybody, whichever node she wrote through. A replica that lags, is away
or is frozen costs a moment, then nobody asks it for some seconds and the primary answers. See docs/adr/0016.

Never for what decides: sessions, the rule of visibility, quotas and permissions are asked of the primary, always.
"""

from __future__ import annotations

import logging
import time
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooLong
from functools import lru_cache
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy import Text, cast, func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from campus.platform.db import REPLICA, at_replica, db, reads_freely, session

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Engine

log = logging.getLogger(__name__)

T = TypeVar("T")

PATIENCE = 0.05  # seconds that a read waits for the replica to catch up
LOOK_SECONDS = 0.003
ANSWER_SECONDS = 0.25  # then it is frozen
LAGGING_BREAK = 1.0
AWAY_BREAK = 5.0
_POSITION = select(cast(func.pg_current_wal_flush_lsn(), Text))
_REPLAYED = "SELECT pg_is_in_recovery() AND pg_last_wal_replay_lsn() >= %s::pg_lsn"


class _Breaker:
    """When the replica may be asked again, by the monotonic clock, and the question that it has not answered yet."""

    closed_until = 0.0
    waiting: Future[bool] | None = None


def reading(read: Callable[[], T]) -> T:
    """What `read()` finds, at the replica if it holds everything committed by now, else at the primary.

    `read` only reads; it may be run twice. ORM objects it gives are detached.
    """
    if not _has_everything():
        return read()
    try:
        with at_replica():
            return read()
    except (DBAPIError, PoolTimeout) as error:
        _give_up(AWAY_BREAK, f"failed: {error}")
    return read()


def _has_everything() -> bool:
    """There is a replica, it answers, and it has replayed what the primary has written."""
    engine = db.engines.get(REPLICA)
    if engine is None or time.monotonic() < _Breaker.closed_until or not reads_freely():
        return False
    if _Breaker.waiting and not _Breaker.waiting.done():
        return False
    asked = _asker().submit(_caught_up, engine, session.scalar(_POSITION) or "")
    try:
        if asked.result(timeout=PATIENCE + ANSWER_SECONDS):
            return True
    except TooLong:
        _Breaker.waiting = asked
        _give_up(AWAY_BREAK, "does not answer")
    except (DBAPIError, PoolTimeout) as error:
        _give_up(AWAY_BREAK, f"is away: {error}")
    else:
        _give_up(LAGGING_BREAK, "lags")
    return False


def _caught_up(engine: Engine, position: str) -> bool:
    """Whether the replica replays the log up to this position within a moment. A promoted one replays nothing."""
    deadline = time.monotonic() + PATIENCE
    with engine.connect() as connection:
        while not connection.exec_driver_sql(_REPLAYED, (position,)).scalar():
            if time.monotonic() > deadline:
                return False
            time.sleep(LOOK_SECONDS)
    return True


def _give_up(seconds: float, why: str) -> None:
    log.warning("the replica %s; the primary answers", why)
    _Breaker.closed_until = time.monotonic() + seconds


@lru_cache(maxsize=1)
def _asker() -> ThreadPoolExecutor:
    """Threads that wait for the replica, so that no request waits for a frozen one. Made when first needed: after the fork."""
    return ThreadPoolExecutor(max_workers=4, thread_name_prefix="replica")


def forget_failure() -> None:
    """Ask the replica again at once: for tests."""
    _Breaker.closed_until = 0.0
