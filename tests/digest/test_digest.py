"""The weekly digest: who gets one, what stands in it and what never does, and that there is one a week whatever dies."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select, update

from campus.accounts.models import EmailAddress, User
from campus.digest import actions
from campus.digest.actions import send_due
from campus.digest.models import WeeklyDigest
from campus.feed.models import FeedState
from campus.follows.actions import block, follow
from campus.notifications.actions import set_wish
from campus.notifications.models import Topic
from campus.organizations.actions import remove_member
from campus.platform import mail, outbox
from campus.platform.clock import now
from campus.platform.db import session, transaction
from tests.factories import make_post, make_user

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from tests.conftest import Client
    from tests.personas import World

    Drain = Callable[[], int]


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[mail.Mail]:
    mails: list[mail.Mail] = []
    monkeypatch.setattr("campus.platform.mail.send", mails.append)
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


def test_a_worker_that_dies_makes_no_second_mail(away: World, drain: Drain, monkeypatch: pytest.MonkeyPatch) -> None:
    keys: list[str] = []

    def dies(*_: object) -> None:
        raise KeyboardInterrupt

    def dies_after_sending(letter: mail.Mail) -> None:
        keys.append(letter.key)
        if keys.count(letter.key) == 1:
            raise OSError("the line is dead")

    monkeypatch.setattr("campus.platform.mail.send", dies_after_sending)
    with monkeypatch.context() as broken:
        broken.setattr(outbox, "record_all", dies)
        with pytest.raises(KeyboardInterrupt):
            send_due(now=now())
    assert session.scalars(select(WeeklyDigest.user_id)).all() == []  # what was not written down is not taken
    send_due(now=now())
    drain()
    with transaction():
        session.execute(update(outbox.Job).where(outbox.Job.kind == actions.MAIL_DIGEST).values(run_after=now()))
    drain()
    assert keys
    assert [key for key in keys if keys.count(key) != 2] == []


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


def test_many_people_cost_few_statements(away: World, monkeypatch: pytest.MonkeyPatch, count_queries: Any) -> None:
    monkeypatch.setattr(actions, "BATCH", 2)
    for _ in range(5):
        make_user(created_at=now() - timedelta(days=10))
    with count_queries() as statements:
        count = send_due(now=now())
    assert count >= 10
    assert len(statements) <= (count // 2 + 1) * 2
    assert len(session.scalars(select(outbox.Job.id).where(outbox.Job.kind == actions.MAIL_DIGEST)).all()) == count


def test_the_task_rehearsed_says_for_how_many(app: Flask, away: World) -> None:
    result = app.test_cli_runner().invoke(args=["tasks", "run", "weekly_digest", "--dry-run", "--json"])
    told = json.loads(result.stdout)
    assert (told["done"], told["due"] >= 5) == (False, True)
    assert session.scalars(select(WeeklyDigest.user_id)).all() == []
