"""Both servers within this process: what tests, benchmarks and fault storms use."""

from __future__ import annotations

from contextlib import AbstractContextManager, ExitStack
from typing import TYPE_CHECKING

from campus.platform.embedded.endpoints import Endpoints
from campus.platform.embedded.hosting import Host

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType
    from typing import Self

    from campus.platform.embedded.server import Server


class Servers(AbstractContextManager["Servers"]):
    """A running PostgreSQL and a running Valkey; leaving the context stops both."""

    def __init__(self, var: Path, *, durable: bool) -> None:
        with ExitStack() as stack:
            self.postgres = self._open(stack, Host(var, "postgres", durable=durable))
            self.valkey = self._open(stack, Host(var, "valkey", durable=durable))
            self._stack = stack.pop_all()

    @staticmethod
    def _open(stack: ExitStack, host: Host) -> Server:
        stack.callback(host.close)
        return host.open()

    @property
    def endpoints(self) -> Endpoints:
        """Where they are; the same before and after a restart of either."""
        return Endpoints(self.postgres.url, self.valkey.url)

    def stop(self) -> None:
        """Stop both; a second call does nothing."""
        self._stack.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()


def start(var: Path, *, durable: bool = True) -> Servers:
    """Start both servers with their data in `var`, for as long as this process lives.

    `durable` False is for tests: nothing is flushed to disk, a crash of the machine loses it.

    Raises:
        AlreadyRunning: another process runs them in the same `var`.
        StartFailed: a server did not come up; the message has the end of its log.
        NotInstalled: the packages with the servers' programs are missing.
    """
    return Servers(var, durable=durable)
