"""Recording an act."""

from __future__ import annotations

import functools
import json
import secrets
from contextlib import contextmanager
from contextvars import ContextVar
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
    from collections.abc import Iterator, Mapping

LOCK = 77_001  # advisory: one entry follows another
_waiting: ContextVar[list[tuple[AuditEntry, AuditReason | None]] | None] = ContextVar("waiting", default=None)


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
    after the other: a transaction that records waits for the one before it to end. So it comes last of all in a transaction, or
    inside `last_of_all()`.
    """
    values = dict(after or {})
    reason, salt = values.pop(REASON, None), secrets.token_bytes(16)
    if isinstance(reason, Reason):
        values |= {DIGEST: chain.reason_digest(reason.text, salt), ABOUT: reason.about}
    with transaction():
        entry = AuditEntry(
            at=clock.now(),
            actor=actor(),
            act=act,
            target=target,
            organization_id=organization_id,
            before=_plain(before),
            after=_plain(values),
            request_id=str(structlog.contextvars.get_contextvars().get("request_id", "")),
        )
        kept = AuditReason(about=reason.about, text=reason.text, salt=salt) if isinstance(reason, Reason) else None
        waiting = _waiting.get()
        if waiting is None:
            _write(entry, kept)
        else:
            waiting.append((entry, kept))
    return entry


@contextmanager
def last_of_all() -> Iterator[None]:
    """What is recorded inside is written when the block ends, in its order; nothing of it, if the block fails.

    For verbs that use others which record, and go on to what somebody may hold who waits to record: neither would ever end. To be
    opened inside the transaction. Until the block ends, an entry has neither number nor seal.
    """
    if _waiting.get() is not None:
        yield
        return
    entries: list[tuple[AuditEntry, AuditReason | None]] = []
    token = _waiting.set(entries)
    try:
        yield
    finally:
        _waiting.reset(token)
    for entry, reason in entries:
        _write(entry, reason)


def _write(entry: AuditEntry, reason: AuditReason | None) -> None:
    """Number and seal it after the entry before, which is waited for."""
    session.execute(select(func.pg_advisory_xact_lock(LOCK)))
    last = session.execute(select(AuditEntry.seq, AuditEntry.seal).order_by(AuditEntry.seq.desc()).limit(1)).one_or_none()
    entry.seq = last.seq + 1 if last else 1
    entry.seal = chain.seal(entry, last.seal if last else chain.FIRST)
    session.add(entry)
    if reason is not None:
        reason.seq = entry.seq
        session.add(reason)
    session.flush()
    after_commit(functools.partial(chain.note, entry.seq, entry.seal), key=f"audit:{entry.seq}")


def _plain(values: Mapping[str, Any] | None) -> dict[str, Any]:
    """What the database gives back is what was sealed: text, whole numbers, truth values, nothing, and lists of them."""
    plain: dict[str, Any] = json.loads(json.dumps(dict(values or {}), default=str))
    return plain
