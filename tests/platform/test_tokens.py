"""Signed tokens: nobody makes, changes or reuses one."""

from __future__ import annotations

import dataclasses
import time

import pytest

from campus.platform import settings, tokens
from campus.platform.tokens import BadToken, ExpiredToken

pytestmark = pytest.mark.usefixtures("app")


def test_what_was_signed_comes_back() -> None:
    token = tokens.sign("cursor", {"user": 1, "at": "2026-03-01"})
    assert tokens.unsign("cursor", token, 60) == {"user": 1, "at": "2026-03-01"}


def test_another_purpose_is_refused() -> None:
    with pytest.raises(BadToken):
        tokens.unsign("reset", tokens.sign("cursor", {"user": 1}), 60)


def test_a_token_that_is_too_old_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    token = tokens.sign("cursor", {})
    later = time.time() + 120
    monkeypatch.setattr(time, "time", lambda: later)
    with pytest.raises(ExpiredToken):
        tokens.unsign("cursor", token, 60)


@pytest.mark.parametrize("garbage", ["", "x", "a.b.c", "\0", "ü.ü.ü", ".", "e30.aaaa.bbbb", "x" * 100_000, "\ud800.a.b"])
def test_garbage_is_refused(garbage: str) -> None:
    with pytest.raises(BadToken):
        tokens.unsign("cursor", garbage, 60)


def test_every_changed_character_is_noticed() -> None:
    token = tokens.sign("cursor", {"user": 1})
    for position, character in enumerate(token[:-1]):  # the last one of a base64 text holds bits that mean nothing
        other = "A" if character != "A" else "B"
        with pytest.raises(BadToken):
            tokens.unsign("cursor", token[:position] + other + token[position + 1 :], 60)


def test_another_secret_is_another_site() -> None:
    token = tokens.sign("cursor", {"user": 1})
    other = dataclasses.replace(settings.current(), secret_key="another-secret-that-is-long-enough-1234567890")
    with settings.override(other), pytest.raises(BadToken):
        tokens.unsign("cursor", token, 60)
