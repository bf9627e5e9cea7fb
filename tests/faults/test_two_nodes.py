"""Beyond one machine: two web nodes, two workers, a primary and a replica; one may stop at any time, and nobody notices."""

from __future__ import annotations

import time
from itertools import count
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from campus.accounts import passwords
from campus.accounts.models import TokenScope, User
from campus.feed.check import check, readers
from campus.platform import clock, outbox
from campus.platform.db import session, transaction
from campus.platform.embedded.processes import wait_until
from campus.posts.models import Post
from tests.factories import make_follow, make_token, make_user
from tests.faults.cluster import Cluster, Round, Visitor
from tests.faults.replicas import ask

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.faults.cluster import Answer, Visit

PASSWORD = "a long enough password 27"
PLENTY = {f"QUOTA_{name}": "1000000/day" for name in ("POSTS", "LIKES")} | {"QUOTA_API": "1000000/minute"}
pytestmark = pytest.mark.faults


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    with Cluster(**PLENTY) as running:
        running.start_all()
        yield running


class Pair:
    """Two people with browsers: one writes, the other follows her and reads; and a program of the writer's."""

    def __init__(self) -> None:
        with transaction():
            self.writer, self.reader = (make_user(password_hash=passwords.hashed(PASSWORD)) for _ in range(2))
            make_follow(follower=self.reader, target=self.writer)
            scopes = (TokenScope.READ, TokenScope.WRITE)
            self.programs = [Visitor(make_token(user=self.writer, scopes=scopes)) for _ in range(2)]
        self.writes, self.reads = Visitor(), Visitor()

    def sign_in(self, node: str) -> None:
        for visitor, person in ((self.writes, self.writer), (self.reads, self.reader)):
            answer = visitor.send(node, "/login", {"email": address(person), "password": PASSWORD})
            assert answer.status == 200
            assert "/login" not in answer.url

    def publish(self, node: str, text: str) -> None:
        answer = self.writes.send(
            node, "/posts/new", {"text": text, "audience": "public", "owner": "", "submission": str(uuid4())}
        )
        assert (answer.status, text in answer.text) == (200, True), answer.text


def address(person: User) -> str:
    return session.get_one(User, person.id).emails[0].address


def test_what_is_done_on_one_node_shows_on_the_other_with_the_replica_or_without(cluster: Cluster) -> None:
    pair, (one, other) = Pair(), map(cluster.url, cluster.ports)
    pair.sign_in(one)
    for text, before in (("First", None), ("Replica gone", cluster.replica.kill), ("Replica back", cluster.replica.start)):
        if before:
            before()
        pair.publish(other, text)
        for node in (one, other):
            assert text in pair.writes.ask(f"{node}/").text
            assert text in pair.reads.ask(f"{node}/").text
    cluster.replica.catch_up()

    turns = count(1)

    def is_asked_again() -> bool:
        """For some seconds nobody asks a replica that was away; whoever answers, what was published last shows."""
        text = f"Caught up, look {next(turns)}."
        pair.publish(one, text)
        for node in (one, other):
            assert text in pair.reads.ask(f"{node}/").text
        connected = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'photocampus-replica'"
        return ask(cluster.replica, connected) != [(0,)]

    assert wait_until(is_asked_again, 60, every=0.5)
    signed_out = pair.writes.send(one, "/", {}, to="/logout")
    assert signed_out.status == 200
    assert "/login" in pair.writes.ask(f"{other}/").url


def visits(pair: Pair) -> list[Visit]:
    """A reader, a program that reads and one that writes."""

    def read(_: Round, node: str, _turn: int) -> Answer:
        return pair.reads.ask(f"{node}/")

    def fetch(_: Round, node: str, _turn: int) -> Answer:
        return pair.programs[0].ask(f"{node}/api/posts/home_feed/")

    def write(client: Round, node: str, turn: int) -> Answer:
        answer = pair.programs[1].post(node, f"Under load {turn}")
        if answer.status == 201:
            client.accepted.append(f"Under load {turn}")
        return answer

    return [read, fetch, write]


def rolling(cluster: Cluster, rounds: int) -> str:
    """Restart each node in turn under load, so many times; nothing fails, nothing is lost. Returns the figures."""
    pair, client = Pair(), Round(cluster)
    pair.sign_in(cluster.url("web-1"))
    begun = time.monotonic()

    def restart() -> None:
        for node in list(cluster.ports) * rounds:
            assert cluster.stop(node) == 0, cluster.log(node)
            cluster.start_node(node)
            cluster.await_ready(node)
            assert wait_until(lambda name=node: name in client.ready, 5)  # type: ignore[misc]  # a default that binds

    client.while_going(visits(pair), restart)
    took = time.monotonic() - begun
    assert client.failures == []
    mine = select(func.count()).where(Post.author_id == pair.writer.id)
    assert session.scalar(mine) == len(client.accepted) > 0
    assert wait_until(lambda: outbox.pending() == 0, 60, every=0.1), cluster.log("sweep")
    assert check(readers(), now=clock.now()).clean
    return f"{2 * rounds} restarts in {took:.0f} s: {client.answered} requests, {len(client.accepted)} posts, 0 failures"


def test_a_rolling_restart_under_load_fails_nobody(cluster: Cluster, capsys: pytest.CaptureFixture[str]) -> None:
    figures = rolling(cluster, rounds=1)
    with capsys.disabled():
        print(f"\n{figures}")  # noqa: T201 - for whoever runs it


@pytest.mark.long
def test_ten_rolling_restarts_under_load_fail_nobody(cluster: Cluster, capsys: pytest.CaptureFixture[str]) -> None:
    figures = rolling(cluster, rounds=10)
    with capsys.disabled():
        print(f"\n{figures}")  # noqa: T201 - for whoever runs it
