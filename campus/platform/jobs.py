"""The rows of the outbox, and the statements that move one through its life, each written once."""

from __future__ import annotations

import functools
import uuid
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Identity,
    Index,
    Interval,
    Text,
    Uuid,
    bindparam,
    case,
    func,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from campus.platform.db import Base, choices
from campus.platform.prepared import Prepared

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement


class JobState(StrEnum):
    """Where a job is in its life."""

    READY = "ready"
    RUNNING = "running"
    DONE = "done"
    DEAD = "dead"


class Job(Base):
    """One thing to be made true. At most one is ready per (kind, key); a later wish joins it."""

    __tablename__ = "job"

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    kind: Mapped[str]
    key: Mapped[str]
    payload: Mapped[dict[str, Any]] = mapped_column(JSONB)
    state: Mapped[JobState] = mapped_column(choices(JobState), server_default=JobState.READY)
    cursor: Mapped[int] = mapped_column(server_default="0")
    delivered: Mapped[int] = mapped_column(server_default="0")
    attempts: Mapped[int] = mapped_column(server_default="0")
    run_after: Mapped[datetime] = mapped_column(server_default=func.now())
    lease_until: Mapped[datetime | None]
    lease_token: Mapped[uuid.UUID | None]
    last_error: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    finished_at: Mapped[datetime | None]
    request_id: Mapped[str] = mapped_column(server_default="")

    __table_args__ = (
        Index("uq_job_ready", "kind", "key", unique=True, postgresql_where=text("state = 'ready'")),
        Index("ix_job_open", "run_after", postgresql_where=text("state IN ('ready', 'running')")),
        Index("ix_job_finished", "finished_at", postgresql_where=text("state = 'done'")),
        Index("ix_job_dead", "id", postgresql_where=text("state = 'dead'")),
    )


def _due() -> ColumnElement[bool]:
    return (Job.state == JobState.READY) & (Job.run_after <= func.clock_timestamp())


def _claimable() -> ColumnElement[bool]:
    now = func.clock_timestamp()
    abandoned = (Job.state == JobState.RUNNING) & (Job.lease_until <= now) & (Job.run_after <= now)
    return or_(_due(), abandoned)


_COMMIT = "synchronous_commit"
UNWAITED = func.set_config(_COMMIT, "off", True)
"""A column of a SELECT: the commit of the open transaction will not wait until it is safe on disk; a later one makes it so."""

_UNWAITED = Prepared(select(UNWAITED))
_LEASE_END = func.clock_timestamp() + bindparam("lasting", type_=Interval)
HELD = update(Job).where(
    Job.id == bindparam("job", type_=BigInteger),
    Job.lease_token == bindparam("held", type_=Uuid),
    Job.state == JobState.RUNNING,
)
_PROGRESS = {
    "cursor": func.coalesce(bindparam("reached", type_=BigInteger), Job.cursor),
    "delivered": Job.delivered + bindparam("more", type_=BigInteger),
}
ADVANCE = Prepared(HELD.values(lease_until=_LEASE_END, **_PROGRESS))
SETTLE = Prepared(HELD.values(state=JobState.DONE, lease_until=None, finished_at=func.now(), last_error=None, **_PROGRESS))


def unwaited() -> None:
    """Have `UNWAITED` in the open transaction."""
    _UNWAITED.rows()


@functools.cache
def claim_by(*by: str, woken: bool) -> Prepared:
    """The claim of any job, or of those with this `kind`, this `key`.

    Who was `woken` for a kind and a key takes that which is ready. There is at most one, and an index that knows it, however
    many others wait.
    """
    state = _due() if woken else _claimable()
    found = select(Job.id).where(state, *(getattr(Job, name) == bindparam(name, type_=Text) for name in by))
    oldest_first = () if woken else (Job.run_after, Job.id)
    found = found.order_by(*oldest_first).limit(bindparam("most", type_=BigInteger))
    # A CTE is computed once. As a sub-select under IN the planner may run it for each row, and claim more than it gives.
    chosen = found.with_for_update(skip_locked=True).cte("chosen").prefix_with("MATERIALIZED")
    taken = {"state": JobState.RUNNING, "lease_token": bindparam("token", type_=Uuid), "lease_until": _LEASE_END}
    waiting = case((bindparam("waited", type_=Boolean), func.current_setting(_COMMIT)), else_="off")
    about = (Job.id, Job.kind, Job.key, Job.payload, Job.cursor, Job.attempts, Job.created_at, Job.request_id)
    return Prepared(
        update(Job)
        .where(Job.id == chosen.c.id)
        .values(attempts=Job.attempts + 1, **taken)
        .returning(*about, func.set_config(_COMMIT, waiting, True))
    )
