"""One run, from the servers to the stop."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from campus.platform import embedded
from campus.platform.embedded.processes import spawn, tail, wait_until
from campus.platform.supervisor.plan import HOST, Command, Plan, port_is_free

if TYPE_CHECKING:
    from collections.abc import Mapping

    from campus.platform.settings import Settings

ROOT = Path(__file__).resolve().parents[3]
LOOK_SECONDS = 0.1
PORT_PATIENCE = 5.0  # what a killed run left closes its port by itself
READY_SECONDS = 90.0
BACKOFF = (1.0, 2.0, 4.0, 8.0, 10.0)
HOPELESS = 3  # failures in a row, of what has never worked
STABLE_SECONDS = 60.0  # who lived that long starts again without waiting longer than the first time


class CannotRun(Exception):
    """`make run` gives up; the message says what to do."""


class Interrupted(Exception):
    """A signal came while something was being started."""


@dataclass
class Child:
    """A command that is kept running."""

    command: Command
    process: subprocess.Popen[bytes]
    started: float
    failures: int = 0
    due: float | None = None  # when it is started again


@dataclass
class Supervisor:
    """The state of one run. All of it happens in the main thread: children die with the thread that started them."""

    settings: Settings
    environ: Mapping[str, str]
    plan: Plan
    signals: list[int] = field(default_factory=list)
    children: list[Child] = field(default_factory=list)

    def run(self) -> None:
        """Everything from the servers to the stop.

        Raises:
            CannotRun: something does not start.
        """
        self._require_port()
        self._start_servers()
        first, *rest = self.plan.children
        self._start(first, gated=True)
        for command in self.plan.preparations:
            self._finish(command)
        self._open_gate(self.children[0])
        self._await_ready(self.children[0])
        for command in rest:  # only now: their imports would take the processor from the one people wait for
            self._start(command)
        self._greet()
        while not self.signals:
            self._look_after()
            time.sleep(LOOK_SECONDS)

    def stop(self) -> None:
        """Stop the children in reverse order, politely; a further signal hurries."""
        if self.signals:
            say("Stopping …")
        asked = len(self.signals)
        for child in reversed(self.children):
            child.process.terminate()
            wait_until(lambda c=child: c.process.poll() is not None or len(self.signals) > max(asked, 1), child.command.patience)  # type: ignore[misc]
            end_group(child.process)
        self.children.clear()
        embedded.detach(wait=True)

    def _require_port(self) -> None:
        if not wait_until(lambda: port_is_free(self.settings.port), PORT_PATIENCE, every=0.2):
            port = self.settings.port
            raise CannotRun(f"Port {port} is in use. Stop what listens there, or choose another: PORT={port + 1} make run")

    def _start_servers(self) -> None:
        begun = time.monotonic()
        wanted = {"postgres": not self.settings.database_url, "valkey": not self.settings.redis_url}
        endpoints = embedded.attach_or_start(self.settings.var, **wanted) if any(wanted.values()) else embedded.Endpoints("", "")
        urls = {
            "DATABASE_URL": self.settings.database_url or endpoints.database_url,
            "REDIS_URL": self.settings.redis_url or endpoints.redis_url,
        }
        self.environ = {**self.environ, **urls, "PYTHONUNBUFFERED": "1"}
        names = " and ".join(name for name, here in (("PostgreSQL", wanted["postgres"]), ("Valkey", wanted["valkey"])) if here)
        if names:
            say(f"{names}: ready ({time.monotonic() - begun:.1f} s)")
        data = self.settings.var / "postgres"
        if wanted["postgres"] and data.is_symlink():
            say(f"  {self.settings.var} is closed to the account PostgreSQL runs as; its data is in {data.resolve().parent}")

    def _start(self, command: Command, *, gated: bool = False) -> None:
        self.children.append(Child(command, self._spawn(command, gated=gated), time.monotonic()))

    def _open_gate(self, child: Child) -> None:
        """End what the child reads before it serves. One that is started again never waits."""
        if child.process.stdin:
            child.process.stdin.close()

    def _finish(self, command: Command) -> None:
        begun = time.monotonic()
        process = self._spawn(command)
        wait_until(lambda: process.poll() is not None or bool(self.signals), float("inf"))
        if self.signals:
            process.terminate()
            wait_until(lambda: process.poll() is not None, command.patience)
            end_group(process)
            raise Interrupted
        if process.returncode:
            log = self._log(command)
            raise CannotRun(f"{command.name}: failed (exit {process.returncode}). The end of {log}:\n{tail(log)}")
        say(f"{command.name.capitalize()}: done ({time.monotonic() - begun:.1f} s)")

    def _await_ready(self, child: Child) -> None:
        begun = time.monotonic()
        deadline = begun + READY_SECONDS
        while not self.plan.is_ready():
            if self.signals:
                raise Interrupted
            if time.monotonic() > deadline or child.failures >= HOPELESS:
                log = self._log(child.command)
                raise CannotRun(f"{child.command.name}: does not come up. The end of {log}:\n{tail(log)}")
            self._look_after()
            time.sleep(LOOK_SECONDS)
        say(f"{child.command.name.capitalize()}: answers ({time.monotonic() - begun:.1f} s)")

    def _greet(self) -> None:
        say(f"\n  PhotoCampus is at http://{HOST}:{self.settings.port}\n")
        if self.plan.greeting and self.plan.greeting.exists():
            say(self.plan.greeting.read_text().rstrip() + "\n")
        say(f"Ctrl-C stops everything. Logs are in {self.settings.var / 'log'}")

    def _look_after(self) -> None:
        """Start again what died, each after its pause."""
        try:
            embedded.mend()
        except embedded.StartFailed as error:
            say(str(error))
        for child in self.children:
            now = time.monotonic()
            if child.due is not None and now >= child.due:
                child.process, child.started, child.due = self._spawn(child.command), now, None
            elif child.due is None and child.process.poll() is not None:
                self._bury(child, now)

    def _bury(self, child: Child, now: float) -> None:
        end_group(child.process)
        child.failures = 0 if now - child.started > STABLE_SECONDS else child.failures + 1
        pause = BACKOFF[min(max(child.failures - 1, 0), len(BACKOFF) - 1)]
        child.due = now + pause
        how = f"exit {child.process.returncode}" if child.process.returncode >= 0 else f"signal {-child.process.returncode}"
        say(f"{child.command.name}: ended by itself ({how}); starting it again in {pause:.0f} s. See {self._log(child.command)}")

    def _spawn(self, command: Command, *, gated: bool = False) -> subprocess.Popen[bytes]:
        stdin = subprocess.PIPE if gated else subprocess.DEVNULL
        with self._log(command).open("ab") as output:
            return spawn(command.argv, output=output, environ=self.environ, cwd=ROOT, stdin=stdin)

    def _log(self, command: Command) -> Path:
        return self.settings.var / "log" / f"{command.name.replace(' ', '-')}.log"


def end_group(process: subprocess.Popen[bytes]) -> None:
    """End what is left of a child and of what it started."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def say(line: str) -> None:
    """Tell the operator; a terminal that is gone is no reason to stop short."""
    try:
        print(line, flush=True)  # noqa: T201 - this is a command's output
    except OSError:
        return
