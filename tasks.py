"""The Huey instance and its tasks: they say *when*; the rooms say *what*.

Huey neither acknowledges nor recovers a task it popped, so nothing depends on one: each wake-up names a row of the outbox, and
the sweep finds the rows whose wake-up was lost. Tasks have the names of the product's specification; the scheduled ones are
made from the list in `campus.schedule`.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from huey import RedisHuey, crontab
from huey.serializer import SignedSerializer

from campus.feed import fanout, scheduled
from campus.interactions.actions import INTERACTION
from campus.platform import logs, outbox, pulse, settings
from campus.platform.redis import guarded
from campus.platform.redis_pool import pool_for
from campus.posts.actions import DISTRIBUTE
from campus.schedule import TASKS
from campus.switchboard import HANDLERS

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from huey.consumer import Consumer

    from campus.platform import schedule

READ_SECONDS = 1  # how long the consumer waits for a task before it looks around
SOCKET_SECONDS = 1.5  # how long a dead Redis may hold up whoever wakes a worker

BY_NAME = {task.name: task for task in TASKS}


class Queue(RedisHuey):  # type: ignore[misc]  # Huey has no types
    """The queue of wake-ups."""

    def create_consumer(self, **options: Any) -> Consumer:
        """The consumer that Huey's program runs, which has given its logger a handler for plain lines just before."""
        logs.take_over("huey")
        return super().create_consumer(**options)


huey = Queue("photocampus", results=False)


class _Serving:
    app: Flask


def serve(app: Flask) -> None:
    """Give the tasks their application and their Redis, and the outbox its wake-up. Called once, by the composition root."""
    _Serving.app = app
    config = settings.current()
    pool = pool_for(config.redis_url, answer_seconds=SOCKET_SECONDS)
    huey.serializer = SignedSerializer(secret=config.secret_key, salt="photocampus.huey")
    huey.storage_kwargs = {"connection_pool": pool, "read_timeout": READ_SECONDS}
    huey.storage = huey.create_storage()
    outbox.set_waker(wake)


@huey.on_startup()
def feel_the_pulse() -> None:
    """The consumer has begun: readiness knows from now on, and the moment it ends."""
    pulse.start()


def _work(kind: str, key: object) -> None:
    with _Serving.app.app_context():
        outbox.work(HANDLERS, kind=kind, key=key)


@huey.task()
def work(kind: str, key: str) -> None:
    """Do the job of any kind that a commit recorded."""
    _work(kind, key)


@huey.task()
def distribute_post_to_feeds(post_id: int) -> None:
    """Fan-out on write: make the entries of a post match its audience."""
    _work(DISTRIBUTE, post_id)


@huey.task()
def refresh_feed_for_user(user_id: int) -> None:
    """Build the entries of one reader."""
    _work(fanout.REFRESH, user_id)


@huey.task()
def update_feed_for_interaction(user_id: int, post_id: int, interaction_type: str) -> None:
    """Mark a post a reader did something with, and have her next page computed anew."""
    del interaction_type  # the row of the outbox holds it
    _work(INTERACTION, f"{user_id}:{post_id}")


def wake(kind: str, key: str) -> None:
    """Tell a worker that a job waits. What goes wrong here costs time, never a delivery."""
    tasks: dict[str, Callable[[], Any]] = {
        DISTRIBUTE: lambda: distribute_post_to_feeds(int(key)),
        fanout.REFRESH: lambda: refresh_feed_for_user(int(key)),
        INTERACTION: lambda: update_feed_for_interaction(*map(int, key.split(":")), interaction_type=""),
    }
    guarded(tasks.get(kind, lambda: work(kind, key)), None)


def _run(task: schedule.Task, **options: Any) -> None:
    with _Serving.app.app_context():
        scheduled.run_due(task.name, lambda: task.verb(**options))


def _scheduled(function: Callable[..., None]) -> Any:
    """A task that Huey begins at the times the list gives it."""
    task = BY_NAME[function.__name__]
    return huey.periodic_task(crontab(minute=task.minute, hour=task.hour), name=task.name)(function)


@_scheduled
def rebuild_inactive_feeds(days: int | None = None) -> None:
    """Nightly: readers away for `days` get no pushes, their entries are rebuilt set-wise."""
    _run(BY_NAME["rebuild_inactive_feeds"], days=days)


@_scheduled
def cleanup_old_feeds(days: int | None = None) -> None:
    """Nightly: entries past their retention, finished jobs and old scroll sessions go."""
    _run(BY_NAME["cleanup_old_feeds"], days=days)


for _task in BY_NAME.values():
    if _task.name not in globals():
        _begin = functools.partial(_run, _task)
        huey.periodic_task(crontab(minute=_task.minute, hour=_task.hour), name=_task.name)(_begin)
