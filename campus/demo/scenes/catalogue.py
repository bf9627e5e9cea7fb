"""Every photo of the demo campus: which scene, in which light and shape, saved how, and what its alternative text says."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from campus.demo.scenes import indoors, moods, outdoors, things

if TYPE_CHECKING:
    from collections.abc import Callable

    from campus.demo.dice import Dice
    from campus.demo.scenes.light import Canvas, Mood


class Shape(StrEnum):
    """The proportions of a photo."""

    LANDSCAPE = "landscape"
    PORTRAIT = "portrait"
    PANORAMA = "panorama"
    SQUARE = "square"


class Saved(StrEnum):
    """What the file is that somebody uploads. CAMERA is a JPEG with what a telephone writes into it, its position included."""

    CAMERA = "camera"
    SIDEWAYS = "sideways"
    JPEG = "jpeg"
    PNG = "png"
    HEIC = "heic"


SIZES = {
    Shape.LANDSCAPE: (1056, 704),
    Shape.PORTRAIT: (800, 1000),
    Shape.PANORAMA: (1440, 540),
    Shape.SQUARE: (880, 880),
}

L, P, W, S = Shape.LANDSCAPE, Shape.PORTRAIT, Shape.PANORAMA, Shape.SQUARE


@dataclass(frozen=True)
class Scene:
    """Something that can be drawn, the shapes it looks well in, and its description."""

    draw: Callable[[Canvas, Dice, Mood], None]
    shapes: tuple[Shape, ...]
    alt: str
    outdoors: bool


@dataclass(frozen=True)
class Shot:
    """One photo to be."""

    subject: str
    mood: Mood
    shape: Shape
    saved: Saved
    number: int

    @property
    def scene(self) -> Scene:
        """What is drawn."""
        return SCENES[self.subject]

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels, as it is looked at."""
        return SIZES[self.shape]

    @property
    def alt(self) -> str:
        """What a reader who does not see it is told."""
        return f"{self.scene.alt} {self.mood.outdoors if self.scene.outdoors else self.mood.indoors}."

    @property
    def filename(self) -> str:
        """What the uploader's device had called it."""
        suffix = {Saved.PNG: "png", Saved.HEIC: "heic"}.get(self.saved, "jpg")
        return f"IMG_{2400 + 7 * self.number}.{suffix}"


SCENES = {
    "lake": Scene(outdoors.lake, (L, W), "Mountains in several layers mirrored in a still lake, dark firs at both sides,", True),
    "skyline": Scene(
        outdoors.skyline, (W, L), "The campus across the water: halls with lit windows, a dome and a clock tower, mirrored,", True
    ),
    "stars": Scene(outdoors.stars, (P, L), "Stars and the milky band above the dome of an observatory between firs", True),
    "avenue": Scene(outdoors.avenue, (P, L), "A path between two rows of trees with fallen leaves on both sides,", True),
    "waves": Scene(outdoors.waves, (L, S), "A rowing boat with four people on long waves before a low sun", True),
    "track": Scene(outdoors.track, (L,), "Five runners in coloured shirts on the bend of a running track", True),
    "snowfall": Scene(
        outdoors.snowfall, (L, P), "Thick snow falling on an old building with a clock tower and lit windows", True
    ),
    "bridge": Scene(outdoors.bridge, (W, L), "A suspension bridge with a row of lamps above fog and hills", True),
    "lecture": Scene(
        indoors.lecture, (L,), "A lecture hall from behind: rows of heads before a screen with a rising curve,", False
    ),
    "library": Scene(
        indoors.library, (P, L), "Shelves full of books, a reading lamp and a small pile of books before them,", False
    ),
    "laboratory": Scene(indoors.laboratory, (L, S), "Five flasks with glowing liquids on a laboratory bench", False),
    "exhibition": Scene(indoors.exhibition, (L, W), "Visitors before large abstract paintings on the wall of a gallery", False),
    "concert": Scene(
        indoors.concert, (L,), "Three performers on a stage under beams of light, hands raised in the crowd,", False
    ),
    "studio": Scene(
        indoors.studio, (S, L), "A photo studio with a paper backdrop, two softboxes and a camera on its tripod", False
    ),
    "portrait": Scene(indoors.portrait, (P, S), "Portrait of a person before a plain backdrop, drawn in simple shapes,", False),
    "coffee": Scene(things.coffee, (S,), "A cup of coffee from above with a leaf drawn in the foam,", False),
    "poster": Scene(things.poster, (S, P), "A printed poster of circles, quarters, petals and stripes on a grid", False),
    "leaves": Scene(things.leaves, (P, S), "Large green leaves before the panes of a greenhouse", False),
}

_MOODS = {
    "lake": (moods.DAWN, moods.DUSK, moods.AURORA, moods.ROSE),
    "skyline": (moods.DUSK, moods.NIGHT, moods.ROSE, moods.DAWN),
    "stars": (moods.NIGHT, moods.AURORA, moods.DUSK),
    "avenue": (moods.AUTUMN, moods.DAWN, moods.NOON),
    "waves": (moods.DUSK, moods.DAWN, moods.AUTUMN),
    "track": (moods.NOON, moods.AUTUMN, moods.DUSK),
    "snowfall": (moods.WINTER, moods.NIGHT),
    "bridge": (moods.ROSE, moods.WINTER, moods.DAWN, moods.DUSK),
    "lecture": (moods.DUSK, moods.NOON, moods.NIGHT),
    "library": (moods.AUTUMN, moods.DUSK, moods.NIGHT),
    "laboratory": (moods.NIGHT, moods.AURORA, moods.ROSE),
    "exhibition": (moods.DAWN, moods.ROSE, moods.NOON, moods.AUTUMN),
    "concert": (moods.ROSE, moods.AURORA, moods.NIGHT),
    "studio": (moods.DUSK, moods.NOON, moods.ROSE, moods.WINTER),
    "portrait": (moods.DUSK, moods.NOON, moods.ROSE, moods.DAWN, moods.AUTUMN, moods.AURORA),
    "coffee": (moods.AUTUMN, moods.DAWN),
    "poster": (moods.DUSK, moods.NOON, moods.ROSE),
    "leaves": (moods.NOON, moods.DAWN, moods.AURORA),
}
_SAVED = (Saved.CAMERA, Saved.JPEG, Saved.SIDEWAYS, Saved.JPEG, Saved.CAMERA, Saved.PNG, Saved.JPEG, Saved.CAMERA)


def _catalogue() -> tuple[Shot, ...]:
    """Every scene in its first mood, then every scene in its second, and so on; the shapes of a scene take turns."""
    shots: list[Shot] = []
    for turn in range(max(len(each) for each in _MOODS.values())):
        for subject, its_moods in _MOODS.items():
            if turn < len(its_moods):
                shapes = SCENES[subject].shapes
                saved = Saved.HEIC if len(shots) == HEIC_AT else _SAVED[len(shots) % len(_SAVED)]
                shots.append(Shot(subject, its_moods[turn], shapes[turn % len(shapes)], saved, len(shots)))
    return tuple(shots)


HEIC_AT = 11
SHOTS = _catalogue()
