"""Named reads for the admin pages: tasks and the pulse of the site. What people did is counted in `figures`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from campus.admin.jobs import NoSuchDeadJob
from campus.feed import scheduled
from campus.platform import health, schedule
from campus.platform.db import session
from campus.platform.outbox import Job, JobState
from campus.posts.actions import DISTRIBUTE

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime, timedelta

    from campus.feed.models import TaskRun
    from campus.platform.schedule import Task


@dataclass(frozen=True, slots=True)
class TaskView:
    """A scheduled task as it stands: `state` is waiting, running, done, failed or new."""

    task: Task
    state: str
    started_at: datetime | None
    took: timedelta | None
    result: str
    next_at: datetime


@dataclass(frozen=True, slots=True)
class Pulse:
    """How the machinery is right now. `lag` is how long the oldest distribution has waited; None if none waits."""

    open_jobs: int
    dead_jobs: int
    lag: timedelta | None
    worker_seen_at: datetime | None
    worker_lives: bool


def tasks(*, now: datetime) -> Sequence[TaskView]:
    """Every scheduled task, by name. Two statements."""
    runs, asked = {run.name: run for run in scheduled.runs()}, scheduled.asked_for()
    return [_task(task, runs.get(task.name), task.name in asked, now) for task in schedule.tasks()]


def _task(task: Task, run: TaskRun | None, asked: bool, now: datetime) -> TaskView:  # noqa: FBT001 - a fact
    took = run.finished_at - run.started_at if run and run.finished_at else None
    state = "waiting" if asked else _state(run)
    return TaskView(task, state, run.started_at if run else None, took, run.result if run else "", task.next_after(now))


def _state(run: TaskRun | None) -> str:
    if run is None:
        return "new"
    if run.finished_at is None:
        return "running"
    return "failed" if run.result.startswith(scheduled.FAILED) else "done"


def pulse(*, now: datetime) -> Pulse:
    """Jobs, the feed's lag and the worker's last sign of life. Three statements, each by an index."""
    is_open = Job.state.in_([JobState.READY, JobState.RUNNING])
    counted = select(func.count(), func.min(Job.created_at).filter(Job.kind == DISTRIBUTE)).where(is_open)
    row = session.execute(counted).one()
    oldest: datetime | None = row[1]
    seen = session.scalar(select(health.Heartbeat.beat_at).where(health.Heartbeat.name == health.WORKER))
    lives = seen is not None and now - seen <= health.SILENCE
    return Pulse(row[0], health.dead_jobs(), None if oldest is None else now - oldest, seen, lives)


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many jobs of one kind are open, and since when the oldest is."""

    kind: str
    jobs: int
    since: datetime


def waiting(*, now: datetime) -> list[Waiting]:
    """Open jobs by kind, the longest waiting first. One statement, by the index of open jobs."""
    is_open = Job.state.in_([JobState.READY, JobState.RUNNING])
    oldest = func.min(Job.created_at)
    rows = select(Job.kind, func.count(), oldest).where(is_open, Job.created_at <= now).group_by(Job.kind).order_by(oldest)
    return [Waiting(*row) for row in session.execute(rows)]


def dead_job(job_id: int) -> Job:
    """A job that was given up.

    Raises:
        NoSuchDeadJob: there is none of this number.
    """
    found = session.scalar(select(Job).where(Job.id == job_id, Job.state == JobState.DEAD))
    if found is None:
        raise NoSuchDeadJob(job_id)
    return found
