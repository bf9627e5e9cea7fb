"""Scheduled work, and the record of its last run that the operator sees."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from campus.feed.models import TaskRun
from campus.organizations.actions import expire_memberships
from campus.platform import clock, outbox
from campus.platform.db import session, transaction

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from campus.platform.outbox import Lease

SWEEP_SECONDS = 1.0  # between two looks at the outbox


def run(name: str, task: Callable[[], object]) -> None:
    """Run a scheduled task and note when it ran and what came of it; an error is noted and raised."""
    _note(name, result="running", finished=False)
    try:
        result = str(task())
    except Exception as error:
        _note(name, result=f"failed: {type(error).__name__}: {error}"[:500], finished=True)
        raise
    _note(name, result=result, finished=True)


def sweep(handlers: Mapping[str, Callable[[Lease], None]]) -> int:
    """Do every job that is ready or abandoned, and end the memberships whose time has passed. Returns how many jobs."""
    expire_memberships(now=clock.now())
    return outbox.drain(handlers)


def sweep_forever(handlers: Mapping[str, Callable[[Lease], None]], *, stopped: Callable[[], bool]) -> None:
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


def _note(name: str, *, result: str, finished: bool) -> None:
    with transaction():
        if finished:
            done = {"result": result, "finished_at": func.clock_timestamp()}
            session.execute(update(TaskRun).where(TaskRun.name == name).values(done))
            return
        begun = {"started_at": func.clock_timestamp(), "finished_at": None, "result": result}
        row = insert(TaskRun).values(name=name, **begun)
        session.execute(row.on_conflict_do_update(index_elements=[TaskRun.name], set_=begun))
