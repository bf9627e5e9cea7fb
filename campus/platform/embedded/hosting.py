"""Running a server for everybody who works in the same `var`: one host at a time, which publishes the address.

Two locks per server in `<var>/run`: `<name>.host` is held by the process that runs it, `<name>.users` is shared by those
who use it.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from campus.platform.embedded.errors import AlreadyRunning
from campus.platform.embedded.locks import Lock
from campus.platform.embedded.places import discard_public, remove_if_empty
from campus.platform.embedded.postgres import Postgres
from campus.platform.embedded.valkey import Valkey

if TYPE_CHECKING:
    from pathlib import Path

    from campus.platform.embedded.server import Server

SERVERS: dict[str, type[Postgres | Valkey]] = {kind.name: kind for kind in (Postgres, Valkey)}
PROBE_SECONDS = 1.0  # a process that only looks holds a lock for a moment


@dataclass(frozen=True)
class Notice:
    """What a host publishes: `pid` is the server's main process, `host` the process that keeps it."""

    url: str
    socket: str
    pid: int
    host: int
    data: str


class Files:
    """The files by which the processes of one `var` agree about one server."""

    def __init__(self, var: Path, name: str) -> None:
        run = var / "run"
        self.host = Lock(run / f"{name}.host")
        self.users = Lock(run / f"{name}.users")
        self.notice = run / f"{name}.json"
        self.log = var / "log" / f"{name}.log"

    def read_notice(self) -> Notice | None:
        """What the host published, or None; it may be out of date when no host is alive."""
        try:
            return Notice(**json.loads(self.notice.read_text()))
        except (FileNotFoundError, ValueError, TypeError):
            return None

    def write_notice(self, notice: Notice) -> None:
        """Publish, in one step: no reader sees half of it."""
        fresh = self.notice.with_suffix(".new")
        fresh.write_text(json.dumps(notice.__dict__))
        fresh.replace(self.notice)


class Host:
    """The right to run one server, and the running of it."""

    def __init__(self, var: Path, name: str, *, durable: bool) -> None:
        self._var = var.absolute()
        self._name = name
        self._durable = durable
        self._files = Files(self._var, name)
        self.server: Server | None = None

    def open(self) -> Server:
        """Take the right, start the server, publish where it is.

        Raises:
            AlreadyRunning: another process hosts it.
            StartFailed: it did not start.
        """
        if not self._files.host.take(patience=PROBE_SECONDS):
            raise AlreadyRunning(f"{self._name} is already run by another process for {self._var}")
        try:
            self._files.notice.unlink(missing_ok=True)
            self.server = SERVERS[self._name](self._var, durable=self._durable, log=_rotated(self._files.log))
            self.server.start()
            self.publish()
        except BaseException:
            self.close()
            raise
        return self.server

    def publish(self) -> None:
        """Tell the others where the server is now."""
        if self.server:
            server = self.server
            notice = Notice(server.url, str(server.socket), server.pid, os.getpid(), str(server.data.resolve()))
            self._files.write_notice(notice)

    def close(self) -> None:
        """Stop the server and give the right back."""
        self._files.notice.unlink(missing_ok=True)
        if self.server:
            self.server.stop()
            if not self._durable:
                discard_public(self.server.data)
            remove_if_empty(self.server.socket.parent)
        self._files.host.release()


def _rotated(log: Path) -> Path:
    """An empty log; the one before is kept beside it."""
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists() and log.stat().st_size:
        log.replace(log.with_suffix(".log.1"))
    return log
