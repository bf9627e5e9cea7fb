"""The look at an upload: decided by content, refused with a sentence about that file."""

from __future__ import annotations

import struct
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campus.media.headers import Header, Kind
from campus.media.intake import (
    PhotoDamaged,
    PhotoEmpty,
    PhotoRefused,
    PhotoTooLarge,
    PhotoTooManyPixels,
    PhotoTypeUnknown,
    accept,
    shown_name,
)
from campus.platform.settings import MediaSettings
from tests.media import corpus

LIMITS = MediaSettings()
GOOD = {kind: corpus.photo(kind) for kind in Kind}


@pytest.mark.parametrize("kind", Kind)
def test_each_format_is_known_by_its_content_whatever_its_name(kind: Kind) -> None:
    assert accept(GOOD[kind], "page.html", LIMITS) == Header(kind, 480, 320)


@pytest.mark.parametrize("options", [{"lossless": True}, {"exif": corpus.exif()}], ids=["VP8L", "VP8X"])
def test_each_kind_of_webp_header_tells_its_dimensions(options: dict[str, object]) -> None:
    assert accept(corpus.encoded(corpus.picture(481, 323), Kind.WEBP, **options), "a.webp", LIMITS) == Header(Kind.WEBP, 481, 323)


def test_a_heic_of_tiles_is_as_large_as_the_whole() -> None:
    tiled = corpus.encoded(corpus.picture(1100, 700), Kind.HEIC, tile_size=512)
    assert accept(tiled, "a.heic", LIMITS) == Header(Kind.HEIC, 1100, 700)


@pytest.mark.parametrize("brands", [b"mif1\0\0\0\0heic", b"heix\0\0\0\0mif1", b"msf1\0\0\0\0hevc"])
def test_heic_is_known_by_any_of_its_brands(brands: bytes) -> None:
    heic = GOOD[Kind.HEIC]
    rest = heic[struct.unpack(">I", heic[:4])[0] :]
    assert accept(struct.pack(">I4s", 20, b"ftyp") + brands + rest, "a", LIMITS).kind is Kind.HEIC


def test_fill_bytes_and_lone_markers_of_a_jpeg_are_passed_over() -> None:
    jpeg = GOOD[Kind.JPEG]
    assert accept(jpeg[:2] + b"\xff\xff\xff\x01" + jpeg[2:], "a", LIMITS).width == 480


def test_boxes_of_64_bit_and_open_size_are_read() -> None:
    heic = GOOD[Kind.HEIC]
    cut = struct.unpack(">I", heic[:4])[0]
    wide = struct.pack(">I4sQ", 1, b"free", 16)
    open_ended = struct.pack(">I4s", 0, b"free") + b"anything"
    assert accept(heic[:cut] + wide + heic[cut:] + open_ended, "a", LIMITS).width == 480


@pytest.mark.parametrize(("name", "data"), corpus.hostile().items(), ids=corpus.hostile())
def test_a_hostile_file_is_refused_by_name(name: str, data: bytes) -> None:
    with pytest.raises(PhotoRefused) as refusal:
        accept(data, name, LIMITS)
    assert f"“{name}”" in str(refusal.value)
    assert refusal.value.field == "photos"
    assert refusal.value.status == 422


@pytest.mark.parametrize(
    ("name", "error", "words"),
    [
        ("empty.jpg", PhotoEmpty, "is empty"),
        ("half.jpg", PhotoDamaged, "is incomplete"),
        ("half.png", PhotoDamaged, "is incomplete"),
        ("half.webp", PhotoDamaged, "is incomplete"),
        ("half.heic", PhotoDamaged, "is incomplete"),
        ("no-width.png", PhotoDamaged, "is damaged"),
        ("endless-segments.jpg", PhotoDamaged, "is damaged"),
        ("drawing.svg", PhotoTypeUnknown, "is an SVG drawing"),
        ("page.jpg", PhotoTypeUnknown, "is a web page. Choose a JPEG, PNG, WebP, AVIF or HEIC photo."),
        ("moving.png", PhotoTypeUnknown, "is a GIF"),
        ("paper.pdf", PhotoTypeUnknown, "is a PDF document"),
        ("film.heic", PhotoTypeUnknown, "is a video"),
        ("text.jpg", PhotoTypeUnknown, "is not a photo"),
    ],
)
def test_the_sentence_says_what_is_wrong(name: str, error: type[PhotoRefused], words: str) -> None:
    with pytest.raises(error, match=words):
        accept(corpus.hostile()[name], name, LIMITS)


