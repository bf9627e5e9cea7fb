"""Quotas: how often somebody may do something in a minute, an hour, a day.

The count is a row in PostgreSQL, raised by one statement in the transaction of the thing it pays for: exact under concurrency,
given back by a rollback, and untouched by whatever happens to Redis. A period is one of the calendar in UTC, so that its end can
be named. (Counting rows and inserting afterwards let 23 to 36 through of 20; counting in Redis forgets at a restart.)
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import Index, delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from campus.platform import metrics, settings
from campus.platform.db import Base, session, transaction
from campus.platform.errors import CampusError

if TYPE_CHECKING:
    from collections.abc import Sequence

WARN_FROM = 0.8


class Period(StrEnum):
    """The span a quota counts in."""

    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"

    @property
    def length(self) -> timedelta:
        """How long it is."""
        return {Period.MINUTE: timedelta(minutes=1), Period.HOUR: timedelta(hours=1), Period.DAY: timedelta(days=1)}[self]

    def start(self, now: datetime) -> datetime:
        """The beginning of the period that `now` (in UTC) lies in."""
        whole = now.replace(second=0, microsecond=0)
        if self is not Period.MINUTE:
            whole = whole.replace(minute=0)
        return whole.replace(hour=0) if self is Period.DAY else whole


@dataclass(frozen=True, slots=True)
class Quota:
    """`default_limit` times in each `period`, unless the settings name another number."""

    name: str
    default_limit: int
    default_period: Period

    @property
    def limit(self) -> int:
        """How often."""
        named = settings.current().quotas.get(self.name)
        return int(named.partition("/")[0]) if named else self.default_limit

    @property
    def period(self) -> Period:
        """In which span."""
        named = settings.current().quotas.get(self.name)
        return Period(named.partition("/")[2]) if named else self.default_period


class QuotaUse(Base):
    """How much of one quota one subject (a user's id, an address) has used in one period."""

    __tablename__ = "quota_use"

    subject: Mapped[str] = mapped_column(primary_key=True)
    quota: Mapped[str] = mapped_column(primary_key=True)
    period_start: Mapped[datetime] = mapped_column(primary_key=True)
    used: Mapped[int] = mapped_column()

    __table_args__ = (Index("ix_quota_use_period_start", "period_start"),)


@dataclass(frozen=True, slots=True)
class Usage:
    """What is used of a quota, and when it begins anew."""

    quota: Quota
    used: int
    limit: int
    resets_at: datetime

    @property
    def left(self) -> int:
        """How many remain."""
        return max(0, self.limit - self.used)

    @property
    def warn(self) -> bool:
        """Whether to say so before it hurts: from 80 %."""
        return self.used >= WARN_FROM * self.limit


class QuotaExceeded(CampusError):
    """The quota of this period is used up."""

    status = 429
    title = "That was a lot"

    def __init__(self, quota: Quota, *, used: int, limit: int, resets_at: datetime) -> None:
        self.sentence = f"The limit of {limit} {quota.name.replace('_', ' ')} per {quota.period} is reached."
        super().__init__(f"{self.sentence} The next one is possible at {resets_at:%H:%M} UTC.")
        self.quota = quota
        self.used = used
        self.limit = limit
        self.resets_at = resets_at


def spend(quota: Quota, subject: int | str, *, now: datetime, amount: int = 1) -> Usage:
    """Use `amount` of the quota, in the open transaction: its rollback gives it back.

    Others who spend from the same quota of the same subject wait until this transaction ends.

    Raises:
        QuotaExceeded: that would be more than the limit; nothing is used.
    """
    limit, start = quota.limit, quota.period.start(now)
    resets_at = start + quota.period.length
    row = insert(QuotaUse).values(subject=str(subject), quota=quota.name, period_start=start, used=amount)
    raised = row.on_conflict_do_update(
        index_elements=[QuotaUse.subject, QuotaUse.quota, QuotaUse.period_start],
        set_={"used": QuotaUse.used + amount},
        where=QuotaUse.used + amount <= limit,
    ).returning(QuotaUse.used)
    used = session.scalar(raised) if amount <= limit else None
    if used is None:
        metrics.quota_refused(quota.name)
        raise QuotaExceeded(quota, used=usage(quota, subject, now=now).used, limit=limit, resets_at=resets_at)
    return Usage(quota, used, limit, resets_at)


def give_back(quota: Quota, subject: int | str, *, now: datetime, amount: int = 1) -> None:
    """Undo a `spend` of this period, in the open transaction: for what was paid before it was known to be free."""
    paid = (QuotaUse.subject == str(subject), QuotaUse.quota == quota.name, QuotaUse.period_start == quota.period.start(now))
    given = update(QuotaUse).where(*paid, QuotaUse.used >= amount).values(used=QuotaUse.used - amount)
    session.execute(given, execution_options={"synchronize_session": False})


def usage(quota: Quota, subject: int | str, *, now: datetime) -> Usage:
    """What the subject has used in the period of `now`."""
    start = quota.period.start(now)
    mine = select(QuotaUse.used).where(
        QuotaUse.subject == str(subject), QuotaUse.quota == quota.name, QuotaUse.period_start == start
    )
    return Usage(quota, session.scalar(mine) or 0, quota.limit, start + quota.period.length)


def usages(quotas: Sequence[Quota], subject: int | str, *, now: datetime) -> list[Usage]:
    """What the subject has used of several quotas, each in its own period. One statement."""
    starts = {quota.name: quota.period.start(now) for quota in quotas}
    mine = select(QuotaUse.quota, QuotaUse.period_start, QuotaUse.used).where(
        QuotaUse.subject == str(subject), QuotaUse.quota.in_(starts), QuotaUse.period_start.in_(set(starts.values()))
    )
    used = {(row.quota, row.period_start): row.used for row in session.execute(mine)}
    return [
        Usage(quota, used.get((quota.name, starts[quota.name]), 0), quota.limit, starts[quota.name] + quota.period.length)
        for quota in quotas
    ]


def require_left(quota: Quota, subject: int | str, *, now: datetime) -> None:
    """Refuse when nothing is left, without using any: for attempts of which only the failed ones count.

    Raises:
        QuotaExceeded: nothing is left.
    """
    mine = usage(quota, subject, now=now)
    if mine.left == 0:
        metrics.quota_refused(quota.name)
        raise QuotaExceeded(quota, used=mine.used, limit=mine.limit, resets_at=mine.resets_at)


def forget_before(moment: datetime) -> int:
    """Delete the counts of periods that began before a moment. Returns how many."""
    with transaction():
        done = session.execute(delete(QuotaUse).where(QuotaUse.period_start < moment))
    return int(done.rowcount)  # type: ignore[attr-defined]  # a DELETE's result has it
