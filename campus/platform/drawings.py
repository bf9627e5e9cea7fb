"""The icons: drawings of the lucide set.

Its own way opens the archive for each drawing and reads the list of all 1,700 again, which made a second of the first page of
every process.
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from io import BytesIO
from zipfile import ZipFile

from markupsafe import Markup

NAMESPACE = 'xmlns="http://www.w3.org/2000/svg"'  # of no use within a page


@cache
def _archive() -> ZipFile:
    return ZipFile(BytesIO(resources.files("lucide").joinpath("lucide.zip").read_bytes()))


def icon(name: str) -> Markup:
    """A drawing as an inline SVG that takes the colour of the text.

    Raises:
        KeyError: the set has none of this name.
    """
    opening, end, rest = _archive().read(f"{name}.svg").decode().partition(">")
    return Markup(" ".join(opening.replace(NAMESPACE, "").split()) + end + rest.rstrip())  # noqa: S704 - the set's own drawings
