"""Scheduled tasks: one list makes Huey's tasks, the command and the page; a run by hand is the worker's."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

import tasks as huey_tasks
from campus.audit.models import AuditEntry
from campus.feed import scheduled
from campus.platform import schedule
from campus.platform.db import session
from campus.platform.schedule import Task, TaskNotFound
from campus.schedule import TASKS

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from campus.accounts.models import User

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def task(minute: str = "*", hour: str = "*") -> Task:
    return Task("any", "Anything.", lambda: None, minute=minute, hour=hour)


@pytest.mark.parametrize(
    ("one", "due", "words"),
    [
        (task(), NOON + timedelta(minutes=1), "every minute"),
        (task("*/10"), NOON + timedelta(minutes=10), "every 10 minutes"),
        (task("25"), NOON + timedelta(minutes=25), "hourly, 25 minutes past"),
        (task("0"), NOON + timedelta(hours=1), "hourly, 0 minutes past"),
        (task("10", "4"), NOON + timedelta(hours=16, minutes=10), "daily at 04:10 UTC"),
        (task("0", "12"), NOON + timedelta(days=1), "daily at 12:00 UTC"),
    ],
)
def test_when_a_task_is_due_is_known_and_said(one: Task, due: datetime, words: str) -> None:
    assert (one.next_after(NOON), one.when) == (due, words)


def test_huey_runs_what_the_list_names_and_nothing_else() -> None:
    periodic = {each.__class__.__name__ for each in huey_tasks.huey._registry.periodic_tasks}
    assert periodic == {each.name for each in TASKS}
    for name in ("distribute_post_to_feeds", "refresh_feed_for_user", "update_feed_for_interaction"):
        assert callable(getattr(huey_tasks, name))
    assert [each.name for each in TASKS] == sorted(each.name for each in TASKS)


def test_a_run_by_hand_is_the_workers_and_its_state_is_shown(root: User, client_as: Any, drain: Callable[[], int]) -> None:
    browser = client_as(root)
    assert "has not run yet" in browser.get("/admin/tasks").text
    assert browser.post("/admin/tasks/tidy_up/run").location == "/admin/tasks"
    page = browser.get("/admin/tasks").text
    assert "waits for the worker" in page
    assert 'hx-trigger="every 3s"' in page
    piece = browser.get("/admin/tasks", headers={"HX-Request": "true"})
    assert (piece.status_code, "waits for the worker" in piece.text, "<html" in piece.text) == (200, True, False)
    assert session.scalars(select(AuditEntry.act)).all() == ["task.run"]
    drain()
    page = browser.get("/admin/tasks").text
    assert "quota counts" in page
    assert "hx-trigger" not in page[page.index('id="tasks"') : page.index("tidy_up")]


def test_a_task_that_fails_says_so_and_is_not_tried_again(
    app: Flask, root: User, client_as: Any, drain: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks() -> None:
        raise ValueError("nova@private.example is there already")

    monkeypatch.setattr(schedule._Holder, "tasks", [Task("breaks", "Breaks.", breaks)])
    scheduled.ask_for("breaks")
    assert drain() == 1
    assert drain() == 0
    page = client_as(root).get("/admin/tasks").text
    assert "failed: ValueError: &lt;address&gt; is there already" in page


def test_there_is_no_other_task(app: Flask, root: User, client_as: Any) -> None:
    with pytest.raises(TaskNotFound):
        scheduled.ask_for("nonsense")
    assert client_as(root).post("/admin/tasks/nonsense/run").status_code == 404
    assert app.test_cli_runner().invoke(args=["tasks", "run", "nonsense"]).exit_code == 2


def test_the_page_costs_four_statements(root: User, client_as: Any, count_queries: Any) -> None:
    browser = client_as(root)
    browser.get("/admin/tasks")
    with count_queries() as statements:
        browser.get("/admin/tasks")
    assert len(statements) <= 4
