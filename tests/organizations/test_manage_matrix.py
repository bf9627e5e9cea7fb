"""Every page by which an organization is run, asked for by everybody: who does not run it finds nothing there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.organizations.managing import OTHERS, RUNNING, campus

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from campus.accounts.models import User
    from tests.conftest import Client
    from tests.organizations.managing import Campus

    SignIn = Callable[[User], Client]

PREFIX = "/o/<slug>/manage"
ITS_OWN = re.compile(r"[0-9a-f]{16}|csrf_token[^>]*>|X-CSRFToken[^}]*}")


@pytest.fixture
def westmere(app: Flask) -> Campus:
    return campus()


def addresses(app: Flask, slug: str) -> list[tuple[str, str]]:
    """Every page and every form of the room's, about what is there."""
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("manage.")]
    return [
        (
            method,
            re.sub(
                r"<int:[^>]+>",
                "1",
                rule.rule.replace("<slug>", slug).replace("<handle>", "ruth").replace("<department>", "physics"),
            ),
        )
        for rule in rules
        for method in sorted((rule.methods or set()) & {"GET", "POST"})
    ]


@pytest.mark.parametrize("who", OTHERS)
def test_who_does_not_run_it_finds_nothing(app: Flask, client_as: SignIn, westmere: Campus, who: str) -> None:
    browser = client_as(westmere[who])
    nothing = ITS_OWN.sub("", browser.get("/o/westmere/manage/never-was").text)
    for method, address in addresses(app, "westmere"):
        answer = browser.open(
            address, method=method, data={"role": "owner", "kind": "staff", "approve": "ticked"} if method == "POST" else None
        )
        assert (address, answer.status_code) == (address, 404)
        assert ITS_OWN.sub("", answer.text) == nothing
    assert "manage" not in browser.get("/o/westmere").text.replace("manage/moderation", "" if who == "moderator" else "manage")


def test_who_is_not_signed_in_is_sent_to_sign_in(app: Flask, client: Client, westmere: Campus) -> None:
    for method, address in addresses(app, "westmere"):
        assert client.open(address, method=method).location.startswith("/login"), address


@pytest.mark.parametrize("who", RUNNING)
def test_who_runs_it_finds_every_page(app: Flask, client_as: SignIn, westmere: Campus, who: str) -> None:
    browser = client_as(westmere[who])
    assert "/o/westmere/manage/members" in browser.get("/o/westmere").text
    for method, address in addresses(app, "westmere"):
        if method == "GET":
            assert (address, browser.get(address).status_code) in {(address, 200), (address, 303), (address, 404)}
    assert browser.get("/o/elsewhere/manage/members").status_code == 404
