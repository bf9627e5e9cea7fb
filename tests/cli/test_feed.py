"""`flask feed …`, `flask tasks …`, `flask doctor`: sentences, JSON, exit codes, and what they leave unchanged."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import delete, func, insert, select

from campus.accounts.queries import primary_address
from campus.feed.models import FeedEntry, FeedState, FeedStatus
from campus.platform import clock, health, outbox
from campus.platform.db import session, transaction
from campus.platform.outbox import Job, JobState
from tests.factories import make_follow, make_post
from tests.feed.definition import Definition

if TYPE_CHECKING:
    from collections.abc import Callable

    from click.testing import Result
    from flask import Flask

    from campus.accounts.models import User
    from campus.organizations.models import University


@pytest.fixture
def run(app: Flask) -> Callable[..., Result]:
    def command(*arguments: str) -> Result:
        result = app.test_cli_runner().invoke(args=list(arguments))
        session.expire_all()
        return result

    return command


def address(user: User) -> str:
    found = primary_address(user.id)
    assert found is not None
    return found


def entries() -> int:
    return session.scalar(select(func.count()).select_from(FeedEntry)) or 0


def reading(user: User, status: FeedStatus = FeedStatus.READY) -> None:
    with transaction():
        session.execute(insert(FeedState), [{"user_id": user.id, "status": status, "last_read_at": clock.now()}])


def delivered(post_id: int) -> None:
    with transaction():
        outbox.record("distribute_post", post_id, {"post_id": post_id})


CHECKED = {"missing": 0, "extra": 0, "forbidden": 0, "duplicate": 0, "pending": 0}


def test_show_lists_the_feed_in_order_with_scores_and_reasons(
    run: Callable[..., Result], alice: User, bob: User, charlie: User, northbridge: University
) -> None:
    make_follow(follower=alice, target=charlie)
    posts = [make_post(author=charlie), make_post(author=bob, organization=northbridge, audience="organization", like_count=7)]
    rows = json.loads(run("feed", "show", address(alice), "--json").output)
    definition = Definition.load(clock.now())
    expected = {post.id: definition.score(alice.id, post) for post in definition.posts}
    assert [row["id"] for row in rows] == [posts[1].id, posts[0].id]
    assert [row["score"] for row in rows] == pytest.approx([expected[row["id"]] for row in rows], abs=1e-3)
    assert [row["reason"] for row in rows] == ["You are a member of Northbridge University", "You follow Charlie"]


def test_show_refuses_an_unknown_person_and_an_unknown_order(run: Callable[..., Result], alice: User) -> None:
    assert run("feed", "show", "nobody@example.org").exit_code == 1
    assert run("feed", "show", address(alice), "--algorithm", "magic").exit_code == 2


def test_explain_adds_up_and_hides_what_she_may_not_see(run: Callable[..., Result], alice: User, charlie: User) -> None:
    post, hidden = make_post(author=charlie, like_count=3), make_post(author=charlie, audience="only_me")
    answer = json.loads(run("feed", "explain", address(alice), str(post.id), "--json").output)
    assert answer["total"] == pytest.approx(sum(part["points"] for part in answer["parts"]))
    assert run("feed", "explain", address(alice), str(hidden.id)).output == run("feed", "explain", address(alice), "99999").output


def test_check_is_clean_after_delivery_and_finds_each_kind_of_wrong_entry(
    run: Callable[..., Result], alice: User, charlie: User, bob: User, drain: Callable[[], int]
) -> None:
    make_follow(follower=alice, target=charlie)
    reading(alice)
    post = make_post(author=charlie)
    delivered(post.id)
    assert drain() == 1
    assert entries() == 1
    clean = run("feed", "check", "--json")
    assert (clean.exit_code, json.loads(clean.output)) == (0, CHECKED)

    strange, secret = make_post(author=bob), make_post(author=bob, audience="only_me")
    with transaction():
        session.execute(delete(FeedEntry))
        wrong = [{"user_id": alice.id, "post_id": each.id, "published_at": each.published_at} for each in (strange, secret)]
        session.execute(insert(FeedEntry), wrong)
    found = run("feed", "check", "--json")
    assert (found.exit_code, json.loads(found.output)) == (1, CHECKED | {"missing": 1, "extra": 1, "forbidden": 1})

    run("feed", "check", "--fix")
    assert run("feed", "check", "--user", address(alice)).exit_code == 0
    assert entries() == 1


def test_check_counts_pending_jobs(run: Callable[..., Result], charlie: User) -> None:
    delivered(make_post(author=charlie).id)
    assert json.loads(run("feed", "check", "--json").output) == CHECKED | {"pending": 1}
    assert "distribute_post" in run("feed", "jobs").output
    assert run("feed", "jobs", "--run").output == "1 jobs done.\n"
    assert run("feed", "jobs").output == "No such jobs.\n"


def test_check_is_not_content_with_dead_jobs(run: Callable[..., Result]) -> None:
    with transaction():
        session.add(Job(kind="distribute_post", key="1", payload={"post_id": 1}, state=JobState.DEAD, last_error="Boom"))
    found = run("feed", "check", "--json")
    assert (found.exit_code, json.loads(found.stdout)) == (1, CHECKED | {"pending": 1})
    assert "1 of the pending jobs failed for good: flask feed jobs --state dead" in found.stderr


def test_dead_jobs_are_shown_and_revived(run: Callable[..., Result], charlie: User) -> None:
    with transaction():
        session.add(Job(kind="distribute_post", key="1", payload={"post_id": 1}, state=JobState.DEAD, last_error="Boom"))
    assert "Boom" in run("feed", "jobs", "--state", "dead").output
    assert json.loads(run("feed", "jobs", "--retry-dead", "--json").output) == {"revived": 1}
    assert run("feed", "jobs", "--run").output == "1 jobs done.\n"


def test_rebuild_builds_one_reader_and_a_rehearsal_builds_none(run: Callable[..., Result], alice: User, charlie: User) -> None:
    make_follow(follower=alice, target=charlie)
    make_post(author=charlie)
    run("feed", "rebuild", "--user", address(alice), "--dry-run")
    assert entries() == 0
    assert "0 removed, 1 added." in run("feed", "rebuild", "--user", address(alice)).output
    assert entries() == 1


@pytest.mark.parametrize("arguments", [[], ["--all", "--inactive-days", "7"]])
def test_rebuild_wants_exactly_one_choice(run: Callable[..., Result], alice: User, arguments: list[str]) -> None:
    assert run("feed", "rebuild", *arguments).exit_code == 2


def test_cleanup_keeps_the_window(run: Callable[..., Result], alice: User) -> None:
    assert run("feed", "cleanup", "--days", "5").exit_code == 2
    assert json.loads(run("feed", "cleanup", "--json").output) == {"deleted": 0}


def test_tasks_run_and_tell_their_last_run(run: Callable[..., Result], alice: User) -> None:
    assert json.loads(run("tasks", "run", "cleanup_old_feeds", "--dry-run", "--json").output)["done"] is False
    assert "last never" in run("tasks", "status").output
    assert run("tasks", "run", "cleanup_old_feeds").exit_code == 0
    runs = {each["name"]: each for each in json.loads(run("tasks", "status", "--json").output)}
    assert {name: each["result"] for name, each in runs.items() if each["started_at"]} == {"cleanup_old_feeds": "0"}
    assert runs["cleanup_old_feeds"]["when"] == "daily at 04:10 UTC"
    assert run("tasks", "sweep").output == "0 jobs done.\n"


def test_doctor_names_what_fails(run: Callable[..., Result], alice: User) -> None:
    sick = run("doctor", "--json")
    checks: dict[str, Any] = {each["name"]: each["ok"] for each in json.loads(sick.output)["checks"]}
    assert sick.exit_code == 1
    assert [name for name, ok in checks.items() if not ok] == ["worker"]
    health.beat(now=clock.now())
    assert run("doctor").exit_code == 0
