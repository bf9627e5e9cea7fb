"""`flask demo` on the command line: what it prints, refuses and returns."""

from __future__ import annotations

import getpass
import json
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from campus.accounts.models import User
from campus.audit import queries
from campus.audit.queries import Filter
from campus.cli import demo
from campus.demo import loading
from campus.demo.loading import Loaded, Size
from campus.platform.db import session, transaction
from tests.factories import make_user

if TYPE_CHECKING:
    from click.testing import Result
    from flask import Flask


@pytest.fixture(autouse=True)
def nothing_drawn(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """These tests are about the command: what it asks to be loaded is noted, not loaded."""
    seeds: list[int] = []

    def load(*, size: Size, seed: int, **_: object) -> Loaded:
        seeds.append(seed)
        names = ("user", "organization", "follow", "post", "photo", "post_like", "comment", "share")
        return Loaded(size, seed, dict.fromkeys(names, 2))

    monkeypatch.setattr(loading, "pictures_for", lambda *_: {})
    monkeypatch.setattr(loading, "load", load)
    return seeds


def run(app: Flask, *arguments: str) -> Result:
    return app.test_cli_runner().invoke(demo.group, list(arguments))


def recorded() -> list[tuple[str, str]]:
    """What the audit log says was done, and by whom."""
    return [(entry.act, entry.actor) for entry in queries.everything(Filter())]


def test_load_says_what_it_made(app: Flask, nothing_drawn: list[int]) -> None:
    done = run(app, "load", "--size", "small", "--seed", "5")
    assert done.exit_code == 0
    assert "Loaded the small demo with seed 5: 2 users" in done.output
    assert nothing_drawn == [5]
    assert recorded() == [("demo.load", f"cli:{getpass.getuser()}")]


def test_load_as_json(app: Flask) -> None:
    done = run(app, "load", "--json")
    assert json.loads(done.stdout)["rows"]["user"] == 2


def test_a_dry_run_changes_nothing(app: Flask, nothing_drawn: list[int]) -> None:
    done = run(app, "load", "--size", "campus", "--dry-run")
    assert (done.exit_code, nothing_drawn) == (0, [])
    assert "Would load the campus demo with seed 1" in done.output


def test_once_is_silent_about_a_filled_database_and_without_it_the_load_is_refused(app: Flask, nothing_drawn: list[int]) -> None:
    with transaction():
        make_user()
    once = run(app, "load", "--once")
    assert once.exit_code == 0
    assert len(once.output.splitlines()) == 1
    refused = run(app, "load")
    assert refused.exit_code == 1
    assert "There are people or organizations in this database" in refused.output
    assert nothing_drawn == []


def test_a_wrong_size_is_named(app: Flask) -> None:
    done = run(app, "load", "--size", "huge")
    assert done.exit_code == 2
    assert "'small', 'campus', 'large'" in done.output


def test_remove_first_says_what_it_would_do(app: Flask) -> None:
    with transaction():
        make_user(is_demo=True)
        make_user()
    assert "Would remove: 1 users" in run(app, "remove", "--dry-run").output
    assert json.loads(run(app, "remove", "--json").stdout)["removed"]["user"] == 1
    assert session.scalar(select(func.count()).select_from(User)) == 1
    assert recorded() == [("demo.remove", f"cli:{getpass.getuser()}")]


def test_sign_ins_of_an_empty_database(app: Flask) -> None:
    assert run(app, "sign-ins").output == "No demo is loaded.\n"
    assert json.loads(run(app, "sign-ins", "--json").stdout) == []


def test_sign_ins_name_address_password_and_what_there_is_to_see(app: Flask) -> None:
    with transaction():
        mira = make_user(is_demo=True, email="mira.halvorsen@northbridge.example")
    shown = run(app, "sign-ins").output
    assert "campus-demo" in shown
    assert "mira.halvorsen@northbridge.example" in shown
    assert "start here" in shown
    assert mira.id
