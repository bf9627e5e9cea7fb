"""`python -m bench [--quick] [--only NAME]… [--json]`: measure, print tables, write `docs/benchmarks.md`."""

from __future__ import annotations

import argparse
import dataclasses
import json
import logging
import os
import sys
import time
from typing import TYPE_CHECKING

import config
from bench import api, fanout, home, scaling, start, upkeep
from bench.report import write
from bench.worlds import Worlds

if TYPE_CHECKING:
    from collections.abc import Callable

    from bench.figures import Table

ROUNDS, QUICK_ROUNDS = 5, 2


def _fanout(worlds: Worlds, rounds: int, say: Callable[[str], None]) -> Table:
    with worlds.crowd():
        return fanout.measure(rounds, say)


def _home(worlds: Worlds, rounds: int, say: Callable[[str], None]) -> Table:
    with worlds.campus() as endpoints:
        return home.measure(worlds, endpoints, rounds, say)


def _api(worlds: Worlds, rounds: int, say: Callable[[str], None]) -> Table:
    with worlds.campus() as endpoints:
        return api.measure(worlds, endpoints, rounds, say)


def _upkeep(worlds: Worlds, rounds: int, say: Callable[[str], None]) -> Table:
    with worlds.campus():
        return upkeep.measure(rounds, say)


def _start(worlds: Worlds, rounds: int, say: Callable[[str], None]) -> Table:
    del worlds  # it makes its own, from nothing
    return start.measure(rounds, say)


BENCHMARKS: dict[str, Callable[[Worlds, int, Callable[[str], None]], Table]] = {
    "fanout": _fanout,
    "home": _home,
    "api": _api,
    "scaling": scaling.measure,
    "upkeep": _upkeep,
    "start": _start,
}


def main() -> None:
    """Run what is asked for. A whole run of every benchmark is what the documentation holds; other runs only print."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="two rounds instead of five")
    parser.add_argument("--only", action="append", choices=BENCHMARKS, metavar="NAME", help=" | ".join(BENCHMARKS))
    parser.add_argument("--json", action="store_true", help="print the tables as JSON")
    asked = parser.parse_args()
    began = time.monotonic()

    def say(what: str) -> None:
        print(f"[{time.monotonic() - began:6.1f} s] {what}", file=sys.stderr, flush=True)

    worlds = Worlds(config.load().var / "bench", say)
    logging.getLogger().setLevel(logging.WARNING)
    try:
        rounds = QUICK_ROUNDS if asked.quick else ROUNDS
        tables = [BENCHMARKS[name](worlds, rounds, say) for name in asked.only or BENCHMARKS]
    finally:
        worlds.stop()
    if asked.json:
        print(json.dumps([dataclasses.asdict(table) for table in tables], indent=2))
    else:
        print("\n\n".join(table.as_text() for table in tables))
    if not asked.quick and not asked.only:
        write(tables, config.ROOT / "docs" / "benchmarks.md", cores=len(os.sched_getaffinity(0)))


if __name__ == "__main__":
    main()
