"""What every address for programs has in common: who is let in, what can be read, what is kept, what may be cached."""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from campus import quotas
from campus.accounts.models import TokenScope
from campus.platform import settings
from campus.platform.clock import now
from campus.platform.db import session
from campus.platform.limits import usage
from campus.posts.models import Post
from tests.factories import make_post, make_user

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from campus.accounts.models import User
    from tests.api.conftest import Program
    from tests.conftest import Client

HOME = "/api/posts/home_feed/"
POSTS = "/api/posts/"
ME = "/api/me/"
KEY = {"Idempotency-Key": "one-two-three"}
SIGNED_OUT = {"error": "Authentication required"}


def posts() -> int:
    return session.scalar(select(func.count()).select_from(Post)) or 0


@pytest.mark.parametrize(("method", "path"), [("GET", HOME), ("GET", ME), ("POST", POSTS), ("DELETE", f"{POSTS}1/")])
def test_who_is_signed_out_is_told_so_whatever_she_sends(client: Client, method: str, path: str) -> None:
    response = client.open(path, method=method, data=b"\xff{")
    assert (response.status_code, response.get_json()) == (401, SIGNED_OUT)


def test_an_address_that_does_not_exist_is_told_as_a_problem(client: Client) -> None:
    response = client.get("/api/nothing/")
    assert response.status_code == 404
    assert response.mimetype == "application/problem+json"


def test_another_method_is_told_which_there_are(program: Callable[..., Program], alice: User) -> None:
    response = program(alice).put(POSTS)
    assert response.status_code == 405
    assert "POST" in response.headers["Allow"]


def test_a_session_reads_but_writes_only_with_the_forms_token(
    app: Flask, client_as: Callable[[User], Client], alice: User
) -> None:
    browser = client_as(alice)
    assert browser.get(ME).get_json()["credential"] == {"kind": "session", "scopes": ["moderate", "read", "write"]}
    app.config["WTF_CSRF_ENABLED"] = True
    try:
        refused = browser.post(POSTS, json={"text": "Forged"})
        assert refused.status_code == 400
        assert "X-CSRFToken" in refused.get_json()["detail"]
        page = browser.get("/posts/new").text
        token = page.partition('name="csrf_token" value="')[2].partition('"')[0] or page.partition('"X-CSRFToken": "')[2][:91]
        assert browser.post(POSTS, json={"text": "Meant"}, headers={"X-CSRFToken": token}).status_code == 201
    finally:
        app.config["WTF_CSRF_ENABLED"] = False


def test_public_pages_are_public_here_too(client: Client, alice: User) -> None:
    shown, hidden = make_post(author=alice, audience="public"), make_post(author=alice, audience="followers")
    assert client.get(f"{POSTS}{shown.id}/").status_code == 401
    with settings.override(dataclasses.replace(settings.current(), public_pages=True)):
        read = client.get(f"{POSTS}{shown.id}/")
        assert read.status_code == 200
        assert read.get_json()["viewer"] == {"liked": False, "may": []}
        assert client.get(f"{POSTS}{hidden.id}/").status_code == 404
        assert client.get(HOME).status_code == 401
        assert client.post(POSTS, json={"text": "x"}).status_code == 401


def test_what_is_denied_looks_like_what_is_missing(program: Callable[..., Program], alice: User, charlie: User) -> None:
    post = make_post(author=alice, audience="only_me")
    denied, missing = (program(charlie).get(f"{POSTS}{post_id}/") for post_id in (post.id, post.id + 1000))
    for response in (denied, missing):
        assert response.status_code == 404
    ids = [response.get_json().pop("request_id") for response in (denied, missing)]
    assert len(ids) == 2
    assert {**denied.get_json(), "request_id": ""} == {**missing.get_json(), "request_id": ""}


