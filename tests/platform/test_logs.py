"""A request's id follows it into its tasks; and no log line holds what is nobody's business."""

from __future__ import annotations

import json
import logging
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import structlog
from huey.consumer_options import ConsumerConfig
from sqlalchemy import text

import tasks
from campus.platform import logs, mail, outbox, settings
from campus.platform.db import session, transaction
from campus.platform.discretion import cleaned
from campus.platform.outbox import Job
from campus.platform.settings import Env

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pytest

    from campus.accounts.models import User
    from campus.platform.outbox import Lease
    from tests.conftest import Client

ADDRESS = "canary.person@secret-place.example"
TOKEN = "cAnary0Token1Nobody2May3Read4"
WORDS = "a canary sang of private matters"


@contextmanager
def lines(capsys: pytest.CaptureFixture[str]) -> Iterator[list[dict[str, Any]]]:
    """The lines that are logged meanwhile, as in production."""
    found: list[dict[str, Any]] = []
    logs.configure(replace(settings.current(), env=Env.PRODUCTION))
    for logger in (logging.getLogger(name) for name in logging.root.manager.loggerDict if name.startswith("campus")):
        logger.disabled = False  # import-linter, run by another test, silences those that are there
    capsys.readouterr()
    try:
        yield found
    finally:
        found += [json.loads(line) for line in capsys.readouterr().err.splitlines() if line.startswith("{")]
        logs.configure(settings.current())


def test_a_task_that_fails_is_logged_with_its_job_and_the_request_behind_it(
    client_as: Callable[[User], Client], alice: User, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = client_as(alice).post("/posts/new", data={"title": "", "text": "Hello", "audience": "public"})
    assert answer.status_code == 303
    request_id = answer.headers["X-Request-ID"]
    [lease] = outbox.claim(kind="distribute_post")

    def fail(lease: Lease) -> None:
        with transaction():
            outbox.record("follows_from_it", 1)
        raise RuntimeError("no luck")

    with lines(capsys) as told:
        outbox.run(lease, {"distribute_post": fail})
    [line] = [line for line in told if "failed" in line["event"]]
    assert (line["request_id"], line["job"]) == (request_id, lease.id)
    assert "RuntimeError: no luck" in line["exception"]
    assert session.query(Job.request_id).filter(Job.kind == "follows_from_it").scalar() == request_id


def test_a_job_that_no_request_recorded_has_none(client: Client) -> None:
    structlog.contextvars.clear_contextvars()
    with transaction():
        outbox.record("alone", 1)
    [lease] = outbox.claim(kind="alone")
    assert lease.request_id == ""


def write(lease: Lease) -> None:
    with transaction():
        values = {"words": WORDS, "address": ADDRESS}
        session.execute(text("INSERT INTO quota_use VALUES (:words, :address, now(), NULL)"), values)


def misread(lease: Lease) -> None:
    session.execute(text("SELECT CAST(:words AS bigint)"), {"words": WORDS})


def send(lease: Lease) -> None:
    mail.send(mail.Mail(key="k", to=ADDRESS, subject=WORDS, text=WORDS))


def refuse(*_: object) -> None:
    raise OSError(f"{{'{ADDRESS}': (550, b'no such user')}}")


def crash(**_: str) -> str:
    raise RuntimeError(TOKEN)


def test_no_line_holds_words_addresses_or_tokens(
    client: Client, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    handlers = {"write": write, "misread": misread, "send": send}
    with transaction():
        for kind in handlers:
            outbox.record(kind, ADDRESS)
    monkeypatch.setattr(mail, "_to_file", refuse)
    monkeypatch.setitem(client.application.view_functions, "accounts.verify_link", crash)
    monkeypatch.setitem(client.application.config, "PROPAGATE_EXCEPTIONS", False)
    with lines(capsys) as told:
        for lease in outbox.claim(limit=3):
            outbox.run(lease, handlers)
        client.get(f"/verify/{TOKEN}")
        client.post("/login", data={"email": ADDRESS, "password": WORDS})
        client.get(f"/search?q={WORDS}")
    assert len([line for line in told if "exception" in line]) == 4
    kept = [job.last_error for job in session.query(Job)]
    assert len(kept) == 3
    written = "\n".join([*map(json.dumps, told), *map(str, kept)])
    assert [canary for canary in (ADDRESS, TOKEN, WORDS) if canary in written] == []


def test_a_worker_logs_each_event_once(capsys: pytest.CaptureFixture[str]) -> None:
    logger = logging.getLogger("huey")
    level, logger.disabled = logger.level, False  # see `lines`
    with lines(capsys):
        ConsumerConfig().setup_logger(logger)  # as Huey's program does, just before it makes its consumer
        tasks.huey.create_consumer()
        logger.info("a task was done")
        written = capsys.readouterr().err.splitlines()
    logger.setLevel(level)
    assert [json.loads(line)["event"] for line in written] == ["a task was done"]


def test_what_is_dropped_leaves_the_rest() -> None:
    told = 'job 4711 of kind distribute_post failed\n  File "/srv/campus/feed/fanout.py", line 12, in distribute'
    assert cleaned(told) == told
    refused = 'duplicate key value violates unique constraint "uq"\nDETAIL:  Key (address)=(x) exists.\n[SQL: INSERT'
    assert cleaned(refused) == 'duplicate key value violates unique constraint "uq"\n[SQL: INSERT'


def test_the_address_of_a_letter_is_dropped() -> None:
    letter = "Exception on /moderation/letters/6f0d3c1e-9d2b-4a77-8f5e-0b1c2d3e4f50/appeal [POST]"
    assert cleaned(letter) == "Exception on /moderation/letters/<token>/appeal [POST]"


def test_request_ids_are_kept(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        request_id = client.get("/livez").headers["X-Request-ID"]
    assert cleaned(request_id) == request_id
