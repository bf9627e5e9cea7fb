"""Connections that may have died are tried before they are handed out; those that were in use an instant ago are not.

SQLAlchemy's own `pool_pre_ping` asks every time, which is one more trip to the server for each transaction. A server that ends
says so, or its socket does, and that is seen without a trip: an idle connection has nothing to read. What dies unsaid, as a
machine does whose power is cut, is away for longer than `FRESH`.
"""

from __future__ import annotations

import select
import time
from typing import TYPE_CHECKING, Any

from sqlalchemy import event
from sqlalchemy.exc import InvalidatePoolError

if TYPE_CHECKING:
    from sqlalchemy import Engine

FRESH = 0.5  # seconds
_SINCE = "in_the_pool_since"


def try_before_use(engine: Engine) -> None:
    """Have the engine's connections tried when they are taken out of the pool after longer than `FRESH`."""
    event.listen(engine, "checkin", _note)
    event.listen(engine, "checkout", lambda connection, record, _: _try(engine, connection, record))


def _note(_connection: Any, record: Any) -> None:
    record.info[_SINCE] = time.monotonic()


def _try(engine: Engine, connection: Any, record: Any) -> None:
    """Ask the server whether it is there, unless the connection is new, or was used an instant ago and is silent.

    Raises:
        InvalidatePoolError: it is gone, and so is whatever else the pool holds; the pool connects anew.
    """
    since = record.info.get(_SINCE)  # None of a connection that was just made
    try:
        if since is None or (time.monotonic() - since < FRESH and not _has_something_to_read(connection)):
            return
        engine.dialect.do_ping(connection)
    except engine.dialect.loaded_dbapi.Error as gone:
        raise InvalidatePoolError from gone


def _has_something_to_read(connection: Any) -> bool:
    """The server has said something unasked, such as that it ends, or has hung up."""
    waiting = select.poll()
    waiting.register(connection.fileno(), select.POLLIN)
    return bool(waiting.poll(0))
