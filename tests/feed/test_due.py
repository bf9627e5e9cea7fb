"""Scheduled tasks: two schedulers at work by mistake run what is due once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import TYPE_CHECKING

from sqlalchemy import select, update

from campus.feed.models import TaskRun
from campus.feed.scheduled import APART, run, run_due
from campus.platform.db import session, transaction

if TYPE_CHECKING:
    from flask import Flask


def test_of_schedulers_that_begin_at_once_one_runs_the_task(app: Flask) -> None:
    ran: list[int] = []
    together = Barrier(4)

    def begin(number: int) -> bool:
        with app.app_context():
            together.wait()
            return run_due("a_task", lambda: ran.append(number))

    for times in (1, 2):
        with ThreadPoolExecutor(4) as pool:
            assert sorted(pool.map(begin, range(4))) == [False, False, False, True]
        assert len(ran) == times
        passed(APART + timedelta(seconds=1))


def test_whoever_asks_for_a_run_by_hand_gets_it(app: Flask) -> None:
    ran: list[str] = []
    run_due("a_task", lambda: ran.append("due"))
    run("a_task", lambda: ran.append("asked for"))
    assert not run_due("a_task", lambda: ran.append("due again"))
    assert ran == ["due", "asked for"]
    assert session.scalars(select(TaskRun.result)).all() == ["None"]


def passed(time: timedelta) -> None:
    """So much time has passed."""
    with transaction():
        session.execute(update(TaskRun).values(started_at=TaskRun.started_at - time))
