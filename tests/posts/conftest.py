"""Viewers without a request, drafts in a word, and the jobs of this room run on demand."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import pytest

from campus.media.process import process
from campus.platform import outbox
from campus.posts import processing

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask


@pytest.fixture
def work(app: Flask) -> Callable[[], int]:
    """Run the jobs of this room as the worker would; the feed's stay. Returns how many are done."""

    def run() -> int:
        return sum(outbox.drain(processing.HANDLERS, kind=kind) for kind in processing.HANDLERS)

    return run


@pytest.fixture
def developed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same photo is developed once, and its files are kept for the next test. Of developing itself: test_processing."""
    monkeypatch.setattr(processing, "process", _kept)


_kept = cache(process)
