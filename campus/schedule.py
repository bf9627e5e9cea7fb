"""The scheduled tasks, all of them: when, what, and the verb. `tasks.py`, `flask tasks` and `/admin/tasks` are made of it."""

from __future__ import annotations

from campus.admin import figures, storage
from campus.api import idempotency
from campus.digest import actions as digest
from campus.digest.queries import how_many_are_due
from campus.feed import scheduled, upkeep
from campus.moderation import actions as moderation
from campus.notifications.actions import forget_old
from campus.organizations.actions import expire_memberships
from campus.platform import clock, health, settings
from campus.platform.schedule import Task
from campus.rights import copies, erasure
from campus.switchboard import HANDLERS


def _rebuild(days: int | None = None) -> int:
    return upkeep.rebuild_inactive(days=days or settings.current().feed.inactive_days, now=clock.now())


def _cleanup(days: int | None = None) -> int:
    return upkeep.cleanup(days=days or settings.current().feed.retention_days, now=clock.now())


def _tidy_up() -> dict[str, int]:
    now = clock.now()
    return scheduled.tidy_up(now=now) | {"notifications": forget_old(now=now), "copies": copies.forget_old(now=now)}


def _sweep() -> int:
    health.beat(now=clock.now())
    return scheduled.sweep(HANDLERS)


TASKS = (
    Task(
        "cleanup_old_feeds",
        "Removes feed entries past their retention, finished jobs and old scroll sessions.",
        _cleanup,
        minute="10",
        hour="4",
    ),
    Task(
        "end_measures",
        "Ends pauses and suspensions whose time has passed, and erases what moderators deleted 30 days ago.",
        lambda: moderation.end_due(now=clock.now()),
        minute="*/5",
    ),
    Task(
        "erase_people",
        "Erases the people whose days of grace are over.",
        lambda: erasure.erase_due(now=clock.now()),
        minute="35",
    ),
    Task(
        "escalate_cases",
        "Hands cases that no moderator took in time to the site's staff.",
        lambda: moderation.escalate_due(now=clock.now()),
        minute="*/5",
    ),
    Task("expire_memberships", "Ends the memberships whose time has passed.", lambda: expire_memberships(now=clock.now())),
    Task(
        "forget_answers",
        "Forgets the answers kept for repeated requests of programs, after a day.",
        lambda: idempotency.forget_old(now=clock.now()),
        minute="25",
    ),
    Task(
        copies.TASK,
        "Makes the copies of their data that people asked for.",
        lambda: copies.make_waiting(now=clock.now),
    ),
    Task(
        "measure_storage",
        "Measures how much room photos take, and counts files of no photo.",
        lambda: storage.measure(now=clock.now()),
        minute="50",
        hour="4",
    ),
    Task(
        "note_figures",
        "Counts sign-ups, posts and the like for the charts of the administrators.",
        lambda: figures.note(now=clock.now()),
        minute="*/10",
    ),
    Task(
        "rebuild_inactive_feeds",
        "Stops pushing to readers who have been away, and brings their feeds up to date.",
        _rebuild,
        minute="20",
        hour="3",
    ),
    Task("sweep", "Says that the worker lives, and does every job whose wake-up was lost or whose worker died.", _sweep),
    Task(
        "tidy_up",
        "Removes sessions, links, quota counts, uploads, read notifications and copies of data that no longer count.",
        _tidy_up,
        minute="40",
        hour="4",
    ),
    Task(
        "weekly_digest",
        "Mails what they missed to people who were not there for a week, once a week.",
        lambda: digest.send_due(now=clock.now()),
        minute="15",
        hour="6",
        due=lambda: how_many_are_due(clock.now()),
    ),
)
