"""A real streaming replica of an embedded PostgreSQL, made as an operator makes one: by pg_basebackup."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING

import psycopg

from campus.platform.embedded.postgres import NAME, PORT, Postgres
from campus.platform.embedded.processes import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from campus.platform.embedded.server import Server

CATCH_UP_SECONDS = 30.0


class Replica(Postgres):
    """Follows `primary`; its data in `<var>/replica/postgres`."""

    def __init__(self, var: Path, primary: Server) -> None:
        place = var / "replica"
        place.mkdir(mode=0o755)
        super().__init__(place, durable=False, log=place / "replica.log")
        self._primary = primary

    def _initialize(self) -> None:
        target = self.data.resolve()
        fresh = target.with_name("postgres.new")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        if self.account:
            os.chown(fresh, self.account.uid, self.account.gid)
        where = ("-h", str(self._primary.socket.parent), "-p", str(PORT), "-U", NAME)
        self._run_in(
            fresh, "pg_basebackup", "-D", ".", *where, "--write-recovery-conf", "-X", "stream", "-c", "fast", "--no-sync"
        )
        fresh.rename(target)

    def catch_up(self) -> None:
        """Wait until it has replayed everything the primary has written."""
        [[position]] = ask(self._primary, "SELECT pg_current_wal_flush_lsn()")
        replayed = f"SELECT pg_last_wal_replay_lsn() >= '{position}'"
        assert wait_until(lambda: ask(self, replayed) == [(True,)], CATCH_UP_SECONDS), "the replica does not follow"

    @contextmanager
    def behind(self) -> Iterator[None]:
        """It stays at the state it has now, and answers."""
        self.catch_up()
        ask(self, "SELECT pg_wal_replay_pause()")
        assert wait_until(lambda: ask(self, "SELECT pg_get_wal_replay_pause_state()") == [("paused",)], CATCH_UP_SECONDS)
        try:
            yield
        finally:
            ask(self, "SELECT pg_wal_replay_resume()")


def ask(server: Server, statement: str) -> list[tuple[object, ...]]:
    """Run a statement on a server by a connection of its own."""
    with psycopg.connect(server.url.replace("+psycopg", ""), autocommit=True) as connection:
        done = connection.execute(statement)
        return list(done.fetchall()) if done.description else []
