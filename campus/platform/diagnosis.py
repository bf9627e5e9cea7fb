"""The parts the product needs, each with what was found: what `flask doctor` prints."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from sqlalchemy import func, select

from campus.platform import clock, health, settings
from campus.platform.db import session

if TYPE_CHECKING:
    from collections.abc import Callable

SKEW_SECONDS = 60.0
LEAST_FREE = 500_000_000  # bytes


@dataclass(frozen=True)
class Finding:
    """One part: whether it is well, and what was seen."""

    name: str
    ok: bool
    told: str


def examine() -> list[Finding]:
    """Look at every part; none is kept from being looked at by another's failure."""
    checks: dict[str, Callable[[], str]] = {
        "settings": _settings,
        **_parts(),
        "clock": _clock,
        "mail": _mail,
        "disk": _disk,
    }
    return [_finding(name, check) for name, check in checks.items()]


def _finding(name: str, check: Callable[[], str]) -> Finding:
    try:
        return Finding(name, ok=True, told=check())
    except Exception as error:  # noqa: BLE001 - whatever it is, it is the finding
        return Finding(name, ok=False, told=(str(error).partition("\n")[0] or type(error).__name__))


def _parts() -> dict[str, Callable[[], str]]:
    """What `/readyz` asks; the database first, since some of it is known from there alone."""
    found, _ = health.examined()
    unknown = {name: health.NotReady("not known while the database is away") for name in health.JUDGED if name not in found}
    return {name: _as_told(error) for name, error in (found | unknown).items()}


def _as_told(error: Exception | None) -> Callable[[], str]:
    def told() -> str:
        if error is not None:
            raise error
        return "answers"

    return told


def _settings() -> str:
    config = settings.current()
    return f"{config.env}, {config.site_url}, registration {config.registration}"


def _clock() -> str:
    there = session.scalar(select(func.clock_timestamp()))
    skew = abs((clock.now() - there).total_seconds()) if there else SKEW_SECONDS + 1
    if skew > SKEW_SECONDS:
        raise health.NotReady(f"{skew:.0f} s from the database's; expected at most {SKEW_SECONDS:.0f} s")
    return f"{skew:.1f} s from the database's"


def _mail() -> str:
    parts = urlsplit(settings.current().mail_url)
    return f"{parts.scheme} {parts.hostname or parts.path}"


def _disk() -> str:
    free = shutil.disk_usage(settings.current().var).free
    if free < LEAST_FREE:
        raise health.NotReady(f"{free / 1e6:.0f} MB free; expected at least {LEAST_FREE / 1e6:.0f} MB")
    return f"{free / 1e9:.1f} GB free"
