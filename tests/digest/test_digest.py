"""The weekly digest: who gets one, what stands in it and what never does, and that there is one a week whatever dies."""

from __future__ import annotations

import json
import random
import smtplib
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, literal, select, update

from campus.accounts.models import EmailAddress, Scope, User
from campus.digest import actions, queries
from campus.digest.actions import send_due
from campus.digest.models import WeeklyDigest
from campus.feed.models import FeedState
from campus.feed.queries import in_selection
from campus.follows.actions import block, follow, mute
from campus.notifications.actions import set_wish
from campus.notifications.models import Topic
from campus.organizations.actions import remove_member
from campus.platform import mail, outbox
from campus.platform.clock import now
from campus.platform.db import session, transaction
from campus.platform.errors import CampusError
from campus.platform.outbox import JobState
from campus.posts.models import Post
from tests.factories import make_member, make_post, make_user

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask import Flask

    from tests.conftest import Client
    from tests.personas import World

    Drain = Callable[[], int]


def by(monkeypatch: pytest.MonkeyPatch, hand_over: Callable[[mail.Mail], None]) -> None:
    """Have mails handed over in this way."""

    @contextmanager
    def line() -> Iterator[Callable[[mail.Mail], None]]:
        yield hand_over

    monkeypatch.setattr("campus.platform.mail.line", line)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[mail.Mail]:
    mails: list[mail.Mail] = []
    by(monkeypatch, mails.append)
    return mails


@pytest.fixture
def away(world: World) -> World:
    """Nobody was there for ten days. Northbridge has a public post and one for its members; a stranger wrote something, too."""
    with transaction():
        session.execute(update(User).values(created_at=now() - timedelta(days=10)))
    for audience, title in (("organization", "Budget of the faculty"), ("public", "Open day")):
        make_post(organization=world.northbridge, author=world.bob, audience=audience, title=title, text="Words of it")
    make_post(author=world.charlie, audience="public", title="A stranger's")
    return world


def to(mails: list[mail.Mail], user: User) -> list[mail.Mail]:
    address = session.scalar(select(EmailAddress.address).where(EmailAddress.user_id == user.id))
    return [each for each in mails if each.to == address and each.key.startswith("digest-")]


def test_whoever_was_away_is_told_how_much_and_public_words_alone(away: World, drain: Drain, sent: list[mail.Mail]) -> None:
    send_due(now=now())
    drain()
    [letter] = to(sent, away.alice)
    assert letter.subject.startswith("You missed 2 posts this week")
    assert "- Northbridge University: 2 posts" in letter.text
    assert "- Open day" in letter.text
    assert [each for each in ("Budget", "Words of it", "stranger") if each in letter.text] == []
    assert letter.unsubscribe in letter.text
    assert to(sent, away.bob) == []  # both are his own
    assert [to(sent, each) for each in (away.charlie, away.eve, away.sam)] == [[], [], []]


def test_a_week_has_one_digest_however_often_the_task_runs(away: World, drain: Drain, sent: list[mail.Mail]) -> None:
    for hours in (0, 1, 24, 6 * 24):
        send_due(now=now() + timedelta(hours=hours))
        drain()
    assert len(to(sent, away.alice)) == 1
    make_post(organization=away.northbridge, author=away.bob, audience="public", published_at=now() + timedelta(days=1))
    assert send_due(now=now() + timedelta(days=7)) > 0


def try_again() -> None:
    """Let every digest that is not done be claimed now, whoever has it."""
    with transaction():
        waiting = update(outbox.Job).where(outbox.Job.kind == actions.MAIL_DIGEST, outbox.Job.state != JobState.DONE)
        session.execute(waiting.values(run_after=now(), lease_until=now()))


def test_who_is_not_written_down_is_not_taken(away: World, drain: Drain, sent: list[mail.Mail]) -> None:
    def dies(*_: object) -> None:
        raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as broken:
        broken.setattr(outbox, "record_all", dies)
        with pytest.raises(KeyboardInterrupt):
            send_due(now=now())
    assert session.scalars(select(WeeklyDigest.user_id)).all() == []
    send_due(now=now())
    drain()
    assert len(to(sent, away.alice)) == 1


