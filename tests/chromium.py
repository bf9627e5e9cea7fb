"""The Chromium the browser tests drive: `python -m tests.chromium` finds or fetches one and prints its path."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from collections.abc import Callable

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FETCH_SECONDS = 300
WHAT_TO_DO = """No Chromium for the browser tests. Any one of these helps:
  - install one: apt-get install chromium (or your system's way), so that one of {names} is on the PATH
  - name one: CHROMIUM=/path/to/chromium make test
  - let Playwright fetch its own, with access to its downloads: .venv/bin/playwright install --with-deps chromium
What was tried:
{tried}"""


class NoChromium(Exception):
    """None was found and none could be fetched; the message says what to do."""


def named() -> Path | None:
    """The one that the variable CHROMIUM names.

    Raises:
        NoChromium: it names something that is not a program: better told than silently replaced.
    """
    name = os.environ.get("CHROMIUM", "")  # noqa: TID251 - a setting of the tests, not of the product
    if not name:
        return None
    if (found := shutil.which(name)) is None:
        raise NoChromium(f"CHROMIUM is {name!r}; expected the path of a Chromium or Chrome")
    return Path(found)


def installed() -> Path | None:
    """The system's own."""
    return next((Path(found) for name in NAMES if (found := shutil.which(name))), None)


def playwrights() -> Path | None:
    """The one that Playwright keeps, if it was fetched."""
    with sync_playwright() as playwright:
        path = Path(playwright.chromium.executable_path)
    return path if path.exists() and _runs(path) else None


def fetched() -> Path | None:
    """Playwright's download."""
    dependencies = ["--with-deps"] if os.geteuid() == 0 else []
    _attempt([sys.executable, "-m", "playwright", "install", *dependencies, "chromium"])
    return playwrights()


def packaged() -> Path | None:
    """The distribution's package, which only root may install."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return None
    _attempt(["apt-get", "update", "--quiet"])
    _attempt(
        ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "install", "--quiet", "--yes", "--no-install-recommends", "chromium"]
    )
    return installed()


WAYS: tuple[Callable[[], Path | None], ...] = (named, installed, playwrights, fetched, packaged)


@cache
def find(ways: tuple[Callable[[], Path | None], ...] = WAYS) -> Path:
    """A Chromium, fetched if need be.

    Raises:
        NoChromium: there is none; the message says what was tried and what to do.
    """
    tried = []
    for way in ways:
        if (found := way()) is not None:
            return found
        tried.append(f"  - {(way.__doc__ or way.__name__).splitlines()[0]}")
    raise NoChromium(WHAT_TO_DO.format(names=", ".join(NAMES), tried="\n".join(tried)))


def _attempt(argv: list[str]) -> None:
    """Run it, its output where a person sees it; whether it helped is seen by what is there afterwards."""
    sys.stderr.write(f"  $ {' '.join(argv)}\n")
    sys.stderr.flush()
    with suppress(subprocess.TimeoutExpired):
        subprocess.run(argv, stdout=sys.stderr, check=False, timeout=FETCH_SECONDS)


def _runs(path: Path) -> bool:
    """Whether the program starts at all: a download without the system's libraries does not."""
    return subprocess.run([path, "--version"], capture_output=True, check=False).returncode == 0


if __name__ == "__main__":
    try:
        sys.stdout.write(f"{find()}\n")
    except NoChromium as problem:
        sys.exit(str(problem))
