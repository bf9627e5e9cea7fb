"""Every page and every button of the administrators, asked by everybody: to all but them it does not exist."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import null

from campus.organizations.actions import add_domain
from tests.factories import make_user

if TYPE_CHECKING:
    from flask import Flask

    from tests.personas import World

# The mark of the request, and the form's token.
ITS_OWN = re.compile(r"[0-9a-f]{16}|csrf_token[^>]*>|X-CSRFToken[^}]*}")
NOBODY_ELSE = ("alice", "bob", "charlie", "dana", "eve", "unverified")


def routes(app: Flask) -> list[tuple[str, str]]:
    """Method and address of each page, filled with things that exist."""
    return [
        (method, fill(rule.rule.replace("<handle>", "waiting") if rule.rule.endswith("/decline") else rule.rule))
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("admin.") and rule.rule.startswith("/admin")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    ]


def fill(rule: str) -> str:
    return re.sub(r"<(?:[a-z]+:)?([a-z_]+)>", lambda match: THINGS[match[1]], rule)


THINGS = {"name": "tidy_up", "handle": "bob", "slug": "northbridge", "job_id": "1", "announcement_id": "1", "domain": "a.example"}


@pytest.mark.parametrize("who", NOBODY_ELSE)
def test_to_anybody_else_it_is_as_if_it_never_was(app: Flask, world: World, client_as: Any, who: str) -> None:
    person = make_user(handle="unverified", verified=False) if who == "unverified" else getattr(world, who)
    browser = client_as(person)
    never = ITS_OWN.sub("", browser.get("/admin/never/was").text)
    wrong = {}
    for method, address in routes(app):
        answer = browser.open(address, method=method)
        if answer.status_code != 404 or ITS_OWN.sub("", answer.text) != never:
            wrong[f"{method} {address}"] = answer.status_code
    assert wrong == {}


def test_who_is_not_signed_in_is_sent_to_sign_in(app: Flask, world: World, client: Any, client_as: Any) -> None:
    for browser in (client, client_as(world.sam)):
        for method, address in routes(app):
            answer = browser.open(address, method=method)
            assert (answer.status_code, answer.location.partition("?")[0]) == (303, "/login"), address


def test_an_administrator_gets_every_page(app: Flask, world: World, client_as: Any) -> None:
    make_user(handle="waiting", approved_at=null())
    add_domain(organization_id=world.northbridge.id, domain=THINGS["domain"])
    browser = client_as(world.root)
    for method, address in routes(app):
        if method == "GET" and "1" not in address:
            assert browser.get(address).status_code == 200, address


def test_the_way_in_is_in_the_menu_of_administrators_alone(world: World, client_as: Any) -> None:
    assert 'href="/admin"' in client_as(world.root).get("/settings").text
    assert 'href="/admin"' not in client_as(world.dana).get("/settings").text
