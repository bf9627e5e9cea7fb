"""Connections that may have died are tried before they are handed out; those that were in use an instant ago are not.

SQLAlchemy's own `pool_pre_ping` asks every time, which costs a tenth of a short job. A server that died is away for longer than
`FRESH`: whatever it left in the pool is tried when it is back.
"""

from __future__ import annotations

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
    """Ask the server for nothing.

    Raises:
        InvalidatePoolError: it is gone, and so is whatever else the pool holds; the pool connects anew.
    """
    since = record.info.get(_SINCE)  # None of a connection that was just made
    if since is None or time.monotonic() - since < FRESH:
        return
    try:
        engine.dialect.do_ping(connection)
    except engine.dialect.loaded_dbapi.Error as gone:
        raise InvalidatePoolError from gone
