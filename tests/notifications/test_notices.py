"""Notices: one line and one mail, however often they are sent, to whoever they are for."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from campus.accounts.models import EmailAddress
from campus.notifications.actions import MAIL_NOTIFICATION, send_notice
from campus.notifications.models import Notification
from campus.organizations.actions import (
    DOMAIN_DECISION,
    MEMBERSHIP_DECISION,
    add_domain,
    add_member,
    claim_domain,
    drop_domain,
    join,
    leave,
    refuse_domain,
    remove_domain,
    remove_member,
)
from campus.organizations.models import Role
from campus.platform import mail, outbox
from campus.platform.clock import now
from campus.platform.db import session, transaction
from campus.schedule import TASKS
from campus.switchboard import HANDLERS
from tests.factories import make_company, make_member

if TYPE_CHECKING:
    from collections.abc import Callable

    from campus.accounts.models import User
    from campus.organizations.models import University
    from tests.personas import World


NOT_CONFIRMED = "example.org is not confirmed as a domain of Northbridge University"


def notice(user: User, **changed: Any) -> None:
    said: dict[str, Any] = {"title": "Your post was hidden", "text": "It breaks rule 3.\nYou may appeal.", "url": "/decisions/7"}
    send_notice(**({"user_id": user.id, "key": "case:7:decision", "now": now(), **said} | changed))


def lines() -> int:
    return session.scalar(select(func.count()).select_from(Notification)) or 0


def test_a_notice_is_one_line_and_one_mail(alice: User, drain: Callable[[], int], mails: Any) -> None:
    notice(alice)
    notice(alice, title="The same again")
    drain()
    notice(alice)
    drain()
    assert lines() == 1
    (sent,) = mails()
    assert (sent["To"], sent["Subject"]) == ("alice@example.org", "Your post was hidden · PhotoCampus")
    assert "It breaks rule 3.\nYou may appeal.\n\nhttp://localhost/decisions/7\n" in sent.get_content().replace("\r\n", "\n")


def test_it_reaches_the_suspended_but_no_address_that_nobody_proved(
    alice: User, sam: User, drain: Callable[[], int], mails: Any
) -> None:
    with transaction():
        session.query(EmailAddress).filter_by(user_id=alice.id).update({"verified_at": None})
    for person in (alice, sam):
        notice(person)
    drain()
    assert [sent["To"] for sent in mails()] == ["sam@example.org"]
    assert lines() == 2


def test_a_notice_may_do_without_mail(alice: User, drain: Callable[[], int], mails: Any) -> None:
    notice(alice, mail=False)
    drain()
    assert (lines(), mails()) == (1, [])


def test_what_is_rolled_back_was_never_said(alice: User, drain: Callable[[], int], mails: Any) -> None:
    with suppress(RuntimeError), transaction():
        notice(alice)
        raise RuntimeError
    drain()
    assert (lines(), mails()) == (0, [])


def test_a_worker_that_dies_after_sending_sends_the_same_mail(alice: User, mails: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    notice(alice)
    (lease,) = outbox.claim(kind=MAIL_NOTIFICATION)
    handed_over: list[mail.Mail] = []
    monkeypatch.setattr(mail, "send", handed_over.append)
    for _ in range(2):  # the second worker knows nothing of the first
        assert HANDLERS[MAIL_NOTIFICATION](lease) is None
    assert handed_over[0] == handed_over[1]


def titles(user: User) -> list[str]:
    mine = select(Notification.title).where(Notification.user_id == user.id).order_by(Notification.id)
    return list(session.scalars(mine))


def test_what_an_organization_decides_is_told_once_it_is_so(
    northbridge: University, charlie: User, alice: User, drain: Callable[[], int]
) -> None:
    join(viewer_id=charlie.id, organization_id=northbridge.id, now=now())
    drain()
    assert titles(charlie) == []
    here: dict[str, Any] = {"organization_id": northbridge.id, "user_id": charlie.id}
    add_member(**here, now=now())
    drain()
    add_member(**here, role=Role.EDITOR, now=now())
    drain()
    add_member(**here, role=Role.EDITOR, until=now() + timedelta(days=1), now=now())  # no news
    drain()
    remove_member(**here)
    drain()
    assert titles(charlie) == [
        "Northbridge University accepted your request",
        "Your role at Northbridge University is editor now",
        "You are no longer a member of Northbridge University",
    ]
    leave(viewer_id=alice.id, organization_id=northbridge.id)
    drain()
    assert titles(alice) == []


def test_a_refused_request_is_told(northbridge: University, charlie: User, drain: Callable[[], int]) -> None:
    join(viewer_id=charlie.id, organization_id=northbridge.id, now=now())
    remove_member(organization_id=northbridge.id, user_id=charlie.id)
    drain()
    assert titles(charlie) == ["Northbridge University did not accept your request"]


def test_a_decision_is_told_once_however_often_its_job_runs(northbridge: University, charlie: User) -> None:
    add_member(organization_id=northbridge.id, user_id=charlie.id, now=now())
    (lease,) = outbox.claim(kind=MEMBERSHIP_DECISION)
    for _ in range(2):
        assert HANDLERS[MEMBERSHIP_DECISION](lease) is None
    assert titles(charlie) == ["You are a member of Northbridge University now"]


@pytest.fixture
def claimed(northbridge: University, alice: User, dana: User) -> str:
    """A domain that northbridge claims; dana and alice run it, and eve is an administrator no more."""
    add_member(organization_id=northbridge.id, user_id=alice.id, role=Role.OWNER, now=now())
    claim_domain(viewer_id=dana.id, organization_id=northbridge.id, domain="example.org", now=now())
    return "example.org"


def of_domains(user: User) -> list[str]:
    return [title for title in titles(user) if "example.org" in title]


def test_who_runs_an_organization_is_told_what_became_of_its_claims(
    world: World, claimed: str, drain: Callable[[], int], mails: Any
) -> None:
    here: dict[str, Any] = {"organization_id": world.northbridge.id, "domain": claimed}
    refuse_domain(**here)
    drain()
    claim_domain(viewer_id=world.dana.id, **here, now=now())
    add_domain(**here)
    drain()
    told = [NOT_CONFIRMED, "example.org is a domain of Northbridge University now"]
    assert [of_domains(each) for each in (world.dana, world.alice)] == [told, told]
    assert [of_domains(each) for each in (world.bob, world.charlie, world.eve, world.root)] == [[], [], [], []]
    (letter,) = [
        sent.get_content() for sent in mails() if sent["To"] == "dana@example.org" and "is a domain of" in sent["Subject"]
    ]
    assert "/o/northbridge/manage/domains" in letter


def test_who_takes_a_claim_back_is_told_nothing_and_whose_is_anothers_is_told_that(
    northbridge: University, claimed: str, dana: User, alice: User, charlie: User, drain: Callable[[], int]
) -> None:
    drop_domain(viewer_id=dana.id, organization_id=northbridge.id, domain=claimed, now=now())
    drain()
    assert of_domains(alice) == []
    claim_domain(viewer_id=dana.id, organization_id=northbridge.id, domain=claimed, now=now())
    firm = make_company(slug="firm", name="Firm")
    make_member(user=charlie, organization=firm, role="owner")
    add_domain(organization_id=firm.id, domain=claimed)  # it claimed nothing: there is nothing to answer
    drain()
    assert of_domains(alice) == [NOT_CONFIRMED]
    assert titles(charlie) == []


def test_who_runs_an_organization_is_told_when_the_site_removes_a_domain_and_not_of_their_own_removing(
    world: World, claimed: str, drain: Callable[[], int], mails: Any
) -> None:
    here: dict[str, Any] = {"organization_id": world.northbridge.id, "domain": claimed}
    add_domain(**here)
    drain()
    assert [remove_domain(**here) for _ in range(2)] == [True, False]
    drain()
    gone = "example.org is no longer a domain of Northbridge University"
    assert [of_domains(each)[1:] for each in (world.dana, world.alice)] == [[gone], [gone]]
    assert [of_domains(each) for each in (world.bob, world.charlie, world.eve, world.root)] == [[], [], [], []]
    (letter,) = [sent.get_content() for sent in mails() if sent["To"] == "dana@example.org" and "no longer" in sent["Subject"]]
    assert "who is a member stays one" in " ".join(letter.split())

    add_domain(**here)
    drain()
    drop_domain(viewer_id=world.dana.id, **here, now=now())
    drain()
    assert of_domains(world.alice).count(gone) == 1


def test_a_decision_about_a_domain_is_told_once_however_often_its_job_runs(
    northbridge: University, claimed: str, alice: User
) -> None:
    refuse_domain(organization_id=northbridge.id, domain=claimed)
    (lease,) = outbox.claim(kind=DOMAIN_DECISION)
    for _ in range(2):
        assert HANDLERS[DOMAIN_DECISION](lease) is None
    assert of_domains(alice) == [NOT_CONFIRMED]


def test_what_was_read_long_ago_goes_with_the_nightly_tidy_up(alice: User) -> None:
    ages = {"new": (1, 1), "read": (100, 91), "just kept": (100, 89), "unread": (300, None), "forgotten": (366, None)}
    for key, (told, read) in ages.items():
        notice(alice, key=key, mail=False, now=now() - timedelta(days=told))
        with transaction():
            held = session.query(Notification).filter_by(key=key)
            held.update({"read_at": read and now() - timedelta(days=read)})
    (tidy_up,) = (task for task in TASKS if task.name == "tidy_up")
    result = tidy_up.verb()
    assert isinstance(result, dict)
    assert result["notifications"] == 2
    assert {key for (key,) in session.query(Notification.key)} == {"new", "just kept", "unread"}
