"""Anything may happen while two workers deliver: whatever the order, in the end every feed is as defined."""

from __future__ import annotations

import random
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from campus.accounts.actions import reinstate as let_in
from campus.accounts.actions import suspend
from campus.accounts.models import User
from campus.feed import check, snapshots, upkeep
from campus.feed.models import FeedEntry
from campus.follows.actions import block, follow, unblock, unfollow
from campus.organizations.actions import add_member, join, leave, remove_member
from campus.organizations.models import JoinPolicy, Role
from campus.platform import outbox
from campus.platform.clock import now
from campus.platform.db import session, transaction
from campus.platform.embedded.processes import wait_until
from campus.platform.errors import CampusError
from campus.platform.outbox import Job, JobState
from campus.posts.actions import delete, edit, reinstate, withdraw
from campus.posts.models import Audience, Post
from campus.switchboard import HANDLERS
from tests.factories import make_company, make_department, make_follow, make_member, make_university, make_user
from tests.feed.pages import feed_settings
from tests.posts.making import draft, published, viewer_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from flask import Flask

    Act = Callable[[], object]

STEPS = 60
WORKERS = 2


@dataclass
class Machine:
    """A small campus, and the things that people do there."""

    dice: random.Random
    people: list[int] = field(default_factory=list)
    organizations: list[int] = field(default_factory=list)
    departments: dict[int, list[int]] = field(default_factory=dict)
    posts: list[int] = field(default_factory=list)

    def found(self) -> None:
        with transaction():
            people = [make_user() for _ in range(9)]
            university = make_university(join_policy=JoinPolicy.OPEN)
            company = make_company(join_policy=JoinPolicy.OPEN)
            departments = [make_department(organization=university) for _ in range(2)]
            for organization in (university, company):
                make_member(user=people[0], organization=organization, role=Role.OWNER)
            for person in people[1:5]:
                make_member(user=person, organization=university, department=self.dice.choice(departments))
                make_follow(follower=person, target=people[0])
            for person in people[:7]:
                snapshots.note_reading(person.id, now=now())
        self.people, self.organizations = [person.id for person in people], [university.id, company.id]
        self.departments = {university.id: [each.id for each in departments]}

    def step(self) -> None:
        """One thing somebody tries; what the rules refuse has no effect."""
        acts: list[Act] = [
            *[self.publish] * 5,
            *[self.edit] * 3,
            *[self.take_back] * 3,
            *[self.relate] * 5,
            *[self.belong] * 4,
            self.read,
            self.shut_out,
            self.night,
        ]
        with suppress(CampusError):
            self.dice.choice(acts)()

    def person(self) -> User:
        return session.get_one(User, self.dice.choice(self.people), populate_existing=True)

    def place(self) -> dict[str, object]:
        organization = self.dice.choice([None, *self.organizations])
        department = self.dice.choice([None, *self.departments.get(organization or 0, [])])
        audiences = list(Audience)
        return {"organization_id": organization, "department_id": department, "audience": self.dice.choice(audiences)}

    def publish(self) -> None:
        self.posts.append(published(self.person(), **self.place()).id)

    def mine(self) -> tuple[User, int]:
        post = session.get_one(Post, self.dice.choice(self.posts), populate_existing=True)
        return session.get_one(User, post.author_id, populate_existing=True), post.id

    def edit(self) -> None:
        if self.posts:
            author, post_id = self.mine()
            edit(viewer=viewer_of(author), post_id=post_id, draft=draft(**self.place()), now=now())

    def take_back(self) -> None:
        if self.posts:
            author, post_id = self.mine()
            verb = self.dice.choice([withdraw, withdraw, reinstate, reinstate, reinstate, delete])
            verb(viewer=viewer_of(author), post_id=post_id, now=now())

    def relate(self) -> None:
        one, other = self.dice.sample(self.people, 2)
        organization = self.dice.choice(self.organizations)
        acts: list[Act] = [
            lambda: follow(viewer_id=one, user_id=other, now=now()),
            lambda: follow(viewer_id=one, user_id=self.people[0], now=now()),
            lambda: follow(viewer_id=one, organization_id=organization, now=now()),
            lambda: unfollow(viewer_id=one, user_id=other),
            lambda: unfollow(viewer_id=one, organization_id=organization),
            lambda: block(viewer_id=one, user_id=other, now=now()),
            lambda: unblock(viewer_id=one, user_id=other),
        ]
        self.dice.choice(acts)()

    def belong(self) -> None:
        person, organization = self.dice.choice(self.people), self.dice.choice(self.organizations)
        department = self.dice.choice([None, *self.departments.get(organization, [])])
        acts: list[Act] = [
            lambda: join(viewer_id=person, organization_id=organization, now=now()),
            lambda: leave(viewer_id=person, organization_id=organization),
            lambda: remove_member(organization_id=organization, user_id=person),
            lambda: add_member(organization_id=organization, user_id=person, department_id=department, now=now()),
            lambda: add_member(organization_id=organization, user_id=person, role=self.dice.choice(list(Role)), now=now()),
        ]
        self.dice.choice(acts)()

    def read(self) -> None:
        with transaction():
            snapshots.note_reading(self.dice.choice(self.people), now=now())

    def shut_out(self) -> None:
        person = self.dice.choice(self.people)
        acts: list[Act] = [lambda: suspend(person, now=now()), lambda: let_in(person), lambda: let_in(person)]
        self.dice.choice(acts)()

    def night(self) -> None:
        reader = self.dice.choice(self.people)
        upkeep.rebuild(reader, now=now())


def worker(app: Flask, stop: threading.Event) -> threading.Thread:
    def run() -> None:
        while not stop.is_set():
            with app.app_context():
                woken = session.execute(select(Job.kind, Job.key).where(Job.state == JobState.READY).limit(3)).all()
                done = sum(outbox.work(HANDLERS, kind=kind, key=key) for kind, key in woken)
                if not done + outbox.drain(HANDLERS, most=5):
                    time.sleep(0.02)

    started = threading.Thread(target=run)
    started.start()
    return started


@pytest.fixture(params=[1, 2, 3])
def conditions(request: pytest.FixtureRequest) -> Iterator[random.Random]:
    """A seed, and settings that make windows and thresholds bite."""
    settings: AbstractContextManager[object] = {
        1: feed_settings(batch_size=2),
        2: feed_settings(batch_size=3, celebrity_threshold=4, celebrity_push=2),
        3: feed_settings(batch_size=2, max_entries=12),
    }[request.param]
    with settings:
        yield random.Random(request.param)


def test_whatever_happens_feeds_end_as_defined(app: Flask, conditions: random.Random) -> None:
    machine = Machine(conditions)
    machine.found()
    stop = threading.Event()
    workers = [worker(app, stop) for _ in range(WORKERS)]
    try:
        for _ in range(STEPS):
            machine.step()
        assert wait_until(lambda: outbox.pending() == 0, 60)
    finally:
        stop.set()
        for thread in workers:
            thread.join()
    session.expire_all()
    assert len(session.scalars(select(FeedEntry.post_id)).all()) > 3
    assert check.check(check.readers(), now=now()) == check.Findings()
