"""How the child hands a developed photo to its parent: one line of JSON, then the files one after the other.

The parent believes nothing: the child has read a hostile file. Everything is checked against what a developed photo can be.
"""

from __future__ import annotations

import json
from typing import IO, Any

from campus.media.headers import NotAPhoto, Truncated, read_header
from campus.media.variants import PALETTE_LEVELS, Format, Processed, Variant

UNREADABLE = 3  # exit codes of the child
TOO_COSTLY = 4
WALL_FACTOR = 2  # a machine whose cores are shared may take this much longer than the processor time it gives
MAX_HEADER = 10_000
MAX_THUMBHASH = 25


class Garbled(Exception):
    """The child's answer is not a developed photo."""


def send(photo: Processed, stream: IO[bytes]) -> None:
    """Write a photo to the parent."""
    files = [[file.width, file.height, file.format, len(file.data)] for file in photo.variants]
    header = {"size": [photo.width, photo.height], "thumbhash": photo.thumbhash, "colour": photo.colour, "files": files}
    stream.write(json.dumps(header).encode() + b"\n")
    for file in photo.variants:
        stream.write(file.data)
    stream.flush()


def receive(stream: IO[bytes]) -> Processed:
    """Read a photo from the child.

    Raises:
        Garbled: the answer is something else, or not all of it is there.
    """
    try:
        header = json.loads(stream.readline(MAX_HEADER))
        width, height = map(_positive, header["size"])
        files = tuple(_file(stream, *entry) for entry in header["files"])
        thumbhash = bytes.fromhex(header["thumbhash"]).hex()
        colour = int(header["colour"])
    except (ValueError, TypeError, KeyError, RecursionError, NotAPhoto, Truncated) as error:
        raise Garbled(str(error)) from error
    if not files or not 0 <= colour < PALETTE_LEVELS**3 or len(thumbhash) > 2 * MAX_THUMBHASH:
        raise Garbled
    return Processed(width, height, thumbhash, colour, files)


def _file(stream: IO[bytes], width: Any, height: Any, extension: Any, size: Any) -> Variant:
    """One file, whose own header must tell the format and dimensions that were announced."""
    variant = Variant(_positive(width), _positive(height), Format(extension), stream.read(_positive(size)))
    seen = read_header(variant.data)
    if len(variant.data) != size or (seen.kind.lower(), seen.width, seen.height) != (variant.format.name.lower(), width, height):
        raise ValueError("a file is not what was announced")
    return variant


def _positive(number: Any) -> int:
    if not isinstance(number, int) or number < 1:
        raise ValueError("not a positive whole number")
    return number
