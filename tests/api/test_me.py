"""The caller herself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from campus.accounts.actions import start_session
from campus.platform.clock import now

if TYPE_CHECKING:
    from collections.abc import Callable

    from campus.accounts.models import User
    from tests.api.conftest import Program
    from tests.conftest import Client

ME = "/api/me/"
SESSIONS = "/api/me/sessions/"


def test_she_is_told_who_she_is_and_what_is_left(program: Callable[..., Program], alice: User) -> None:
    client = program(alice)
    client.post("/api/posts/", json={"text": "One"})
    me = client.get(ME).get_json()
    assert (me["id"], me["handle"], me["verified"]) == (alice.id, alice.handle, True)
    spent = {quota["name"]: (quota["used"], quota["limit"]) for quota in me["quotas"]}
    assert spent["posts"] == (1, 20)
    assert spent["likes"] == (0, 200)
    assert spent["reports"] == (0, 20)


def test_what_is_named_changes_and_the_rest_stays(program: Callable[..., Program], alice: User) -> None:
    client = program(alice)
    before = client.get(ME).get_json()
    after = client.patch(ME, json={"bio": "Physics.", "algorithm": "chronological"}).get_json()
    assert after["bio"] == "Physics."
    assert after["preferences"] == before["preferences"] | {"algorithm": "chronological"}
    assert after["name"] == before["name"]
    assert client.get(ME).get_json() == after


@pytest.mark.parametrize(
    "body", [{"name": ""}, {"name": None}, {"bio": 3}, {"algorithm": "random"}, {"is_admin": True}, {"handle": "root"}, {"id": 1}]
)
def test_what_cannot_be_is_refused(program: Callable[..., Program], alice: User, body: dict[str, object]) -> None:
    client = program(alice)
    before = client.get(ME).get_json()
    refused = client.patch(ME, json=body)
    assert refused.status_code == 422
    assert refused.get_json()["errors"][0]["field"] == next(iter(body))
    assert client.get(ME).get_json() == before


def test_sessions_are_listed_and_ended(
    program: Callable[..., Program], client_as: Callable[[User], Client], alice: User, bob: User
) -> None:
    browser = client_as(alice)
    start_session(user_id=alice.id, user_agent="Old phone", now=now())
    client = program(alice)
    listed = client.get(SESSIONS).get_json()
    assert [one["current"] for one in listed] == [False, False]
    assert sum(one["current"] for one in browser.get(SESSIONS).get_json()) == 1
    old = next(one for one in listed if one["user_agent"] == "Old phone")
    assert program(bob).delete(f"{SESSIONS}{old['id']}/").status_code == 404
    assert client.delete(f"{SESSIONS}{old['id']}/").status_code == 204
    assert client.delete(f"{SESSIONS}{old['id']}/").status_code == 404
    assert client.delete(SESSIONS).get_json() == {"ended": 1}
    assert browser.get(ME).status_code == 401
