"""`flask token …`: made, printed once, listed, revoked."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from campus.accounts import tokens
from campus.platform.clock import now
from campus.platform.db import session
from tests.factories import make_user

if TYPE_CHECKING:
    from click.testing import Result
    from flask import Flask

MAKE = ("create", "ada@example.org", "--name", "Archive", "--scope", "read", "--scope", "write")


@pytest.fixture
def run(app: Flask) -> Any:
    make_user(email="ada@example.org", handle="ada")

    def command(*arguments: str) -> Result:
        result = app.test_cli_runner().invoke(args=["token", *arguments])
        session.expire_all()
        return result

    return command


def test_create_prints_the_token_and_nothing_else(run: Any) -> None:
    result = run(*MAKE)
    assert result.exit_code == 0
    assert tokens.found(result.output.strip(), now=now()) is not None


def test_create_tells_programs_more(run: Any) -> None:
    answer = json.loads(run(*MAKE, "--days", "7", "--json").output)
    assert answer["scopes"] == ["read", "write"]
    assert answer["expires_at"]
    assert tokens.found(answer["token"], now=now()) is not None


def test_create_rehearsed_makes_none_and_shows_none(run: Any) -> None:
    answer = json.loads(run(*MAKE, "--dry-run", "--json").output)
    assert (answer["dry_run"], answer["token"]) == (True, "")
    assert json.loads(run("list", "ada@example.org", "--json").output) == []


def test_list_shows_everything_but_the_token(run: Any) -> None:
    secret = run(*MAKE).output.strip()
    in_words = run("list", "ada@example.org").output
    assert "Archive" in in_words
    assert "never used" in in_words
    assert secret[4:] not in in_words
    [one] = json.loads(run("list", "@ada", "--json").output)
    assert (one["name"], one["scopes"], one["expired"]) == ("Archive", ["read", "write"], False)


def test_revoke_ends_it(run: Any) -> None:
    answer = json.loads(run(*MAKE, "--json").output)
    rehearsed = run("revoke", "ada@example.org", str(answer["id"]), "--dry-run")
    assert "dry run" in rehearsed.output
    assert tokens.found(answer["token"], now=now()) is not None
    assert run("revoke", "ada@example.org", str(answer["id"])).exit_code == 0
    assert tokens.found(answer["token"], now=now()) is None
    again = run("revoke", "ada@example.org", str(answer["id"]))
    assert again.exit_code == 1


def test_what_makes_no_sense_is_refused_in_a_sentence(run: Any) -> None:
    assert run("create", "nobody@example.org", "--name", "x", "--scope", "read").exit_code == 1
    assert run("create", "ada@example.org", "--name", " ", "--scope", "read").exit_code == 1
    assert run("create", "ada@example.org", "--name", "x", "--scope", "everything").exit_code == 2
