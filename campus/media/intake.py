"""The look at an upload in the web process: cheap, on the bytes alone, before anything is stored."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from campus.media.headers import Damaged, Header, NotAPhoto, Truncated, read_header
from campus.platform.errors import Invalid

if TYPE_CHECKING:
    from campus.platform.settings import MediaSettings

EXPECTED = "JPEG, PNG, WebP, AVIF or HEIC"
MAX_SIDE = 65_535  # what a JPEG can say; a longer side is no photograph
_SHOWN_NAME = 60
_MEGA = 1_000_000


class PhotoRefused(Invalid):
    """One file of an upload cannot be a photo; the others are kept."""

    title = "This photo cannot be used"

    def __init__(self, message: str) -> None:
        super().__init__(message, field="photos")


class PhotoEmpty(PhotoRefused):
    """There are no bytes."""


class PhotoTooLarge(PhotoRefused):
    """More bytes than MEDIA_MAX_BYTES."""

    status = 413


class PhotoTypeUnknown(PhotoRefused):
    """Not one of the accepted formats, whatever the name says."""


class PhotoDamaged(PhotoRefused):
    """Its header breaks its own format, or the file ends too early."""


class PhotoTooManyPixels(PhotoRefused):
    """More pixels than MEDIA_MAX_PIXELS: refused from the header, before any decoding."""


def accept(data: bytes, filename: str, limits: MediaSettings) -> Header:
    """Format and dimensions of an upload that is worth developing.

    `filename` is only ever quoted in messages. Reading the pixels may still fail later, in `process`.

    Raises:
        PhotoEmpty, PhotoTooLarge, PhotoTypeUnknown, PhotoDamaged, PhotoTooManyPixels: with a sentence about this file.
    """
    name = shown_name(filename)
    if not data:
        raise PhotoEmpty(f"{name} is empty. Choose a {EXPECTED} photo.")
    if len(data) > limits.max_bytes:
        raise PhotoTooLarge(f"{name} is {_mega(len(data))} MB. A photo may have up to {_mega(limits.max_bytes)} MB.")
    header = _read(data, name)
    if header.pixels > limits.max_pixels or max(header.width, header.height) > MAX_SIDE:
        raise PhotoTooManyPixels(
            f"{name} has {header.width:,} by {header.height:,} pixels ({_mega(header.pixels)} megapixels)."
            f" A photo may have up to {_mega(limits.max_pixels)} megapixels."
        )
    return header


def shown_name(filename: str) -> str:
    """A file name fit to be quoted in a sentence: no folders, control characters, text direction tricks or broken text."""
    base = filename.replace("\\", "/").rpartition("/")[2]
    plain = "".join(letter for letter in base if not unicodedata.category(letter).startswith("C")).strip()
    if len(plain) > _SHOWN_NAME:
        plain = f"{plain[: _SHOWN_NAME - 12]}…{plain[-11:]}"
    return f"“{plain}”" if plain else "This file"


def _read(data: bytes, name: str) -> Header:
    try:
        return read_header(data)
    except NotAPhoto as error:
        found = f"is {error.looks_like}" if error.looks_like else "is not a photo"
        raise PhotoTypeUnknown(f"{name} {found}. Choose a {EXPECTED} photo.") from error
    except Truncated as error:
        raise PhotoDamaged(f"{name} is incomplete: the file ends too early. Try to export or upload it again.") from error
    except Damaged as error:
        raise PhotoDamaged(f"{name} is damaged. Try to export it again as {EXPECTED}.") from error


def _mega(count: int) -> str:
    return f"{count / _MEGA:.1f}".removesuffix(".0") if count >= _MEGA // 10 else f"{count / _MEGA:.3f}"
