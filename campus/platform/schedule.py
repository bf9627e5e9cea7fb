"""Scheduled work as data: what is done, when, and in which words. The list itself stands in `campus.schedule`, above the rooms.

Rooms that show tasks or have one run read it here, where the composition root put it: they stand below some of its verbs.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar

from campus.platform.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

EVERY = "*"
MINUTES, HOURS = 60, 24


class TaskNotFound(NotFound):
    """No scheduled task has this name."""


@dataclass(frozen=True)
class Task:
    """One task: `what` it does in a sentence, and the verb that does it and returns what came of it.

    `minute` and `hour` (in UTC) are as in a crontab: `*`, `*/10` or a number. `due` counts what it would do now, if one can.
    """

    name: str
    what: str
    verb: Callable[..., object]
    minute: str = EVERY
    hour: str = EVERY
    due: Callable[[], int] | None = None

    @property
    def when(self) -> str:
        """The times in words."""
        if self.hour != EVERY:
            return f"daily at {int(self.hour):02}:{int(self.minute):02} UTC"
        if self.minute == EVERY:
            return "every minute"
        if self.minute.startswith("*/"):
            return f"every {self.minute[2:]} minutes"
        return f"hourly, {self.minute} minutes past"

    def next_after(self, now: datetime) -> datetime:
        """The first moment after `now` at which it is due."""
        hours, minutes = _numbers(self.hour, HOURS), _numbers(self.minute, MINUTES)
        this_hour = now.replace(minute=0, second=0, microsecond=0)
        due = (
            moment
            for ahead in range(HOURS + 1)
            for minute in minutes
            if (moment := this_hour + timedelta(hours=ahead, minutes=minute)) > now and moment.hour in hours
        )
        return next(due)


def _numbers(written: str, end: int) -> list[int]:
    """What a field of a crontab stands for."""
    if written.startswith("*"):
        return list(range(0, end, int(written[2:] or 1)))
    return [int(written)]


class _Holder:
    tasks: ClassVar[Sequence[Task]] = ()


def set_tasks(tasks: Sequence[Task]) -> None:
    """Have these be the site's tasks. Called once, by the application factory."""
    _Holder.tasks = tasks


def tasks() -> Sequence[Task]:
    """Every scheduled task, by name."""
    return _Holder.tasks


def named(name: str) -> Task:
    """The task of this name.

    Raises:
        TaskNotFound: there is none.
    """
    for task in _Holder.tasks:
        if task.name == name:
            return task
    raise TaskNotFound(f"There is no scheduled task {name!r}.")
