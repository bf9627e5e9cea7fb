"""The outbox: a job is a row; leases are lost, fenced, taken over; a later wish joins; a poisoned job dies alone."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select, text, update

from campus.platform import dead_jobs, outbox
from campus.platform.db import session, transaction
from campus.platform.outbox import Job, JobState, Lease, LeaseLost, claim, drain, record, record_all, run
from tests.factories import make_user

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

pytestmark = pytest.mark.usefixtures("app")


def put(kind: str = "copy", key: object = 1, **payload: object) -> None:
    with transaction():
        record(kind, key, payload)


def jobs() -> list[Job]:
    session.expire_all()
    return list(session.scalars(select(Job).order_by(Job.id)))


def elapse() -> None:
    """Let every lease run out, and every delay pass."""
    past = {"lease_until": func.clock_timestamp() - timedelta(seconds=1), "run_after": func.clock_timestamp()}
    with transaction():
        session.execute(
            update(Job).where(Job.state != JobState.DONE).values(past), execution_options={"synchronize_session": False}
        )


@pytest.fixture
def woken() -> Iterator[list[tuple[str, str]]]:
    heard: list[tuple[str, str]] = []
    outbox.set_waker(lambda kind, key: heard.append((kind, key)))
    yield heard
    outbox.set_waker(lambda _kind, _key: None)


def test_a_job_is_claimed_once_run_and_done() -> None:
    put(key=7, post_id=7)
    seen: list[Lease] = []
    assert drain({"copy": seen.append}) == 1
    assert [(lease.kind, lease.key, lease.payload, lease.attempts) for lease in seen] == [("copy", "7", {"post_id": 7}, 1)]
    job = jobs()[0]
    assert (job.state, job.last_error) == (JobState.DONE, None)
    assert job.finished_at is not None
    assert drain({"copy": seen.append}) == 0


def test_a_rolled_back_fact_leaves_no_job(woken: list[tuple[str, str]]) -> None:
    class Mishap(Exception):
        pass

    def record_and_fail() -> None:
        record("copy", 1)
        raise Mishap

    with pytest.raises(Mishap), transaction():
        record_and_fail()
    assert jobs() == []
    assert woken == []


def test_workers_are_woken_once_after_the_commit(woken: list[tuple[str, str]]) -> None:
    with transaction():
        record("copy", 1)
        record("copy", 1)
        record("copy", 2)
        assert woken == []
    assert woken == [("copy", "1"), ("copy", "2")]


def test_a_waker_that_fails_loses_no_job() -> None:
    def broken(_kind: str, _key: str) -> None:
        raise ConnectionError

    outbox.set_waker(broken)
    try:
        put()
    finally:
        outbox.set_waker(lambda _kind, _key: None)
    assert outbox.pending() == 1


def test_a_second_wish_joins_the_first_with_the_newest_payload() -> None:
    put(at=1)
    put(at=2)
    assert [job.payload for job in jobs()] == [{"at": 2}]


def test_a_wish_during_the_work_is_a_job_of_its_own() -> None:
    put(at=1)
    claimed = claim()
    put(at=2)
    assert [job.state for job in jobs()] == [JobState.RUNNING, JobState.READY]
    assert run(claimed[0], {"copy": lambda _lease: None})
    assert outbox.pending() == 1


def test_claims_are_by_kind_and_key_and_oldest_first() -> None:
    put("copy", 1)
    put("erase", 1)
    put("copy", 2)
    assert [lease.key for lease in claim(kind="copy", key=2)] == ["2"]
    assert [(lease.kind, lease.key) for lease in claim()] == [("copy", "1")]
    assert [(lease.kind, lease.key) for lease in claim(limit=5)] == [("erase", "1")]
    assert claim() == []


def test_a_wake_up_does_what_is_ready_and_leaves_what_a_dead_worker_left_to_a_sweep() -> None:
    put("copy", 1)
    [abandoned] = claim()
    elapse()
    done: list[Lease] = []
    assert not outbox.work({"copy": done.append}, kind="copy", key=1)
    put("copy", 1, at=2)
    assert outbox.work({"copy": done.append}, kind="copy", key=1)
    assert [lease.payload for lease in done] == [{"at": 2}]
    [found] = claim()
    assert (found.id, found.attempts) == (abandoned.id, 2)


def test_a_wake_up_looks_at_its_own_job_however_many_wait() -> None:
    looked_at = text("SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relname = 'job'")
    with transaction():
        record_all("copy", {str(number): {} for number in range(3000)})
        session.execute(text("ANALYZE job"))
        before = session.scalars(looked_at).one()
        assert outbox.work({"copy": lambda _lease: None}, kind="copy", key="7")
        assert session.scalars(looked_at).one() - before < 10


@pytest.mark.parametrize("planner", ["hashagg", "hashjoin", "mergejoin", "material"])
def test_a_claim_takes_no_more_than_it_gives_however_it_is_planned(planner: str) -> None:
    with transaction():
        for number in range(50):
            record("count", number)
        for each in {"hashagg", "hashjoin", "mergejoin", "material", "sort"} - {planner}:
            session.execute(text(f"SET LOCAL enable_{each} = off"))
        assert len(claim()) == 1
        running = select(func.count()).where(Job.state == JobState.RUNNING)
        assert session.scalar(running) == 1


def test_a_lease_that_runs_out_is_taken_over_where_it_was() -> None:
    put()
    first = claim()[0]
    with transaction():
        first.advance(cursor=500, delivered=500)
    elapse()
    second = claim()[0]
    assert (second.id, second.cursor, second.attempts) == (first.id, 500, 2)


def test_who_lost_the_lease_stops_without_a_trace() -> None:
    put()
    first = claim()[0]
    elapse()
    second = claim()[0]

    def step(lease: Lease) -> None:
        with transaction():
            make_user()
            lease.advance(cursor=1)

    with pytest.raises(LeaseLost):
        step(first)
    assert run(first, {"copy": step}) is False
    assert jobs()[0].state is JobState.RUNNING
    assert run(second, {"copy": step}) is True
    assert jobs()[0].cursor == 1


def test_progress_extends_the_lease() -> None:
    put()
    lease = claim()[0]
    with transaction():
        session.execute(update(Job).values(lease_until=func.clock_timestamp() + timedelta(seconds=1)))
        lease.advance(cursor=1)
    ends = jobs()[0].lease_until
    assert ends is not None
    assert ends > datetime.now(UTC) + timedelta(seconds=5)  # noqa: TID251 - the server's clock against ours


def test_a_failure_is_kept_and_tried_again_later() -> None:
    def fail(_lease: Lease) -> None:
        raise ValueError("disk full")

    put()
    assert drain({"copy": fail}) == 0
    job = jobs()[0]
    assert (job.state, job.last_error, job.attempts) == (JobState.RUNNING, "ValueError: disk full", 1)
    assert claim() == []
    elapse()
    assert drain({"copy": lambda _lease: None}) == 1


def test_a_job_that_always_fails_dies_and_can_be_revived() -> None:
    def fail(_lease: Lease) -> None:
        raise ValueError

    put()
    for _ in range(outbox.MAX_ATTEMPTS):
        elapse()
        drain({"copy": fail})
    elapse()
    assert claim() == []
    assert outbox.pending() == 0
    assert [job.state for job in outbox.listing(states=[JobState.DEAD])] == [JobState.DEAD]
    assert dead_jobs.retry() == 1
    assert drain({"copy": lambda _lease: None}) == 1


def test_an_unknown_kind_fails_alone() -> None:
    put("nobody_knows", 1)
    put("copy", 1)
    assert drain({"copy": lambda _lease: None}) == 1
    assert "KeyError" in (jobs()[0].last_error or "")


def test_finished_rows_are_forgotten() -> None:
    put(key=1)
    put(key=2)
    drain({"copy": lambda _lease: None}, key=1)
    assert outbox.forget_finished(before=datetime.now(UTC) + timedelta(days=1)) == 1  # noqa: TID251 - the server's clock against ours
    assert [job.key for job in jobs()] == ["2"]


def test_many_workers_share_the_jobs_and_do_each_once(app: Flask) -> None:
    with transaction():
        for key in range(60):
            record("copy", key)
    done: list[str] = []

    def work() -> None:
        with app.app_context():
            drain({"copy": lambda lease: done.append(lease.key)})

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(int, done)) == list(range(60))


def test_a_join_holds_the_row_so_that_no_worker_runs_before_it_can_see_the_change(app: Flask) -> None:
    put(at=1)
    seen: list[int] = []
    joined, claimed = threading.Event(), threading.Event()

    def join_slowly() -> None:
        with app.app_context(), transaction():
            record("copy", 1, {"at": 2})
            joined.set()
            claimed.wait(5)

    joining = threading.Thread(target=join_slowly)
    joining.start()
    assert joined.wait(5)
    assert claim() == []  # passed over, not waited for
    claimed.set()
    joining.join()
    drain({"copy": lambda lease: seen.append(lease.payload["at"])})
    assert seen == [2]
