"""The outbox: jobs that cannot be lost, because they are rows written in the transaction of the fact they follow from.

A job says *what must be true now* ("the entries of post 7 match its audience"), not what happened, so running it twice or late is
harmless. Workers claim a job under a lease with a token; each step commits its work together with the job's cursor, fenced by the
token, so that a worker that lost its lease stops, and the next one goes on where it was. The queue that wakes workers may lose
every message: `sweep` finds the row. Why Redis alone is not enough: Huey neither acknowledges nor recovers what it popped.
"""

from __future__ import annotations

import functools
import logging
import time
import uuid
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar

import structlog
from sqlalchemy import BigInteger, Identity, Index, Interval, Text, Uuid, bindparam, delete, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import Mapped, mapped_column

from campus.platform import clock, metrics, settings
from campus.platform.db import Base, after_commit, choices, session, transaction
from campus.platform.discretion import cleaned
from campus.platform.prepared import Prepared

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sqlalchemy import ColumnElement

    Handler = Callable[["Lease"], bool | None]

log = logging.getLogger(__name__)

MAX_ATTEMPTS = 8


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


class LeaseLost(Exception):
    """Another worker has taken the job over; this one must stop without a trace."""


@dataclass(frozen=True)
class Lease:
    """A claimed job: what to do, how far it is, and the right to go on."""

    id: int
    kind: str
    key: str
    payload: Mapping[str, Any]
    cursor: int
    attempts: int
    token: uuid.UUID
    created_at: datetime
    request_id: str = ""

    def advance(self, cursor: int, delivered: int = 0) -> Lease:
        """Record progress in the open transaction and extend the lease.

        Raises:
            LeaseLost: the lease ran out and was given to another worker.
        """
        _hold(_ADVANCE, self, reached=cursor, more=delivered, lasting=_lease_time())
        metrics.entries_delivered(delivered)
        return replace(self, cursor=cursor)

    def settle(self, cursor: int | None = None, delivered: int = 0) -> Lease:
        """Record the last progress, and that the job is done, in the open transaction. The handler returns True then.

        Raises:
            LeaseLost: the lease ran out and was given to another worker.
        """
        _hold(_SETTLE, self, reached=cursor, more=delivered)
        metrics.entries_delivered(delivered)
        return self if cursor is None else replace(self, cursor=cursor)


class _Waker:
    """Tells workers that a kind of job waits. Null until the composition root hands in a real one."""

    wake: ClassVar[Callable[[str, str], None]] = staticmethod(lambda _kind, _key: None)


def set_waker(wake: Callable[[str, str], None]) -> None:
    """Have `wake(kind, key)` called after each commit that recorded a job."""
    _Waker.wake = staticmethod(wake)


def record(kind: str, key: object, payload: Mapping[str, Any] | None = None) -> None:
    """Write a job in the open transaction; workers are woken when it commits.

    A job of this kind and key that is still ready is joined rather than doubled. The join locks that row until this transaction
    ends, so no worker can claim it before it can see what this transaction changed.
    """
    request = str(structlog.contextvars.get_contextvars().get("request_id", ""))
    row = insert(Job).values(kind=kind, key=str(key), payload=dict(payload or {}), request_id=request)
    joined = row.on_conflict_do_update(
        index_elements=[Job.kind, Job.key],
        index_where=text("state = 'ready'"),
        set_={"run_after": func.now(), "payload": row.excluded.payload, "request_id": row.excluded.request_id},
    )
    session.execute(joined)
    after_commit(lambda: _Waker.wake(kind, str(key)), key=f"wake:{kind}:{key}")


def claim(*, kind: str | None = None, key: object = None, limit: int = 1) -> list[Lease]:
    """Take up to `limit` jobs that are ready, or whose worker let its lease run out, oldest first.

    The commit is not waited for: a claim that a crash of the database forgets is a job that waits, as it did before.
    """
    token = uuid.uuid4()
    asked = {name: value for name, value in (("kind", kind), ("key", key)) if value is not None}
    with transaction():
        found = _claim(*asked).rows(token=token, lasting=_lease_time(), most=limit, **{name: str(asked[name]) for name in asked})
    return [
        Lease(row.id, row.kind, row.key, row.payload, row.cursor, row.attempts, token, row.created_at, row.request_id)
        for row in found
    ]


def run(lease: Lease, handlers: Mapping[str, Handler]) -> bool:
    """Do one claimed job and settle it, if its handler has not. True when it is done.

    A failure is kept on the row and tried again later. Whatever is logged meanwhile carries the job, and the request behind it.
    """
    with structlog.contextvars.bound_contextvars(job=lease.id, request_id=lease.request_id):
        return _run(lease, handlers)


def _run(lease: Lease, handlers: Mapping[str, Handler]) -> bool:
    began = time.perf_counter()
    try:
        if not handlers[lease.kind](lease):
            with transaction():
                lease.settle()
    except LeaseLost:
        log.warning("job %s of kind %s was taken over by another worker", lease.id, lease.kind)
        metrics.job_ended(lease.kind, "lost")
        return False
    except Exception as error:
        log.exception("job %s of kind %s failed", lease.id, lease.kind)
        metrics.job_ended(lease.kind, "dead" if lease.attempts >= MAX_ATTEMPTS else "failed")
        _put_back(lease, error)
        return False
    lag = (clock.now() - lease.created_at).total_seconds()
    metrics.job_done(lease.kind, lag=lag, seconds=time.perf_counter() - began)
    return True


