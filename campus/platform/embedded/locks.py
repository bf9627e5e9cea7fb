"""Advisory locks on files. The kernel releases them when their holder ends, however it ends."""

from __future__ import annotations

import fcntl
import os
from typing import TYPE_CHECKING

from campus.platform.embedded.errors import ServerUnavailable
from campus.platform.embedded.processes import wait_until

if TYPE_CHECKING:
    from pathlib import Path


class Lock:
    """One lock file: held by one process exclusively, or by any number of them shared."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor: int | None = None

    def take(self, *, shared: bool = False, patience: float = 0.0) -> bool:
        """Whether the lock was obtained within `patience` seconds. Asked again it may change from shared to exclusive.

        Raises:
            ServerUnavailable: the lock file may not be made.
        """
        if self._descriptor is None:
            self._descriptor = self._open()
        mode = (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB
        if wait_until(lambda: self._try(mode), patience):
            return True
        self.release()
        return False

    def release(self) -> None:
        """Let go. Closing, not unlocking: a forked child that does the same must not take the lock from its parent."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def is_taken(self) -> bool:
        """Whether another process holds it exclusively."""
        probe = Lock(self.path)
        free = probe.take(shared=True)
        probe.release()
        return not free

    def _open(self) -> int:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            return os.open(self.path, os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except PermissionError as error:
            raise ServerUnavailable(
                f"{self.path.parent} may not be written to: set CAMPUS_VAR to a folder of your own."
            ) from error

    def _try(self, mode: int) -> bool:
        try:
            fcntl.flock(self._descriptor or 0, mode)
        except BlockingIOError:
            return False
        return True
