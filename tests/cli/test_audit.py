"""`flask audit …`: entries by filter, as a table for spreadsheets, and the proof that nobody touched them."""

from __future__ import annotations

import csv
import getpass
import io
import json
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text

from campus.audit.actions import record
from campus.platform.db import session, transaction
from tests.factories import make_user

if TYPE_CHECKING:
    from click.testing import Result
    from flask import Flask


@pytest.fixture
def run(app: Flask) -> Any:
    def command(*arguments: str) -> Result:
        result = app.test_cli_runner().invoke(args=[*arguments])
        session.expire_all()
        return result

    return command


def test_what_an_operator_does_is_told_with_her_account(run: Any) -> None:
    person = make_user(handle="grace")
    assert run("user", "promote", "@grace").exit_code == 0
    [entry] = json.loads(run("audit", "list", "--act", "user.promote", "--json").output)
    assert (entry["actor"], entry["target"]) == (f"cli:{getpass.getuser()}", f"user:{person.id}")
    assert (entry["before"], entry["after"]) == ({"admin": False}, {"admin": True})
    assert run("audit", "list", "--act", "user.suspend").output == "No entries.\n"


def test_a_rehearsal_leaves_no_entry(run: Any) -> None:
    make_user(handle="grace")
    assert run("user", "promote", "@grace", "--dry-run").exit_code == 0
    assert json.loads(run("audit", "list", "--json").output) == []
    assert json.loads(run("audit", "verify", "--json").output)["broken"] == []


def test_an_export_is_a_table_in_which_nothing_runs(run: Any) -> None:
    with transaction():
        record("user.promote", "=cmd|'/c calc'!A1", after={"admin": True})
    head, row = csv.reader(io.StringIO(run("audit", "export").output))
    told = dict(zip(head, row, strict=True))
    assert (told["seq"], told["target"], json.loads(told["after"])) == ("1", "'=cmd|'/c calc'!A1", {"admin": True})


def test_verify_names_what_was_changed_and_fails(run: Any) -> None:
    with transaction():
        record("user.promote", "user:1")
        record("user.promote", "user:2")
    assert run("audit", "verify").output == "The audit log is as it was written.\n"
    with transaction():
        session.execute(text("SET LOCAL session_replication_role = replica"))
        session.execute(text("UPDATE audit_entry SET target = 'user:3' WHERE seq = 2"))
    result = run("audit", "verify", "--json")
    assert result.exit_code == 1
    assert [broken["seq"] for broken in json.loads(result.output)["broken"]] == [2]


@pytest.mark.parametrize("wrong", [("--limit", "0"), ("--since", "yesterday"), ("--organization", "x"), ("--colour", "red")])
def test_a_wrong_flag_is_refused_with_what_is_expected(run: Any, wrong: tuple[str, str]) -> None:
    result = run("audit", "list", *wrong)
    assert result.exit_code == 2
    assert wrong[0] in result.stderr
