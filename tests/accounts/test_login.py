"""/login: who may come in, and how one is refused."""

from __future__ import annotations

import dataclasses
import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, update

from campus.accounts import actions, passwords
from campus.accounts.models import User, UserSession
from campus.platform import settings
from campus.platform.clock import now
from campus.platform.db import session, transaction
from tests.accounts.people import PASSWORD, is_in, make_ada, sign_in
from tests.factories import make_email

if TYPE_CHECKING:
    from tests.conftest import Client

WRONG = "This address and this password do not belong together."


def test_the_form_has_an_address_and_a_password(client: Client) -> None:
    page = client.get("/login").text
    assert 'name="email"' in page
    assert 'name="password"' in page


def test_the_right_password_opens_the_site(client: Client, ada: User) -> None:
    answer = sign_in(client, " Ada@Example.org ")
    assert (answer.status_code, answer.location) == (303, "/")
    assert is_in(client)


@pytest.mark.parametrize(("email", "password"), [("ada@example.org", "wrong-password"), ("nobody@example.org", PASSWORD)])
def test_a_wrong_pair_says_the_same_whichever_half_is_wrong(client: Client, ada: User, email: str, password: str) -> None:
    answer = sign_in(client, email, password)
    assert answer.status_code == 422
    assert WRONG in answer.text
    assert PASSWORD not in answer.text
    assert not is_in(client)


def test_the_cookie_is_for_this_site_and_not_for_scripts(client: Client, ada: User) -> None:
    cookie = next(line for line in sign_in(client).headers.getlist("Set-Cookie") if line.startswith("campus="))
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/" in cookie
    assert "Max-Age" not in cookie


def test_over_https_the_cookie_is_bound_to_the_host(client: Client, ada: User) -> None:
    secure = dataclasses.replace(settings.current(), site_url="https://localhost")
    with settings.override(secure):
        answer = sign_in(client)
    cookie = next(line for line in answer.headers.getlist("Set-Cookie") if line.startswith("__Host-campus="))
    assert "Secure" in cookie
    assert "Domain" not in cookie


def test_only_the_hash_of_the_token_is_kept(client: Client, ada: User) -> None:
    sign_in(client)
    token = client.get_cookie("campus")
    kept = session.scalars(select(UserSession.token_hash)).one()
    assert token is not None
    assert len(token.value) >= 43
    assert kept == actions.hash_of(token.value)
    assert token.value.encode() not in kept


def test_remembered_for_thirty_days(client: Client, ada: User) -> None:
    answer = sign_in(client, remember="y")
    assert any("Max-Age=2592000" in line for line in answer.headers.getlist("Set-Cookie"))
    row = session.scalars(select(UserSession)).one()
    assert row.expires_at - row.created_at == timedelta(days=30)


@pytest.mark.parametrize(("remember", "idle", "alive"), [(False, 11, True), (False, 13, False), (True, 13, True)])
def test_an_idle_session_ends_unless_remembered(client: Client, ada: User, *, remember: bool, idle: int, alive: bool) -> None:
    token = actions.start_session(user_id=ada.id, remember=remember, now=now() - timedelta(hours=idle))
    client.set_cookie("campus", token)
    assert is_in(client) is alive


@pytest.mark.parametrize(("remember", "days"), [(False, 14), (True, 30)])
def test_no_session_outlives_its_end(client: Client, ada: User, *, remember: bool, days: int) -> None:
    token = actions.start_session(user_id=ada.id, remember=remember, now=now() - timedelta(days=days, minutes=1))
    with transaction():
        session.execute(update(UserSession).values(last_seen_at=now()))
    client.set_cookie("campus", token)
    assert not is_in(client)


def test_use_is_noted_every_few_minutes_only(client: Client, ada: User) -> None:
    token = actions.start_session(user_id=ada.id, now=now() - timedelta(hours=1))
    client.set_cookie("campus", token)
    is_in(client)
    noted = session.scalars(select(UserSession.last_seen_at)).one()
    is_in(client)
    assert now() - noted < timedelta(minutes=1)
    assert session.scalars(select(UserSession.last_seen_at)).one() == noted


def test_each_sign_in_has_a_session_of_its_own_and_ends_the_browsers_last(client: Client, ada: User) -> None:
    sign_in(client)
    first = client.get_cookie("campus")
    sign_in(client)
    assert first is not None
    client.set_cookie("campus", first.value)
    assert not is_in(client)
    assert len(session.scalars(select(UserSession)).all()) == 1


