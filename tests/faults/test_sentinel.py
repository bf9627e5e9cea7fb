"""Redis by sentinels: the primary dies, pages and posts go on, and the one that is elected serves without a restart."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from campus.feed.models import FeedEntry, FeedState, FeedStatus
from campus.platform import cache, clock, outbox, redis
from campus.platform.db import session, transaction
from campus.platform.embedded.processes import wait_until
from campus.platform.limits import Period, Quota, QuotaExceeded
from campus.platform.rates import throttle
from campus.switchboard import HANDLERS
from tests.factories import make_follow, make_user
from tests.faults.campus_of_processes import COMMANDS, WORKER, Installation
from tests.faults.sentinels import watched
from tests.signing_in import put_session

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.faults

PAIR = Quota("pair", 2, Period.MINUTE)
PATIENCE = 30.0  # seconds: a process starts on a busy machine


class Campus:
    """Somebody who posts, somebody who follows and reads; a worker that wake-ups alone move, and no sweep."""

    def __init__(self, site: Installation) -> None:
        self.site = site
        site.start(WORKER, *COMMANDS[WORKER], "--no-periodic")
        with transaction():
            author, reader = make_user(), make_user()
            make_follow(follower=reader, target=author)
            session.add(FeedState(user_id=reader.id, status=FeedStatus.READY, last_read_at=clock.now()))
        self.writing, self.reading = site.app.test_client(), site.app.test_client()
        put_session(self.writing, author)
        put_session(self.reading, reader)

    def publish(self, text: str) -> None:
        fields = {"text": text, "owner": "", "audience": "followers"}
        assert self.writing.post("/posts/new", data=fields).status_code == 303
        page = self.reading.get("/")
        assert (page.status_code, text in page.text) == (200, True)

    def await_entries(self, number: int) -> None:
        assert wait_until(lambda: entries() == number, PATIENCE, every=0.05), self.site.log(WORKER)


def entries() -> int:
    return session.scalar(select(func.count()).select_from(FeedEntry)) or 0


def is_kept(value: str) -> bool:
    redis.forget_failure()
    cache.put("sentinel", value, 60)
    return bool(cache.get("sentinel") == value)


def counts_together(subject: str) -> bool:
    """Whether both tries are counted in Redis: in memory each of two web processes has one."""
    throttle(PAIR, subject)
    try:
        throttle(PAIR, subject)
    except QuotaExceeded:
        return False
    return True


def test_a_failover_costs_wake_ups_and_nothing_else(tmp_path: Path) -> None:
    with watched(tmp_path) as three, Installation(REDIS_URL=three.url) as site:
        campus = Campus(site)
        campus.publish("Before")
        campus.await_entries(1)
        assert is_kept("before")
        assert counts_together("before")

        three.primary.kill()
        campus.publish("Meanwhile")
        assert not is_kept("meanwhile")
        assert not counts_together("meanwhile")

        three.elect()
        assert wait_until(lambda: is_kept("after"), PATIENCE, every=0.2)
        assert three.master() == three.replica.port
        assert counts_together("after")
        campus.publish("After")
        campus.await_entries(2)
        assert outbox.drain(HANDLERS) == 1  # the sweep finds what nobody was woken for
        assert entries() == 3
