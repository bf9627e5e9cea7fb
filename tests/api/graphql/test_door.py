"""Who is let in at `/graphql`, with what, and how a refusal reads."""

from __future__ import annotations

import dataclasses
import html
import json
from typing import TYPE_CHECKING

import pytest

from campus.accounts import tokens
from campus.accounts.actions import suspend
from campus.accounts.models import TokenScope
from campus.api.graphql.examples import EXAMPLES
from campus.platform import settings
from campus.platform.clock import now
from campus.quotas import API
from tests.api.graphql.asking import URL, ask, form_token, post
from tests.api.limiting import limit_to
from tests.factories import make_post, make_user

if TYPE_CHECKING:
    from collections.abc import Callable

    from campus.accounts.models import User
    from tests.conftest import Client

ME = "{ me { handle } }"


def test_who_is_not_signed_in_is_told_so(client: Client) -> None:
    response = post(client, ME)
    assert response.status_code == 401
    assert response.json == {"error": "Authentication required"}


def test_a_browser_that_is_not_signed_in_is_led_to_the_sign_in_page(client: Client) -> None:
    response = client.get(URL)
    assert response.status_code == 303
    assert response.location == "/login?next=%2Fgraphql"


def test_a_token_opens_the_door(program: Callable[..., Client], alice: User) -> None:
    assert ask(program(alice), ME) == {"me": {"handle": "alice"}}


def test_a_token_that_only_reads_changes_nothing(program: Callable[..., Client], alice: User) -> None:
    hers, mine = program(alice, TokenScope.READ), make_post(author=alice)
    assert ask(hers, ME)
    response = post(hers, "mutation($id: ID!) { like(postId: $id) { liked } }", id=mine.id)
    assert response.status_code == 403
    assert "write" in response.get_json()["error"]
    assert ask(hers, "query($id: ID!) { post(id: $id) { viewer { liked } } }", id=mine.id) == {
        "post": {"viewer": {"liked": False}}
    }


def test_a_wrong_token_is_refused_even_beside_a_good_cookie(client_as: Callable[[User], Client], alice: User) -> None:
    browser = client_as(alice)
    for token in ("pct_" + "x" * 43, "pct_wrong", ""):
        browser.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"
        assert post(browser, ME).status_code == 401


def test_suspension_acts_at_once(program: Callable[..., Client], client_as: Callable[[User], Client], alice: User) -> None:
    hers, browser = program(alice), client_as(alice)
    token = form_token(browser)
    suspend(user_id=alice.id, now=now())
    assert post(hers, ME).status_code == 401
    assert browser.post(URL, json={"query": ME}, headers={"X-CSRFToken": token}).status_code == 401


def test_revoking_acts_at_once(program: Callable[..., Client], alice: User) -> None:
    hers = program(alice)
    assert post(hers, ME).status_code == 200
    assert tokens.revoke_all(user_id=alice.id, now=now()) == 1
    assert post(hers, ME).status_code == 401


def test_a_cookie_needs_the_token_of_the_page(client_as: Callable[[User], Client], alice: User) -> None:
    browser = client_as(alice)
    assert post(browser, ME).status_code == 400
    answer = browser.post(URL, json={"query": ME}, headers={"X-CSRFToken": form_token(browser)})
    assert answer.get_json() == {"data": {"me": {"handle": "alice"}}}


def test_requests_are_counted(program: Callable[..., Client], alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    hers = program(alice)
    limit_to(monkeypatch, API, 2)
    assert [post(hers, ME).status_code for _ in range(3)] == [200, 200, 429]


def test_who_has_not_proved_an_address_may_look_but_not_touch(program: Callable[..., Client]) -> None:
    hers = program(make_user(handle="nova", verified=False))
    assert ask(hers, ME) == {"me": {"handle": "nova"}}
    assert post(hers, "mutation { chooseFeed(algorithm: MIXED, scope: ALL) { scope } }").status_code == 403


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"{", "application/json", 400),
        (b"", "application/json", 400),
        (b"[]", "application/json", 422),
        (b'[{"query": "{me{id}}"}]', "application/json", 422),
        (b'{"query": 7}', "application/json", 422),
        (b'{"query": "{me{id}}", "variables": []}', "application/json", 422),
        (b'{"query": "{me{id}}", "extra": 1}', "application/json", 422),
        (b'{"query": "{me{id}}\\u0000"}', "application/json", 422),
        (b'{"query": "{me{id}}\\ud800"}', "application/json", 400),
        (b'{"query": "\xff"}', "application/json", 400),
        (b'{"query": "{me{id}}", "variables": ' + b'{"a":' * 200 + b"1" + b"}" * 200 + b"}", "application/json", 400),
        (b"[" * 50_000, "application/json", 400),
        (b'{"query": "' + b" " * 100_000 + b'"}', "application/json", 413),
        (b" " * 1_000_000, "application/json", 413),
        (b"{me{id}}", "application/graphql", 415),
        (b"{me{id}}", "text/plain", 415),
        (b"query=x", "multipart/form-data; boundary=x", 415),
    ],
)
def test_a_body_that_cannot_be_read_is_refused(
    program: Callable[..., Client], alice: User, body: bytes, content_type: str, status: int
) -> None:
    response = program(alice).post(URL, data=body, content_type=content_type)
    assert response.status_code == status, response.text
    assert response.mimetype == "application/problem+json"
    assert response.get_json()["error"]


