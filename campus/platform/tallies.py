"""Where counts live that several processes add to: a memory-mapped file for each process and kind of metric, below one folder.

A count costs a write into mapped memory, no system call. Every process of the machine that has the same `CAMPUS_VAR` (web workers
forked from one that loaded the application, task worker, sweep, commands) writes files of its own; whoever is asked for the
metrics adds all of them up. What a process that has ended counted is folded into one file and kept: a sum that fell would look to
Prometheus like a restart. The form of the files is that of prometheus-client, which also reads them.
"""

from __future__ import annotations

import fcntl
import os
import re
import socket
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, ClassVar

from prometheus_client import Counter, Histogram, values
from prometheus_client.mmap_dict import MmapedDict, mmap_key

from campus.platform import settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from campus.platform.settings import Settings

MACHINE = re.sub(r"[^A-Za-z0-9.-]", "-", socket.gethostname())[:64]  # containers may share the folder, but not the pids
ENDED = 0  # the number of the file that holds what the ended ones counted; no process has it
_FILE = re.compile(rf"(?P<kind>[a-z]+)_{re.escape(MACHINE)}-(?P<pid>\d+)\.db")


class _Process:
    """The files this process writes; fresh ones after a fork, and under other settings."""

    settings: ClassVar[Settings | None] = None  # those the folder was taken from
    folder: ClassVar[Path | None] = None
    lock: ClassVar[threading.Lock] = threading.Lock()
    files: ClassVar[dict[str, Any]] = {}

    @classmethod
    def begin(cls) -> None:
        """Let go of the files: of the process this one was forked from, or of another folder."""
        for file in cls.files.values():
            file.close()
        cls.lock = threading.Lock()
        cls.files = {}

    @classmethod
    def file(cls, kind: str) -> Any:
        """The file of a kind of metric, or None before there are settings. The lock is held."""
        if cls.settings is not (now := settings.current_or_none()):
            cls.settings, place = now, now.metrics_folder if now else None
            if place != cls.folder:
                for file in cls.files.values():
                    file.close()
                cls.files, cls.folder = {}, place
        if cls.folder is None:
            return None
        if kind not in cls.files:
            cls.folder.mkdir(parents=True, exist_ok=True)
            cls.files[kind] = MmapedDict(str(cls.folder / f"{kind}_{MACHINE}-{os.getpid()}.db"))  # type: ignore[no-untyped-call]
        return cls.files[kind]


class Tally:
    """One number of a metric, as prometheus-client wants to have it kept."""

    _multiprocess = True

    def __init__(
        self, typ: str, metric_name: str, name: str, labelnames: list[str], labelvalues: list[str], help_text: str, **_: Any
    ) -> None:
        self._kind = typ
        self._key = mmap_key(metric_name, name, labelnames, labelvalues, help_text)

    def inc(self, amount: float) -> None:
        """Add to it."""
        with _Process.lock:
            file = _Process.file(self._kind)
            if file is not None:
                file.write_value(self._key, file.read_value(self._key)[0] + amount, 0.0)

    def get(self) -> float:
        """What this process has counted."""
        with _Process.lock:
            file = _Process.file(self._kind)
            return float(file.read_value(self._key)[0]) if file is not None else 0.0

    def get_exemplar(self) -> None:
        """None is kept."""


__all__ = ["Counter", "Histogram", "Tally", "settled"]
values.ValueClass = Tally  # before any metric is made: they are had from here
os.register_at_fork(after_in_child=_Process.begin)


@contextmanager
def settled(place: Path) -> Iterator[list[str]]:
    """The files to add up, those of processes that have ended folded into one. One reader at a time."""
    place.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(place / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        _fold_the_ended(place)
        yield sorted(str(file) for file in place.glob("*.db"))
    finally:
        os.close(descriptor)


def _fold_the_ended(place: Path) -> None:
    for file in place.glob("*.db"):
        found = _FILE.fullmatch(file.name)
        if found and int(found["pid"]) != ENDED and not _lives(int(found["pid"])):
            _fold(file, place / f"{found['kind']}_{MACHINE}-{ENDED}.db")


def _fold(file: Path, into: Path) -> None:
    kept: Any = MmapedDict(str(into))  # type: ignore[no-untyped-call]
    try:
        for key, value, *_ in MmapedDict.read_all_values_from_file(str(file)):  # type: ignore[no-untyped-call]
            kept.write_value(key, kept.read_value(key)[0] + value, 0.0)
    finally:
        kept.close()
    file.unlink()


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
