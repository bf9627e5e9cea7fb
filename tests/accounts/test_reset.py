"""/reset: a new password by a link, and nobody learns who has an account."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select, update

from campus.accounts import queries
from campus.accounts.models import OneTimeToken
from campus.platform import outbox
from campus.platform.clock import now
from campus.platform.db import session, transaction
from tests.accounts.people import OTHER, PASSWORD, link_in, make_ada, sent, sign_in
from tests.factories import make_email

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from campus.accounts.models import User
    from tests.conftest import Client


def ask(client: Client, email: str = "ada@example.org") -> Any:
    return client.post("/reset", data={"email": email})


def test_a_new_password_by_mail(client: Client, ada: User) -> None:
    assert ask(client).status_code == 303
    link = link_in(sent()[-1])
    assert client.get(link).status_code == 200
    assert client.post(link, data={"password": OTHER}).location == "/login"
    assert sign_in(client, password=PASSWORD).status_code == 422
    assert sign_in(client, password=OTHER).status_code == 303
    assert "was changed" in sent()[-1]["Subject"]


def test_looking_at_the_link_does_not_use_it_and_posting_does(client: Client, ada: User) -> None:
    ask(client)
    link = link_in(sent()[-1])
    for _ in range(3):
        assert client.get(link).status_code == 200
    assert client.post(link, data={"password": OTHER}).status_code == 303
    assert client.get(link).status_code == 422
    assert client.post(link, data={"password": PASSWORD}).status_code == 422
    assert sign_in(client, password=OTHER).status_code == 303


def test_the_same_answer_and_the_same_work_for_an_unknown_address(
    client: Client, ada: User, count_queries: Callable[[], Any]
) -> None:
    with count_queries() as for_ada:
        known = ask(client)
    with count_queries() as for_nobody:
        unknown = ask(client, "nobody@example.org")
    assert (known.status_code, known.location, known.text) == (unknown.status_code, unknown.location, unknown.text)
    assert [line.split()[0] for line in for_ada] == [line.split()[0] for line in for_nobody]
    assert session.scalar(select(func.count()).select_from(outbox.Job)) == 2
    assert [mail["To"] for mail in sent()] == ["ada@example.org"]


def test_an_hour_later_the_link_is_dead(client: Client, ada: User) -> None:
    ask(client)
    link = link_in(sent()[-1])
    row = session.scalars(select(OneTimeToken)).one()
    assert row.expires_at - now() <= timedelta(minutes=60)
    with transaction():
        session.execute(update(OneTimeToken).values(expires_at=now() - timedelta(seconds=1)))
    answer = client.get(link)
    assert answer.status_code == 422
    assert 'name="email"' in answer.text


def test_a_used_link_takes_the_others_with_it(client: Client, ada: User) -> None:
    ask(client)
    ask(client)
    first, second = (link_in(mail) for mail in sent())
    assert client.post(first, data={"password": OTHER}).status_code == 303
    assert client.post(second, data={"password": PASSWORD}).status_code == 422


@pytest.mark.parametrize("password", ["", "short", "password1", "x" * 257, "x" * 1_000_000])
def test_a_password_refused_leaves_the_link_good(client: Client, ada: User, password: str) -> None:
    ask(client)
    link = link_in(sent()[-1])
    assert client.post(link, data={"password": password}).status_code == 422
    assert sign_in(client).status_code == 303
    assert client.post(link, data={"password": OTHER}).status_code == 303


def test_the_link_proves_the_address(client: Client) -> None:
    user = make_ada(verified=False)
    ask(client)
    client.post(link_in(sent()[-1]), data={"password": OTHER})
    assert queries.addresses(user.id)[0].is_verified


def test_a_claimed_address_resets_nothing(client: Client, ada: User) -> None:
    make_email(user=ada, address="victim@example.org")
    ask(client, "victim@example.org")
    assert sent() == []


def test_five_a_day_for_an_account_whether_there_is_one_or_not(client: Client, ada: User) -> None:
    for email in ("ada@example.org", "nobody@example.org"):
        assert [ask(client, email).status_code for _ in range(6)] == [303] * 5 + [429]
    assert len(sent()) == 5


def test_links_name_the_site_and_not_the_host_that_was_asked(client: Client, ada: User) -> None:
    answer = client.post("/reset", data={"email": "ada@example.org"}, headers={"Host": "evil.example"})
    assert answer.status_code == 400
    ask(client)
    assert "http://localhost/reset/" in sent()[-1].get_content()


def test_what_is_no_address_is_said_so(client: Client) -> None:
    answer = ask(client, "nonsense")
    assert answer.status_code == 422
    assert "not an e-mail address" in answer.text


@pytest.mark.parametrize("token", ["x", "a.b.c", "x" * 5000])
def test_a_garbled_link_leads_to_a_new_one(client: Client, token: str) -> None:
    answer = client.get(f"/reset/{token}")
    assert answer.status_code == 422
    assert "Ask for a new link" in answer.text