def some_members(world: World, number: int) -> list[User]:
    with transaction():
        made = [make_user(created_at=now() - timedelta(days=10)) for _ in range(number)]
        for each in made:
            make_member(user=each, organization=world.northbridge)
    return made


@pytest.mark.parametrize("after", [False, True], ids=["between two mails", "before it noted the last"])
def test_where_a_worker_died_the_next_goes_on(away: World, drain: Drain, monkeypatch: pytest.MonkeyPatch, *, after: bool) -> None:
    members = some_members(away, 6)
    keys: list[str] = []

    def die_at_the_fourth(letter: mail.Mail) -> None:
        if len(keys) == 3 and not after:
            keys.append("dead")
            raise KeyboardInterrupt
        keys.append(letter.key)
        if len(keys) == 4 and after:
            raise KeyboardInterrupt

    by(monkeypatch, die_at_the_fourth)
    send_due(now=now())
    with pytest.raises(KeyboardInterrupt):
        drain()
    try_again()
    drain()
    mailed = [key for key in keys if key != "dead"]
    assert {key for key in mailed if mailed.count(key) > 1} == ({mailed[3]} if after else set())
    assert {f"digest-{each.id}-{now():%Y-%m-%d}" for each in [*members, away.alice]} <= set(mailed)
    drain()
    assert len([key for key in keys if key != "dead"]) == len(mailed)


def test_a_server_that_is_away_is_asked_again_and_one_that_refuses_one_mail_gets_the_others(
    away: World, drain: Drain, monkeypatch: pytest.MonkeyPatch
) -> None:
    members = some_members(away, 3)
    keys: list[str] = []
    refused = f"digest-{members[1].id}-{now():%Y-%m-%d}"

    def refuse(letter: mail.Mail) -> None:
        keys.append(letter.key)
        if len(keys) == 1:
            raise OSError("the line is dead")
        if letter.key == refused and keys.count(refused) == 1:
            raise smtplib.SMTPRecipientsRefused({letter.to: (450, b"try later")})

    by(monkeypatch, refuse)
    send_due(now=now())
    drain()
    try_again()
    drain()
    twice = {key for key in keys if keys.count(key) > 1}
    assert twice == {keys[0], refused}
    assert len(set(keys)) >= 4
    assert (
        session.scalars(select(outbox.Job.id).where(outbox.Job.kind == actions.MAIL_DIGEST, outbox.Job.state != "done")).all()
        == []
    )


def test_what_is_counted_is_what_the_feed_selects(away: World, sent: list[mail.Mail], drain: Drain) -> None:
    """The statement for many readers against the rule of each: whom they follow, what they are in, mutes, blocks, departments."""
    dice = random.Random(7)
    people = [away.alice, away.bob, away.charlie, away.dana, away.eve, *some_members(away, 3)]
    with transaction():
        for audience in ["public", "organization", "followers", "department", "only_me"] * 4:
            where: dict[str, Any] = {} if audience == "followers" else {"organization": away.northbridge}
            where |= {"department": away.physics} if audience == "department" else {}
            make_post(author=dice.choice(people), audience=audience, **where)
        make_post(author=away.bob, audience="public", published_at=now() - timedelta(days=8))
    verbs: list[Callable[..., object]] = [follow, follow, mute, block]
    for _ in range(20):
        one, other = dice.sample(people, 2)
        with suppress(CampusError):
            dice.choice(verbs)(viewer_id=one.id, user_id=other.id, now=now())
    follow(viewer_id=away.charlie.id, organization_id=away.northbridge.id, now=now())
    mute(viewer_id=away.dana.id, organization_id=away.northbridge.id, now=now())
    since = now() - timedelta(days=7)
    found = queries.missed([each.id for each in people], since=since)
    for each in people:
        rule = (in_selection(literal(each.id), Scope.FOLLOWING), Post.author_id != each.id, Post.published_at > since)
        assert session.scalar(select(func.count()).where(*rule)) == (found[each.id].posts if each.id in found else 0)
    assert sum(each.posts for each in found.values()) > 30


