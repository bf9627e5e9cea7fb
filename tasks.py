"""The Huey instance and its tasks: they say *when*; the rooms say *what*.

Huey neither acknowledges nor recovers a task it popped, so nothing depends on one: each wake-up names a row of the outbox, and
the sweep finds the rows whose wake-up was lost. Tasks have the names of the product's specification.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from huey import RedisHuey, crontab
from huey.serializer import SignedSerializer
from redis import ConnectionPool

from campus.api import idempotency
from campus.feed import fanout, scheduled, upkeep
from campus.feed.subscriptions import HANDLERS
from campus.interactions.actions import INTERACTION
from campus.platform import clock, health, outbox, settings
from campus.platform.redis import guarded
from campus.posts.actions import DISTRIBUTE

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

READ_SECONDS = 1  # how long the consumer waits for a task before it looks around
SOCKET_SECONDS = 1.5  # how long a dead Redis may hold up whoever wakes a worker

huey = RedisHuey("photocampus", results=False)


class _Serving:
    app: Flask


def serve(app: Flask) -> None:
    """Give the tasks their application and their Redis, and the outbox its wake-up. Called once, by the composition root."""
    _Serving.app = app
    config = settings.current()
    pool = ConnectionPool.from_url(config.redis_url, socket_connect_timeout=0.2, socket_timeout=SOCKET_SECONDS)
    huey.serializer = SignedSerializer(secret=config.secret_key, salt="photocampus.huey")
    huey.storage_kwargs = {"connection_pool": pool, "read_timeout": READ_SECONDS}
    huey.storage = huey.create_storage()
    outbox.set_waker(wake)


def _drain(kind: str, key: object) -> None:
    with _Serving.app.app_context():
        outbox.drain(HANDLERS, kind=kind, key=key)


@huey.task()
def work(kind: str, key: str) -> None:
    """Do the job of any kind that a commit recorded."""
    _drain(kind, key)


@huey.task()
def distribute_post_to_feeds(post_id: int) -> None:
    """Fan-out on write: make the entries of a post match its audience."""
    _drain(DISTRIBUTE, post_id)


@huey.task()
def refresh_feed_for_user(user_id: int) -> None:
    """Build the entries of one reader."""
    _drain(fanout.REFRESH, user_id)


@huey.task()
def update_feed_for_interaction(user_id: int, post_id: int, interaction_type: str) -> None:
    """Mark a post a reader did something with, and have her next page computed anew."""
    del interaction_type  # the row of the outbox holds it
    _drain(INTERACTION, f"{user_id}:{post_id}")


def wake(kind: str, key: str) -> None:
    """Tell a worker that a job waits. What goes wrong here costs time, never a delivery."""
    tasks: dict[str, Callable[[], Any]] = {
        DISTRIBUTE: lambda: distribute_post_to_feeds(int(key)),
        fanout.REFRESH: lambda: refresh_feed_for_user(int(key)),
        INTERACTION: lambda: update_feed_for_interaction(*map(int, key.split(":")), interaction_type=""),
    }
    guarded(tasks.get(kind, lambda: work(kind, key)), None)


@huey.periodic_task(crontab(hour="3", minute="20"))
def rebuild_inactive_feeds(days: int | None = None) -> None:
    """Nightly: readers away for `days` get no pushes, their entries are rebuilt set-wise."""
    with _Serving.app.app_context():
        days = days or settings.current().feed.inactive_days
        scheduled.run("rebuild_inactive_feeds", lambda: upkeep.rebuild_inactive(days=days, now=clock.now()))


@huey.periodic_task(crontab(hour="4", minute="10"))
def cleanup_old_feeds(days: int | None = None) -> None:
    """Nightly: entries past their retention, finished jobs and old scroll sessions go."""
    with _Serving.app.app_context():
        days = days or settings.current().feed.retention_days
        scheduled.run("cleanup_old_feeds", lambda: upkeep.cleanup(days=days, now=clock.now()))


@huey.periodic_task(crontab(hour="4", minute="40"))
def tidy_up() -> None:
    """Nightly: sessions, links, quota counts and uploads that no longer count go."""
    with _Serving.app.app_context():
        scheduled.run("tidy_up", lambda: scheduled.tidy_up(now=clock.now()))


@huey.periodic_task(crontab(minute="25"))
def forget_answers() -> None:
    """Hourly: the answers kept for repeated requests of programs go after a day."""
    with _Serving.app.app_context():
        scheduled.run("forget_answers", lambda: idempotency.forget_old(now=clock.now()))


@huey.periodic_task(crontab())
def sweep() -> None:
    """Every minute: what was never woken, or whose worker died, and memberships that ended. Its twin is `flask tasks sweep`."""
    with _Serving.app.app_context():
        health.beat(now=clock.now())
        scheduled.sweep(HANDLERS)
