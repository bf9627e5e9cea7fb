"""/settings: each form, and that nobody reaches into another's account."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from campus.accounts import actions, queries
from campus.accounts.models import User, UserSession
from campus.platform.clock import now
from campus.platform.db import session
from tests.accounts.people import OTHER, PASSWORD, is_in, link_in, sent, sign_in
from tests.factories import make_email, make_user

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import Client

GOOD = {"name": "Ada L.", "bio": "Engines.\r\nAnd notes.", "theme": "dark", "algorithm": "chronological", "scope": "following"}


@pytest.fixture
def mine(client: Client, ada: User) -> Client:
    sign_in(client)
    return client


def extra(user: User) -> queries.AddressView:
    return next(one for one in queries.addresses(user.id) if not one.is_primary)


def test_the_page_shows_what_is_set(mine: Client) -> None:
    page = mine.get("/settings").text
    assert 'value="Ada"' in page
    assert "ada@example.org" in page


def test_profile_theme_and_feed_are_kept(mine: Client, ada: User) -> None:
    assert mine.post("/settings", data=GOOD).status_code == 303
    session.refresh(ada)
    assert (ada.name, ada.bio) == ("Ada L.", "Engines.\nAnd notes.")
    assert (ada.theme, ada.algorithm, ada.scope, ada.auto_load) == ("dark", "chronological", "following", False)
    assert 'data-theme="dark"' in mine.get("/settings").text


@pytest.mark.parametrize(
    "bad",
    [
        {"name": ""},
        {"name": "x" * 81},
        {"bio": "x" * 501},
        {"theme": "pink"},
        {"algorithm": "random"},
        {"scope": "none"},
        {"bio": "a\x00"},
    ],
)
def test_what_makes_no_sense_changes_nothing(mine: Client, ada: User, bad: dict[str, str]) -> None:
    assert mine.post("/settings", data=GOOD | bad).status_code == 422
    session.refresh(ada)
    assert (ada.name, ada.theme) == ("Ada", "system")


def test_missing_fields_are_no_crash(mine: Client) -> None:
    assert mine.post("/settings").status_code == 422


def test_markup_is_shown_as_text(mine: Client) -> None:
    mine.post("/settings", data=GOOD | {"name": "<script>alert(1)</script>"})
    assert "<script>alert" not in mine.get("/settings").text


def test_the_password_changes_for_who_knows_it(mine: Client, ada: User) -> None:
    wrong = mine.post("/settings/password", data={"current": "wrong", "password": OTHER})
    assert wrong.status_code == 422
    assert "not your present password" in wrong.text
    weak = mine.post("/settings/password", data={"current": PASSWORD, "password": "password1"})
    assert weak.status_code == 422
    assert mine.post("/settings/password", data={"current": PASSWORD, "password": OTHER}).status_code == 303
    assert "was changed" in sent()[-1]["Subject"]
    assert sign_in(mine, password=OTHER).status_code == 303


def test_guessing_the_present_password_is_limited(mine: Client) -> None:
    guesses = [mine.post("/settings/password", data={"current": f"guess-{n}", "password": OTHER}).status_code for n in range(11)]
    assert guesses == [422] * 10 + [429]


def test_sessions_are_listed_and_end_one_by_one(mine: Client, ada: User, client_as: Callable[[User], Client]) -> None:
    elsewhere = client_as(ada)
    cookie = mine.get_cookie("campus")
    assert cookie is not None
    listed = queries.sessions(ada.id, current=actions.hash_of(cookie.value), now=now())
    assert len(listed) == 2
    other = next(one for one in listed if not one.current)
    assert other.id in mine.get("/settings").text
    assert mine.post(f"/settings/sessions/{other.id}/revoke").status_code == 303
    assert (is_in(elsewhere), is_in(mine)) == (False, True)


def test_everywhere_else_at_once(mine: Client, ada: User, client_as: Callable[[User], Client]) -> None:
    others = [client_as(ada) for _ in range(2)]
    assert mine.post("/settings/sessions/revoke").status_code == 303
    assert [is_in(one) for one in others] == [False, False]
    assert is_in(mine)


@pytest.mark.parametrize("session_id", ["zz", "00", "☃"])
def test_no_such_session_is_no_crash(mine: Client, session_id: str) -> None:
    assert mine.post(f"/settings/sessions/{session_id}/revoke").status_code == 303


def test_a_strangers_session_and_addresses_are_out_of_reach(mine: Client, client_as: Callable[[User], Client]) -> None:
    stranger = make_user(handle="stranger")
    theirs = make_email(user=stranger, verified_at=now())
    elsewhere = client_as(stranger)
    session_id = queries.sessions(stranger.id, current=None, now=now())[0].id
    mine.post(f"/settings/sessions/{session_id}/revoke")
    assert is_in(elsewhere)
    for verb in ("verify", "primary", "remove"):
        assert mine.post(f"/settings/addresses/{theirs.id}/{verb}").status_code == 404
        assert mine.post(f"/settings/addresses/{10**9}/{verb}").status_code == 404
    assert len(queries.addresses(stranger.id)) == 2


def test_an_address_from_added_to_removed(mine: Client, ada: User) -> None:
    assert mine.post("/settings/addresses", data={"email": "New@Example.org"}).status_code == 303
    assert mine.post(f"/settings/addresses/{extra(ada).id}/primary").status_code == 422
    mine.post(link_in(sent()[-1]))
    assert mine.post(f"/settings/addresses/{extra(ada).id}/primary").status_code == 303
    assert queries.primary_address(ada.id) == "new@example.org"
    primary = queries.addresses(ada.id)[0]
    assert mine.post(f"/settings/addresses/{primary.id}/remove").status_code == 422
    assert mine.post(f"/settings/addresses/{extra(ada).id}/remove").status_code == 303
    assert [one.address for one in queries.addresses(ada.id)] == ["new@example.org"]


def test_an_address_of_somebody_else_is_answered_like_any(mine: Client, ada: User) -> None:
    make_user(handle="bob")
    answer = mine.post("/settings/addresses", data={"email": "bob@example.org"})
    assert answer.status_code == 303
    assert "We sent a mail there" in mine.get("/settings").text
    assert len(queries.addresses(ada.id)) == 1
    mail = sent()[-1]
    assert (mail["To"], "already" in mail["Subject"]) == ("bob@example.org", True)


def test_ten_addresses_are_enough(mine: Client, ada: User) -> None:
    for n in range(9):
        make_email(user=ada, address=f"more{n}@example.org")
    assert mine.post("/settings/addresses", data={"email": "eleventh@example.org"}).status_code == 422
    assert mine.post("/settings/addresses", data={"email": "more1@example.org"}).status_code == 422


def test_dead_sessions_are_cleared_away(ada: User) -> None:
    for hours in (1, 13, 24 * 20):
        actions.start_session(user_id=ada.id, now=now() - timedelta(hours=hours))
    assert actions.forget_dead_sessions(now=now()) == 2
    assert len(session.scalars(select(UserSession)).all()) == 1


def test_feed_choices_and_permissions(ada: User) -> None:
    before: Any = ada.permission_version
    actions.bump_permissions()
    actions.choose_theme(ada.id, ada.theme.LIGHT)
    session.refresh(ada)
    assert (ada.theme, ada.permission_version) == ("light", before)
