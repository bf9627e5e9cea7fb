"""The files a photo becomes: their formats, widths and keys, and the placeholder shown until they arrive. Pure functions.

Heights follow from the photo's own proportions, so a page can write `width` and `height` before a byte of the picture is there.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from uuid import UUID

WIDTHS = (320, 640, 960, 1440, 2048)
FALLBACK_WIDTH = 1440
SIDES = (64, 128, 256)  # of a portrait, which is square: for 32 and 42 pixels, for 88, and for screens with two dots to a pixel
MAX_HEIGHT = 16_383  # the longest side a WebP can have
WORTH_A_STEP = 0.9  # a step within a tenth of the next wider one saves a reader nothing
PALETTE_LEVELS = 4  # per channel: 2 bits, 64 colours in all
PORTRAITS = "portraits/"  # what the keys of all portraits begin with


class Format(StrEnum):
    """The only formats that leave the product; the value is the file's extension."""

    WEBP = "webp"
    JPEG = "jpg"

    @property
    def content_type(self) -> str:
        """What to serve it as."""
        return "image/webp" if self is Format.WEBP else "image/jpeg"


@dataclass(frozen=True)
class Variant:
    """One encoded file, upright, in sRGB, without metadata. Width and height in pixels."""

    width: int
    height: int
    format: Format
    data: bytes

    @property
    def sha256(self) -> str:
        """The digest of the bytes, in hexadecimal."""
        return hashlib.sha256(self.data).hexdigest()


@dataclass(frozen=True)
class Processed:
    """A developed photo: its upright dimensions as uploaded, its placeholder, its files (WebP by width, then the JPEG).

    `thumbhash` has at most 25 bytes, in hexadecimal; `colour` is an index into the palette of `palette_rgb`.
    """

    width: int
    height: int
    thumbhash: str
    colour: int
    variants: tuple[Variant, ...]


def available_widths(width: int, height: int) -> tuple[int, ...]:
    """The WebP widths of a photo with these upright dimensions, ascending: never wider than the photo, always at least one.

    The last is the photo's own width where that is below 2048. A very tall photo ends where its height reaches `MAX_HEIGHT`.
    """
    widest = max(1, min(width, WIDTHS[-1], MAX_HEIGHT * width // height))
    return (*(step for step in WIDTHS if step <= WORTH_A_STEP * widest), widest)


def fallback_width(width: int, height: int) -> int:
    """The width of the one JPEG of a photo with these upright dimensions."""
    return min(available_widths(width, height)[-1], FALLBACK_WIDTH)


def height_at(variant_width: int, width: int, height: int) -> int:
    """How high a photo of these upright dimensions is when shown `variant_width` wide."""
    return max(1, min(MAX_HEIGHT, round(height * variant_width / width)))


def incoming_key(token: UUID) -> str:
    """Where the uploaded bytes wait until they are developed; no route serves this. `token`: the photo's random name."""
    return f"incoming/{_shard(token)}"


def variant_key(token: UUID, width: int, format: Format) -> str:  # noqa: A002 - the field's word
    """Where a variant is stored."""
    return f"{variant_prefix(token)}{width}.{Format(format)}"


def variant_prefix(token: UUID) -> str:
    """What the keys of all variants of a photo begin with: for erasing them."""
    return f"photos/{_shard(token)}."


def portrait_key(token: UUID, side: int) -> str:
    """Where a portrait of this many pixels a side is stored, a WebP. `token`: the picture's random name."""
    return f"{PORTRAITS}{_shard(token)}.{side}.webp"


def palette_index(red: int, green: int, blue: int) -> int:
    """The nearest of the 64 placeholder colours to an sRGB colour (0 to 255 each): 2 bits per channel, red highest."""
    step = 255 / (PALETTE_LEVELS - 1)
    return round(red / step) << 4 | round(green / step) << 2 | round(blue / step)


def palette_rgb(index: int) -> tuple[int, int, int]:
    """The sRGB colour of a placeholder class: for the style sheet."""
    step = 255 // (PALETTE_LEVELS - 1)
    return (index >> 4 & 3) * step, (index >> 2 & 3) * step, (index & 3) * step


def _shard(token: UUID) -> str:
    """By the token's end: so that no folder grows past what a file system likes, even where tokens begin with a time."""
    return f"{token.hex[-2:]}/{token.hex}"
