"""The parts the product needs, each with what was found: what `flask doctor` prints."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from campus.platform import clock, health, mail, settings
from campus.platform.discretion import without_secrets

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

SKEW_SECONDS = 60.0
LEAST_FREE = 500_000_000  # bytes
SECRET_LENGTH, DISTINCT = 32, 10
UNKNOWN = "not known while the database is away"


@dataclass(frozen=True)
class Finding:
    """One part: whether it is well, and what was seen."""

    name: str
    ok: bool
    told: str


def examine() -> list[Finding]:
    """Look at every part; none is kept from being looked at by another's failure."""
    found, seen = health.examined()
    checks: dict[str, Callable[[], str]] = {
        "settings": _settings,
        "secrets": _secrets,
        **_parts(found),
        "clock": lambda: _clock(seen),
        "mail": mail.try_out,
        "disk": _disk,
    }
    return [_finding(name, check) for name, check in checks.items()]


def _finding(name: str, check: Callable[[], str]) -> Finding:
    try:
        return Finding(name, ok=True, told=without_secrets(check()))
    except Exception as error:  # noqa: BLE001 - whatever it is, it is the finding
        return Finding(name, ok=False, told=without_secrets(str(error).partition("\n")[0]) or type(error).__name__)


def _parts(found: Mapping[str, Exception | None]) -> dict[str, Callable[[], str]]:
    """What `/readyz` asks. Some of it is known from the database alone."""
    unknown = {name: health.NotReady(UNKNOWN) for name in health.JUDGED if name not in found}
    return {name: _as_told(error) for name, error in {**found, **unknown}.items()}


def _as_told(error: Exception | None) -> Callable[[], str]:
    def told() -> str:
        if error is not None:
            raise error
        return "answers"

    return told


def _settings() -> str:
    config = settings.current()
    return f"{config.env}, {config.site_url}, registration {config.registration}"


def _secrets() -> str:
    config = settings.current()
    if len(config.secret_key) < SECRET_LENGTH or len(set(config.secret_key)) < DISTINCT:
        raise health.NotReady(f"SECRET_KEY is weak; expected {SECRET_LENGTH} or more random characters")
    log_key = "AUDIT_KEY of its own" if config.audit_key else "the audit log sealed with SECRET_KEY, which must not change then"
    return f"SECRET_KEY of {len(config.secret_key)} characters, {log_key}"


def _clock(seen: health.Seen | None) -> str:
    if seen is None or seen.clock is None:
        raise health.NotReady(UNKNOWN)
    skew = abs((clock.now() - seen.clock).total_seconds())
    if skew > SKEW_SECONDS:
        raise health.NotReady(f"{skew:.0f} s from the database's; expected at most {SKEW_SECONDS:.0f} s")
    return f"{skew:.1f} s from the database's"


def _disk() -> str:
    free = shutil.disk_usage(settings.current().var).free
    if free < LEAST_FREE:
        raise health.NotReady(f"{free / 1e6:.0f} MB free; expected at least {LEAST_FREE / 1e6:.0f} MB")
    return f"{free / 1e9:.1f} GB free"
