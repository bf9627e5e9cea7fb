"""The outbox: jobs that cannot be lost, because they are rows written in the transaction of the fact they follow from.

A job says *what must be true now* ("the entries of post 7 match its audience"), not what happened, so running it twice or late is
harmless. Workers claim a job under a lease with a token; each step commits its work together with the job's cursor, fenced by the
token, so that a worker that lost its lease stops, and the next one goes on where it was. What takes an instant is done in the
transaction that claims it: a worker that dies leaves the row as it was. The queue that wakes workers may lose every message:
`sweep` finds the row. Why Redis alone is not enough: Huey neither acknowledges nor recovers what it popped.
"""

from __future__ import annotations

import logging
import math
import time
import uuid
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar

import structlog
from sqlalchemy import delete, func, select, text
from sqlalchemy.dialects.postgresql import insert

from campus.platform import clock, metrics, settings
from campus.platform.db import after_commit, session, transaction
from campus.platform.discretion import cleaned
from campus.platform.jobs import ADVANCE, HELD, SETTLE, Job, JobState, claim_by, unwaited

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from campus.platform.prepared import Prepared

    Handler = Callable[["Lease"], bool | None]

__all__ = [
    "MAX_ATTEMPTS",
    "Brief",
    "Job",
    "JobState",
    "Lease",
    "LeaseLost",
    "claim",
    "drain",
    "forget_finished",
    "listing",
    "pending",
    "record",
    "record_all",
    "run",
    "set_waker",
    "work",
]

log = logging.getLogger(__name__)

MAX_ATTEMPTS = 8


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
        _hold(ADVANCE, self, reached=cursor, more=delivered, lasting=_lease_time())
        metrics.entries_delivered(delivered)
        return replace(self, cursor=cursor)

    def settle(self, cursor: int | None = None, delivered: int = 0) -> Lease:
        """Record the last progress, and that the job is done, in the open transaction. The handler returns True then.

        Raises:
            LeaseLost: the lease ran out and was given to another worker.
        """
        _hold(SETTLE, self, reached=cursor, more=delivered)
        metrics.entries_delivered(delivered)
        return self if cursor is None else replace(self, cursor=cursor)


@dataclass(frozen=True)
class Brief:
    """A handler that does its small jobs at once: in the open transaction that claimed them.

    `at_once` returns True when the job is done and settled; False, having changed nothing, when it takes longer than others, who
    may want to join it, should wait. Then the claim is committed, and `handler` does it under the lease.
    """

    handler: Handler
    at_once: Callable[[Lease], bool]

    def __call__(self, lease: Lease) -> bool | None:
        """Do the job under its lease."""
        return self.handler(lease)


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


def record_all(kind: str, payloads: Mapping[str, Mapping[str, Any]]) -> None:
    """Write many jobs of a kind in the open transaction, by key, each as `record` does. Nobody is woken: the sweep finds them."""
    if payloads:
        row = insert(Job).values([{"kind": kind, "key": key, "payload": dict(told)} for key, told in payloads.items()])
        joined = row.on_conflict_do_update(
            index_elements=[Job.kind, Job.key],
            index_where=text("state = 'ready'"),
            set_={"run_after": func.now(), "payload": row.excluded.payload},
        )
        session.execute(joined)


def claim(*, kind: str | None = None, key: object = None, limit: int = 1) -> list[Lease]:
    """Take up to `limit` jobs that are ready, or whose worker let its lease run out, oldest first.

    The commit is not waited for: a claim that a crash of the database forgets is a job that waits, as it did before.
    """
    with transaction():
        return _take(kind, key, limit, waited=False)


def _take(kind: str | None, key: object, limit: int, *, waited: bool, woken: bool = False) -> list[Lease]:
    """Claim in the open transaction. Unless `waited`, its commit will not wait until it is safe on disk."""
    token = uuid.uuid4()
    asked = {name: str(value) for name, value in (("kind", kind), ("key", key)) if value is not None}
    found = claim_by(*asked, woken=woken).rows(token=token, lasting=_lease_time(), most=limit, waited=waited, **asked)
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
    _count_done(lease, began)
    return True


def _count_done(lease: Lease, began: float) -> None:
    lag = (clock.now() - lease.created_at).total_seconds()
    metrics.job_done(lease.kind, lag=lag, seconds=time.perf_counter() - began)


def drain(
    handlers: Mapping[str, Handler], *, kind: str | None = None, key: object = None, most: int = 1000, seconds: float = math.inf
) -> int:
    """Claim and run jobs until none is left, `most` were run or the time is over. Returns how many are done."""
    done, end = 0, time.monotonic() + seconds
    for _ in range(most):
        if time.monotonic() > end or not (leases := claim(kind=kind, key=key)):
            break
        done += run(leases[0], handlers)
    return done


def work(handlers: Mapping[str, Handler], *, kind: str, key: object) -> bool:
    """Do the job a wake-up is about, if it still waits; at once, if its handler can. True when it is done.

    What a dead worker left is for a sweep. Whatever goes wrong at once will go wrong again under a lease, where it is counted and
    kept.
    """
    handler = handlers[kind]
    began = time.perf_counter()
    if not isinstance(handler, Brief):
        with transaction():
            lease = next(iter(_take(kind, key, 1, waited=False, woken=True)), None)
        return lease is not None and run(lease, handlers)
    try:
        with transaction():
            lease = next(iter(_take(kind, key, 1, waited=True, woken=True)), None)
            if lease is None:
                return False
            with structlog.contextvars.bound_contextvars(job=lease.id, request_id=lease.request_id):
                done = handler.at_once(lease)
            if not done:
                unwaited()
    except Exception:
        log.info("a job of kind %s was not done at once", kind, exc_info=True)
        return drain(handlers, kind=kind, key=key, most=1) == 1
    if done:
        _count_done(lease, began)
    return done or run(lease, handlers)


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
        HELD.values(values), {"job": lease.id, "held": lease.token}, execution_options={"synchronize_session": False}
    )
    if done.rowcount == 0:  # type: ignore[attr-defined]  # an UPDATE's result has it
        raise LeaseLost(lease.id)


def _hold(change: Prepared, lease: Lease, **values: object) -> None:
    """Make a change to the job's row if the lease is still held."""
    if change.count(job=lease.id, held=lease.token, **values) == 0:
        raise LeaseLost(lease.id)


def _lease_time() -> timedelta:
    return timedelta(seconds=settings.current().feed.lease_seconds)


def pending() -> int:
    """How many jobs are not done: ready, running or waiting for another try."""
    return session.scalar(select(func.count()).where(Job.state.in_([JobState.READY, JobState.RUNNING]))) or 0


def listing(*, states: Sequence[JobState], limit: int = 50) -> Sequence[Job]:
    """The newest jobs in these states, for the operator."""
    return session.scalars(select(Job).where(Job.state.in_(states)).order_by(Job.id.desc()).limit(limit)).all()


def forget_finished(*, before: datetime) -> int:
    """Delete the rows of jobs finished before a moment. Returns how many."""
    with transaction():
        done = session.execute(delete(Job).where(Job.state == JobState.DONE, Job.finished_at < before))
    return int(done.rowcount)  # type: ignore[attr-defined]