@pytest.mark.parametrize("post_id", ["0", "9223372036854775807", "9223372036854775808", "99999999999999999999999"])
def test_ids_out_of_this_world_are_missing(program: Callable[..., Program], alice: User, post_id: str) -> None:
    assert program(alice).get(f"{POSTS}{post_id}/").status_code == 404


@pytest.mark.parametrize(
    ("status", "sent"),
    [
        (400, b""),
        (400, b"{"),
        (400, b'{"text": "x"'),
        (400, b"\xff\xfe"),
        (400, b'{"text": "\xff"}'),
        (400, b'{"text": "\\ud800"}'),
        (422, b'{"text": NaN}'),
        (400, b"[" * 100_000),
        (400, b'{"text":' + b"[" * 33 + b"]" * 33 + b"}"),
        (422, b"[]"),
        (422, b"null"),
        (422, b"5"),
        (422, b'"text"'),
        (422, b'{"text": "\\u0000"}'),
        (422, b'{"te\\u0000xt": "x"}'),
        (413, b'{"text": "' + b"x" * 1_000_001 + b'"}'),
        (413, b'{"text": "' + b"x" * 10_000_000 + b'"}'),
    ],
)
def test_what_is_no_json_is_refused_with_a_reason(program: Callable[..., Program], alice: User, status: int, sent: bytes) -> None:
    refused = program(alice).post(POSTS, data=sent, content_type="application/json")
    assert refused.status_code == status, refused.text
    assert refused.mimetype == "application/problem+json"
    assert refused.get_json()["detail"]
    assert posts() == 0


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "application/x-www-form-urlencoded", "", "text/json"])
def test_other_content_is_refused_with_what_is_expected(program: Callable[..., Program], alice: User, kind: str) -> None:
    refused = program(alice).post(POSTS, data=b'{"text": "x"}', content_type=kind)
    assert refused.status_code == 415
    assert "expected application/json" in refused.get_json()["detail"]
    assert posts() == 0


@pytest.mark.parametrize(
    ("field", "query"),
    [
        ("page", "page=0"),
        ("page", "page=-1"),
        ("page", "page=x"),
        ("page", "page=1e3"),
        ("page", "page=99999999999999999999"),
        ("page", "page="),
        ("page_size", "page_size=51"),
        ("page_size", "page_size=10.0"),
        ("algorithm", "algorithm=random"),
        ("scope", "scope=world"),
        ("pages", "pages=2"),
        ("page", "page=1&page=2"),
    ],
)
def test_a_query_that_makes_no_sense_is_refused_by_name(
    program: Callable[..., Program], alice: User, field: str, query: str
) -> None:
    refused = program(alice).get(f"{HOME}?{query}")
    assert refused.status_code == 422, refused.text
    assert field in {each["field"] for each in refused.get_json()["errors"]}


@pytest.mark.parametrize("query", ["cursor=forged", "cursor=%00", "cursor=%ff", "algorithm=%ed%a0%80"])
def test_forged_and_unreadable_queries_are_refused(program: Callable[..., Program], alice: User, query: str) -> None:
    assert program(alice).get(f"{HOME}?{query}").status_code == 400


def test_a_cursor_of_somebody_else_leads_nowhere(program: Callable[..., Program], alice: User, bob: User) -> None:
    for _ in range(3):
        make_post(author=alice, audience="public")
    link = program(alice).get(f"{HOME}?page_size=1").headers["Link"]
    address = link[1 : link.index(">")]
    assert program(alice).get(address).status_code == 200
    assert program(bob).get(address).status_code == 400


