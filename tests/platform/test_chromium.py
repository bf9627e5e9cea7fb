"""The search for a Chromium: what is named wins, what is wrong is told, and a failure says what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import chromium


def test_the_one_that_is_named_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHROMIUM", "/bin/sh")
    assert chromium.named() == Path("/bin/sh")


def test_a_wrong_name_is_told_and_not_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHROMIUM", "/no/such/program")
    with pytest.raises(chromium.NoChromium, match="/no/such/program"):
        chromium.named()


def test_the_first_way_that_succeeds_is_the_last_one_tried() -> None:
    def fails() -> Path | None:
        return None

    def works() -> Path | None:
        return Path("/a/chromium")

    def is_not_reached() -> Path | None:
        raise AssertionError

    assert chromium.find((fails, works, is_not_reached)) == Path("/a/chromium")


def test_none_at_all_says_what_was_tried_and_what_helps() -> None:
    def hopes() -> Path | None:
        """A wish."""
        return None

    with pytest.raises(chromium.NoChromium, match=r"(?s)apt-get install chromium.*CHROMIUM=.*A wish"):
        chromium.find((hopes,))
