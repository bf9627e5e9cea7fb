"""Jobs of the outbox that failed too often to be tried again by themselves: a person looks, and decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select, update

from campus.platform.db import session, transaction
from campus.platform.outbox import Job, JobState

if TYPE_CHECKING:
    from collections.abc import Sequence


def listing(*, before: int | None = None, limit: int = 30) -> Sequence[Job]:
    """Jobs that were given up, the newest first, with ids below `before`."""
    found = select(Job).where(Job.state == JobState.DEAD, *([] if before is None else [Job.id < before]))
    return session.scalars(found.order_by(Job.id.desc()).limit(limit)).all()


def retry(job_id: int | None = None) -> int:
    """Give a dead job a new life, or every one. Returns how many."""
    revived = update(Job).where(Job.state == JobState.DEAD, *([] if job_id is None else [Job.id == job_id]))
    values = {"state": JobState.RUNNING, "attempts": 0, "run_after": func.now(), "lease_until": func.now()}
    with transaction():
        done = session.execute(revived.values(values), execution_options={"synchronize_session": False})
    return int(done.rowcount)  # type: ignore[attr-defined]


def discard(job_id: int) -> bool:
    """Forget a dead job: what it should have made true stays untrue. False if there is none of this number."""
    gone = delete(Job).where(Job.id == job_id, Job.state == JobState.DEAD).returning(Job.id)
    with transaction():
        return session.scalar(gone, execution_options={"synchronize_session": False}) is not None
