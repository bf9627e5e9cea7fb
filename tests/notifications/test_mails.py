"""Mails of notifications over real SMTP: who gets one, what stands in it, and that a dying worker makes no second one."""

from __future__ import annotations

import dataclasses
from email import message_from_bytes, policy
from typing import TYPE_CHECKING, Any

import pytest
from aiosmtpd.controller import Controller

from campus.accounts.actions import suspend
from campus.follows.actions import block
from campus.interactions import actions
from campus.interactions.actions import INTERACTION
from campus.notifications import queries
from campus.notifications.actions import MAIL_NOTIFICATION, mark_all_read, send_notice, set_wish
from campus.notifications.models import Topic
from campus.platform import outbox, settings
from campus.platform.clock import now
from campus.platform.db import transaction
from campus.switchboard import HANDLERS
from tests.browser.site import free_port
from tests.factories import make_post, make_user
from tests.posts.making import viewer_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from email.message import EmailMessage

    from flask import Flask

    from campus.accounts.models import User
    from campus.posts.models import Post
    from tests.conftest import Client

    Drain = Callable[[], int]


class Mailbox:
    """A mail server's receiving side. It refuses as often as told, and keeps one of those with the same Message-ID."""

    def __init__(self) -> None:
        self.refusals = 0
        self.handed_over = 0
        self.kept: dict[str, EmailMessage] = {}

    async def handle_DATA(self, _server: object, _session: object, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        if self.refusals:
            self.refusals -= 1
            return "451 try again later"
        message = message_from_bytes(envelope.content, policy=policy.default)
        self.handed_over += 1
        self.kept[str(message["Message-ID"])] = message
        return "250 taken"


@pytest.fixture
def mailbox(app: Flask) -> Iterator[Mailbox]:
    box = Mailbox()
    port = free_port()
    listening = Controller(box, hostname="127.0.0.1", port=port)
    listening.start()
    with settings.override(dataclasses.replace(settings.current(), mail_url=f"smtp://127.0.0.1:{port}")):
        yield box
    listening.stop()


@pytest.fixture
def post(alice: User) -> Post:
    return make_post(author=alice, title="Secret title", text="Secret text")


def likes(user: User, post: Post) -> None:
    actions.like(viewer=viewer_of(user), post_id=post.id, now=now())


def again() -> None:
    """Have what failed tried at once."""
    with transaction() as session:
        session.query(outbox.Job).filter(outbox.Job.state == outbox.JobState.RUNNING).update({"run_after": now()})


def test_a_server_that_refuses_first_gets_it_later_once(alice: User, sam: User, mailbox: Mailbox, drain: Drain) -> None:
    mailbox.refusals = 2
    for person in (alice, sam):  # sam is suspended: notices are for him, too
        send_notice(user_id=person.id, key="case:1", title="Decided", text="Because.", url="/decisions/1", now=now())
    drain()
    assert mailbox.kept == {}
    for _ in range(2):
        again()
        drain()
    assert sorted(str(mail["To"]) for mail in mailbox.kept.values()) == ["alice@example.org", "sam@example.org"]
    assert mailbox.handed_over == 2


def test_a_worker_that_dies_between_sending_and_saying_so_makes_no_second_mail(
    alice: User, mailbox: Mailbox, drain: Drain
) -> None:
    send_notice(user_id=alice.id, key="case:1", title="Decided", text="Because.", url="/decisions/1", now=now())
    (lease,) = outbox.claim(kind=MAIL_NOTIFICATION)
    HANDLERS[MAIL_NOTIFICATION](lease)  # and here it dies
    with transaction() as session:
        session.query(outbox.Job).update({"lease_until": now(), "run_after": now()})
    drain()
    assert (mailbox.handed_over, len(mailbox.kept)) == (2, 1)


def test_likes_are_mailed_to_who_wished_so_once_a_line_without_what_was_written(
    alice: User, bob: User, charlie: User, post: Post, mailbox: Mailbox, drain: Drain
) -> None:
    likes(bob, post)
    drain()
    assert mailbox.kept == {}
    set_wish(user_id=alice.id, topic=Topic.LIKES, by_mail=True)
    mark_all_read(viewer_id=alice.id, now=now())
    likes(charlie, post)
    actions.comment(viewer=viewer_of(bob), post_id=post.id, text="Secret words", now=now())
    drain()
    likes(make_user(name="One More"), post)  # joins the line that was mailed
    drain()
    (mail,) = mailbox.kept.values()
    assert mail["Subject"] == "Charlie liked your post · PhotoCampus"
    assert f"http://localhost/posts/{post.id}" in mail.get_content()
    assert "Secret" not in mail.as_string()


@pytest.mark.parametrize("what", ["taken back", "read", "blocked", "switched off", "suspended"])
def test_what_is_no_more_for_her_is_not_mailed(
    alice: User, bob: User, post: Post, mailbox: Mailbox, drain: Drain, what: str
) -> None:
    set_wish(user_id=alice.id, topic=Topic.LIKES, by_mail=True)
    likes(bob, post)
    (lease,) = outbox.claim(kind=INTERACTION)
    HANDLERS[INTERACTION](lease)
    what_happens: dict[str, Callable[[], object]] = {
        "taken back": lambda: actions.unlike(viewer=viewer_of(bob), post_id=post.id),
        "read": lambda: mark_all_read(viewer_id=alice.id, now=now()),
        "blocked": lambda: block(viewer_id=alice.id, user_id=bob.id, now=now()),
        "switched off": lambda: set_wish(user_id=alice.id, topic=Topic.LIKES, by_mail=False),
        "suspended": lambda: suspend(user_id=alice.id, now=now()),
    }
    what_happens[what]()
    outbox.drain(HANDLERS, kind=MAIL_NOTIFICATION)
    assert mailbox.kept == {}


def test_one_click_ends_mails_of_a_topic_for_whoever_holds_the_mail(
    client: Client, alice: User, bob: User, post: Post, mailbox: Mailbox, drain: Drain
) -> None:
    for topic in (Topic.LIKES, Topic.COMMENTS):
        set_wish(user_id=alice.id, topic=topic, by_mail=True)
    likes(bob, post)
    drain()
    (mail,) = mailbox.kept.values()
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    path = str(mail["List-Unsubscribe"]).strip("<>").removeprefix("http://localhost")
    assert path in mail.get_content()

    client.application.config["WTF_CSRF_ENABLED"] = True
    try:
        assert "likes" in client.get(path).text
        assert queries.wish(alice.id, Topic.LIKES).by_mail  # looking changes nothing
        assert client.post(path, data={"List-Unsubscribe": "One-Click"}).status_code == 200
        assert client.post(f"{path}x").status_code == 422
    finally:
        client.application.config["WTF_CSRF_ENABLED"] = False
    assert not queries.wish(alice.id, Topic.LIKES).by_mail
    assert queries.wish(alice.id, Topic.LIKES).on_site
    assert queries.wish(alice.id, Topic.COMMENTS).by_mail


def test_a_notice_offers_no_way_out_of_notices(alice: User, mailbox: Mailbox, drain: Drain) -> None:
    send_notice(user_id=alice.id, key="case:1", title="Decided", text="Because.", url="/decisions/1", now=now())
    drain()
    (mail,) = mailbox.kept.values()
    assert mail["List-Unsubscribe"] is None
