from __future__ import annotations

import dataclasses
import threading
import time
from typing import TYPE_CHECKING

import pytest

from campus.accounts import passwords
from campus.platform import settings
from campus.platform.errors import Invalid
from campus.platform.settings import Env

if TYPE_CHECKING:
    from flask import Flask


def test_the_right_one_matches_and_no_other(app: Flask) -> None:
    kept = passwords.hashed("tulip-orbit")
    assert passwords.matches(kept, "tulip-orbit")
    assert not passwords.matches(kept, "tulip-orbiT")
    assert not passwords.matches(None, "tulip-orbit")
    assert not passwords.matches("no hash at all", "tulip-orbit")


def test_people_get_owasps_minimum_and_old_hashes_are_renewed(app: Flask) -> None:
    weak = passwords.hashed("tulip-orbit")
    with settings.override(dataclasses.replace(settings.current(), env=Env.PRODUCTION)):
        kept = passwords.hashed("tulip-orbit")
        assert "argon2id" in kept
        assert "m=19456,t=2,p=1" in kept
        assert passwords.outdated(weak)
        assert not passwords.outdated(kept)


@pytest.mark.parametrize("password", ["", "a\0b", "a\ud800b", "x" * 257])
def test_what_cannot_be_a_password(password: str) -> None:
    with pytest.raises(Invalid):
        passwords.acceptable(password)


@pytest.mark.parametrize("password", ["short", "12345678", "qwertyuiop", "Password1!", "aaaaaaaaaaaa", "lovelace1815"])
def test_weak_ones_are_told_why(password: str) -> None:
    with pytest.raises(passwords.WeakPassword) as error:
        passwords.chosen(password, about=("Ada Lovelace", "lovelace1815"))
    assert str(error.value).endswith(".")


def test_judging_a_long_password_is_quick() -> None:
    begin = time.perf_counter()
    passwords.chosen("correct horse battery staple " * 8)
    assert time.perf_counter() - begin < 2


def test_few_are_computed_at_once(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "PATIENCE", 0.05)
    entered = [threading.Event() for _ in range(passwords.AT_ONCE)]
    leave = threading.Event()

    def occupy(ready: threading.Event) -> None:
        with passwords._turn():
            ready.set()
            leave.wait(5)

    threads = [threading.Thread(target=occupy, args=(ready,)) for ready in entered]
    for thread in threads:
        thread.start()
    for ready in entered:
        ready.wait(5)
    with pytest.raises(passwords.TooBusy):
        passwords.hashed("tulip-orbit")
    leave.set()
    for thread in threads:
        thread.join()
    assert passwords.hashed("tulip-orbit")
