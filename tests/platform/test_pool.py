"""Connections of the pool: those that died while they lay there are replaced, and those just used are not asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text

from campus.platform import pool
from campus.platform.db import READS, db, session, transaction

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.usefixtures("app")


def read() -> int:
    """Which server process answers a read."""
    session.remove()
    return _process()


def write() -> int:
    """Which one a transaction."""
    with transaction():
        return _process()


def _process() -> int:
    return int(session.scalars(text("SELECT pg_backend_pid()")).one())


def kill(process: int) -> None:
    session.remove()
    with db.engine.connect() as connection:
        assert connection.scalar(text("SELECT pg_terminate_backend(:it, 5000)"), {"it": process})


@pytest.mark.parametrize("fresh", [0, 60])
@pytest.mark.parametrize("use", [read, write])
def test_a_connection_that_died_in_the_pool_is_replaced(
    use: Callable[[], int], fresh: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool, "FRESH", fresh)
    died = use()
    with db.engine.connect():  # so that it is not the one that kills
        kill(died)
    assert use() != died


def test_what_was_used_an_instant_ago_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    read()
    monkeypatch.setattr(db.engines[READS].dialect, "do_ping", asked.append)
    monkeypatch.setattr(pool, "FRESH", 60)
    read()
    assert asked == []
    monkeypatch.setattr(pool, "FRESH", 0)
    read()
    assert len(asked) == 1
