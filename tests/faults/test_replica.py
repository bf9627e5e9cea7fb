"""A real streaming replica answers what costs much, never what decides; whatever becomes of it, nothing shows."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import event, select

from campus.accounts.actions import bump_permissions
from campus.accounts.models import User
from campus.audit import queries as audit
from campus.audit.actions import record
from campus.feed.check import check
from campus.organizations.actions import leave
from campus.platform import clock, replica
from campus.platform.db import REPLICA, db, session, transaction
from campus.posts.actions import edit
from campus.posts.models import Audience
from tests.factories import make_block, make_follow, make_member, make_university, make_user
from tests.faults.campus_of_processes import Replicated
from tests.posts.making import draft, published, viewer_of
from tests.signing_in import put_session

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.testing import FlaskClient

pytestmark = pytest.mark.faults


@pytest.fixture(scope="module")
def site() -> Iterator[Replicated]:
    with Replicated() as running:
        yield running


@pytest.fixture(autouse=True)
def fresh_look(site: Replicated) -> None:
    """What a test before did to the replica is over, and forgotten."""
    session.remove()
    site.replica.start()
    site.replica.catch_up()
    replica.forget_failure()


@contextmanager
def at_the_replica() -> Iterator[list[str]]:
    """The statements that the replica is asked, but for the question how far it is."""
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if "pg_last_wal_replay_lsn" not in statement:
            asked.append(statement)

    engine = db.engines[REPLICA]
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(engine, "before_cursor_execute", note)


class People:
    """A university, its author, a member who reads; each test has its own."""

    def __init__(self, site: Replicated) -> None:
        self.site = site
        with transaction():
            self.university = make_university()
            self.author, self.reader = make_user(), make_user()
            for person in (self.author, self.reader):
                make_member(user=person, organization=self.university)
            self.post = published(
                self.author, organization_id=self.university.id, audience=Audience.ORGANIZATION, text="Among ourselves"
            )

    def browser(self, person: User) -> FlaskClient:
        made = self.site.app.test_client()
        put_session(made, person)
        return made

    def publish(self, text: str) -> None:
        published(self.author, organization_id=self.university.id, audience=Audience.ORGANIZATION, text=text)

    def leave(self) -> None:
        leave(viewer_id=self.reader.id, organization_id=self.university.id)

    def block(self) -> None:
        with transaction():
            make_block(blocker=self.author, blocked=self.reader)

    def narrow(self) -> None:
        wanted = draft(organization_id=self.university.id, audience=Audience.ONLY_ME)
        edit(viewer=viewer_of(self.author), post_id=self.post.id, draft=wanted, now=clock.now())


@pytest.fixture
def people(site: Replicated) -> People:
    return People(site)


def test_the_order_of_a_cold_feed_is_computed_there_and_nothing_else_is(people: People) -> None:
    with at_the_replica() as asked:
        assert "Among ourselves" in people.browser(people.reader).get("/").text
    assert any("candidate" in statement for statement in asked)
    assert not [statement for statement in asked if "user_session" in statement or "INSERT" in statement]
    with at_the_replica() as asked:
        with transaction():
            assert check([people.reader.id], now=clock.now()).clean is False  # inside a transaction the primary answers
        check([people.reader.id], now=clock.now())
    assert len(asked) >= 3


@pytest.mark.parametrize("change", [People.leave, People.block, People.narrow])
@pytest.mark.parametrize("cold", [False, True])
def test_a_change_is_effective_on_the_next_request_though_the_replica_is_behind(people: People, change: Any, cold: bool) -> None:  # noqa: FBT001
    browser = people.browser(people.reader)
    if not cold:
        assert "Among ourselves" in browser.get("/").text
    with people.site.replica.behind():
        change(people)
        assert "Among ourselves" not in browser.get("/").text
        assert browser.get(f"/posts/{people.post.id}").status_code == 404


def test_what_she_and_others_did_a_moment_ago_shows_at_once(people: People) -> None:
    own, reads = people.browser(people.author), people.browser(people.reader)
    for browser in (own, reads):
        browser.get("/")
    for n in range(5):  # the replica follows meanwhile, always a little behind
        people.publish(f"Number {n}.")
        assert f"Number {n}." in own.get("/").text
        assert f"Number {n}." in reads.get("/").text
    with people.site.replica.behind():
        people.publish("Behind")
        published(people.author, audience=Audience.FOLLOWERS, text="For followers")
        assert "For followers" not in reads.get("/").text
        with transaction():
            make_follow(follower=people.reader, target=people.author)
            bump_permissions(people.reader.id)
        for browser in (own, reads):
            replica.forget_failure()
            page = browser.get("/").text
            assert "Behind" in page
            assert "For followers" in page
            assert replica._Breaker.closed_until > time.monotonic()


@pytest.mark.parametrize("fault", ["killed", "stopped", "frozen"])
def test_pages_go_on_when_the_replica_does_not(people: People, fault: str) -> None:
    browser = people.browser(people.reader)
    browser.get("/")
    server = people.site.replica
    {"killed": server.kill, "stopped": server.stop, "frozen": server.freeze}[fault]()
    try:
        for n in range(3):
            people.publish(f"{fault} {n}")
            page = browser.get("/")
            assert page.status_code == 200
            assert f"{fault} {n}" in page.text
        assert [each.act for each in audit.listing(audit.Filter(target="none"))] == []
    finally:
        if fault == "frozen":
            server.thaw()
        else:
            server.start()
    server.catch_up()
    replica.forget_failure()
    with at_the_replica() as asked:
        people.publish("Back again")
        assert "Back again" in browser.get("/").text
    assert asked


def test_the_audit_log_is_read_there_with_what_was_written_just_now(people: People) -> None:
    with transaction():
        record("user.show", f"user:{people.author.id}")
    wanted = audit.Filter(target=f"user:{people.author.id}")
    with at_the_replica() as asked:
        assert [each.act for each in audit.listing(wanted)] == ["user.show"]
        assert [each.act for each in audit.everything(wanted)] == ["user.show"]
    assert len(asked) >= 3
    with people.site.replica.behind():
        with transaction():
            record("user.edit", f"user:{people.author.id}")
        assert [each.act for each in audit.listing(wanted)] == ["user.edit", "user.show"]


def test_a_read_for_the_replica_writes_nothing(people: People) -> None:
    def write() -> None:
        with transaction():
            session.execute(select(User.id))

    with pytest.raises(RuntimeError, match="opened a transaction"):
        replica.reading(write)
