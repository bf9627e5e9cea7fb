"""Entries of the audit log as people read them: who acted, on what, what it was before and what it is now.

The log knows no people, only `user:7`; here its names are looked up, for a page of entries in at most two statements.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from campus.accounts.models import User
from campus.organizations.models import Organization
from campus.platform.db import session

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from campus.audit.models import AuditEntry

PEOPLE = ("user", "api")
PATHS = {"post": "/posts/{}"}  # the kinds of things whose address is their number


@dataclass(frozen=True, slots=True)
class Named:
    """A thing of the log: `post:12` as it stands there, in words, and where it is; without a place, or gone, no address."""

    raw: str
    words: str
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """One value that an act changed. None: there was, or is, no such value."""

    name: str
    was: str | None
    now: str | None


@dataclass(frozen=True, slots=True)
class Line:
    """One entry to read. `by_token` says that a program acted for the person."""

    seq: int
    at: datetime
    actor: Named
    by_token: bool
    act: str
    target: Named
    organization: Named | None
    changes: tuple[Change, ...]
    request_id: str


def lines(entries: Sequence[AuditEntry]) -> list[Line]:
    """The entries in their order, their people and organizations named."""
    named = _names(entries)
    return [
        Line(
            seq=entry.seq,
            at=entry.at,
            actor=_named(entry.actor, named),
            by_token=entry.actor.startswith("api:"),
            act=entry.act,
            target=_named(entry.target, named),
            organization=_named(f"organization:{entry.organization_id}", named) if entry.organization_id else None,
            changes=changes(entry.before, entry.told),
            request_id=entry.request_id,
        )
        for entry in entries
    ]


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Change, ...]:
    """What differs between the two, and what either of them tells beside that."""
    names = dict.fromkeys((*before, *after))
    return tuple(Change(name, _told(before, name), _told(after, name)) for name in names)


def _told(values: Mapping[str, Any], name: str) -> str | None:
    """A value in words a person reads; what has parts, as JSON."""
    if name not in values:
        return None
    value = values[name]
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None or value == "":
        return "nothing"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _names(entries: Sequence[AuditEntry]) -> dict[str, Named]:
    """Whoever and whatever these entries speak of that has a name, by `kind:id`."""
    told = [_split(text) for entry in entries for text in (entry.actor, entry.target)]
    people = {number for kind, number in told if kind in PEOPLE and number}
    organizations = {number for kind, number in told if kind == "organization" and number}
    organizations |= {entry.organization_id for entry in entries if entry.organization_id}
    return dict(_people(people)) | dict(_organizations(organizations))


def _people(ids: set[int]) -> Iterable[tuple[str, Named]]:
    if not ids:
        return []
    found = session.execute(select(User.id, User.handle, User.name).where(User.id.in_(ids)))
    return [(f"user:{row.id}", Named(f"user:{row.id}", row.name, f"/u/{row.handle}")) for row in found]


def _organizations(ids: set[int]) -> Iterable[tuple[str, Named]]:
    if not ids:
        return []
    found = session.execute(select(Organization.id, Organization.slug, Organization.name).where(Organization.id.in_(ids)))
    return [(f"organization:{row.id}", Named(f"organization:{row.id}", row.name, f"/o/{row.slug}")) for row in found]


def _named(text: str, names: Mapping[str, Named]) -> Named:
    kind, number = _split(text)
    known = names.get(f"user:{number}" if kind in PEOPLE else text)
    if known:
        return Named(text, known.words, known.url)
    path = PATHS.get(kind)
    return Named(text, text, path.format(number) if path and number else None)


def _split(text: str) -> tuple[str, int]:
    """The kind and the number of `kind:number`; 0 for what has none."""
    kind, _, number = text.partition(":")
    return kind, int(number) if number.isascii() and number.isdigit() and len(number) < 19 else 0  # noqa: PLR2004 - of 64 bits
