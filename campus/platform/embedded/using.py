"""Using the servers of a checkout from any process: those that run, or fresh ones that end with their last user."""

from __future__ import annotations

import atexit
import errno
import socket
import subprocess
import sys
import time
from pathlib import Path

from campus.platform.embedded.endpoints import Endpoints
from campus.platform.embedded.errors import StartFailed
from campus.platform.embedded.hosting import Files, Notice
from campus.platform.embedded.processes import tail, wait_until

ROOT = Path(__file__).resolve().parents[3]
START_SECONDS = 240.0  # longer than the server itself is given
LEAVE_SECONDS = 60.0
GRACE_SECONDS = 0.5


class Use:
    """This process' share in one server; as long as it is held the server is kept."""

    def __init__(self, var: Path, name: str) -> None:
        self._var = var.absolute()
        self._name = name
        self._files = Files(self._var, name)
        self._log = self._files.log.with_name(f"{name}-keeper.log")
        self._keeper: subprocess.Popen[bytes] | None = None

    def begin(self) -> None:
        """Take the share, and start a keeper unless there is a host.

        Raises:
            StartFailed: a keeper that is about to leave did not.
        """
        if not self._files.users.take(shared=True, patience=LEAVE_SECONDS):
            raise StartFailed(f"{self._name} is being stopped and does not end; see {self._files.log}")
        self.ensure_host()

    def notice(self) -> Notice:
        """Where the server is, once it answers.

        Raises:
            StartFailed: it does not start; the message has the end of its log.
        """
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            self.ensure_host()
            notice = self._files.read_notice()
            if notice and _connects(notice.socket):
                return notice
            time.sleep(0.02)
        raise StartFailed(f"{self._name} did not start in time; see {self._files.log}")

    def end(self, *, wait: bool) -> None:
        """Give the share back. Who started the keeper, or is told to, waits for the server's end if this was the last share."""
        self._files.users.release()
        if self._keeper is None and not wait:
            return
        time.sleep(0.15)  # the keeper looks every tenth of a second
        wait_until(lambda: self._is_over() or self._is_used_by_others(), LEAVE_SECONDS)

    def _is_over(self) -> bool:
        ended = self._keeper is None or self._keeper.poll() is not None
        return ended and not self._files.host.is_taken()

    def _is_used_by_others(self) -> bool:
        """Whether the share can be had again for a while: a keeper about to leave would have taken it for itself."""
        deadline = time.monotonic() + GRACE_SECONDS
        while time.monotonic() < deadline:
            if self._is_over() or self._files.users.is_taken():
                return False
            time.sleep(0.05)
        return True

    def ensure_host(self) -> None:
        """Start a keeper unless somebody hosts the server; does not wait for it.

        Raises:
            StartFailed: the keeper that this process started gave up.
        """
        if self._files.host.is_taken():
            return
        if self._keeper is not None and self._keeper.poll() is None:
            return  # it is about to take it
        failed = self._keeper is not None and self._keeper.returncode == 1
        self._keeper = None
        if failed:
            raise StartFailed(f"{self._name} did not start; the end of {self._log}:\n{tail(self._log)}")
        self._keeper = self._start_keeper()

    def _start_keeper(self) -> subprocess.Popen[bytes]:
        self._files.log.parent.mkdir(parents=True, exist_ok=True)
        with self._log.open("ab") as output:
            return subprocess.Popen(  # noqa: S603 - our own module
                [sys.executable, "-m", "campus.platform.embedded.keeper", self._name, str(self._var)],
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )


def _connects(path: str) -> bool:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(1)
        failure = connection.connect_ex(path)
    if failure == errno.EACCES:
        raise StartFailed(
            "The servers of this folder are run by another user: be that user, or set CAMPUS_VAR to a folder of your own."
        )
    return failure == 0


class Shares:
    """What this process uses, until its end."""

    held: dict[tuple[Path, str], Use] = {}  # noqa: RUF012 - one per process, meant to be shared


def attach_or_start(var: Path, *, postgres: bool = True, valkey: bool = True) -> Endpoints:
    """The servers of `var`, for as long as this process lives: attached to, or started if nobody runs them.

    A server whose flag is False is left alone, its URL empty. Asked again, it also brings back a host that was killed meanwhile.

    Raises:
        StartFailed: a server does not start; the message has the end of its log.
    """
    if not Shares.held:
        atexit.register(detach)
    names = [name for name, wanted in (("postgres", postgres), ("valkey", valkey)) if wanted]
    for name in names:  # first all, then waiting: they start at the same time
        if (var, name) not in Shares.held:
            use = Use(var, name)
            use.begin()
            Shares.held[var, name] = use
    urls = {name: Shares.held[var, name].notice().url for name in names}
    return Endpoints(urls.get("postgres", ""), urls.get("valkey", ""))


def mend() -> None:
    """Bring back the keepers of this process' servers, should they have been killed; returns at once.

    Raises:
        StartFailed: a server does not come back; asked again, this tries anew.
    """
    for use in Shares.held.values():
        use.ensure_host()


def detach(*, wait: bool = False) -> None:
    """Give every share back; others keep theirs.

    Waits for the end of servers that this process had started and nobody uses any more; with `wait` of all such servers.
    """
    while Shares.held:
        _, use = Shares.held.popitem()
        use.end(wait=wait)
