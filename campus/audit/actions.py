"""Recording an act."""

from __future__ import annotations

import functools
import json
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import structlog
from sqlalchemy import func, select

from campus.audit import chain
from campus.audit.acting import actor
from campus.audit.models import ABOUT, DIGEST, REASON, AuditEntry, AuditReason
from campus.platform import clock
from campus.platform.db import after_commit, session, transaction

if TYPE_CHECKING:
    from collections.abc import Mapping

LOCK = 77_001  # advisory: one entry follows another


@dataclass(frozen=True, slots=True)
class Reason:
    """Why, in somebody's words: kept beside the entry until the person it is `about`, by her id, is forgotten."""

    text: str
    about: int | None


def record(
    act: str,
    target: str,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    organization_id: int | None = None,
) -> AuditEntry:
    """Write an entry in the open transaction: it stands if, and only if, the act does.

    `act` is a verb of a kind of thing (`user.suspend`), `target` the thing (`user:7`); `before` and `after` hold what changed, no
    more: no words of people's, which would outlive them. Why it was done, `after` tells in a `Reason`. Entries are written one
    after the other: a transaction that records waits for the one before it to end.
    """
    values = dict(after or {})
    reason, salt = values.pop(REASON, None), secrets.token_bytes(16)
    if isinstance(reason, Reason):
        values |= {DIGEST: chain.reason_digest(reason.text, salt), ABOUT: reason.about}
    with transaction():
        session.execute(select(func.pg_advisory_xact_lock(LOCK)))
        last = session.execute(select(AuditEntry.seq, AuditEntry.seal).order_by(AuditEntry.seq.desc()).limit(1)).one_or_none()
        entry = AuditEntry(
            seq=last.seq + 1 if last else 1,
            at=clock.now(),
            actor=actor(),
            act=act,
            target=target,
            organization_id=organization_id,
            before=_plain(before),
            after=_plain(values),
            request_id=str(structlog.contextvars.get_contextvars().get("request_id", "")),
        )
        entry.seal = chain.seal(entry, last.seal if last else chain.FIRST)
        session.add(entry)
        if isinstance(reason, Reason):
            session.add(AuditReason(seq=entry.seq, about=reason.about, text=reason.text, salt=salt))
        session.flush()
        after_commit(functools.partial(chain.note, entry.seq, entry.seal), key=f"audit:{entry.seq}")
    return entry


def _plain(values: Mapping[str, Any] | None) -> dict[str, Any]:
    """What the database gives back is what was sealed: text, whole numbers, truth values, nothing, and lists of them."""
    plain: dict[str, Any] = json.loads(json.dumps(dict(values or {}), default=str))
    return plain
