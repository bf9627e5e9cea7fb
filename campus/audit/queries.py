"""Reading the audit log, and proving that nobody has touched it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from campus.audit import chain
from campus.audit.models import ABOUT, DIGEST, AuditEntry
from campus.platform import replica
from campus.platform.db import session

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from sqlalchemy import Select

STRIDE = 2000  # entries read at a time
FORGOTTEN = "user.erase"  # the act after which the reasons about a person are gone


@dataclass(frozen=True)
class Filter:
    """Which entries: those whose parts are what is given.

    An `act` that ends in a dot stands for all acts of its kind of thing (`user.`); `actors` for several names of one person.
    """

    actor: str | None = None
    actors: tuple[str, ...] = ()
    act: str | None = None
    target: str | None = None
    organization_id: int | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class Broken:
    """An entry that is not as it was written: `seq`, and what is wrong with it."""

    seq: int
    what: str


def listing(wanted: Filter, *, before: int | None = None, limit: int = 50) -> Sequence[AuditEntry]:
    """The newest entries a filter lets through, with numbers below `before`."""
    found = _filtered(wanted).order_by(AuditEntry.seq.desc()).limit(limit)
    if before is not None:
        found = found.where(AuditEntry.seq < before)
    return _found(found)


def everything(wanted: Filter) -> Iterator[AuditEntry]:
    """All entries a filter lets through, the oldest first, in strides: for an export."""
    last = 0
    while True:
        next_ones = _filtered(wanted).where(AuditEntry.seq > last).order_by(AuditEntry.seq).limit(STRIDE)
        some = _found(next_ones)
        if not some:
            return
        yield from some
        last = some[-1].seq
        session.expunge_all()


def _found(which: Select[AuditEntry]) -> Sequence[AuditEntry]:
    return replica.reading(lambda: session.scalars(which).all())


def _filtered(wanted: Filter) -> Select[AuditEntry]:
    found = select(AuditEntry)
    for column, value in ((AuditEntry.actor, wanted.actor), (AuditEntry.target, wanted.target)):
        if value is not None:
            found = found.where(column == value)
    if wanted.actors:
        found = found.where(AuditEntry.actor.in_(wanted.actors))
    if wanted.act is not None:
        of_a_kind = wanted.act.endswith(".")
        found = found.where(AuditEntry.act.startswith(wanted.act, autoescape=True) if of_a_kind else AuditEntry.act == wanted.act)
    if wanted.organization_id is not None:
        found = found.where(AuditEntry.organization_id == wanted.organization_id)
    if wanted.since is not None:
        found = found.where(AuditEntry.at >= wanted.since)
    if wanted.until is not None:
        found = found.where(AuditEntry.at < wanted.until)
    return found


def verify() -> Iterator[Broken]:
    """Everything that is wrong with the log; nothing, if it is as it was written.

    Each entry is sealed again with the seal the one before it has, so that a change is named where it was made. Where seals
    noted outside the database lead beyond the last entry, the tail was cut off. A reason may be gone if the log says that the
    person it was about was erased.
    """
    noted = dict(chain.anchors())
    seq, previous, reasons = 0, chain.FIRST, _Reasons()
    for entry in everything(Filter()):
        if entry.seq != seq + 1:
            yield Broken(seq + 1, f"{entry.seq - seq - 1} entries are missing before number {entry.seq}")
        elif entry.seal != chain.seal(entry, previous):
            yield Broken(entry.seq, "it is not what was written, or does not follow the entry before it")
        elif noted.get(entry.seq, entry.seal) != entry.seal:
            yield Broken(entry.seq, "its seal is not the one noted outside the database")
        if reasons.changed(entry):
            yield Broken(entry.seq, "its reason is not what was written")
        seq, previous = entry.seq, entry.seal
    beyond = max(noted, default=0)
    if beyond > seq:
        yield Broken(seq + 1, f"{beyond - seq} entries are missing at the end: number {beyond} was written once")
    yield from reasons.missing()


class _Reasons:
    """The reasons beside the log, looked at entry by entry: changed, or gone though nobody was forgotten."""

    def __init__(self) -> None:
        self._gone: dict[int, str] = {}
        self._forgotten: set[str] = set()

    def changed(self, entry: AuditEntry) -> bool:
        """Whether the reason of an entry is another than the one that was sealed."""
        if entry.act == FORGOTTEN:
            self._forgotten.add(entry.target)
        if entry.reason is None:
            if DIGEST in entry.after:
                self._gone[entry.seq] = f"user:{entry.after[ABOUT]}"
            return False
        return bool(entry.after.get(DIGEST) != chain.reason_digest(entry.reason.text, entry.reason.salt))

    def missing(self) -> Iterator[Broken]:
        """Entries, of all that were looked at, whose reason nobody had a right to take away."""
        return (Broken(seq, "its reason is gone") for seq, about in self._gone.items() if about not in self._forgotten)
