"""Scheduled work, and the record of its last run that the operator sees."""

from __future__ import annotations

import logging
import time
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from campus.accounts.actions import forget_dead_sessions
from campus.accounts.models import OneTimeToken
from campus.audit.acting import acting
from campus.audit.actions import record
from campus.feed.models import TaskDay, TaskRun
from campus.organizations.actions import expire_memberships
from campus.platform import clock, limits, metrics, outbox, schedule
from campus.platform.db import session, transaction
from campus.platform.discretion import cleaned
from campus.platform.outbox import Job, JobState
from campus.posts.files import sweep_uploads

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from campus.platform.outbox import Handler, Lease

log = logging.getLogger(__name__)

RUN_TASK = "run_task"
FAILED = "failed: "  # how the result of a run that failed begins
MOST_TOLD = 500  # characters of a result
LINKS_KEPT = timedelta(days=7)
QUOTAS_KEPT = timedelta(days=7)
UPLOADS_KEPT = timedelta(days=1)  # how long a refused form's photos wait to be sent again
APART = timedelta(seconds=30)  # two runs of one task that are due; the most frequent is due every minute
SWEEP_SECONDS = 1.0  # between two looks at the outbox
SWEEPS_FOR = 30.0  # seconds of a minute


def run(name: str, task: Callable[[], object]) -> None:
    """Run a scheduled task and note when it ran and what came of it; an error is noted and raised."""
    _begin(name)
    _finish(name, task)


def run_due(name: str, task: Callable[[], object]) -> bool:
    """The same, unless a run of it began a moment ago: then two schedulers are at work, by mistake. False if so."""
    with transaction():
        begun = {"started_at": func.clock_timestamp(), "finished_at": None, "result": "running"}
        row = insert(TaskRun).values(name=name, **begun)
        ripe = TaskRun.started_at < func.clock_timestamp() - APART
        claim = row.on_conflict_do_update(index_elements=[TaskRun.name], set_=begun, where=ripe).returning(TaskRun.name)
        if session.scalar(claim) is None:
            return False
    _finish(name, task)
    return True


def _finish(name: str, task: Callable[[], object]) -> None:
    began = time.perf_counter()
    try:
        with acting(f"auto:{name}"):
            result = _words(task())
    except Exception as error:
        metrics.task_ran(name, "failed")
        _end(name, cleaned(f"{FAILED}{type(error).__name__}: {error}")[:MOST_TOLD], time.perf_counter() - began)
        raise
    metrics.task_ran(name, "done")
    _end(name, result[:MOST_TOLD], time.perf_counter() - began)


def _words(result: object) -> str:
    """What came of a run, as it is shown: counts with their names."""
    if isinstance(result, dict):
        return ", ".join(f"{value:,} {name}" for name, value in result.items())
    return f"{result:,}" if isinstance(result, int) else str(result)


def ask_for(name: str) -> None:
    """Have a worker run a task now, once the open transaction commits; asked for twice before it begins, it runs once.

    Raises:
        TaskNotFound: there is no such task.
    """
    task = schedule.named(name)
    with transaction():
        outbox.record(RUN_TASK, task.name, {"name": task.name})
        record("task.run", f"task:{task.name}")


def asked_for() -> set[str]:
    """The names of the tasks that a worker was asked to run and has not begun."""
    waiting = select(Job.key).where(Job.kind == RUN_TASK, Job.state == JobState.READY)
    return set(session.scalars(waiting))


def run_asked(lease: Lease) -> bool:
    """The job behind `ask_for`. Payload: `name`. It is done when the task begins: a long one must not be taken over half-way.

    A failure is told by the task's run, and not tried again: somebody is watching.
    """
    with transaction():
        lease.settle()
    task = schedule.named(str(lease.payload["name"]))
    try:
        run(task.name, task.verb)
    except Exception:
        log.exception("task %s, asked for by hand, failed", task.name)
    return True


def tidy_up(*, now: datetime) -> dict[str, int]:
    """Delete what no longer counts: sessions, one-time links, quota counts, uploads that no post took. Returns counts."""
    with transaction():
        links = session.execute(delete(OneTimeToken).where(OneTimeToken.expires_at < now - LINKS_KEPT))
    return {
        "sessions": forget_dead_sessions(now=now),
        "links": int(links.rowcount),  # type: ignore[attr-defined]  # a DELETE's result has it
        "quota counts": limits.forget_before(now - QUOTAS_KEPT),
        "uploads": sweep_uploads(before=now - UPLOADS_KEPT),
    }


def sweep(handlers: Mapping[str, Handler]) -> int:
    """Do the jobs that are ready or abandoned. Returns how many. Ends after a while: of two workers one is left to wake-ups."""
    return outbox.drain(handlers, seconds=SWEEPS_FOR)


def sweep_forever(handlers: Mapping[str, Handler], *, stopped: Callable[[], bool]) -> None:
    """Sweep until told to stop: recovery that needs PostgreSQL and nothing else."""
    last_expiry = 0.0
    while not stopped():
        if time.monotonic() - last_expiry > 10:  # noqa: PLR2004 - seconds
            expire_memberships(now=clock.now())
            last_expiry = time.monotonic()
        if outbox.drain(handlers, most=100) == 0:
            session.remove()
            time.sleep(SWEEP_SECONDS)


def runs() -> Sequence[TaskRun]:
    """The last run of each scheduled task."""
    return session.scalars(select(TaskRun).order_by(TaskRun.name)).all()


def _begin(name: str) -> None:
    begun = {"started_at": func.clock_timestamp(), "finished_at": None, "result": "running"}
    row = insert(TaskRun).values(name=name, **begun)
    with transaction():
        session.execute(row.on_conflict_do_update(index_elements=[TaskRun.name], set_=begun))


def _end(name: str, result: str, seconds: float) -> None:
    """The outcome of the last run, and one more run of this day."""
    counts = {"runs": 1, "failed": int(result.startswith(FAILED)), "milliseconds": round(seconds * 1000)}
    row = insert(TaskDay).values(name=name, day=clock.now().date(), **counts)
    added = {column: getattr(TaskDay, column) + amount for column, amount in counts.items()}
    done = {"result": result, "finished_at": func.clock_timestamp()}
    with transaction():
        session.execute(update(TaskRun).where(TaskRun.name == name).values(done))
        session.execute(row.on_conflict_do_update(index_elements=[TaskDay.name, TaskDay.day], set_=added))
