"""What is done with jobs that were given up, each act on record."""

from __future__ import annotations

from campus.audit.actions import record
from campus.platform import dead_jobs
from campus.platform.db import transaction
from campus.platform.errors import NotFound


class NoSuchDeadJob(NotFound):
    """No dead job has this number, or no more."""

    title = "No such dead job"

    def __init__(self, job_id: int) -> None:
        super().__init__(f"There is no dead job {job_id}.")


def retry(job_id: int) -> None:
    """Give a dead job a new life: the sweep takes it up within seconds.

    Raises:
        NoSuchDeadJob: there is none of this number.
    """
    with transaction():
        if not dead_jobs.retry(job_id):
            raise NoSuchDeadJob(job_id)
        record("job.retry", f"job:{job_id}")


def retry_all() -> int:
    """Give every dead job a new life. Returns how many."""
    with transaction():
        revived = dead_jobs.retry()
        if revived:
            record("job.retry_all", "jobs", after={"jobs": revived})
    return revived


def discard(job_id: int) -> None:
    """Forget a dead job: what it should have made true stays untrue.

    Raises:
        NoSuchDeadJob: there is none of this number.
    """
    with transaction():
        if not dead_jobs.discard(job_id):
            raise NoSuchDeadJob(job_id)
        record("job.discard", f"job:{job_id}")
