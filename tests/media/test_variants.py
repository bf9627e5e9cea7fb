"""Widths, heights, keys and the palette: arithmetic."""

from __future__ import annotations

from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campus.media.variants import (
    MAX_HEIGHT,
    Format,
    available_widths,
    fallback_width,
    height_at,
    incoming_key,
    palette_index,
    palette_rgb,
    variant_key,
    variant_prefix,
)
from tests.media.memory import MemoryStorage


@pytest.mark.parametrize(
    ("width", "height", "widths", "fallback"),
    [
        (4032, 3024, (320, 640, 960, 1440, 2048), 1440),
        (2048, 1000, (320, 640, 960, 1440, 2048), 1440),
        (1600, 1200, (320, 640, 960, 1440, 1600), 1440),
        (1500, 1000, (320, 640, 960, 1500), 1440),
        (1000, 1000, (320, 640, 1000), 1000),
        (320, 240, (320,), 320),
        (200, 300, (200,), 200),
        (1, 1, (1,), 1),
        (20_000, 1000, (320, 640, 960, 1440, 2048), 1440),
        (1000, 20_000, (320, 640, 819), 819),
        (1, 60_000, (1,), 1),
    ],
)
def test_widths_follow_the_photo(width: int, height: int, widths: tuple[int, ...], fallback: int) -> None:
    assert available_widths(width, height) == widths
    assert fallback_width(width, height) == fallback


sides = st.integers(1, 65_535)


@given(width=sides, height=sides)
def test_never_upscaled_always_one_never_higher_than_a_webp_can_be(width: int, height: int) -> None:
    widths = available_widths(width, height)
    assert widths == tuple(sorted(set(widths)))
    assert 1 <= widths[0] <= widths[-1] <= min(width, 2048)
    assert fallback_width(width, height) <= widths[-1]
    assert all(1 <= height_at(step, width, height) <= min(MAX_HEIGHT, height) for step in widths)


def test_proportions_are_kept() -> None:
    assert height_at(640, 4032, 3024) == 480
    assert height_at(320, 20_000, 10) == 1


def test_keys_hold_the_token_and_can_be_found_by_its_prefix() -> None:
    token, other = uuid4(), uuid4()
    storage = MemoryStorage()
    keys = [variant_key(token, 320, Format.WEBP), variant_key(token, 1440, Format.JPEG)]
    for key in [*keys, variant_key(other, 320, Format.WEBP), incoming_key(token)]:
        storage.write(key, b"x")
    assert keys[0] == f"photos/{token.hex[-2:]}/{token.hex}.320.webp"
    assert storage.keys(variant_prefix(token)) == sorted(keys)
    assert storage.keys("incoming/") == [incoming_key(token)]


def test_formats_say_their_type() -> None:
    assert (Format.WEBP.content_type, Format.JPEG.content_type) == ("image/webp", "image/jpeg")


def test_the_palette_has_64_colours_and_each_is_its_own_nearest() -> None:
    colours = [palette_rgb(index) for index in range(64)]
    assert len(set(colours)) == 64
    assert [palette_index(*colour) for colour in colours] == list(range(64))
    assert palette_rgb(palette_index(250, 90, 10)) == (255, 85, 0)
