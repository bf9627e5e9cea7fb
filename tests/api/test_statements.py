"""How often the operations that read ask the database: no more for a long list than for a short one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from flask.testing import FlaskClient

from campus.api.operations import of_view
from tests.api.matrix.asking import address, may
from tests.api.matrix.routes import ROUTES
from tests.api.matrix.stage import Stage, build

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

MOST = 12  # statements, signing in included; a home feed that is computed anew takes the most
AT_THE_END = 1  # where a page holds the last of them, some ask whether it is the last
ALL_SIDES = {"GET /moderation/cases/<int:case_id>/": 20}  # its reports, decisions, people, and what it is about
IN_STRIDES = {"GET /search/": 8}  # what the rule hides makes it look further: so many times at most, however long the list


@pytest.fixture
def stage(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Stage:
    monkeypatch.setattr("campus.platform.rates.throttle", lambda *_: None)
    return build()


def test_statements_do_not_grow_with_the_list(app: Flask, stage: Stage, count_queries: Callable[[], Any]) -> None:
    client = FlaskClient(app, app.response_class, use_cookies=False)

    def statements(name: str, url: str) -> int:
        headers = {"Authorization": f"Bearer {stage.tokens[may(name, ROUTES[name])[1]]}"}
        with app.app_context():  # of its own, as on a server
            assert client.get(url, headers=headers).status_code == 200
        with app.app_context(), count_queries() as sent:
            client.get(url, headers=headers)
        return len(sent)

    few = {name: statements(name, url) for name, url in _reads(app, stage, page_size=5).items()}
    many = {name: statements(name, url) for name, url in _reads(app, stage, page_size=50).items()}
    allowed = {name: IN_STRIDES.get(name, count + AT_THE_END) for name, count in few.items()}
    grown = {name: (few[name], count) for name, count in many.items() if count > allowed[name]}
    assert grown == {}
    assert {name: count for name, count in many.items() if count > ALL_SIDES.get(name, MOST)} == {}


def _reads(app: Flask, stage: Stage, *, page_size: int) -> dict[str, str]:
    """The operations that read, at something the caller may see; lists of this length."""
    found = {}
    for rule in app.url_map.iter_rules():
        operation, name = of_view(app.view_functions[rule.endpoint]), f"GET {rule.rule.removeprefix('/api')}"
        if operation is None or name not in ROUTES or "GET" not in (rule.methods or set()):
            continue
        thing, _ = may(name, ROUTES[name])
        query = thing.partition("&page_size")[0] if thing.startswith("?") else ""
        fields = operation.query.model_fields if operation.query else {}
        sized = f"{'&' if query else '?'}page_size={page_size}" if "page_size" in fields else ""
        found[name] = f"/api{address(stage, name.removeprefix('GET '), thing)}{query}{sized}"
    return found
