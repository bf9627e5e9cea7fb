"""Flipped and cut bytes: always a developed photo or a named error, never anything else."""

from __future__ import annotations

import random
import resource

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campus.media import pixels
from campus.media.headers import Kind
from campus.media.process import PhotoTooCostly, PhotoUnreadable, process
from campus.platform.settings import MediaSettings
from tests.media import corpus

JPEG = corpus.photo(Kind.JPEG, 96, 64)
MEGABYTE = 1024  # ru_maxrss counts in kilobytes
damage = st.lists(st.tuples(st.integers(0, len(JPEG) - 1), st.integers(1, 255)), max_size=6)


def damaged(whole: bytes, flips: list[tuple[int, int]], cut: int) -> bytes:
    data = bytearray(whole)
    for at, bits in flips:
        data[at] ^= bits
    return bytes(data[:cut])


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(flips=damage, cut=st.integers(0, len(JPEG)) | st.just(len(JPEG)))
def test_the_darkroom_gives_a_photo_or_a_named_error(flips: list[tuple[int, int]], cut: int) -> None:
    try:
        developed = pixels.develop(damaged(JPEG, flips, cut), 1_000_000)
    except (pixels.Unreadable, pixels.TooManyPixels):
        return
    assert developed.variants


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(flips=damage, cut=st.integers(0, len(JPEG)) | st.just(len(JPEG)))
def test_the_child_gives_a_photo_or_a_named_error(flips: list[tuple[int, int]], cut: int) -> None:
    try:
        developed = process(damaged(JPEG, flips, cut), MediaSettings())
    except (PhotoUnreadable, PhotoTooCostly):
        return
    assert developed.variants


@pytest.mark.long
@pytest.mark.parametrize("kind", Kind)
def test_four_hundred_damaged_files_of_each_kind_harm_nothing(kind: Kind) -> None:
    """2,000 files in all, each through a child of its own, each with secrets that must not come out."""
    chance = random.Random(kind)
    whole = corpus.carrying_secrets(kind)
    for _ in range(400):
        flips = [(chance.randrange(len(whole)), chance.randrange(1, 256)) for _ in range(chance.choice([1, 3, 10, 50]))]
        cut = chance.choice([len(whole), len(whole), chance.randrange(len(whole))])
        try:
            developed = process(damaged(whole, flips, cut), MediaSettings())
        except (PhotoUnreadable, PhotoTooCostly):
            continue
        assert not any(corpus.CANARY in file.data for file in developed.variants)
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < 512 * MEGABYTE
