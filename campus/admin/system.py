"""What the site runs on, and with which settings; secrets are shown to nobody."""

from __future__ import annotations

import dataclasses
import platform
import re
import shutil
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from alembic.script import ScriptDirectory
from sqlalchemy import text

from campus import quotas
from campus.platform import redis, settings
from campus.platform.db import session
from campus.platform.discretion import HIDDEN, without_secrets

if TYPE_CHECKING:
    from collections.abc import Iterator

SECRET = re.compile(r"secret|password|token|key(?!s?_days)")
NAMED = {"env": "CAMPUS_ENV", "var": "CAMPUS_VAR"}
PARTS = ("Flask", "SQLAlchemy", "psycopg", "huey", "gunicorn", "Pillow")


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting under the name it has in the environment, as it is in force."""

    name: str
    value: str
    secret: bool


@dataclass(frozen=True, slots=True)
class Disk:
    """The disk that holds the site's own data; bytes."""

    free: int
    total: int


def effective() -> list[tuple[str, list[Setting]]]:
    """Every setting, by what it is about, in the order of `docs/settings.md`."""
    current = settings.current()
    sections: list[tuple[str, list[Setting]]] = [("The site and its servers", [])]
    for item in dataclasses.fields(current):
        value = getattr(current, item.name)
        if item.name == "quotas":
            continue
        if dataclasses.is_dataclass(value):
            sections.append((item.name.capitalize(), list(_section(item.name, value))))
        else:
            sections[0][1].append(_setting(NAMED.get(item.name, item.name.upper()), item.name, value))
    limits = [Setting(f"QUOTA_{quota.name.upper()}", f"{quota.limit:,}/{quota.period}", secret=False) for quota in quotas.ALL]
    return [*sections, ("Quotas", limits)]


def _section(prefix: str, values: Any) -> Iterator[Setting]:
    for item in dataclasses.fields(values):
        yield _setting(f"{prefix}_{item.name}".upper(), item.name, getattr(values, item.name))


def _setting(name: str, field: str, value: object) -> Setting:
    told = _told(value)
    if SECRET.search(field):
        return Setting(name, HIDDEN if told else "", secret=True)
    masked = without_secrets(told)
    return Setting(name, masked, secret=masked != told)


def _told(value: object) -> str:
    """As one writes it into the environment."""
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)


def versions() -> list[tuple[str, str]]:
    """What runs here, with its version. One statement, one question to Redis."""
    database = str(session.scalar(text("SELECT current_setting('server_version')")))
    told: dict[Any, Any] = redis.quietly(lambda client: client.info("server"), {})
    memory = f"{told.get('server_name', 'redis').capitalize()} {told.get('valkey_version') or told.get('redis_version')}"
    servers = [("Python", platform.python_version()), ("PostgreSQL", database), ("Redis", memory if told else "away")]
    return servers + [(part, version(part)) for part in PARTS]


def migrations(folder: str) -> tuple[str, str]:
    """The revision the database is at, and the newest there is. One statement."""
    found = session.scalar(text("SELECT version_num FROM alembic_version"))
    return str(found), str(ScriptDirectory(folder).get_current_head())


def disk() -> Disk:
    """Of the folder `CAMPUS_VAR`."""
    usage = shutil.disk_usage(settings.current().var)
    return Disk(usage.free, usage.total)
