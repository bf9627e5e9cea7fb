"""gunicorn's settings that are not a matter of the machine: loaded by `-c python:campus.platform.web_server`."""

from __future__ import annotations

import signal
import sys
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from campus.platform import draining
from campus.platform.embedded.processes import die_with
from campus.platform.supervisor.plan import WAITING

if TYPE_CHECKING:
    from types import FrameType

worker_class = "gthread"
threads = 8
preload_app = True  # loaded once, then forked: nothing connects before it is asked something
graceful_timeout = 10
control_socket_disable = True  # several instances would share one
accesslog = None  # the application logs its requests itself, with their ids


class Arbiter(Protocol):
    """What is used of gunicorn's own, which has no types."""

    pid: int
    cfg: Any

    def signal(self, sig: int, frame: FrameType | None) -> None:
        """Have a signal handled."""


def on_starting(server: Arbiter) -> None:
    """The application is loaded, nothing listens yet. Under `make run` wait until what it needs is there, too."""
    if WAITING.partition("=")[0] in server.cfg.env:
        sys.stdin.read()


def when_ready(server: Arbiter) -> None:
    """Told to stop, say so for a while and go on serving, if the settings want it. A second SIGTERM hurries."""
    if draining.allowed():
        signal.signal(signal.SIGTERM, partial(_drain, server))
        signal.signal(signal.SIGALRM, lambda _number, frame: server.signal(signal.SIGTERM, frame))


def _drain(server: Arbiter, number: int, frame: FrameType | None) -> None:
    if draining.begun():
        server.signal(number, frame)
        return
    draining.begin()
    signal.setitimer(signal.ITIMER_REAL, draining.allowed())


def post_fork(server: Arbiter, worker: object) -> None:
    """A worker ends with the arbiter, however that ends: it would hold the port of the next one."""
    del worker
    die_with(server.pid, signal.SIGKILL)