def test_nothing_is_executed_by_get(program: Callable[..., Client], alice: User) -> None:
    response = program(alice).get(URL, query_string={"query": ME})
    assert response.mimetype == "text/html"
    for method in ("put", "patch", "delete"):
        assert getattr(program(alice), method)(URL).status_code == 405


def test_answers_are_kept_by_nobody(program: Callable[..., Client], alice: User) -> None:
    response = post(program(alice), ME)
    assert "private" in response.headers["Cache-Control"]
    assert {"Cookie", "Authorization"} <= set(response.vary)


def test_one_of_several_operations_is_chosen_by_name(program: Callable[..., Client], alice: User) -> None:
    two = "query A { me { handle } } query B { me { name } }"
    hers = program(alice)
    assert post(hers, two, "B").get_json() == {"data": {"me": {"name": "Alice"}}}
    for name in (None, "C"):
        response = post(hers, two, name)
        assert response.status_code == 400
        assert "A, B" in response.get_json()["errors"][0]["message"]


def test_the_page_works_without_scripts(client_as: Callable[[User], Client], alice: User) -> None:
    browser = client_as(alice)
    token = form_token(browser)
    asked = {"csrf_token": token, "query": "query($h: String!) { user(handle: $h) { name } }", "variables": '{"h": "alice"}'}
    page = browser.post(URL, data=asked)
    assert page.status_code == 200
    assert '"name": "Alice"' in html.unescape(page.text)
    assert "query($h: String!)" in html.unescape(page.text)


@pytest.mark.parametrize(("query", "variables"), [("{", ""), ("{ me { id } }", "[1]"), ("{ me { id } }", "{"), ("", "")])
def test_the_page_keeps_what_it_refuses(client_as: Callable[[User], Client], alice: User, query: str, variables: str) -> None:
    browser = client_as(alice)
    page = browser.post(URL, data={"csrf_token": form_token(browser), "query": query, "variables": variables})
    assert page.status_code in {400, 422}
    assert page.mimetype == "text/html"
    assert "With errors." in page.text
    assert f">{html.escape(query)}</textarea>" in page.text


def test_the_page_s_form_needs_its_token(client_as: Callable[[User], Client], alice: User) -> None:
    response = client_as(alice).post(URL, data={"query": ME})
    assert (response.status_code, response.mimetype) == (400, "text/html")


@pytest.mark.parametrize("place", range(len(EXAMPLES)))
def test_every_example_is_answered(
    client_as: Callable[[User], Client], program: Callable[..., Client], alice: User, place: int
) -> None:
    make_post(author=alice)
    example = EXAMPLES[place]
    assert ask(program(alice), example.query, **json.loads(example.variables or "{}"))
    assert html.escape(example.query) in client_as(alice).get(f"{URL}?example={place}").text


@pytest.mark.parametrize("place", ["99", "-1", "x", "٣", "1" * 5000])
def test_an_example_that_is_none_is_the_first(client_as: Callable[[User], Client], alice: User, place: str) -> None:
    assert html.escape(EXAMPLES[0].query) in client_as(alice).get(URL, query_string={"example": place}).text


def test_introspection_is_by_setting(program: Callable[..., Client], client_as: Callable[[User], Client], alice: User) -> None:
    hers, asked = program(alice), "{ __schema { queryType { name } } }"
    assert ask(hers, asked) == {"__schema": {"queryType": {"name": "Query"}}}
    assert "type Query" in client_as(alice).get(URL).text
    with settings.override(dataclasses.replace(settings.current(), graphql_introspection=False)):
        assert post(hers, asked).status_code == 400
        assert "type Query" not in client_as(alice).get(URL).text
        assert "Did you mean" not in post(hers, "{ mee { id } }").text
        assert post(hers, "{ me { __typename } }").status_code == 200
    assert "Did you mean" in post(hers, "{ mee { id } }").text
