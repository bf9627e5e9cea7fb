"""Every view says whom it answers, and every write wants its token."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from campus.accounts import guard
from tests.accounts.people import PASSWORD, is_in, sign_in
from tests.factories import make_user

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask import Flask

    from campus.accounts.models import User
    from tests.conftest import Client

FILLED = {"extension": "webp", "token": "00000000-0000-0000-0000-000000000001"}  # what is no number in an address
MACHINES = ("static", "health.")  # files, and what balancers ask; no person stands behind them


def test_every_view_is_marked(app: Flask) -> None:
    bare = [
        name
        for name, view in app.view_functions.items()
        if not name.startswith(MACHINES) and not getattr(view, guard.ACCESS, None)
    ]
    assert bare == []


def test_a_guarded_view_answers_nobody_else(app: Flask, client: Client) -> None:
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        if not str(getattr(view, guard.ACCESS, "")).startswith("signed in") or rule.endpoint.startswith("api"):
            continue
        values = {name: FILLED.get(name, "1") for name in rule.arguments}
        path = app.url_map.bind("localhost").build(rule.endpoint, values, method=next(iter(rule.methods or ()), None))
        method = "POST" if "POST" in (rule.methods or ()) else "GET"
        answer = client.open(path, method=method)
        assert answer.status_code in {303, 401, 404}, rule.rule
        if answer.status_code == 303:
            assert (answer.location or "").startswith("/login?next="), rule.rule


def test_a_fragment_is_told_where_to_sign_in(client: Client) -> None:
    answer = client.fragment("/settings")
    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"].startswith("/login")


@pytest.mark.parametrize("path", ["/settings", "/settings/password", "/settings/sessions/revoke"])
def test_who_has_not_proved_an_address_may_mend_that(app: Flask, client_as: Callable[[User], Client], path: str) -> None:
    assert client_as(make_user(verified=False)).post(path).status_code in {303, 422}


def test_who_has_not_proved_an_address_may_look_and_not_touch(app: Flask, client_as: Callable[[User], Client]) -> None:
    answer = client_as(make_user(verified=False)).post("/settings/addresses", data={"email": "more@example.org"})
    assert answer.status_code == 403
    assert "confirm your address" in answer.text


@pytest.fixture
def csrf(app: Flask) -> Iterator[None]:
    app.config["WTF_CSRF_ENABLED"] = True
    yield
    app.config["WTF_CSRF_ENABLED"] = False


WRITES = ["/login", "/logout", "/signup", "/verify", "/verify/x", "/reset", "/reset/x"] + [
    f"/settings{path}" for path in ("", "/password", "/addresses", "/addresses/1/remove", "/sessions/revoke")
]


@pytest.mark.parametrize("path", WRITES)
def test_a_write_without_its_token_is_refused(csrf: None, ada: User, client_as: Callable[[User], Client], path: str) -> None:
    browser = client_as(ada)
    assert browser.post(path).status_code == 400
    assert browser.post(path, headers={"HX-Request": "true"}).status_code == 400
    assert browser.post(path, data={"csrf_token": "forged"}).status_code == 400
    assert is_in(browser)


def _token(client: Client, path: str) -> str:
    return client.get(path).text.partition('name="csrf_token"')[2].partition('value="')[2].partition('"')[0]


def test_a_token_is_good_for_its_own_browser_and_not_after_signing_in(csrf: None, app: Flask, client: Client, ada: User) -> None:
    before = _token(client, "/login")
    other = app.test_client()
    other.get("/login")
    stolen = other.post("/login", data={"email": "ada@example.org", "password": PASSWORD, "csrf_token": before})
    assert stolen.status_code == 400
    assert sign_in(client, csrf_token=before).status_code == 303
    assert client.post("/settings/sessions/revoke", data={"csrf_token": before}).status_code == 400
    assert client.post("/settings/sessions/revoke", data={"csrf_token": _token(client, "/settings")}).status_code == 303
