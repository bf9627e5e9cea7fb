"""/readyz beside what fails: what works on, and still wants somebody to look."""

from __future__ import annotations

from typing import TYPE_CHECKING

from campus.platform import draining, health
from campus.platform.clock import now
from campus.platform.db import session, transaction
from campus.platform.outbox import Job, JobState

if TYPE_CHECKING:
    import pytest

    from tests.conftest import Client


def test_jobs_that_were_given_up_are_a_warning(client: Client) -> None:
    health.beat(now=now())
    with transaction():
        session.add(Job(kind="distribute_post", key="1", payload={}, state=JobState.DEAD))
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json) == (200, {"ready": True, "failing": [], "warnings": ["jobs"]})


def test_a_node_that_is_about_to_stop_says_so(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(draining, "_NOTE", bytearray(1))
    draining.begin()
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json) == (503, {"ready": False, "failing": ["draining"]})
    assert client.get("/livez").status_code == 200
