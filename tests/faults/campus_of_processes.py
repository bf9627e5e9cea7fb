"""A whole installation for storms: its own PostgreSQL and Valkey, a worker and a sweep as processes of their own."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import tempfile
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from flask.testing import FlaskClient

import tasks
from campus.platform import embedded, outbox, redis, settings
from campus.platform.embedded.processes import tail
from tests import servers as test_servers
from tests.faults.replicas import Replica, ask

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Self

    from flask import Flask
    from werkzeug.test import TestResponse

ROOT = Path(__file__).resolve().parents[2]
PYTHON = ("-X", "faulthandler", "-m")
WORKER, SWEEP = "worker", "sweep"
COMMANDS = {
    WORKER: (*PYTHON, "huey.bin.huey_consumer", "app.huey", "-k", "thread", "-w", "2"),
    SWEEP: (*PYTHON, "flask", "tasks", "sweep", "--forever"),
}


class Browser(FlaskClient):
    """Each request has a context of its own, as on a server: in the test's own the viewer of the first one would stay."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        with self.application.app_context():
            return super().open(*args, **kwargs)


class Installation:
    """Everything but the web server, which is the test itself: `app` publishes and wakes as a web process does."""

    replicated: ClassVar[bool] = False

    def __init__(self, **more: str) -> None:
        self._stack = ExitStack()
        self._more = more
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        self.var = Path(tempfile.mkdtemp(prefix="photocampus-storm-"))
        self.var.chmod(0o755)
        self._stack.callback(shutil.rmtree, self.var, ignore_errors=True)

    def __enter__(self) -> Self:
        try:
            self.servers = self._stack.enter_context(embedded.start(self.var, durable=False))
            endpoints = self.servers.endpoints
            chosen = test_servers.settings_for(endpoints, self.var, **self._more)
            self._stack.enter_context(settings.override(chosen))  # what others had comes back at the end
            test_servers.migrate(test_servers.application(endpoints, self.var, **self._more))
            if self.replicated:
                self._replicate()
            self.app: Flask = test_servers.application(endpoints, self.var, **self._more)
            self.app.test_client_class = Browser
            self._stack.callback(test_servers.let_go, self.app)
            self._stack.enter_context(_waking(self.app))
            self._stack.callback(self._kill_all)
            self._stack.enter_context(self.app.app_context())
        except BaseException:
            self._stack.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @property
    def environ(self) -> dict[str, str]:
        """What the processes are told."""
        endpoints = self.servers.endpoints
        return {
            "PATH": "/usr/bin:/bin",
            "CAMPUS_ENV": "test",
            "CAMPUS_VAR": str(self.var),
            "SECRET_KEY": test_servers.SECRET,
            "SITE_URL": "http://localhost",
            "DATABASE_URL": endpoints.database_url,
            "REDIS_URL": endpoints.redis_url,
            **self._more,
        }

    def start(self, name: str, *argv: str, first: Callable[[], None] | None = None) -> None:
        """Start the worker or the sweep; or another program of Python's, by its name and arguments. `first` is done before it."""
        words = [sys.executable, *(argv or COMMANDS[name])]
        with (self.var / f"{name}.log").open("ab") as log:
            child = subprocess.Popen(
                words,
                cwd=ROOT,
                env=self.environ,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=first,  # noqa: PLW1509 - one system call
            )
        self._children[name] = child

    def stop(self, name: str, patience: float = 30.0) -> int:
        """Ask it to end, and wait. Returns its exit status."""
        child = self._children.pop(name)
        child.terminate()
        return child.wait(patience)

    def kill(self, name: str) -> None:
        """End it with SIGKILL; it must have been alive."""
        child = self._children.pop(name)
        assert child.poll() is None, f"{name} had ended by itself:\n{self.log(name)}"
        child.send_signal(signal.SIGKILL)
        assert child.wait(10) == -signal.SIGKILL

    def flask(self, *argv: str) -> subprocess.CompletedProcess[str]:
        """Run an operator's command."""
        command = [sys.executable, "-m", "flask", *argv]
        return subprocess.run(command, cwd=ROOT, env=self.environ, capture_output=True, text=True, check=False, timeout=3600)

    def log(self, name: str) -> str:
        """The end of what it said."""
        return tail(self.var / f"{name}.log")

    def _replicate(self) -> None:
        """Commits are waited for, as on any real primary: how far the log is written says then what is committed."""
        ask(self.servers.postgres, "ALTER DATABASE photocampus SET synchronous_commit = on")
        self.replica = Replica(self.var, self.servers.postgres)
        self._stack.callback(self.replica.stop)
        self.replica.start()
        self._more["DATABASE_REPLICA_URL"] = self.replica.url

    def _kill_all(self) -> None:
        for name in list(self._children):
            child = self._children.pop(name)
            child.kill()
            child.wait()


class Replicated(Installation):
    """The same with a streaming replica, which the application reads from."""

    replicated = True
    replica: Replica


@contextmanager
def _waking(app: Flask) -> Iterator[None]:
    """Wake the workers through Redis, as the composition root has it; and nobody any more afterwards."""
    huey = tasks.huey
    before = huey.serializer, huey.storage_kwargs, huey.storage
    tasks.serve(app)
    try:
        yield
    finally:
        outbox.set_waker(lambda _kind, _key: None)
        huey.serializer, huey.storage_kwargs, huey.storage = before
        redis.forget_failure()