def test_the_suspended_are_told_once_the_password_is_right(client: Client) -> None:
    make_ada(suspended_at=now())
    assert WRONG in sign_in(client, password="wrong-password").text
    answer = sign_in(client)
    assert answer.status_code == 403
    assert "suspended" in answer.text
    assert not is_in(client)


def test_who_waits_for_approval_is_told_so(client: Client) -> None:
    make_ada()
    with transaction():
        session.execute(update(User).values(approved_at=None))
    answer = sign_in(client)
    assert answer.status_code == 403
    assert "approve" in answer.text


def test_any_confirmed_address_signs_in_and_no_claimed_one(client: Client, ada: User) -> None:
    make_email(user=ada, address="second@example.org", verified_at=now())
    make_email(user=ada, address="claimed@example.org")
    assert sign_in(client, "claimed@example.org").status_code == 422
    assert sign_in(client, "second@example.org").status_code == 303


def test_demo_people_come_in_only_where_demos_are_allowed(client: Client) -> None:
    make_ada(is_demo=True)
    with settings.override(dataclasses.replace(settings.current(), demo_sign_ins=False)):
        assert sign_in(client).status_code == 422
    assert sign_in(client).status_code == 303


def test_a_person_without_a_password_has_none_that_fits(client: Client) -> None:
    make_ada(password_hash=None)
    assert sign_in(client, password="None").status_code == 422


def test_an_old_hash_is_renewed(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    user = make_ada()
    before = user.password_hash
    monkeypatch.setattr(passwords, "outdated", lambda _kept: True)
    sign_in(client)
    after = session.scalars(select(User.password_hash).where(User.id == user.id)).one()
    assert after != before
    assert sign_in(client).status_code == 303


@pytest.mark.parametrize(
    ("target", "place"),
    [
        ("/settings", "/settings"),
        ("/settings?tab=1", "/settings?tab=1"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("///evil.example", "/"),
        ("https://evil.example/settings", "/"),
        ("javascript:alert(1)", "/"),
        ("/\tevil.example", "/"),
        ("\\\\evil", "/"),
        ("/logout", "/"),
        ("/no/such/page", "/"),
        ("", "/"),
    ],
)
def test_afterwards_only_a_page_of_this_site(client: Client, ada: User, target: str, place: str) -> None:
    assert sign_in(client, next=target).location == place


def test_the_way_back_survives_a_wrong_password(client: Client, ada: User) -> None:
    page = client.get("/login?next=/settings").text
    assert re.search(r'name="next"[^>]*value="/settings"', page)
    assert re.search(r'name="next"[^>]*value="/settings"', sign_in(client, password="wrong", next="/settings").text)


def test_a_page_for_members_leads_to_sign_in_and_back(client: Client) -> None:
    answer = client.get("/settings?x=1")
    assert (answer.status_code, answer.location) == (303, "/login?next=%2Fsettings%3Fx%3D1")


def test_who_is_signed_in_does_not_see_the_form(client: Client, ada: User) -> None:
    sign_in(client)
    assert client.get("/login").location == "/"


@pytest.mark.parametrize("size", [257, 200_000, 1_000_000])
def test_an_endless_password_is_refused_without_hashing(
    client: Client, ada: User, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    monkeypatch.setattr(passwords, "matches", lambda *_: pytest.fail("it was hashed"))
    answer = sign_in(client, password="x" * size)
    assert answer.status_code == 422


@pytest.mark.parametrize(
    "email", ["", "ada", "ada@", "@example.org", "a" * 300 + "@example.org", "ada@exa mple.org", "ada\x00@example.org"]
)
def test_what_is_no_address_is_said_so(client: Client, ada: User, email: str) -> None:
    assert sign_in(client, email).status_code == 422


def test_a_forged_cookie_is_nobody(client: Client, ada: User) -> None:
    for value in ("", "x", "x" * 3000, "%00", "ü"):
        client.set_cookie("campus", value)
        assert not is_in(client)


def test_one_statement_tells_who_is_there(client: Client, ada: User, count_queries) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
    sign_in(client)
    with count_queries() as statements:
        client.get("/login")
    assert len(statements) == 1
