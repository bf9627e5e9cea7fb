"""/logout, and everything else that ends a session: a copied cookie is worth nothing afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from campus.accounts import actions
from campus.platform.clock import now
from tests.accounts.people import OTHER, PASSWORD, is_in, link_in, sent, sign_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from campus.accounts.models import User
    from tests.conftest import Client


def test_signing_out_ends_the_session_and_clears_the_browser(client: Client, ada: User) -> None:
    sign_in(client)
    cookies = {name: client.get_cookie(name) for name in ("campus", "photocampus")}
    answer = client.post("/logout")
    assert (answer.status_code, answer.location) == (303, "/login")
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert client.get_cookie("campus") is None
    for name, cookie in cookies.items():
        if cookie:
            client.set_cookie(name, cookie.value)
    assert not is_in(client)


def test_signing_out_wants_a_post(client: Client, ada: User) -> None:
    sign_in(client)
    assert client.get("/logout").status_code == 405
    assert is_in(client)


def test_signing_out_twice_is_no_error(client: Client) -> None:
    assert client.post("/logout").status_code == 303


def _reset(client: Client, _ada: User) -> None:
    client.post("/reset", data={"email": "ada@example.org"})
    assert client.post(link_in(sent()[-1]), data={"password": OTHER}).status_code == 303


def _change(client: Client, _ada: User) -> None:
    sign_in(client)
    assert client.post("/settings/password", data={"current": PASSWORD, "password": OTHER}).status_code == 303


ENDINGS: dict[str, Callable[[Client, User], object]] = {
    "a reset": _reset,
    "a changed password": _change,
    "suspension": lambda _client, ada: actions.suspend(ada.id, now=now()),
    "promotion": lambda _client, ada: actions.promote(user_id=ada.id),
    "the operator": lambda _client, ada: actions.revoke_sessions(ada.id),
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_old_cookies_die(app: Flask, client: Client, ada: User, client_as: Callable[[User], Client], ending: str) -> None:
    elsewhere = client_as(ada)
    assert is_in(elsewhere)
    ENDINGS[ending](client, ada)
    assert not is_in(elsewhere)


def test_the_browser_that_changes_the_password_stays_in(client: Client, ada: User) -> None:
    _change(client, ada)
    assert is_in(client)


def test_suspension_holds_on_the_very_next_request_and_reinstating_wants_a_new_sign_in(client: Client, ada: User) -> None:
    sign_in(client)
    assert actions.suspend(ada.id, now=now())
    assert not is_in(client)
    assert actions.reinstate(ada.id)
    assert not is_in(client)
    assert sign_in(client).status_code == 303
