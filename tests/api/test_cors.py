"""Scripts of other sites: shut out unless the operator names them."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pytest

import config
from campus.platform import settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from campus.accounts.models import User
    from tests.api.conftest import Program
    from tests.conftest import Client

ME = "/api/me/"
LAB = {"Origin": "https://lab.example.edu"}
ASKING = {"Access-Control-Request-Method": "PATCH", "Access-Control-Request-Headers": "authorization"}
ALLOWED = "Access-Control-Allow-Origin"


@pytest.fixture
def named(app: object) -> Iterator[None]:
    with settings.override(dataclasses.replace(settings.current(), cors_origins=("https://lab.example.edu",))):
        yield


def test_nobody_is_named_by_default(program: Callable[..., Program], alice: User) -> None:
    response = program(alice).get(ME, headers=LAB)
    assert ALLOWED not in response.headers
    assert ALLOWED not in program(alice).options(ME, headers=LAB | ASKING).headers


def test_who_is_named_may_read_with_a_token(named: None, program: Callable[..., Program], alice: User) -> None:
    response = program(alice).get(ME, headers=LAB)
    assert response.headers[ALLOWED] == LAB["Origin"]
    assert "Link" in response.headers["Access-Control-Expose-Headers"]
    assert "Access-Control-Allow-Credentials" not in response.headers
    assert "Origin" in response.vary


def test_a_browser_that_asks_beforehand_is_told(named: None, client: Client) -> None:
    response = client.options(ME, headers=LAB | ASKING)
    assert response.status_code == 200
    assert "PATCH" in response.headers["Access-Control-Allow-Methods"]
    assert "Authorization" in response.headers["Access-Control-Allow-Headers"]


@pytest.mark.parametrize("origin", ["https://other.example", "null", "https://lab.example.edu.evil.example", ""])
def test_others_stay_outside(named: None, program: Callable[..., Program], alice: User, origin: str) -> None:
    assert ALLOWED not in program(alice).get(ME, headers={"Origin": origin}).headers


def test_pages_are_never_opened(named: None, client: Client) -> None:
    assert ALLOWED not in client.get("/login", headers=LAB).headers


@pytest.mark.parametrize("wrong", ["*", "lab.example.edu", "https://lab.example.edu/", "ftp://lab.example.edu"])
def test_what_is_no_origin_is_refused_at_the_start(tmp_path: Path, wrong: str) -> None:
    with pytest.raises(config.BadSettings, match="CORS_ORIGINS"):
        config.load({"CAMPUS_VAR": str(tmp_path), "CORS_ORIGINS": wrong})


def test_origins_are_separated_by_commas(tmp_path: Path) -> None:
    read = config.load({"CAMPUS_VAR": str(tmp_path), "CORS_ORIGINS": "https://a.example, http://b.example:8080"})
    assert read.cors_origins == ("https://a.example", "http://b.example:8080")
