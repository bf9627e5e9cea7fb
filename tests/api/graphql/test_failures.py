"""When the product itself fails: said without a word of what is inside, and noted where the operator looks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from campus.api.graphql import execution
from campus.api.graphql.schema import schema
from campus.platform.db import limit_reads, session
from tests.api.graphql.asking import post

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

    from campus.accounts.models import User
    from tests.api.conftest import Program

    NewProgram = Callable[..., Program]

TWICE = "{ me { handle } again: me { handle } }"


def have_me(monkeypatch: pytest.MonkeyPatch, resolve: Callable[..., Any]) -> None:
    query = schema().query_type
    assert query
    monkeypatch.setattr(query.fields["me"], "resolve", resolve)


def test_a_mistake_of_ours_is_noted_and_not_shown(
    program: NewProgram, alice: User, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_given: object) -> None:
        raise RuntimeError("secret of the house")

    have_me(monkeypatch, broken)
    response = post(program(alice), "{ me { handle } }")
    assert response.status_code == 500
    [error] = response.get_json()["errors"]
    assert (error["extensions"]["code"], error["path"]) == ("INTERNAL", ["me"])
    assert error["extensions"]["requestId"] == response.headers["X-Request-ID"]
    assert "secret" not in response.text
    assert "secret of the house" in caplog.text


def test_a_statement_that_takes_too_long_is_given_up(program: NewProgram, alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(execution, "STATEMENT_SECONDS", 1)
    have_me(monkeypatch, lambda *_: session.execute(text("SELECT pg_sleep(3)")))
    try:
        response = post(program(alice), "{ me { handle } }")
    finally:
        limit_reads(5)
    assert response.status_code == 503
    assert response.get_json()["errors"][0]["extensions"] == {"code": "UNAVAILABLE", "status": 503}


def test_a_value_that_is_none_where_there_must_be_one_is_a_mistake_of_ours(
    program: NewProgram, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    have_me(monkeypatch, lambda *_: type("Nobody", (), {"handle": None})())
    response = post(program(alice), TWICE)
    assert response.status_code == 500
    assert response.get_json()["data"] is None