def drain(handlers: Mapping[str, Handler], *, kind: str | None = None, key: object = None, most: int = 1000) -> int:
    """Claim and run jobs until none is left, or `most` were run. Returns how many are done."""
    done = 0
    for _ in range(most):
        leases = claim(kind=kind, key=key)
        if not leases:
            break
        done += run(leases[0], handlers)
    return done


def _put_back(lease: Lease, error: Exception) -> None:
    """Try again after 1, 2, 4 … seconds, at most a minute; after `MAX_ATTEMPTS` the job is dead and waits for a person."""
    dead = lease.attempts >= MAX_ATTEMPTS
    delay = timedelta(seconds=min(60, 2 ** (lease.attempts - 1)))
    values = {
        "state": JobState.DEAD if dead else JobState.RUNNING,  # still running, lease expired: cannot collide with a ready twin
        "lease_until": func.clock_timestamp(),
        "run_after": func.clock_timestamp() + delay,
        "last_error": cleaned(f"{type(error).__name__}: {error}")[:2000],
    }
    try:
        with transaction():
            _fenced(lease, values)
    except LeaseLost:
        log.warning("job %s failed after its lease was lost", lease.id)


def _fenced(lease: Lease, values: dict[str, Any]) -> None:
    """Change the job's row if the lease is still held."""
    done = session.execute(
        _held.values(values), {"job": lease.id, "held": lease.token}, execution_options={"synchronize_session": False}
    )
    if done.rowcount == 0:  # type: ignore[attr-defined]  # an UPDATE's result has it
        raise LeaseLost(lease.id)


def _hold(change: Prepared, lease: Lease, **values: object) -> None:
    """Make a change to the job's row if the lease is still held."""
    if change.count(job=lease.id, held=lease.token, **values) == 0:
        raise LeaseLost(lease.id)


def _claimable() -> ColumnElement[bool]:
    now = func.clock_timestamp()
    abandoned = (Job.state == JobState.RUNNING) & (Job.lease_until <= now)
    return or_(Job.state == JobState.READY, abandoned) & (Job.run_after <= now)


def _lease_time() -> timedelta:
    return timedelta(seconds=settings.current().feed.lease_seconds)


_LEASE_END = func.clock_timestamp() + bindparam("lasting", type_=Interval)
_held = update(Job).where(
    Job.id == bindparam("job", type_=BigInteger),
    Job.lease_token == bindparam("held", type_=Uuid),
    Job.state == JobState.RUNNING,
)
_PROGRESS = {
    "cursor": func.coalesce(bindparam("reached", type_=BigInteger), Job.cursor),
    "delivered": Job.delivered + bindparam("more", type_=BigInteger),
}
_ADVANCE = Prepared(_held.values(lease_until=_LEASE_END, **_PROGRESS))
_SETTLE = Prepared(_held.values(state=JobState.DONE, lease_until=None, finished_at=func.now(), last_error=None, **_PROGRESS))


@functools.cache
def _claim(*by: str) -> Prepared:
    """The claim of any job, or of those with this `kind`, this `key`."""
    found = select(Job.id).where(_claimable(), *(getattr(Job, name) == bindparam(name, type_=Text) for name in by))
    found = found.order_by(Job.run_after, Job.id).limit(bindparam("most", type_=BigInteger))
    # A CTE is computed once. As a sub-select under IN the planner may run it for each row, and claim more than it gives.
    chosen = found.with_for_update(skip_locked=True).cte("chosen").prefix_with("MATERIALIZED")
    taken = {"state": JobState.RUNNING, "lease_token": bindparam("token", type_=Uuid), "lease_until": _LEASE_END}
    unwaited = func.set_config("synchronous_commit", "off", True)  # for this transaction
    return Prepared(
        update(Job)
        .where(Job.id == chosen.c.id)
        .values(attempts=Job.attempts + 1, **taken)
        .returning(Job.id, Job.kind, Job.key, Job.payload, Job.cursor, Job.attempts, Job.created_at, Job.request_id, unwaited)
    )


def pending() -> int:
    """How many jobs are not done: ready, running or waiting for another try."""
    return session.scalar(select(func.count()).where(Job.state.in_([JobState.READY, JobState.RUNNING]))) or 0


def listing(*, states: Sequence[JobState], limit: int = 50) -> Sequence[Job]:
    """The newest jobs in these states, for the operator."""
    return session.scalars(select(Job).where(Job.state.in_(states)).order_by(Job.id.desc()).limit(limit)).all()


def retry_dead() -> int:
    """Give every dead job a new life. Returns how many."""
    revived = update(Job).where(Job.state == JobState.DEAD)
    values = {"state": JobState.RUNNING, "attempts": 0, "run_after": func.now(), "lease_until": func.now()}
    with transaction():
        done = session.execute(revived.values(values), execution_options={"synchronize_session": False})
    return int(done.rowcount)  # type: ignore[attr-defined]


def forget_finished(*, before: datetime) -> int:
    """Delete the rows of jobs finished before a moment. Returns how many."""
    with transaction():
        done = session.execute(delete(Job).where(Job.state == JobState.DONE, Job.finished_at < before))
    return int(done.rowcount)  # type: ignore[attr-defined]