def test_a_small_bomb_is_refused_from_its_header() -> None:
    bomb = corpus.flat_png(10_000, 10_000)
    assert 200_000 < len(bomb) < 400_000
    with pytest.raises(PhotoTooManyPixels, match=r"10,000 by 10,000 pixels \(100 megapixels\).* up to 50 megapixels"):
        accept(bomb, "bomb.png", LIMITS)


def test_a_thread_a_hundred_thousand_pixels_long_is_no_photo() -> None:
    with pytest.raises(PhotoTooManyPixels):
        accept(corpus.flat_png(1, 100_000, 0), "thread.png", LIMITS)


def test_the_largest_picture_a_heic_declares_counts() -> None:
    wide = GOOD[Kind.HEIC].replace(struct.pack(">II", 480, 320), struct.pack(">II", 20_000, 20_000))
    with pytest.raises(PhotoTooManyPixels):
        accept(wide, "a.heic", LIMITS)


def test_too_many_bytes_are_told_in_megabytes_with_their_own_status() -> None:
    with pytest.raises(PhotoTooLarge, match=r"“a\.jpg” is 21\.5 MB\. A photo may have up to 20 MB\.") as refusal:
        accept(GOOD[Kind.JPEG] + bytes(21_500_000 - len(GOOD[Kind.JPEG])), "a.jpg", LIMITS)
    assert refusal.value.status == 413


def test_the_bounds_are_inclusive() -> None:
    photo = GOOD[Kind.JPEG]
    exact = replace(LIMITS, max_bytes=len(photo), max_pixels=480 * 320)
    assert accept(photo, "a", exact).pixels == exact.max_pixels
    with pytest.raises(PhotoTooLarge):
        accept(photo, "a", replace(exact, max_bytes=len(photo) - 1))
    with pytest.raises(PhotoTooManyPixels):
        accept(photo, "a", replace(exact, max_pixels=480 * 320 - 1))


@pytest.mark.parametrize(
    ("filename", "shown"),
    [
        ("../../etc/passwd", "“passwd”"),
        ("C:\\Users\\me\\beach.jpg", "“beach.jpg”"),
        ("a\0b\r\nc.jpg", "“abc.jpg”"),
        ("photo\u202egpj.exe", "“photogpj.exe”"),
        ("lone\ud800surrogate.png", "“lonesurrogate.png”"),
        ("\n", "This file"),
        ("", "This file"),
        ("<b>.jpg", "“<b>.jpg”"),  # templates escape; a name is not changed for HTML's sake
        ("x" * 500 + "-end.heic", "“" + "x" * 48 + "…xx-end.heic”"),
    ],
)
def test_a_name_is_quoted_safely(filename: str, shown: str) -> None:
    assert shown_name(filename) == shown


@given(
    kind=st.sampled_from(Kind),
    cut=st.floats(0, 1),
    flips=st.lists(st.tuples(st.floats(0, 0.999), st.integers(1, 255)), max_size=8),
)
def test_whatever_is_cut_or_flipped_it_is_a_header_or_a_refusal(kind: Kind, cut: float, flips: list[tuple[float, int]]) -> None:
    data = bytearray(GOOD[kind][: int(len(GOOD[kind]) * cut)])
    for place, bits in flips if data else []:
        data[int(min(1, place * 4) * (len(data) - 1))] ^= bits
    try:
        header = accept(bytes(data), "a", LIMITS)
    except PhotoRefused:
        return
    assert 1 <= header.pixels <= LIMITS.max_pixels
