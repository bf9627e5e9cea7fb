"""`flask user …`: each command's sentence, its JSON, its rehearsal, its refusals."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from campus.accounts import actions, queries
from campus.accounts.models import User
from campus.accounts.passwords import matches
from campus.platform import outbox
from campus.platform.clock import now
from campus.platform.db import session
from tests.factories import make_user

if TYPE_CHECKING:
    from click.testing import Result
    from flask import Flask

PASSWORD = "tulip-orbit-lantern-42"
CREATE = ("create", "Grace@Example.org", "--name", "Grace", "--password", PASSWORD)


@pytest.fixture
def run(app: Flask) -> Any:
    def command(*arguments: str) -> Result:
        result = app.test_cli_runner().invoke(args=["user", *arguments])
        session.expire_all()
        return result

    return command


def people() -> int:
    return session.scalar(select(func.count()).select_from(User)) or 0


def test_create_makes_a_person_who_can_sign_in_at_once(run: Any) -> None:
    answer = json.loads(run(*CREATE, "--handle", "gh", "--admin", "--json").output)
    person = queries.by_handle("gh")
    assert answer == {"id": person.id, "handle": "gh", "name": "Grace", "email": "grace@example.org", "admin": True}
    assert person.is_admin
    assert matches(person.password_hash, PASSWORD)
    assert queries.addresses(person.id)[0].is_verified
    started = actions.sign_in(email="grace@example.org", password=PASSWORD, remote="192.0.2.1", now=now())
    assert started.user_id == person.id


def test_create_says_who_was_made(run: Any) -> None:
    result = run(*CREATE)
    assert (result.exit_code, result.stderr) == (0, "")
    assert "Created Grace (@grace), id " in result.output


def test_create_rehearsed_makes_nobody(run: Any) -> None:
    result = run(*CREATE, "--dry-run", "--json")
    assert json.loads(result.output)["dry_run"] is True
    assert people() == 0


def test_create_warns_of_a_weak_password_and_obeys(run: Any) -> None:
    result = run("create", "g@example.org", "--name", "G", "--password", "secret")
    assert result.exit_code == 0
    assert "Warning: Use at least 8" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("create", "nonsense", "--name", "G", "--password", "x"), "not an e-mail address"),
        (("create", "g@example.org", "--name", " ", "--password", "x"), "Enter a name"),
        (("create", "g@example.org", "--name", "\udcff", "--password", "x"), "cannot be shown"),
        (("create", "g@example.org", "--name", "G", "--password", ""), "Enter a password"),
        (("create", "g@example.org", "--name", "G", "--password", "x", "--handle", "!"), "A handle has"),
        (("create", "taken@example.org", "--name", "G", "--password", "x"), "has an account already"),
        (("create", "g@example.org", "--name", "G", "--password", "x", "--handle", "taken"), "is taken"),
        (("show", "nobody@example.org"), "Nobody has the address or handle"),
        (("promote", "\udcff"), "Nobody has the address or handle"),
        (("suspend", "nobody"), "Nobody has the address or handle"),
    ],
)
def test_refusals_are_one_sentence_and_exit_1(run: Any, arguments: tuple[str, ...], sentence: str) -> None:
    make_user(handle="taken", email="taken@example.org")
    result = run(*arguments)
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: ")
    assert sentence in result.stderr
    assert people() == 1


@pytest.mark.parametrize("arguments", [("create",), ("create", "g@example.org"), ("list", "--limit", "0"), ("dance",)])
def test_a_wrong_command_line_exits_2(run: Any, arguments: tuple[str, ...]) -> None:
    assert run(*arguments).exit_code == 2


COMMANDS = ("create", "show", "list", "promote", "verify", "approve", "suspend", "reinstate", "reset-password")


@pytest.mark.parametrize("command", COMMANDS)
def test_each_explains_itself(run: Any, command: str) -> None:
    result = run(command, "--help")
    assert result.exit_code == 0
    assert "--json" in result.output
    assert ("--dry-run" in result.output) is (command not in {"show", "list"})


def test_show_by_address_or_handle(run: Any) -> None:
    person = make_user(handle="ada", name="Ada")
    for who in ("ada@example.org", "@ada", "ADA"):
        assert json.loads(run("show", who, "--json").output)["id"] == person.id
    assert "ada@example.org" in run("show", "ada").output


def test_list_pages_and_filters(run: Any) -> None:
    made = [make_user() for _ in range(3)]
    root = make_user(handle="root", is_admin=True)
    listed = json.loads(run("list", "--limit", "2", "--json").output)
    assert [one["id"] for one in listed] == [made[0].id, made[1].id]
    listed = json.loads(run("list", "--after", str(made[1].id), "--json").output)
    assert [one["id"] for one in listed] == [made[2].id, root.id]
    assert [one["id"] for one in json.loads(run("list", "--admins", "--json").output)] == [root.id]
    assert json.loads(run("list", "--waiting", "--json").output) == []
    assert "@root" in run("list").output


@pytest.mark.parametrize(
    ("command", "fact", "before"),
    [
        ("promote", "is_admin", {}),
        ("suspend", "suspended_at", {}),
        ("reinstate", "suspended_at", {"suspended_at": now()}),
        ("verify", None, {"verified": False}),
    ],
)
def test_each_change_happens_once_and_never_in_rehearsal(
    run: Any, command: str, fact: str | None, before: dict[str, Any]
) -> None:
    person = make_user(handle="ada", **before)

    def state() -> object:
        session.refresh(person)
        return getattr(person, fact) if fact else queries.addresses(person.id)[0].is_verified

    at_first = state()
    assert json.loads(run(command, "ada", "--dry-run", "--json").output)["changed"] is True
    assert state() == at_first
    assert json.loads(run(command, "ada", "--json").output)["changed"] is True
    assert state() != at_first
    assert json.loads(run(command, "ada", "--json").output)["changed"] is False
    assert run(command, "ada").exit_code == 0


def test_suspending_ends_sessions_and_has_the_feeds_follow(run: Any) -> None:
    person = make_user(handle="ada")
    token = actions.start_session(user_id=person.id, now=now())
    run("suspend", "ada")
    assert queries.signed_in(actions.hash_of(token), now=now()) is None
    jobs = session.execute(select(outbox.Job.kind, outbox.Job.key)).all()
    assert ("resync_author", str(person.id)) in [tuple(job) for job in jobs]


@pytest.mark.parametrize("given", [("--password", PASSWORD), ()])
def test_reset_password_ends_every_session(run: Any, given: tuple[str, ...]) -> None:
    person = make_user(handle="ada")
    token = actions.start_session(user_id=person.id, now=now())
    assert json.loads(run("reset-password", "ada", *given, "--dry-run", "--json").output)["ended"] == 1
    assert queries.signed_in(actions.hash_of(token), now=now())
    assert run("reset-password", "ada", *given).exit_code == 0
    assert queries.signed_in(actions.hash_of(token), now=now()) is None
    session.refresh(person)
    assert bool(person.password_hash) is bool(given)
    assert session.scalar(select(func.count()).select_from(outbox.Job)) == 1
