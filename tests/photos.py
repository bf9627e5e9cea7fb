"""The photos of the small demo, drawn once for everybody who loads it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from campus.demo.loading import Size, pictures_for

if TYPE_CHECKING:
    from campus.media.variants import Processed

SEED = 7


@pytest.fixture(scope="session")
def pictures() -> dict[int, Processed]:
    """By their number in the catalogue."""
    return pictures_for(Size.SMALL, SEED)
