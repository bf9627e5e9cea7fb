"""The paper the scenes are drawn on, and the light that falls on it.

Places are given as fractions: x of the width, y of the height, radii of the shorter side. Everything is drawn at twice the size
and halved at the end, which is what makes the edges smooth.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PIL import Image, ImageChops, ImageDraw, ImageFilter
from PIL.Image import Resampling, Transpose

if TYPE_CHECKING:
    from collections.abc import Sequence

Colour = tuple[int, ...]  # red, green, blue, and maybe how opaque; 0 to 255
Point = tuple[float, float]

FINE = 2


@dataclass(frozen=True)
class Mood:
    """The light of a picture: sky from top to horizon, far to near silhouettes, glow, two accents; how it is said in words."""

    sky: tuple[Colour, ...]
    far: Colour
    near: Colour
    glow: Colour
    accents: tuple[Colour, Colour]
    outdoors: str
    indoors: str


def mix(one: Colour, other: Colour, share: float) -> Colour:
    """The colour on the way from one to another; share 0 is the first."""
    return tuple(round(a + (b - a) * share) for a, b in zip(one[:3], other[:3], strict=True))


class Canvas:
    """A picture in the making, of `size` pixels in the end."""

    def __init__(self, size: tuple[int, int]) -> None:
        self.width, self.height = size[0] * FINE, size[1] * FINE
        self.unit = min(self.width, self.height)
        self.image = Image.new("RGB", (self.width, self.height))
        self.pen = ImageDraw.Draw(self.image, "RGBA")

    def fade(self, stops: Sequence[Colour], top: float = 0.0, bottom: float = 1.0) -> None:
        """Fill a band with colours that run into each other from top to bottom."""
        strip = Image.new("RGB", (1, len(stops)))
        strip.putdata([stop[:3] for stop in stops])
        start, end = round(top * self.height), round(bottom * self.height)
        tall = strip.resize((1, max(1, end - start)), Resampling.BICUBIC)
        self.image.paste(tall.resize((self.width, tall.height), Resampling.NEAREST), (0, start))

    def shine(self, x: float, y: float, radius: float, colour: Colour, strength: float = 1.0) -> None:
        """Light around a place, added to what is there, gone at `radius`."""
        reach = max(2, round(radius * self.unit))
        left, top = round(x * self.width) - reach, round(y * self.height) - reach
        box = (max(0, left), max(0, top), min(self.width, left + 2 * reach), min(self.height, top + 2 * reach))
        if box[0] >= box[2] or box[1] >= box[3]:
            return
        halo = _HALO.resize((box[2] - box[0], box[3] - box[1]), Resampling.BILINEAR, _part(box, (left, top), 2 * reach))
        lit = Image.merge("RGB", [halo.point([round(v * c / 255 * strength) for v in range(256)]) for c in colour[:3]])
        self.image.paste(ImageChops.screen(self.image.crop(box), lit), box)

    def shape(self, points: Sequence[Point], fill: Colour) -> None:
        """A polygon."""
        self.pen.polygon([(x * self.width, y * self.height) for x, y in points], fill=fill)

    def stroke(self, points: Sequence[Point], fill: Colour, width: float) -> None:
        """A line through places, `width` of the shorter side thick."""
        self.pen.line(
            [(x * self.width, y * self.height) for x, y in points],
            fill=fill,
            width=max(1, round(width * self.unit)),
            joint="curve",
        )

    def box(self, corners: tuple[float, float, float, float], fill: Colour, corner: float = 0.0) -> None:
        """A rectangle by left, top, right, bottom."""
        left, top, right, bottom = corners
        place = (left * self.width, top * self.height, right * self.width, bottom * self.height)
        if place[2] > place[0] and place[3] > place[1]:
            self.pen.rounded_rectangle(place, corner * self.unit, fill=fill)

    def disc(self, x: float, y: float, radius: float, fill: Colour, flat: float = 1.0) -> None:
        """A circle, or an ellipse `flat` times as high as wide."""
        wide, high = radius * self.unit, radius * self.unit * flat
        middle, level = x * self.width, y * self.height
        self.pen.ellipse((middle - wide, level - high, middle + wide, level + high), fill=fill)

    def arc(self, x: float, y: float, radius: float, angles: tuple[float, float], fill: Colour, width: float) -> None:
        """A part of a ring, between two angles in degrees, clockwise from the right."""
        reach = radius * self.unit
        middle, level = x * self.width, y * self.height
        place = (middle - reach, level - reach, middle + reach, level + reach)
        self.pen.arc(place, *angles, fill=fill, width=max(1, round(width * self.unit)))

    def mirror(self, line: float, tint: Colour, share: float) -> None:
        """Still water below a level: what is above it, upside down, blurred and tinted."""
        level = round(line * self.height)
        depth = self.height - level
        above = self.image.crop((0, max(0, level - depth), self.width, level)).transpose(Transpose.FLIP_TOP_BOTTOM)
        small = above.reduce(8).filter(ImageFilter.BoxBlur((0.4, 2.0)))
        water = small.resize((self.width, depth), Resampling.BICUBIC)
        self.image.paste(Image.blend(water, Image.new("RGB", water.size, tint[:3]), share), (0, level))

    def blur(self, radius: float) -> None:
        """Put everything so far out of focus."""
        small = self.image.reduce(4).filter(ImageFilter.GaussianBlur(radius * self.unit / 4))
        self.image.paste(small.resize(self.image.size, Resampling.BICUBIC))

    def finished(self) -> Image.Image:
        """The picture at its own size."""
        return self.image.reduce(FINE)


def _part(box: tuple[int, int, int, int], corner: tuple[int, int], side: int) -> tuple[float, float, float, float]:
    """Which part of the halo a box clipped at the paper's edge shows."""
    scale = _HALO.width / side
    left, top = corner
    return ((box[0] - left) * scale, (box[1] - top) * scale, (box[2] - left) * scale, (box[3] - top) * scale)


def _halo() -> Image.Image:
    """Brightest in the middle, falling off with the square of the distance from the rim."""
    return Image.radial_gradient("L").point([round(255 * max(0.0, 1 - value / 180) ** 2) for value in range(256)])


_HALO = _halo()
