"""One server process: started, stopped, killed, frozen and brought back. PostgreSQL and Valkey fill in how."""

from __future__ import annotations

import signal
import subprocess
from abc import ABC, abstractmethod
from typing import IO, TYPE_CHECKING, ClassVar

from campus.platform.embedded.errors import StartFailed
from campus.platform.embedded.processes import BARE_ENVIRONMENT, Account, evict, occupants, send, spawn, tail, wait_until

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

START_SECONDS = 180.0  # crash recovery of a large database replays its log first
STOP_SECONDS = 30.0


class Server(ABC):
    """A foreground child that owns one data folder. `start` and `stop` may follow each other any number of times."""

    name: ClassVar[str]
    program: ClassVar[str]  # what the kernel calls the executable
    polite: ClassVar[int]  # the signal for an orderly stop

    data: Path
    log: Path
    account: Account | None = None

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    @property
    @abstractmethod
    def url(self) -> str:
        """Where clients connect."""

    @property
    @abstractmethod
    def socket(self) -> Path:
        """The socket behind `url`."""

    @abstractmethod
    def _argv(self) -> Sequence[str | Path]: ...

    @abstractmethod
    def _prepare(self) -> None: ...

    @abstractmethod
    def _answers(self) -> bool: ...

    @property
    def pid(self) -> int:
        """The main process.

        Raises:
            StartFailed: it was not started.
        """
        if self._process is None:
            raise StartFailed(f"{self.name} is not running")
        return self._process.pid

    @property
    def is_running(self) -> bool:
        """Whether the main process lives; False also after `kill`."""
        return self._process is not None and self._process.poll() is None

    @property
    def has_died(self) -> bool:
        """Whether it ended without being asked to."""
        return self._process is not None and self._process.poll() is not None

    def start(self) -> None:
        """Clear what a crash left, start, and wait until the server answers.

        Raises:
            StartFailed: it did not; the message has the end of its log.
        """
        if self.is_running:
            return
        self._prepare()
        with self.log.open("ab") as output:
            self._process = self._spawn(self._argv(), output)
        if not wait_until(lambda: self.has_died or self._answers(), START_SECONDS) or self.has_died:
            self.stop()
            raise StartFailed(f"{self.name} did not start; the end of {self.log}:\n{tail(self.log)}")

    def stop(self) -> None:
        """An orderly stop; after half a minute a hard one."""
        process, self._process = self._process, None
        if process is None:
            return
        if process.poll() is None:
            self.thaw_all(process.pid)
            process.send_signal(self.polite)
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        evict(self.data, self.program)

    def kill(self) -> None:
        """End the main process and all its helpers at once (SIGKILL); `has_died` is true then."""
        if self._process is None:
            return
        self._process.kill()
        send(occupants(self.data, self.program), signal.SIGKILL)
        self._process.wait()
        evict(self.data, self.program)

    def freeze(self) -> None:
        """Stop the clock of every process of the server: it holds its connections and answers nobody."""
        send([self.pid], signal.SIGSTOP)  # first, so that it starts no more helpers
        send(occupants(self.data, self.program), signal.SIGSTOP)

    def thaw(self) -> None:
        """Undo `freeze`."""
        self.thaw_all(self.pid)

    def thaw_all(self, pid: int) -> None:
        """Let the main process `pid` and its helpers go on."""
        send([*occupants(self.data, self.program), pid], signal.SIGCONT)

    def _spawn(self, argv: Sequence[str | Path], output: IO[bytes]) -> subprocess.Popen[bytes]:
        return spawn(argv, output=output, environ=BARE_ENVIRONMENT, cwd=self.data, account=self.account, last_signal=self.polite)
