"""Nothing of what a file told besides its pixels leaves the product."""

from __future__ import annotations

import struct

import pytest

from campus.media.headers import Kind
from campus.media.process import process
from campus.media.variants import Format, Processed, Variant
from campus.platform.settings import MediaSettings
from tests.media import corpus

CASES = {
    **{kind.value: corpus.carrying_secrets(kind) for kind in Kind},
    "JPEG with a web page": corpus.jpeg_and_web_page(),
    "PNG with an archive": corpus.png_and_zip(),
}
WORDS = (corpus.CANARY, b"C\0N\0R\0Y", b"<script")  # too long to stand in compressed pixels by chance
SIGNS = (b"Exif", b"EXIF", b"ICC", b"XMP", b"xmp", b"adobe", b"8BIM", b"GPS", b"PK\x03\x04")


PIXELS = {b"VP8 ", b"VP8L", b"ALPH"}


def segments(jpeg: bytes) -> set[int]:
    """The markers before the picture data."""
    found, at = set(), 2
    while jpeg[at + 1] != 0xDA:
        found.add(jpeg[at + 1])
        at += 2 + int(struct.unpack_from(">H", jpeg, at + 2)[0])
    return found


def chunks(webp: bytes) -> set[bytes]:
    found, at = set(), 12
    while at < len(webp):
        found.add(webp[at : at + 4])
        size = int(struct.unpack_from("<I", webp, at + 4)[0])
        at += 8 + size + size % 2
    assert at == len(webp)  # nothing is appended
    return found


def around_pixels(file: Variant) -> bytes:
    """All of a file but its compressed pixels, in which any few letters may stand by chance."""
    data = file.data
    if file.format is Format.JPEG:
        at = 2
        while data[at + 1] != 0xDA:
            at += 2 + int(struct.unpack_from(">H", data, at + 2)[0])
        return data[:at] + data[data.rindex(b"\xff\xd9") :]
    kept, at = data[:12], 12
    while at < len(data):
        size = int(struct.unpack_from("<I", data, at + 4)[0])
        kept += data[at : at + 8 + (0 if data[at : at + 4] in PIXELS else size)]
        at += 8 + size + size % 2
    return kept


def is_bare(file: Variant) -> bool:
    if file.format is Format.WEBP:
        return chunks(file.data) <= {b"VP8X", *PIXELS}
    tables_and_frame = {0xDB, 0xC4, 0xC0, 0xC2}
    return segments(file.data) <= {0xE0, *tables_and_frame} and file.data.endswith(b"\xff\xd9")


@pytest.fixture(scope="module", params=CASES)
def developed(request: pytest.FixtureRequest) -> Processed:
    name = request.param
    planted = CASES[name]
    assert corpus.CANARY in planted  # else the test proves nothing
    return process(planted, MediaSettings())


def test_no_canary_is_in_any_file(developed: Processed) -> None:
    assert [(file.width, word) for file in developed.variants for word in WORDS if word in file.data] == []
    assert [(file.width, sign) for file in developed.variants for sign in SIGNS if sign in around_pixels(file)] == []


@pytest.mark.parametrize("kind", [Kind.JPEG, Kind.WEBP])
def test_what_is_around_the_pixels_of_an_upload_tells(kind: Kind) -> None:
    planted = Variant(1, 1, Format.JPEG if kind is Kind.JPEG else Format.WEBP, corpus.carrying_secrets(kind))
    assert [sign for sign in (b"ICC", b"Exif" if kind is Kind.JPEG else b"EXIF") if sign not in around_pixels(planted)] == []
    assert corpus.CANARY in around_pixels(planted)
    assert not is_bare(planted)


def test_files_hold_pixels_and_nothing_else(developed: Processed) -> None:
    assert all(is_bare(file) for file in developed.variants)
    assert len(developed.variants) == 3
