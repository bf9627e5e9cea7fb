"""What a file is and how large its picture is, read from its first bytes: no pixel is decoded, no library is trusted.

The format is decided by content alone; names and declared types say what somebody wished for. Each reader follows the format's
specification as far as the dimensions and not further: JPEG (ITU T.81 B.2.2), PNG (ISO 15948, 11.2.2), WebP (RFC 9649), and for
AVIF and HEIC the `ispe` properties of the ISO base media file format (ISO 23008-12, 6.5.3).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Kind(StrEnum):
    """The formats accepted from people."""

    JPEG = "JPEG"
    PNG = "PNG"
    WEBP = "WebP"
    AVIF = "AVIF"
    HEIC = "HEIC"


@dataclass(frozen=True)
class Header:
    """Format and dimensions in pixels as stored, before any orientation is applied."""

    kind: Kind
    width: int
    height: int

    @property
    def pixels(self) -> int:
        """How many pixels decoding would make."""
        return self.width * self.height


class NotAPhoto(Exception):
    """Not one of the accepted formats. `looks_like` names what it is where that is plain, else it is empty."""

    def __init__(self, looks_like: str = "") -> None:
        super().__init__(looks_like)
        self.looks_like = looks_like


class Damaged(Exception):
    """The header breaks its own format."""


class Truncated(Damaged):
    """The file ends before its format says it does."""


_MAX_SEGMENTS = 2_000  # a camera writes about ten; more is somebody wasting our time
_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"}
_AVIF_BRANDS = {b"avif", b"avis"}
_OTHERS = (
    (b"GIF8", "a GIF"),
    (b"%PDF", "a PDF document"),
    (b"BM", "a BMP picture"),
    (b"II*\0", "a TIFF or camera raw file"),
    (b"MM\0*", "a TIFF or camera raw file"),
    (b"8BPS", "a Photoshop document"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"RIFF", "an audio or video file"),
    (b"\x1aE\xdf\xa3", "a video"),
    (b"\xffO\xffQ", "a JPEG 2000 picture"),
    (b"\xff\n", "a JPEG XL picture"),
    (b"\0\0\0\x0cJXL ", "a JPEG XL picture"),
)


def read_header(data: bytes) -> Header:
    """Recognize a photo.

    Raises:
        NotAPhoto: it is something else.
        Truncated: it ends too early.
        Damaged: its header makes no sense.
    """
    kind = _recognize(data)
    try:
        width, height = _READERS[kind](data)
    except (struct.error, IndexError):
        raise Truncated from None
    if width < 1 or height < 1:
        raise Damaged
    return Header(kind, width, height)


def _recognize(data: bytes) -> Kind:
    if data.startswith(b"\xff\xd8\xff"):
        return Kind.JPEG
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return Kind.PNG
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return Kind.WEBP
    if data[4:8] == b"ftyp":
        return _brand(data)
    raise NotAPhoto(_looks_like(data))


def _brand(data: bytes) -> Kind:
    """AVIF and HEIC share a container; its brands tell them apart, the major one first."""
    size = min(struct.unpack_from(">I", data)[0], len(data), 256)
    for brand in [data[8:12], *(data[at : at + 4] for at in range(16, size, 4))]:
        if brand in _AVIF_BRANDS:
            return Kind.AVIF
        if brand in _HEIC_BRANDS:
            return Kind.HEIC
    raise NotAPhoto("a video")


def _looks_like(data: bytes) -> str:
    for magic, name in _OTHERS:
        if data.startswith(magic):
            return name
    text = data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if b"<svg" in text:
        return "an SVG drawing"
    if text.startswith((b"<!doctype html", b"<html", b"<script", b"<body", b"<head")):
        return "a web page"
    return ""


def _jpeg(data: bytes) -> tuple[int, int]:
    at = 2
    for _ in range(_MAX_SEGMENTS):
        at = data.find(b"\xff", at)
        if at < 0:
            raise Truncated
        marker = data[at + 1]
        if marker in {0xFF, 0x00, 0x01} or 0xD0 <= marker <= 0xD8:  # noqa: PLR2004 - fill bytes and markers without a segment
            at += 1
        elif marker in {0xD9, 0xDA}:  # picture data, or the end, before any frame header
            raise Damaged
        elif 0xC0 <= marker <= 0xCF and marker not in {0xC4, 0xC8, 0xCC}:  # noqa: PLR2004 - start of frame
            height, width = struct.unpack_from(">HH", data, at + 5)
            if data.rfind(b"\xff\xd9", at) < 0:
                raise Truncated
            return width, height
        else:
            at += 2 + struct.unpack_from(">H", data, at + 2)[0]
    raise Damaged


def _png(data: bytes) -> tuple[int, int]:
    width, height = struct.unpack_from(">II", data, 16)
    if data[12:16] != b"IHDR":
        raise Damaged
    if data.rfind(b"IEND") < 0:
        raise Truncated
    return width, height


def _webp(data: bytes) -> tuple[int, int]:
    if struct.unpack_from("<I", data, 4)[0] + 8 > len(data):
        raise Truncated
    chunk = data[12:16]
    if chunk == b"VP8X":
        return _uint24(data, 24) + 1, _uint24(data, 27) + 1
    if chunk == b"VP8L":
        bits = struct.unpack_from("<I", data, 21)[0]
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if chunk == b"VP8 ":
        width, height = struct.unpack_from("<HH", data, 26)
        return width & 0x3FFF, height & 0x3FFF
    raise Damaged


def _uint24(data: bytes, at: int) -> int:
    low, high = struct.unpack_from("<HB", data, at)
    return int(low | high << 16)


def _heif(data: bytes) -> tuple[int, int]:
    """The largest picture the file declares: a photo of tiles names each tile, and the whole, which is the largest."""
    boxes = list(_boxes(data, 0, len(data)))
    sizes = [
        struct.unpack_from(">II", data, ispe + 4)
        for name, start, end in boxes
        if name == b"meta"
        for _, properties, properties_end in _named(b"iprp", _boxes(data, start + 4, end))
        for _, container, container_end in _named(b"ipco", _boxes(data, properties, properties_end))
        for _, ispe, _ in _named(b"ispe", _boxes(data, container, container_end))
    ]
    if not sizes:
        raise Damaged
    width, height = max(sizes, key=lambda size: size[0] * size[1])
    return width, height


def _named(name: bytes, boxes: Iterator[tuple[bytes, int, int]]) -> Iterator[tuple[bytes, int, int]]:
    return (box for box in boxes if box[0] == name)


def _boxes(data: bytes, at: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Each box between two offsets: its name, where its content begins and where it ends."""
    for _ in range(_MAX_SEGMENTS):
        if at >= end:
            return
        size, name = struct.unpack_from(">I4s", data, at)
        start = at + 8
        if size == 1:
            size, start = struct.unpack_from(">Q", data, start)[0], start + 8
        elif size == 0:
            size = end - at
        if at + size < start:
            raise Damaged
        if at + size > end:
            raise Truncated
        yield name, start, at + size
        at += size
    raise Damaged


_READERS: dict[Kind, Callable[[bytes], tuple[int, int]]] = {
    Kind.JPEG: _jpeg,
    Kind.PNG: _png,
    Kind.WEBP: _webp,
    Kind.AVIF: _heif,
    Kind.HEIC: _heif,
}
