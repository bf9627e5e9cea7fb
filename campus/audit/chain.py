"""Seals: each a keyed hash of an entry and of the seal before it (HMAC-SHA-256, RFC 2104), noted outside the database."""

from __future__ import annotations

import hmac
import json
import os
from datetime import UTC
from typing import TYPE_CHECKING

from campus.platform import settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from campus.audit.models import AuditEntry

FIRST = bytes(32)  # what the first entry is chained to
PURPOSE = b"photocampus audit log"


def seal(entry: AuditEntry, previous: bytes) -> bytes:
    """The seal of an entry that follows the one with the seal `previous`; 32 bytes."""
    told = [
        entry.seq,
        entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        entry.actor,
        entry.act,
        entry.target,
        entry.organization_id,
        entry.before,
        entry.after,
        entry.request_id,
    ]
    text = json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hmac.digest(_key(), previous + text.encode(), "sha256")


def reason_digest(reason: str, salt: bytes) -> str:
    """What an entry holds of a reason that is kept beside it; in hexadecimal."""
    return hmac.digest(salt, reason.encode(), "sha256").hex()


def _key() -> bytes:
    """The key of this log alone: it does not change with the sessions' secret if `AUDIT_KEY` is set."""
    current = settings.current()
    return hmac.digest((current.audit_key or current.secret_key).encode(), PURPOSE, "sha256")


def anchors_file() -> Path:
    """Where seals are noted: a line each, `seq seal`. Copy it to another machine to be safe from this one's administrator."""
    return settings.current().var / "audit" / "anchors"


def note(seq: int, sealed: bytes) -> None:
    """Note a committed entry's seal outside the database; the line is on disk when this returns."""
    path = anchors_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(handle, f"{seq} {sealed.hex()}\n".encode())
        os.fsync(handle)
    finally:
        os.close(handle)


def anchors() -> Iterator[tuple[int, bytes]]:
    """Every seal noted outside the database. A line that a crash cut short is no line."""
    path = anchors_file()
    if not path.exists():
        return
    with path.open(encoding="ascii", errors="replace") as lines:
        for line in lines:
            seq, _, sealed = line.rstrip("\n").partition(" ")
            if line.endswith("\n") and seq.isdigit() and len(sealed) == 64:  # noqa: PLR2004 - 32 bytes in hexadecimal
                yield int(seq), bytes.fromhex(sealed)
