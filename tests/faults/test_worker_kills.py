"""Nothing is lost: worker and sweep are killed again and again, Redis stops, forgets and comes back; every post arrives."""

from __future__ import annotations

import json
import random
import sys
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, insert, select

from campus.accounts.models import User
from campus.feed.models import FeedEntry, FeedState, FeedStatus
from campus.feed.scheduled import SWEEP_SECONDS
from campus.follows.models import Follow
from campus.platform import clock, outbox, redis
from campus.platform.db import session, transaction
from campus.platform.embedded.processes import wait_until
from campus.platform.outbox import Job
from campus.posts.models import Audience
from tests.factories import make_follow, make_user
from tests.faults.campus_of_processes import SWEEP, WORKER, Installation
from tests.posts.making import published
from tests.signing_in import put_session

if TYPE_CHECKING:
    from collections.abc import Sequence

LEASE_SECONDS = 2
SLACK = 25.0  # seconds of plain work on a busy machine
PATIENCE = 300.0  # seconds until somebody must have made progress: a process starts on a busy machine
QUICK = {"FEED_LEASE_SECONDS": str(LEASE_SECONDS), "FEED_BATCH_SIZE": "100", "FEED_CELEBRITY_THRESHOLD": "10000"}
QUICK |= {"QUOTA_POSTS": "1000000/day"}


