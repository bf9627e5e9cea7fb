"""Input that makes no sense, at every operation: a refusal that says what is wrong, and nothing is changed."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest
from flask.testing import FlaskClient
from pydantic import ValidationError

from campus.api.incoming import LARGEST
from campus.api.operations import Operation, of_view
from campus.api.paging import cursor_of
from campus.platform.tokens import sign
from tests.api.matrix.asking import address, may
from tests.api.matrix.remains import rows
from tests.api.matrix.routes import FILES, ROUTES
from tests.api.matrix.stage import Stage, build
from tests.keeping import kept

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from flask import Flask
    from pydantic import BaseModel
    from werkzeug.test import TestResponse

WRONG: list[Any] = [None, True, 7, -1, 1.5, 10**40, "", "x" * 20_000, "a\0b", "7", [], [1], {}, {"a": 1}, [[]], [{}]]
PROTECTED = {
    "id": 1,
    "author": {"id": 1},
    "author_id": 1,
    "user_id": 1,
    "owner": "o:1",
    "role": "owner",
    "is_admin": True,
    "state": "published",
    "like_count": 1000,
    "comment_count": 1000,
    "share_count": 1000,
    "counts": {"likes": 1000},
    "heat": 99.0,
    "comments_locked": True,
    "created_at": "2000-01-01T00:00:00Z",
    "published_at": "2000-01-01T00:00:00Z",
    "edited_at": "2000-01-01T00:00:00Z",
    "suspended_at": None,
    "permission_version": 1,
    "__proto__": {},
    "": 1,
}
NOT_JSON = [b"", b"{", b"nonsense", b"{'text': 1}", b'{"text": "\xff\xfe"}', b"\xef\xbb\xbf{}x", b'{"text": "\\ud800"}']
NO_OBJECT = [b"NaN", b"null", b"[]", b'"text"', b"7", b"true", b"[{}]"]
KINDS = [None, "text/plain", "application/x-www-form-urlencoded", "application/xml", "application/json-patch+json", "nonsense"]
IDS = ["0", str(2**63), str(2**64 + 1), "9" * 100, "-1", "1.5", "1e3", "0x10", "%00", "%FF", "1%00", "one", "%E2%91%A0"]
NAMES = ["%00", "%FF", "a" * 3000, "%2E%2E", "'%20OR%201=1--", "%F0%9F%99%82", "A%0Ab", "%C0%AF", "{handle}"]
ADMITTED_BY_NAME = {"PUT /organizations/<slug>/members/<handle>/": (403,)}  # a stranger and nobody are refused in the same words
CURSORS = ["x", "1", "e30", "a.b.c", "null", "%00", "%FF", "x" * 5000, "-1-1"]


@dataclass(frozen=True)
class Door:
    """An operation, where it is, what it takes in, and the token of somebody who may do it there."""

    name: str
    operation: Operation
    url: str
    token: str

    @property
    def method(self) -> str:
        """How it is asked."""
        return self.name.partition(" ")[0]


@pytest.fixture
def stage(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Stage:
    """Somebody who may do everything, and things to do it with; nobody asks too often."""
    monkeypatch.setattr("campus.platform.rates.throttle", lambda *_: None)
    return kept(build)


@pytest.fixture
def doors(app: Flask, stage: Stage) -> list[Door]:
    """Every operation but those that take a file alone, at something that is the caller's own where there is a choice."""
    found = []
    for rule in app.url_map.iter_rules():
        operation = of_view(app.view_functions[rule.endpoint])
        for name in [f"{method} {rule.rule.removeprefix('/api')}" for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}]:
            if operation is not None and name not in FILES:
                thing, who = may(name, ROUTES[name])
                url = f"/api{address(stage, name.partition(' ')[2], thing)}"
                found.append(Door(name, operation, url, stage.tokens[who]))
    return found


class Caller:
    """Anna asks, or who is in charge. What she gets is noted if it is no refusal, or one that does not say what is wrong."""

    def __init__(self, app: Flask) -> None:
        self.client = FlaskClient(app, app.response_class, use_cookies=False)
        self.faults: list[str] = []
        self.asked = 0

    def refused(self, door: Door, *statuses: int, field: str | None = None, query: str = "", **sent: Any) -> TestResponse:
        """Ask; expect one of these statuses, with a reason, and with this field named."""
        self.asked += 1
        headers = {"Authorization": f"Bearer {door.token}"} | sent.pop("headers", {})
        with self.client.application.app_context():  # of its own, as on a server: who asked before is forgotten
            answer = self.client.open(f"{door.url}{query}", method=door.method, headers=headers, **sent)
        told = answer.get_json(silent=True) or {}
        named = [error["field"] for error in told.get("errors", [])]
        right = answer.status_code in statuses and answer.mimetype == "application/problem+json" and told.get("detail")
        if not right or (field is not None and not any(each == field or each.startswith(f"{field}.") for each in named)):
            about = {key: str(value)[:80] for key, value in sent.items()} | {"query": query[:80]}
            self.faults.append(f"{door.name} {about}: {answer.status_code} {answer.text[:200]}")
        return answer


@pytest.fixture
def caller(app: Flask, stage: Stage) -> Iterator[Caller]:
    """Whoever asks changes nothing."""
    before = rows()
    made = Caller(app)
    yield made
    assert made.faults == []
    assert made.asked > 0
    assert rows() == before


def test_wrong_types_in_every_field(caller: Caller, doors: list[Door]) -> None:
    for door, model, body in _bodies(doors):
        for field in model.model_fields:
            for wrong in (wrong for wrong in WRONG if not _accepted(model, body | {field: wrong})):
                caller.refused(door, 422, field=field, json=body | {field: wrong})


