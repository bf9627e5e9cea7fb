"""`/metrics`: what was counted by whichever process, what is asked when it is asked, and for whom."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

import pytest

from campus.feed import scheduled
from campus.moderation import actions
from campus.moderation.kinds import Target, TargetKind
from campus.platform import limits, metrics, outbox, redis, settings
from campus.platform.clock import now
from campus.platform.db import transaction
from campus.platform.outbox import Job, JobState
from campus.quotas import POSTS
from tests import servers as test_servers
from tests.factories import make_post

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from flask import Flask

    from campus.accounts.models import User
    from campus.platform.embedded import Endpoints
    from tests.conftest import Client

ELSEWHERE = {"REMOTE_ADDR": "203.0.113.7"}


def figure(client: Client, sample: str) -> float:
    """The value of one sample, written as Prometheus writes it; 0 if there is none."""
    found = re.search(rf"^{re.escape(sample)} (\S+)$", client.get("/metrics").text, re.MULTILINE)
    return float(found[1]) if found else 0.0


def test_a_request_is_timed_by_its_route_and_not_by_its_address(client: Client, alice: User) -> None:
    sample = 'campus_request_seconds_count{{form="{}",method="GET",route="/u/<handle>",status="{}"}}'
    before = figure(client, sample.format("page", "3xx"))
    client.get(f"/u/{alice.handle}")
    client.get("/u/nobody-by-this-name")
    assert figure(client, sample.format("page", "3xx")) == before + 2
    assert alice.handle not in client.get("/metrics").text


def test_an_address_and_a_method_of_a_visitors_own_make_no_series(client: Client) -> None:
    client.open("/made-up-address-4711", method="BREW")
    told = client.get("/metrics").text
    assert "4711" not in told
    assert "BREW" not in told
    assert 'method="other"' in told


def test_the_feed_is_timed_by_the_way_it_was_read(
    client_as: Callable[[User], Client], alice: User, drain: Callable[[], int]
) -> None:
    browser = client_as(alice)
    ways = {way: f'campus_feed_seconds_count{{path="{way}"}}' for way in ("pull", "cold", "warm")}
    before = {way: figure(browser, sample) for way, sample in ways.items()}
    browser.get("/")  # her first visit: no entries are kept yet
    drain()
    browser.get("/?new=1")
    browser.get("/")
    assert {way: figure(browser, sample) - before[way] for way, sample in ways.items()} == {"pull": 1, "cold": 1, "warm": 1}
    assert figure(browser, 'campus_cache_reads_total{cache="feed:newest",result="hit"}') >= 1


def test_jobs_are_counted_timed_and_shown_as_they_wait(client: Client) -> None:
    done, failed = (f'campus_jobs_total{{kind="test",result="{result}"}}' for result in ("done", "failed"))
    before = figure(client, done), figure(client, failed)
    with transaction() as session:
        outbox.record("test", 1)
        outbox.record("test", 2)
        session.add(Job(kind="test", key="3", payload={}, state=JobState.DEAD))
    assert figure(client, "campus_outbox_pending") == 2
    assert figure(client, 'campus_jobs{state="dead"}') == 1
    outbox.run(outbox.claim()[0], {"test": lambda _lease: None})
    outbox.run(outbox.claim()[0], {})
    assert (figure(client, done), figure(client, failed)) == (before[0] + 1, before[1] + 1)
    assert figure(client, 'campus_job_lag_seconds_count{kind="test"}') == before[0] + 1


def test_sign_ins_that_fail_are_counted(client: Client, alice: User) -> None:
    sample = 'campus_sign_in_failures_total{reason="credentials"}'
    before = figure(client, sample)
    client.post("/login", data={"email": "alice@example.org", "password": "not her password at all"})
    assert figure(client, sample) == before + 1


def test_refusals_runs_and_open_cases_are_counted(app: Flask, client: Client, alice: User) -> None:
    refused, failed = 'campus_quota_refusals_total{quota="posts"}', 'campus_task_runs_total{result="failed",task="test"}'
    before = figure(client, refused), figure(client, failed)
    with transaction():
        for _ in range(POSTS.limit):
            limits.spend(POSTS, alice.id, now=now())
    with pytest.raises(limits.QuotaExceeded), transaction():
        limits.spend(POSTS, alice.id, now=now())
    with pytest.raises(ZeroDivisionError):
        scheduled.run("test", lambda: 1 // 0)
    assert (figure(client, refused), figure(client, failed)) == (before[0] + 1, before[1] + 1)
    waiting = open_cases(client)
    actions.open_case(viewer=None, target=Target(TargetKind.POST, make_post(author=alice).id), now=now())
    assert open_cases(client) == waiting + 1


def open_cases(client: Client) -> float:
    """Those of every kind."""
    samples = re.findall(r"^campus_open_cases(?:{.*})? (\S+)$", client.get("/metrics").text, re.MULTILINE)
    return sum(float(each) for each in samples)


def test_what_other_processes_counted_is_added_and_kept_when_they_end(client: Client) -> None:
    sample = 'campus_mails_total{result="sent"}'
    before = figure(client, sample)
    for _ in range(3):
        child = os.fork()
        if not child:
            metrics.mail_went("sent")
            os._exit(0)
        os.waitpid(child, 0)
    metrics.mail_went("sent")
    assert figure(client, sample) == before + 4
    folder = settings.current().metrics_folder
    assert len(list(folder.glob("counter_*.db"))) == 2  # this process, and those that ended
    assert figure(client, sample) == before + 4


@pytest.mark.parametrize(
    ("asker", "headers", "status"),
    [
        ("127.0.0.1", {}, 200),
        ("::1", {}, 200),
        ("10.1.2.3", {}, 404),  # a neighbour in a data centre
        ("192.168.1.2", {}, 404),
        ("fd00::7", {}, 404),
        ("203.0.113.7", {}, 404),
        ("127.0.0.1", {"X-Forwarded-For": "203.0.113.7"}, 404),  # a proxy nobody told us of
        ("127.0.0.1", {"X-Forwarded-For": "127.0.0.1"}, 404),
        ("127.0.0.1", {"X-Real-IP": "127.0.0.1"}, 404),
        ("127.0.0.1", {"Forwarded": "for=127.0.0.1"}, 404),
        ("127.0.0.1", {"Via": "1.1 proxy"}, 404),
        ("203.0.113.7", {"Authorization": "Bearer guessed"}, 404),
    ],
)
def test_the_metrics_are_not_for_visitors(client: Client, asker: str, headers: dict[str, str], status: int) -> None:
    answer = client.get("/metrics", headers=headers, environ_base={"REMOTE_ADDR": asker})
    assert answer.status_code == status


def test_whoever_says_she_is_near_behind_a_proxy_that_is_counted_is_not(servers: Endpoints, tmp_path: Path) -> None:
    before = settings.current_or_none()
    made = test_servers.application(servers, tmp_path, TRUSTED_PROXIES="1")
    try:
        asked = made.test_client().get("/metrics", headers={"X-Forwarded-For": "127.0.0.1"})
        assert asked.status_code == 404
        assert made.test_client().get("/metrics").status_code == 200
    finally:
        test_servers.let_go(made)
        if before:
            settings.configure(before)


def test_a_token_opens_the_metrics_from_anywhere(client: Client) -> None:
    token = "a-token-for-the-metrics"
    chosen = settings.current()
    with settings.override(type(chosen)(**{**vars(chosen), "metrics_token": token})):
        bearer = {"Authorization": f"Bearer {token}"}
        assert client.get("/metrics", headers=bearer, environ_base=ELSEWHERE).status_code == 200
        assert client.get("/metrics", environ_base={"REMOTE_ADDR": "10.1.2.3"}).status_code == 404
        assert client.get("/metrics").status_code == 200


def test_while_redis_is_away_the_metrics_say_so(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    assert figure(client, 'campus_up{part="redis"}') == 1
    monkeypatch.setattr(redis, "client", lambda: redis.client_of("unix:///nowhere/at/all.sock"))
    assert figure(client, 'campus_up{part="redis"}') == 0
    assert figure(client, 'campus_up{part="database"}') == 1
