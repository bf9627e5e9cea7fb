"""Child processes that do not outlive their parent, and the finding of those that a crash left behind."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None, use_errno=True)  # loaded before any fork: a child must not load libraries

# What a server needs of an environment. The caller's own (PGHOST, PGOPTIONS, LC_ALL …) must not bend the embedded one.
BARE_ENVIRONMENT = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8", "TZ": "UTC"}


@dataclass(frozen=True)
class Account:
    """Whom a child runs as."""

    uid: int
    gid: int


def die_with_parent(last_signal: int) -> Callable[[], None]:
    """A hook for the child's side of a fork: when the thread that forked it ends, the kernel sends it `last_signal`."""
    parent = os.getpid()

    return lambda: die_with(parent, last_signal)


def die_with(parent: int, last_signal: int) -> None:
    """Ask the kernel to send this process `last_signal` when its parent ends. A parent already gone ends it at once."""
    _LIBC.prctl(PR_SET_PDEATHSIG, last_signal)
    if os.getppid() != parent:
        os._exit(1)


def spawn(  # noqa: PLR0913 - the parts of a process
    argv: Sequence[str | Path],
    *,
    output: IO[bytes] | int,
    environ: Mapping[str, str],
    cwd: Path,
    account: Account | None = None,
    last_signal: int = signal.SIGKILL,
    stdin: int = subprocess.DEVNULL,
) -> subprocess.Popen[bytes]:
    """Start a child in its own process group (Ctrl-C reaches the parent alone) that dies with this thread.

    `account` None means the caller's own. Call from a thread that lives as long as the child should: the main one.
    """
    return subprocess.Popen(  # noqa: S603 - the argv is the product's own
        [str(word) for word in argv],
        stdin=stdin,
        stdout=output,
        stderr=subprocess.STDOUT,
        env=dict(environ),
        cwd=cwd,
        process_group=0,
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
        preexec_fn=die_with_parent(last_signal),  # noqa: PLW1509 - one system call, of a library loaded beforehand
    )


def occupants(folder: Path, program: str) -> list[int]:
    """Pids of the processes that run `program` with `folder` as working directory, as the kernel tells it.

    Both servers change into their data folder, their forks inherit it. A pid file proves nothing: pids are reused.
    """
    home = str(folder.resolve())
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit() and _is(entry, home, program)]


def _is(entry: Path, home: str, program: str) -> bool:
    try:
        return str((entry / "cwd").readlink()) == home and (entry / "exe").readlink().name.split(" ")[0] == program
    except OSError:  # gone meanwhile, or another user's
        return False


def send(pids: Sequence[int], number: int) -> None:
    """Signal every process of the list that still is there."""
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            continue


def wait_until(condition: Callable[[], bool], seconds: float, every: float = 0.02) -> bool:
    """Whether `condition` came true within `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(every)
    return True


def evict(folder: Path, program: str, patience: float = 5.0) -> None:
    """Wait for what a crashed parent left running in `folder` to end by itself, then end it."""
    if not wait_until(lambda: not occupants(folder, program), patience):
        send(occupants(folder, program), signal.SIGKILL)  # reaches frozen ones too
        wait_until(lambda: not occupants(folder, program), 5)


def tail(log: Path, lines: int = 40) -> str:
    """The last lines of a log, indented, for an error message."""
    if not log.exists():
        return "    (no log)"
    return "\n".join("    " + line for line in log.read_text(errors="replace").splitlines()[-lines:])
