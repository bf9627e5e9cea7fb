"""gunicorn's settings that are not a matter of the machine: loaded by `-c python:campus.platform.web_server`."""

from __future__ import annotations

import signal
from typing import Protocol

from campus.platform.embedded.processes import die_with

worker_class = "gthread"
threads = 8
preload_app = True  # loaded once, then forked: nothing connects before it is asked something
graceful_timeout = 10
control_socket_disable = True  # several instances would share one
accesslog = None  # the application logs its requests itself, with their ids


class Arbiter(Protocol):
    """What is used of gunicorn's own, which has no types."""

    pid: int


def post_fork(server: Arbiter, worker: object) -> None:
    """A worker ends with the arbiter, however that ends: it would hold the port of the next one."""
    del worker
    die_with(server.pid, signal.SIGKILL)
