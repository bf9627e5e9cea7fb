"""`make run`: everything starts in order, stops on request, and nothing outlives it."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from http.client import HTTPConnection
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from campus.platform.embedded.processes import send, wait_until
from tests.platform.process_tree import descendants, described, living

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

STAND_IN = Path(__file__).with_name("stand_in.py")
ROOT = Path(__file__).resolve().parents[2]


class Run:
    """One `make run` with stand-in commands, its output in a file."""

    def __init__(self, var: Path, port: int, *modes: str) -> None:
        self.output = var.parent / f"output-{time.monotonic_ns()}"
        self.port = port
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, STAND_IN, str(var), str(port), *modes],
                stdout=output,
                stderr=subprocess.STDOUT,
                env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)},
            )

    @property
    def text(self) -> str:
        return self.output.read_text()

    def says(self, words: str, seconds: float = 40) -> bool:
        return (
            wait_until(lambda: words in self.text or self.process.poll() is not None, seconds, every=0.05) and words in self.text
        )

    def is_up(self) -> bool:
        return self.says("Ctrl-C stops everything")

    def children(self) -> set[int]:
        return descendants(self.process.pid)

    def end(self, number: int = signal.SIGTERM, seconds: float = 20) -> int:
        self.process.send_signal(number)
        return self.process.wait(seconds)

    def get(self) -> bytes:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=5)
        connection.request("GET", "/livez")
        with connection.getresponse() as answer:
            body = answer.read()
        connection.close()
        return body


@pytest.fixture
def var() -> Iterator[Path]:
    """A data folder that every account may walk to, unlike pytest's own."""
    folder = Path(tempfile.mkdtemp(prefix="run-"))
    folder.chmod(0o755)
    yield folder / "var"
    assert wait_until(lambda: is_removed(folder), 10, every=0.2)


def is_removed(folder: Path) -> bool:
    """What ended just now may still have been removing a file of its own."""
    shutil.rmtree(folder, ignore_errors=True)
    return not folder.exists()


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def start(var: Path, port: int) -> Iterator[Callable[..., Run]]:
    runs: list[Run] = []

    def begin(*modes: str) -> Run:
        runs.append(Run(var, port, *modes))
        return runs[-1]

    yield begin
    for run in runs:
        left = run.children()
        run.process.kill()
        run.process.wait()
        assert wait_until(lambda pids=left: not living(pids), 20)  # type: ignore[misc]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_every_child_and_the_exit_is_clean(start: Callable[..., Run], number: int) -> None:
    run = start()
    assert run.is_up(), run.text
    assert run.get() == b"alive"
    assert "hello from given://" in run.text
    assert wait_until(lambda: len(run.children()) == 5, 10)  # gunicorn and its two workers, the worker, the sweep
    children = run.children()
    assert run.end(number) == 0
    assert not living(children)
    assert "Stopping" in run.text


def test_the_web_server_loads_beside_the_preparations_but_serves_after_them(start: Callable[..., Run]) -> None:
    """The preparation itself looks whether anybody answers, and fails if so."""
    run = start("slow")
    assert run.is_up(), run.text
    assert run.text.index("Prepare: done") < run.text.index("Web: answers")
    assert run.get() == b"alive"
    assert run.end() == 0


@pytest.mark.faults
def test_nothing_outlives_a_killed_supervisor_and_the_next_run_recovers(start: Callable[..., Run], var: Path) -> None:
    first = start("embedded")
    assert first.is_up(), first.text
    children = first.children()
    assert len(children) > 10  # two keepers, PostgreSQL's helpers, Valkey, and the five above
    first.end(signal.SIGKILL)
    assert wait_until(lambda: not living(children), 20)  # nobody else uses the servers; who came at once would take them over
    second = start("embedded")
    assert second.is_up(), second.text
    children = second.children()
    assert second.end() == 0
    assert not living(children)
    assert not list((var / "run").glob("*.json"))


@pytest.mark.faults
def test_a_child_that_is_killed_comes_back(start: Callable[..., Run]) -> None:
    run = start()
    assert run.is_up(), run.text
    before = run.children()
    send(sorted(before), signal.SIGKILL)
    assert wait_until(lambda: len(run.children() - before) == 5, 20)
    assert "web: ended by itself (signal 9); starting it again in 1 s" in run.text
    assert run.end() == 0


@pytest.mark.faults
def test_killed_servers_and_keepers_come_back(start: Callable[..., Run]) -> None:
    run = start("embedded")
    assert run.is_up(), run.text
    before = run.children()
    servers = {pid for pid, words in described(before).items() if "embedded.keeper" in words or is_server(words)}
    assert len(servers) > 5
    send(sorted(servers), signal.SIGKILL)

    def is_back() -> bool:
        fresh = described(run.children() - before).values()
        return sum("embedded.keeper" in words for words in fresh) == 2 and sum(is_server(words) for words in fresh) > 5

    assert wait_until(is_back, 30, every=0.2)
    assert living(before - servers) == before - servers  # the others never noticed
    assert run.end() == 0


def is_server(words: str) -> bool:
    return words.startswith("postgres:") or "bin/postgres" in words or "valkey-server" in words


def test_a_dying_child_is_tried_again_after_growing_pauses(start: Callable[..., Run]) -> None:
    run = start("dying")
    assert run.says("sweep: ended by itself (exit 3); starting it again in 2 s"), run.text
    assert run.is_up()
    assert run.end() == 0


def test_a_web_server_that_never_comes_up_ends_the_run(start: Callable[..., Run]) -> None:
    run = start("broken")
    assert run.process.wait(40) == 1
    assert "web: does not come up" in run.text
    assert "no_such_application" in run.text


def test_a_failing_preparation_ends_the_run_with_its_reason(start: Callable[..., Run]) -> None:
    run = start("failing")
    assert run.process.wait(20) == 1
    assert "prepare: failed (exit 1)" in run.text
    assert "no such table" in run.text


def test_a_second_run_in_the_same_checkout_is_refused(start: Callable[..., Run]) -> None:
    first = start()
    assert first.says("Web: answers"), first.text
    second = start()
    assert second.process.wait(20) == 1
    assert "already runs in this checkout" in second.text
    assert first.end() == 0


def test_a_port_in_use_is_named_with_the_way_out(start: Callable[..., Run], port: int) -> None:
    with socket.create_server(("127.0.0.1", port)):
        run = start()
        assert run.process.wait(20) == 1
    assert f"Port {port} is in use" in run.text
    assert f"PORT={port + 1} make run" in run.text


def test_a_second_signal_hurries(start: Callable[..., Run]) -> None:
    run = start("deaf")
    assert run.is_up(), run.text
    children = run.children()
    run.process.terminate()
    time.sleep(1)
    assert run.process.poll() is None
    assert run.end(seconds=10) == 0
    assert not living(children)
