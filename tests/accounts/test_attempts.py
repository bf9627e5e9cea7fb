"""Attempts to sign in are limited: failures count, whether or not there is an account."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from campus.accounts import actions
from campus.accounts.actions.sessions import network
from campus.accounts.actions.sessions import sign_in as verb
from campus.platform.clock import now
from campus.platform.limits import QuotaExceeded
from tests.accounts.people import PASSWORD, sign_in

if TYPE_CHECKING:
    from flask import Flask

    from campus.accounts.models import User
    from tests.conftest import Client


@pytest.mark.parametrize("email", ["ada@example.org", "nobody@example.org"])
def test_the_eleventh_failure_in_an_hour_is_refused_even_if_right(client: Client, ada: User, email: str) -> None:
    answers = [sign_in(client, email, "wrong").status_code for _ in range(10)]
    assert answers == [422] * 10
    answer = sign_in(client, email)
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0
    assert "UTC" in answer.text


def test_success_forgives_and_costs_nothing(client: Client, ada: User) -> None:
    for _ in range(3):
        assert [sign_in(client, password="wrong").status_code for _ in range(9)] == [422] * 9
        assert sign_in(client).status_code == 303
    for _ in range(20):
        assert sign_in(client).status_code == 303


def test_fifty_failures_from_one_address_whatever_the_account(client: Client, ada: User) -> None:
    answers = [sign_in(client, f"person{n}@example.org", "wrong").status_code for n in range(50)]
    assert answers == [422] * 50
    assert sign_in(client).status_code == 429
    elsewhere = client.post(
        "/login", data={"email": "ada@example.org", "password": PASSWORD}, environ_base={"REMOTE_ADDR": "192.0.2.7"}
    )
    assert elsewhere.status_code == 303


def test_an_ipv6_subscriber_counts_once() -> None:
    assert network("2001:db8::1") == network("2001:db8::ffff:2") != network("2001:db8:0:1::1")
    assert network("192.0.2.1") != network("192.0.2.2")
    assert network("") == network("")


def test_attempts_made_at_once_count_exactly(app: Flask, ada: User) -> None:
    refused: list[str] = []

    def attempt(n: int) -> None:
        with app.app_context():
            try:
                verb(email="ada@example.org", password=f"wrong-{n}", remote=f"192.0.2.{n}", now=moment)
            except (actions.WrongCredentials, QuotaExceeded) as error:
                refused.append(type(error).__name__)

    moment = now()
    threads = [threading.Thread(target=attempt, args=(n,)) for n in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(refused) == ["QuotaExceeded"] * 6 + ["WrongCredentials"] * 10
