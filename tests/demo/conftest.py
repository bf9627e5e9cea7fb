"""A loaded small demo."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from campus.demo.loading import Loaded, Size, load
from campus.platform import settings
from campus.platform.clock import now as clock_now
from tests.photos import SEED

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from flask import Flask

    from campus.media.variants import Processed


@pytest.fixture
def now() -> datetime:
    """The present, in a minute and second of its own: the demo counts from the moment it is given."""
    return clock_now() + timedelta(seconds=1)


@pytest.fixture
def media(app: Flask, tmp_path: Path) -> Iterator[Path]:
    """A media folder of this test alone."""
    with settings.override(dataclasses.replace(settings.current(), media_url=str(tmp_path))):
        yield tmp_path


@pytest.fixture
def small(media: Path, pictures: dict[int, Processed], now: datetime) -> Loaded:
    return load(size=Size.SMALL, seed=SEED, now=now, pictures=pictures)