def test_who_has_it_already_is_told_so(program: Callable[..., Program], alice: User) -> None:
    post = make_post(author=alice, audience="public")
    client = program(alice)
    first = client.get(f"{POSTS}{post.id}/")
    assert first.headers["ETag"].startswith('W/"')
    assert first.headers["Cache-Control"] == "private, no-cache"
    assert {"Authorization", "Cookie"} <= set(first.vary)
    again = client.get(f"{POSTS}{post.id}/", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    client.patch(f"{POSTS}{post.id}/", json={"text": "Different"})
    assert client.get(f"{POSTS}{post.id}/", headers={"If-None-Match": first.headers["ETag"]}).status_code == 200


def test_nobody_learns_by_a_mark_what_she_may_not_see(program: Callable[..., Program], alice: User, charlie: User) -> None:
    post = make_post(author=alice, audience="only_me")
    mark = program(alice).get(f"{POSTS}{post.id}/").headers["ETag"]
    assert program(charlie).get(f"{POSTS}{post.id}/", headers={"If-None-Match": mark}).status_code == 404
    assert program(charlie).get(f"{POSTS}{post.id}/", headers={"If-None-Match": "*"}).status_code == 404


def test_a_request_sent_again_has_one_effect_and_the_same_answer(program: Callable[..., Program], alice: User) -> None:
    client = program(alice)
    first = client.post(POSTS, json={"text": "Once"}, headers=KEY)
    again = client.post(POSTS, json={"text": "Once"}, headers=KEY)
    assert (again.status_code, again.data, again.headers["Location"]) == (201, first.data, first.headers["Location"])
    assert again.headers["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first.headers
    assert posts() == 1
    assert usage(quotas.POSTS, alice.id, now=now()).used == 1


def test_a_key_is_for_one_request_of_one_person(program: Callable[..., Program], alice: User, bob: User) -> None:
    client = program(alice)
    made = client.post(POSTS, json={"text": "Once"}, headers=KEY)
    assert client.post(POSTS, json={"text": "Other"}, headers=KEY).status_code == 422
    assert client.delete(made.headers["Location"], headers=KEY).status_code == 422
    assert program(bob).post(POSTS, json={"text": "Once"}, headers=KEY).get_json()["author"]["id"] == bob.id
    assert posts() == 2


def test_a_refusal_is_not_kept(program: Callable[..., Program], alice: User) -> None:
    client = program(alice)
    assert client.post(POSTS, json={"text": ""}, headers=KEY).status_code == 422
    assert client.post(POSTS, json={"text": "Now"}, headers=KEY).status_code == 201


@pytest.mark.parametrize("key", ["", "x" * 201, "a b", "ä", "\x7f"])
def test_a_key_that_is_none_is_refused(program: Callable[..., Program], alice: User, key: str) -> None:
    refused = program(alice).post(POSTS, json={"text": "x"}, headers={"Idempotency-Key": key.encode().decode("latin-1")})
    assert refused.status_code == 400
    assert posts() == 0


def test_too_many_requests_are_told_when_to_go_on(
    program: Callable[..., Program], alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    with settings.override(dataclasses.replace(settings.current(), quotas={"api": "3/minute"})):
        client, other = program(alice), program(alice)
        for _ in range(3):
            assert client.get(ME).status_code == 200
        refused = client.get(ME)
        assert refused.status_code == 429
        assert int(refused.headers["Retry-After"]) > 0
        assert other.get(ME).status_code == 200


def test_an_unproved_address_may_look_but_not_touch(program: Callable[..., Program]) -> None:
    client = program(make_user(verified=False))
    assert client.get(ME).status_code == 200
    assert client.post(POSTS, json={"text": "x"}).status_code == 403


def test_what_a_token_may_do_is_told(program: Callable[..., Program], alice: User) -> None:
    assert program(alice, TokenScope.READ).get(ME).get_json()["credential"] == {"kind": "token", "scopes": ["read"]}


def test_text_of_every_script_survives(program: Callable[..., Program], alice: User) -> None:
    text = 'Łódź 東京 🎉 \u200f\u05d0 \\ " </script>'
    assert program(alice).post(POSTS, json={"text": text}).get_json()["text"] == text
    made = program(alice).post(
        POSTS, data=json.dumps({"text": text}, ensure_ascii=False).encode(), content_type="application/json"
    )
    assert made.get_json()["text"] == text
