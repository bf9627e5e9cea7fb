"""/signup, by each mode of registration."""

from __future__ import annotations

import dataclasses
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from campus.accounts import actions, queries
from campus.accounts.models import EmailAddress, User
from campus.organizations.models import OrganizationDomain
from campus.platform import settings
from campus.platform.clock import now
from campus.platform.db import session
from campus.platform.settings import Registration
from tests.accounts.people import PASSWORD, is_in, link_in, make_ada, sent, sign_in
from tests.factories import make_email, make_university
from tests.factories.saving import saved

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import Client

NEW = {"name": "Grace", "email": "grace@example.org", "password": PASSWORD}


@contextmanager
def registration(mode: Registration) -> Iterator[None]:
    with settings.override(dataclasses.replace(settings.current(), registration=mode)):
        yield


def sign_up(client: Client, **changes: str) -> Any:
    return client.post("/signup", data=NEW | changes)


def people() -> int:
    return session.scalar(select(func.count()).select_from(User)) or 0


def test_open_to_everybody(client: Client) -> None:
    answer = sign_up(client)
    assert (answer.status_code, answer.location) == (303, "/verify")
    assert "grace@example.org" in client.get("/verify").text
    assert queries.by_handle("grace").name == "Grace"
    mail = sent()[0]
    assert mail["To"] == "grace@example.org"
    assert client.post(link_in(mail)).status_code == 303
    assert sign_in(client, "grace@example.org").status_code == 303
    assert is_in(client)


def test_the_same_answer_for_an_address_that_has_an_account(client: Client) -> None:
    make_ada()
    fresh, known = sign_up(client), sign_up(client, email="ada@example.org", name="Impostor")
    assert (fresh.status_code, fresh.location) == (known.status_code, known.location)
    assert people() == 2
    mails = {mail["To"]: mail["Subject"] for mail in sent()}
    assert "already" in mails["ada@example.org"]
    assert "Confirm" in mails["grace@example.org"]
    assert sign_in(client).status_code == 303


def test_a_claim_never_proved_does_not_keep_the_owner_out(client: Client) -> None:
    squatter = make_ada()
    make_email(user=squatter, address="grace@example.org")
    sign_up(client)
    assert queries.by_email("grace@example.org") not in (None, squatter)
    assert session.scalar(select(func.count()).where(EmailAddress.user_id == squatter.id)) == 1


@pytest.mark.parametrize("mode", [Registration.INVITATION, Registration.CLOSED])
def test_closed_doors_say_so(client: Client, mode: Registration) -> None:
    with registration(mode):
        page, attempt = client.get("/signup"), sign_up(client)
    assert (page.status_code, attempt.status_code) == (403, 403)
    assert "Sign-up is closed" in page.text
    assert people() == 0


def test_by_domain(client: Client) -> None:
    university = make_university()
    saved(OrganizationDomain(domain="northbridge.edu", organization_id=university.id))
    with registration(Registration.DOMAINS):
        refused = sign_up(client)
        assert refused.status_code == 422
        assert "university or company" in refused.text
        assert sign_up(client, email="grace@evil.northbridge.edu.example").status_code == 422
        assert sign_up(client, email="Grace@Northbridge.EDU").status_code == 303
    assert people() == 1


def test_where_addresses_decide_an_unproved_one_opens_nothing(client: Client) -> None:
    make_ada(verified=False)
    with registration(Registration.DOMAINS):
        sign_in(client)
        assert is_in(client)
        assert client.post("/settings/addresses", data={"email": "more@example.org"}).status_code == 403


def test_by_approval(client: Client) -> None:
    with registration(Registration.APPROVAL):
        sign_up(client)
        user = queries.by_handle("grace")
        assert user.approved_at is None
        assert sign_in(client, "grace@example.org").status_code == 403
        sent()
        assert actions.approve(user_id=user.id, now=now())
        assert not actions.approve(user_id=user.id, now=now())
        assert [mail["To"] for mail in sent()] == ["grace@example.org"]
        assert sign_in(client, "grace@example.org").status_code == 303


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name": ""}, "Enter a name"),
        ({"name": "   "}, "Enter a name"),
        ({"name": "x" * 81}, "longer than 80"),
        ({"name": "a\x07b"}, "cannot be shown"),
        ({"name": "abc\u202edef"}, "cannot be shown"),
        ({"email": "grace"}, "not an e-mail address"),
        ({"email": ""}, "Enter an e-mail address"),
        ({"email": "grace@localhost"}, "not an e-mail address"),
        ({"password": ""}, "Enter a password"),
        ({"password": "short"}, "at least 8"),
        ({"password": "password1"}, "easy to guess"),
        ({"password": "grace@example.org"}, "easy to guess"),
        ({"password": "x" * 257}, "longer than 256"),
        ({"handle": "x"}, "A handle has"),
        ({"handle": "no spaces"}, "A handle has"),
        ({"handle": "Admin"}, "reserved"),
    ],
)
def test_each_mistake_has_its_sentence_and_nothing_is_made(client: Client, changes: dict[str, str], sentence: str) -> None:
    answer = sign_up(client, **changes)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert people() == 0
    assert sent() == []


@pytest.mark.parametrize("field", ["name", "email", "password", "handle"])
def test_nul_is_refused(client: Client, field: str) -> None:
    assert sign_up(client, **{field: "a\x00b"}).status_code == 422
    assert people() == 0


def test_what_was_typed_is_kept_but_the_password(client: Client) -> None:
    page = sign_up(client, password="short").text
    assert 'value="Grace"' in page
    assert "short" not in page


def test_handles_are_made_of_names_and_never_twice(client: Client) -> None:
    for n, name in enumerate(["Åsa Öberg", "Åsa Öberg", "管理员", "Admin"]):
        assert sign_up(client, name=name, email=f"p{n}@example.org").status_code == 303
    handles = session.scalars(select(User.handle).order_by(User.id)).all()
    assert handles == ["asa_oberg", "asa_oberg2", "person", "admin2"]


def test_a_taken_handle_is_said_so(client: Client) -> None:
    make_ada()
    for email in ("grace@example.org", "ada@example.org"):
        answer = sign_up(client, handle="ada", email=email)
        assert answer.status_code == 409
        assert "taken" in answer.text


def test_twenty_a_day_from_one_address(client: Client) -> None:
    answers = [sign_up(client, email=f"p{n}@example.org").status_code for n in range(21)]
    assert answers == [303] * 20 + [429]


def test_who_is_signed_in_is_sent_home(client: Client) -> None:
    make_ada()
    sign_in(client)
    assert client.get("/signup").location == "/"
