"""One gunicorn worker, and a browser that asks it one thing after the other and accepts no surprise."""

from __future__ import annotations

import http.client
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import config
from bench import STATEMENTS, worlds
from campus.platform.embedded.processes import BARE_ENVIRONMENT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from campus.platform.embedded import Endpoints

HOST = "127.0.0.1"
PATIENCE = 60.0


class Unexpected(Exception):
    """An answer that makes the figures worthless."""


@dataclass(frozen=True)
class Answer:
    """What came back, how long it took, and how many statements it cost."""

    body: str
    cookie: str
    seconds: float
    statements: int


class Browser:
    """One connection that is kept open."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection(HOST, port, timeout=PATIENCE)

    def get(self, path: str, cookie: str = "", *, fragment: bool = False) -> Answer:
        """Ask for a page.

        Raises:
            Unexpected: the answer is not 200.
        """
        headers = {"Host": "localhost", "Cookie": cookie} | ({"HX-Request": "true"} if fragment else {})
        began = time.perf_counter()
        self._connection.request("GET", path, headers=headers)
        response = self._connection.getresponse()
        body = response.read().decode()
        took = time.perf_counter() - began
        if response.status != http.client.OK:
            raise Unexpected(f"{path} answered {response.status}: {body[:500]}")
        given = (response.getheader("Set-Cookie") or "").partition(";")[0]
        return Answer(body, given, took, int(response.getheader(STATEMENTS) or 0))

    def close(self) -> None:
        """Hang up."""
        self._connection.close()


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
    return port


@contextmanager
def served(endpoints: Endpoints, var: Path) -> Iterator[tuple[int, int]]:
    """The site on a free port of this machine, with the settings of production: (port, pid)."""
    port = free_port()
    argv = ["-c", "python:campus.platform.web_server", "-b", f"{HOST}:{port}", "-w", "1", "bench.site:app"]
    environ = BARE_ENVIRONMENT | worlds.environment(endpoints, var) | worlds.in_production()
    with (var / "web.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", *argv], cwd=config.ROOT, env=environ, stdout=log, stderr=log
        )
    try:
        _await(port, process, var / "web.log")
        yield port, process.pid
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _await(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex((HOST, port)) == 0:
                return
        time.sleep(0.1)
    raise Unexpected(f"the web server did not come up:\n{log.read_text()[-3000:]}")
