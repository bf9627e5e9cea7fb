"""From nothing to the first page: `make run` the first and the second time, and the loading of the campus.

The program that `make run` starts, in a data folder of its own: what is installed before is not in it. The first time it makes a
database, migrates it, draws the photos of the small demo and loads it. A campus is loaded with the command of operators.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import tempfile
import time
from typing import TYPE_CHECKING

import config
from bench.figures import Spread, Table
from bench.web import Unexpected, free_port
from campus.platform.embedded.processes import BARE_ENVIRONMENT

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_ROUNDS = 3
UP = "Ctrl-C stops everything"  # the last line that is printed when all is there
GOALS = {"first": 30.0, "again": 10.0, "load": 180.0}


def measure(rounds: int, say: Callable[[str], None]) -> Table:
    """The table of all three."""
    table = Table("From nothing to the first page", ("what", "seconds", "goal"))
    found: dict[str, list[float]] = {name: [] for name in GOALS}
    for number in range(min(rounds, MOST_ROUNDS)):
        say(f"start, the first and the second time, round {number + 1}")
        with tempfile.TemporaryDirectory(prefix="photocampus-bench-") as var:
            found["first"].append(_start(var))
            found["again"].append(_start(var))
    say("loading of the campus")
    with tempfile.TemporaryDirectory(prefix="photocampus-bench-") as var:
        found["load"].append(_load(var))
    told = {
        "first": "`make run`, the first time: database, migrations, demo, all processes",
        "again": "`make run`, again",
        "load": "`flask demo load --size campus`: 20,000 people, 60,000 posts",
    }
    for name, seconds in found.items():
        spread = Spread(tuple(seconds))
        verdict = f"≤ {GOALS[name]:g} s: " + ("yes" if spread.middle <= GOALS[name] else "no")
        table.rows.append((told[name], spread.told(1), verdict))
    return table


def _start(var: str) -> float:
    """Seconds until everything is up; then it is stopped as Ctrl-C stops it."""
    began = time.monotonic()
    program = subprocess.Popen(
        [sys.executable, "app.py"], cwd=config.ROOT, env=_environment(var), stdout=subprocess.PIPE, text=True
    )
    assert program.stdout is not None  # noqa: S101 - for the type checker
    try:
        up = any(line.startswith(UP) for line in program.stdout)
        took = time.monotonic() - began
    finally:
        program.send_signal(signal.SIGINT)
        program.communicate(timeout=60)
    if not up:
        raise Unexpected("the program ended before everything was up")
    return took


def _load(var: str) -> float:
    """Seconds that the command takes on an empty database, its own servers' start and stop included."""
    _flask(var, "db", "upgrade")
    began = time.monotonic()
    _flask(var, "demo", "load", "--size", "campus")
    return time.monotonic() - began


def _flask(var: str, *words: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "flask", *words],
        cwd=config.ROOT,
        env=_environment(var),
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode != 0:
        raise Unexpected(f"flask {' '.join(words)} ended with {done.returncode}:\n{done.stderr[-3000:]}")


def _environment(var: str) -> dict[str, str]:
    return BARE_ENVIRONMENT | {"CAMPUS_VAR": var, "PORT": str(free_port())}
