"""/verify: an address is proved by the link that was sent to it, once, by a button."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, update

from campus.accounts import actions, mailing, queries
from campus.accounts.models import OneTimeToken
from campus.platform import outbox, tokens
from campus.platform.clock import now
from campus.platform.db import session, transaction
from tests.accounts.people import link_in, make_ada, sent, sign_in
from tests.factories import make_email

if TYPE_CHECKING:
    from campus.accounts.models import User
    from tests.conftest import Client


@pytest.fixture
def newcomer(client: Client) -> User:
    user = make_ada(verified=False)
    sign_in(client)
    return user


def ask(client: Client) -> str:
    assert client.post("/verify").status_code == 303
    return link_in(sent()[-1])


def verified(user: User) -> bool:
    return queries.addresses(user.id)[0].is_verified


def test_opening_the_link_changes_nothing_and_the_button_does(client: Client, newcomer: User) -> None:
    link = ask(client)
    page = client.get(link)
    assert page.status_code == 200
    assert not verified(newcomer)
    version = newcomer.permission_version
    assert client.post(link).status_code == 303
    session.expire_all()
    assert verified(newcomer)
    assert newcomer.permission_version == version + 1


def test_the_link_works_once(client: Client, newcomer: User) -> None:
    link = ask(client)
    assert client.post(link).status_code == 303
    assert client.post(link).status_code == 422


def test_the_link_works_for_three_days(client: Client, newcomer: User) -> None:
    link = ask(client)
    with transaction():
        session.execute(update(OneTimeToken).values(expires_at=now() - timedelta(seconds=1)))
    answer = client.post(link)
    assert answer.status_code == 422
    assert "used, or is too old" in answer.text


@pytest.mark.parametrize("token", ["x", "x" * 5000, "a.b.c", "%E2%98%83"])
def test_a_garbled_link_is_refused(client: Client, newcomer: User, token: str) -> None:
    assert client.post(f"/verify/{token}").status_code in {404, 422}


def test_a_link_for_another_purpose_is_refused(client: Client, newcomer: User) -> None:
    link = ask(client)
    seed = tokens.unsign("verify", link.rpartition("/")[2], max_age=60)["seed"]
    assert client.post(f"/reset/{tokens.sign('reset', {'seed': seed})}", data={"password": "x"}).status_code == 422
    assert client.post(f"/reset/{link.rpartition('/')[2]}", data={"password": "x"}).status_code == 422


def test_the_first_proved_address_becomes_the_primary_one(client: Client, newcomer: User) -> None:
    other = make_email(user=newcomer, address="other@example.org")
    actions.resend_verification(user_id=newcomer.id, email_id=other.id, now=now())
    client.post(link_in(sent()[-1]))
    assert queries.primary_address(newcomer.id) == "other@example.org"


def test_an_address_removed_meanwhile_gets_no_mail_and_its_link_is_dead(client: Client, ada: User) -> None:
    sign_in(client)
    client.post("/settings/addresses", data={"email": "more@example.org"})
    link = link_in(sent()[-1])
    extra = next(one for one in queries.addresses(ada.id) if not one.is_primary)
    client.post(f"/settings/addresses/{extra.id}/remove")
    assert client.post(link).status_code == 422
    client.post("/settings/addresses", data={"email": "gone@example.org"})
    extra = next(one for one in queries.addresses(ada.id) if not one.is_primary)
    client.post(f"/settings/addresses/{extra.id}/remove")
    assert sent() == []


def test_who_reads_the_jobs_cannot_make_the_link(client: Client, newcomer: User) -> None:
    client.post("/verify")
    payloads = [str(job.payload) for job in session.scalars(select(outbox.Job))]
    token = link_in(sent()[-1]).rpartition("/")[2]
    assert all(token not in payload for payload in payloads)
    seed = tokens.unsign("verify", token, max_age=60)["seed"]
    assert client.post(f"/verify/{seed}").status_code == 422
    kept = session.scalars(select(OneTimeToken.token_hash)).one()
    assert kept == mailing.token_hash(seed)


def test_a_mail_tried_twice_is_one_mail_with_one_token(client: Client, newcomer: User) -> None:
    client.post("/verify")
    lease = outbox.claim(kind=mailing.KIND)[0]
    mailing.HANDLERS[mailing.KIND](lease)
    mailing.HANDLERS[mailing.KIND](lease)
    mails = sent()
    assert len(mails) == 1
    assert mails[0]["Message-ID"] == f"<{lease.key}@localhost>"
    assert len(session.scalars(select(OneTimeToken)).all()) == 1


def test_sending_again_is_limited(client: Client, newcomer: User) -> None:
    answers = [client.post("/verify").status_code for _ in range(21)]
    assert answers == [303] * 20 + [429]


def test_signed_out_one_signs_in_first(client: Client) -> None:
    assert client.get("/verify").status_code == 200
    assert client.post("/verify").location == "/login"