def test_more_than_are_counted_are_said_to_be_more(away: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(queries.MOST):
        make_post(author=away.bob, organization=away.northbridge, audience="public")
    found = queries.missed([away.alice.id], since=now() - timedelta(days=7))[away.alice.id]
    assert (found.posts, found.more, found.organizations) == (99, True, (("Northbridge University", 99),))


@pytest.mark.parametrize("reason", ["read", "unwished", "suspended", "unverified", "leaving", "waiting", "of the demo"])
def test_who_gets_none(away: World, drain: Drain, sent: list[mail.Mail], reason: str) -> None:
    alice = away.alice.id
    with transaction():
        if reason == "read":
            session.add(FeedState(user_id=alice, last_read_at=now() - timedelta(days=6)))
        elif reason == "unwished":
            set_wish(user_id=alice, topic=Topic.DIGEST, by_mail=False)
        elif reason == "unverified":
            session.execute(update(EmailAddress).where(EmailAddress.user_id == alice).values(verified_at=None))
        else:
            column = {"suspended": "suspended_at", "leaving": "leaving_at", "waiting": "approved_at", "of the demo": "is_demo"}
            value = {"waiting": None, "of the demo": True}.get(reason, now())
            session.execute(update(User).where(User.id == alice).values({column[reason]: value}))
    send_due(now=now())
    drain()
    assert to(sent, away.alice) == []


def test_what_changed_before_the_mail_went_is_seen(away: World, drain: Drain, sent: list[mail.Mail]) -> None:
    dora, emil = make_user(), make_user()
    follow(viewer_id=dora.id, user_id=away.charlie.id, now=now())
    follow(viewer_id=emil.id, user_id=away.charlie.id, now=now())
    with transaction():
        session.execute(update(User).values(created_at=now() - timedelta(days=10)))
    drain()
    send_due(now=now())
    remove_member(organization_id=away.northbridge.id, user_id=away.alice.id)
    block(viewer_id=away.charlie.id, user_id=emil.id, now=now())
    drain()
    assert to(sent, away.alice) == []
    assert to(sent, emil) == []
    assert len(to(sent, dora)) == 1


def test_one_click_ends_it_and_the_settings_say_so(
    away: World, drain: Drain, sent: list[mail.Mail], client: Client, client_as: Any
) -> None:
    send_due(now=now())
    drain()
    path = to(sent, away.alice)[0].unsubscribe.removeprefix("http://localhost")
    assert "what you missed" in client.get(path).text
    assert client.post(path, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    alice = client_as(away.alice)
    assert 'name="digest-site"' not in (page := alice.get("/settings/notifications").text)
    assert "checked" not in page.partition('name="digest-mail"')[2].partition(">")[0]
    assert send_due(now=now() + timedelta(days=8)) == send_due(now=now() + timedelta(days=16))
    assert session.get_one(WeeklyDigest, away.alice.id).at < now()
    alice.post("/settings/notifications", data={"digest-mail": "on"})
    assert "checked" in alice.get("/settings/notifications").text.partition('name="digest-mail"')[2].partition(">")[0]


def test_many_people_cost_few_statements(
    away: World, monkeypatch: pytest.MonkeyPatch, count_queries: Any, sent: list[mail.Mail], drain: Drain
) -> None:
    monkeypatch.setattr(actions, "BATCH", 4)
    monkeypatch.setattr(actions, "WINDOW", 4)
    some_members(away, 9)
    with count_queries() as statements:
        count = send_due(now=now())
    assert count >= 12
    windows = count // 4 + 1
    assert len(statements) <= windows * 2
    jobs = session.scalars(select(outbox.Job.id).where(outbox.Job.kind == actions.MAIL_DIGEST)).all()
    assert len(jobs) == -(-count // 4)
    with count_queries() as statements:
        drain()
    assert len(sent) >= 10
    assert len(statements) <= 2 * len(sent) + 4 * len(jobs) + 1  # a note of each mail; two reads, claim and end of each window


def test_the_task_rehearsed_says_for_how_many(app: Flask, away: World) -> None:
    result = app.test_cli_runner().invoke(args=["tasks", "run", "weekly_digest", "--dry-run", "--json"])
    told = json.loads(result.stdout)
    assert (told["done"], told["due"] >= 5) == (False, True)
    assert session.scalars(select(WeeklyDigest.user_id)).all() == []