@dataclass
class Storm:
    """Some posts, published a few at a time, and a kill after each sign of progress."""

    site: Installation
    authors: Sequence[tuple[User, int]]  # with the number of followers
    posts: int
    kills: int
    dice: random.Random = field(default_factory=lambda: random.Random(20))
    published: int = 0
    expected: int = 0  # entries
    killed: int = 0
    redis_faults: int = 0

    def rage(self) -> None:
        """Kill whoever has worked longest, sometimes both, until the kills are used up; then publish what is left."""
        for name in (WORKER, SWEEP):
            self.site.start(name)
        victims = [WORKER, SWEEP]
        while self.killed < self.kills:
            self.publish(max(2, self.posts // self.kills))
            self.await_progress()
            time.sleep(self.dice.random() / 3)
            chosen = victims if self.dice.random() < 0.15 else victims[:1]
            for name in chosen:
                self.site.kill(name)
                self.killed += 1
            for name in chosen:
                self.site.start(name)
            victims.reverse()
            self.trouble_redis()
        self.site.servers.valkey.start()
        self.publish(self.posts)

    def strike_once_more(self) -> float:
        """Kill both in the middle of deliveries. Returns how many seconds after being at work again the new ones are done."""
        self.posts += 2 * len(self.authors)
        self.publish(self.posts)
        self.await_progress()
        for name in (WORKER, SWEEP):
            self.site.kill(name)
            self.site.start(name)
        self.await_progress()
        begun = time.monotonic()
        self.await_silence()
        return time.monotonic() - begun

    def await_silence(self) -> None:
        """Wait until no job is left."""
        assert wait_until(lambda: outbox.pending() == 0, PATIENCE, every=0.05), self.site.log(SWEEP)

    def publish(self, count: int) -> None:
        """Publish some more of the posts."""
        for _ in range(min(count, self.posts - self.published)):
            author, followers = self.authors[self.published % len(self.authors)]
            published(author, audience=Audience.FOLLOWERS, text=f"Post {self.published}")
            self.published += 1
            self.expected += followers

    def await_progress(self) -> None:
        """Wait until entries have appeared, unless all have."""
        before = entries()
        if before < self.expected:
            moved = wait_until(lambda: entries() > before, PATIENCE, every=0.05)
            assert moved, f"no progress; worker:\n{self.site.log(WORKER)}\nsweep:\n{self.site.log(SWEEP)}"

    def trouble_redis(self) -> None:
        """Stop it, start it, or have it forget everything."""
        valkey, what = self.site.servers.valkey, self.dice.randrange(4)
        if not valkey.is_running:
            valkey.start()
        elif what == 0:
            valkey.stop()
        elif what == 1:
            redis.quietly(lambda client: client.flushall(), None)
        else:
            return
        self.redis_faults += 1


def entries() -> int:
    return session.scalar(select(func.count()).select_from(FeedEntry)) or 0


def crowd(sizes: Sequence[int]) -> list[tuple[User, int]]:
    """Authors with so many followers each, whose feeds are kept."""
    with transaction():
        names = [{"handle": f"reader{n}", "name": f"Reader {n}"} for n in range(max(sizes))]
        readers = session.scalars(insert(User).returning(User.id), names).all()
        kept = {"status": FeedStatus.READY, "last_read_at": clock.now()}
        session.execute(insert(FeedState), [{"user_id": reader, **kept} for reader in readers])
        authors = [(make_user(), size) for size in sizes]
        for author, size in authors:
            session.execute(insert(Follow), [{"follower_id": reader, "user_id": author.id} for reader in readers[:size]])
    return authors


def storm(posts: int, kills: int, sizes: Sequence[int]) -> str:
    """Let it rage, and see that everything has arrived. Returns its figures."""
    with Installation(**QUICK) as site:
        rage = Storm(site, crowd(sizes), posts, kills)
        begun = time.monotonic()
        rage.rage()
        rage.await_silence()
        calm = time.monotonic()
        recovery = rage.strike_once_more()
        assert recovery < LEASE_SECONDS + SWEEP_SECONDS + SLACK
        jobs = session.execute(select(func.count(), func.sum(Job.attempts - 1), func.sum(Job.delivered))).one()
        assert entries() == rage.expected
        assert jobs[2] == rage.expected  # each entry was counted once
        checked = site.flask("feed", "check", "--json")
        assert checked.returncode == 0, checked.stdout + checked.stderr
        assert set(json.loads(checked.stdout).values()) == {0}
    return (
        f"{posts} posts to audiences of {min(sizes)} to {max(sizes)}: {rage.killed} kills, {rage.redis_faults} faults of Redis, "
        f"{jobs[1]} jobs taken over, {rage.expected} entries in {calm - begun:.0f} s. After two more kills the last "
        f"{2 * len(sizes)} posts were there {recovery:.1f} s after the new processes began. Check: {checked.stdout.strip()}"
    )


def tell(capsys: pytest.CaptureFixture[str], figures: str) -> None:
    with capsys.disabled():
        sys.stdout.write(f"\n{figures}\n")


@pytest.mark.faults
def test_a_small_storm_of_kills_loses_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    tell(capsys, storm(posts=40, kills=8, sizes=(1, 40, 300, 900)))


@pytest.mark.long
@pytest.mark.faults
def test_three_hundred_posts_survive_fifty_kills(capsys: pytest.CaptureFixture[str]) -> None:
    sizes = (1, 2, 5, 10, 25, 60, 150, 400, 900, 1800, 3200, 5000)
    tell(capsys, storm(posts=300, kills=60, sizes=sizes))


@pytest.mark.faults
def test_without_redis_people_post_and_read_and_the_sweep_delivers() -> None:
    with Installation(**QUICK) as site:
        with transaction():
            author, reader = make_user(), make_user()
            make_follow(follower=reader, target=author)
            session.add(FeedState(user_id=reader.id, status=FeedStatus.READY, last_read_at=clock.now()))
        writing, reading = site.app.test_client(), site.app.test_client()
        put_session(writing, author)
        put_session(reading, reader)
        assert reading.get("/").status_code == 200
        site.servers.valkey.stop()
        for n in range(3):
            fields = {"text": f"No redis {n}", "owner": "", "audience": "followers"}
            begun = time.monotonic()
            assert writing.post("/posts/new", data=fields).status_code == 303
            page = reading.get("/")
            assert page.status_code == 200
            assert f"No redis {n}" in page.text  # at once, though nobody has delivered it
            assert time.monotonic() - begun < 10
        assert entries() == 0
        site.start(SWEEP)
        assert wait_until(lambda: outbox.pending() == 0, PATIENCE, every=0.05), site.log(SWEEP)
        assert entries() == 3
        site.servers.valkey.start()
        assert json.loads(site.flask("feed", "check", "--json").stdout)["missing"] == 0