def test_wrong_types_in_nested_fields(caller: Caller, doors: list[Door]) -> None:
    nested = [(door, model, body) for door, model, body in _bodies(doors) if "photos" in model.model_fields]
    for door, model, body in nested:
        for wrong in (wrong for wrong in WRONG if not _accepted(model, body | {"photos": [{"position": 1, "alt": wrong}]})):
            caller.refused(door, 422, field="photos.0", json=body | {"photos": [{"position": 1, "alt": wrong}]})


def test_what_is_not_hers_to_say_is_refused_by_name(caller: Caller, doors: list[Door]) -> None:
    for door, model, body in _bodies(doors):
        for field, value in PROTECTED.items():
            if field not in model.model_fields:
                caller.refused(door, 422, field=field or "body", json=body | {field: value})


def test_fields_that_are_needed(caller: Caller, doors: list[Door]) -> None:
    for door, model, body in _bodies(doors):
        for field in (name for name, told in model.model_fields.items() if told.is_required()):
            caller.refused(door, 422, field=field, json={name: value for name, value in body.items() if name != field})


def test_what_is_no_json(caller: Caller, doors: list[Door]) -> None:
    for door, _, body in _bodies(doors):
        for sent in NOT_JSON:
            caller.refused(door, 400, data=sent, content_type="application/json")
        for sent in NO_OBJECT:
            caller.refused(door, 422, data=sent, content_type="application/json")
        for kind in KINDS:
            caller.refused(door, 415, data=json.dumps(body), content_type=kind)


def test_too_much_json(caller: Caller, doors: list[Door]) -> None:
    for door, _, _ in _bodies(doors):
        caller.refused(door, 413, data=b'{"text": "' + b"a" * LARGEST + b'"}', content_type="application/json")
        for deep in (b"[" * 40 + b"]" * 40, b'{"a":' * 40 + b"1" + b"}" * 40, b"[" * 400_000):
            caller.refused(door, 400, data=deep, content_type="application/json")
        caller.refused(door, 422, json={f"field{n}": n for n in range(20_000)})


def test_addresses_of_nothing(app: Flask, stage: Stage, caller: Caller, doors: list[Door]) -> None:
    for door in doors:
        rule = door.name.partition(" ")[2]
        body = ROUTES[door.name].body
        for part in re.findall("<int:[a-z_]+>", rule):
            _nowhere(caller, stage, door, rule, part, IDS, body)
        for part in ("<handle>", "<slug>", "<department>", "<session_id>"):
            _nowhere(caller, stage, door, rule, part, NAMES, body)


def _nowhere(  # noqa: PLR0917
    caller: Caller, stage: Stage, door: Door, rule: str, part: str, wrong: Iterable[str], body: dict[str, Any] | None
) -> None:
    """Ask at an address with each of these in the place of a part."""
    sent: dict[str, Any] = {} if body is None else {"json": body}
    for value in wrong if part in rule else ():
        url = f"/api{address(stage, rule.replace(part, value), may(door.name, ROUTES[door.name])[0])}"
        caller.refused(replace(door, url=url), 400, 404, *ADMITTED_BY_NAME.get(door.name, ()), **sent)


def test_queries_that_make_no_sense(caller: Caller, doors: list[Door]) -> None:
    for door in doors:
        sent: dict[str, Any] = {"json": ROUTES[door.name].body} if ROUTES[door.name].body else {}
        caller.refused(door, 422, field="nonsense", query="?nonsense=1", **sent)
        for unreadable in ("?a=%00", "?a=%FF", "?%00=1", "?a=%ED%A0%80"):
            caller.refused(door, 400, query=unreadable, **sent)
        for field in door.operation.query.model_fields if door.operation.query else ():
            caller.refused(door, 422, field=field, query=f"?{field}=1&{field}=2")


@pytest.mark.parametrize("size", ["0", "-1", "51", "1e2", "x", "", "9" * 50, "%D9%A1", " 1", "1.0"])
def test_page_sizes(caller: Caller, doors: list[Door], size: str) -> None:
    for door in _paged(doors):
        caller.refused(door, 422, field="page_size", query=f"?page_size={size}")


def test_cursors_that_lead_nowhere(caller: Caller, doors: list[Door], stage: Stage) -> None:
    forged = [cursor_of("another list", 1), sign("feed", {"k": [1]}), sign("api:x", {"k": "abc"}), cursor_of("x", 1)[:-2] + "zz"]
    for door in _paged(doors):
        needed = "&q=light" if "/search/" in door.url else ""
        for cursor in [*CURSORS, *forged]:
            caller.refused(door, 400, 422, query=f"?cursor={cursor}{needed}")


def _bodies(doors: list[Door]) -> Iterator[tuple[Door, type[BaseModel], dict[str, Any]]]:
    """The operations that take JSON, with a body they would accept."""
    for door in doors:
        if door.operation.body is not None:
            yield door, door.operation.body, ROUTES[door.name].body or {}


def _paged(doors: list[Door]) -> list[Door]:
    paged = [door for door in doors if door.operation.query and "cursor" in door.operation.query.model_fields]
    assert len(paged) > 10
    return paged


def _accepted(model: type[BaseModel], body: dict[str, Any]) -> bool:
    """It is no wrong input at all: the rooms judge it further."""
    try:
        model.model_validate_json(json.dumps(body))
    except ValidationError:
        return False
    return "\\u0000" not in json.dumps(body)
