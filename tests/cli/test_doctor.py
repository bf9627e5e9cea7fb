"""`flask doctor`: each part by itself, and an exit code a script can trust."""

from __future__ import annotations

import dataclasses
import json
import socket
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from campus.platform import clock, health, redis, settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path

    from flask import Flask


@pytest.fixture
def failing(app: Flask) -> Callable[[], dict[str, str]]:
    """What the doctor finds wrong, by part."""

    def examine() -> dict[str, str]:
        health.beat(now=clock.now())
        result = app.test_cli_runner().invoke(args=["doctor", "--json"])
        told: dict[str, Any] = json.loads(result.stdout)
        wrong = {each["name"]: each["told"] for each in told["checks"] if not each["ok"]}
        assert (result.exit_code, told["ok"]) == ((1, False) if wrong else (0, True))
        return wrong

    return examine


@contextmanager
def having(**changed: Any) -> Iterator[None]:
    with settings.override(dataclasses.replace(settings.current(), **changed)):
        yield


def test_a_well_campus(app: Flask, failing: Callable[[], dict[str, str]]) -> None:
    assert failing() == {}
    shown = app.test_cli_runner().invoke(args=["doctor"]).stdout
    assert {line.split()[1] for line in shown.splitlines()} >= {"settings", "secrets", "database", "clock", "mail", "disk"}


def test_a_weak_secret(failing: Callable[[], dict[str, str]]) -> None:
    with having(secret_key="a" * 40):
        assert list(failing()) == ["secrets"]


def test_mail_that_nobody_takes(failing: Callable[[], dict[str, str]]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and does not listen
        with having(mail_url=f"smtp://127.0.0.1:{taken.getsockname()[1]}"):
            assert list(failing()) == ["mail"]


def test_photos_without_a_place(failing: Callable[[], dict[str, str]], tmp_path: Path) -> None:
    (tmp_path / "media").write_text("a file where the folder should be")
    with having(media_url=str(tmp_path / "media")):
        assert list(failing()) == ["media"]


def test_redis_away(failing: Callable[[], dict[str, str]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redis, "client", lambda: redis.client_of("unix:///nowhere/at/all.sock"))
    assert list(failing()) == ["redis"]


def test_a_database_away_leaves_the_rest_to_be_judged(failing: Callable[[], dict[str, str]], tmp_path: Path) -> None:
    health.beat(now=clock.now())
    with having(database_url=f"postgresql+psycopg://campus@/campus?host={tmp_path}"):
        assert sorted(failing()) == ["clock", "database", "migrations", "worker"]


def test_a_clock_that_goes_wrong(failing: Callable[[], dict[str, str]], monkeypatch: pytest.MonkeyPatch) -> None:
    def late() -> datetime:
        return right() + health.SILENCE / 1.2

    right = clock.now
    monkeypatch.setattr(clock, "now", late)
    assert list(failing()) == ["clock"]
