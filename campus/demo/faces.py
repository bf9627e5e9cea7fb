"""The pictures beside the demo's names: faces and logos, drawn by program, kept in the sizes of the product's portraits.

A few faces are drawn and many people share them, as posts share photos: each has a token and files of her own. Some people and
organizations have none, so that initials are seen too.
"""

from __future__ import annotations

import math
from io import BytesIO
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw
from sqlalchemy import select, update

from campus.accounts.models import User
from campus.demo.dice import Dice
from campus.demo.pictures import MAX_PIXELS
from campus.media import pixels
from campus.media.variants import portrait_key
from campus.organizations.models import Organization
from campus.platform.db import session
from campus.platform.storage import configured

if TYPE_CHECKING:
    import uuid

    from campus.media.variants import Processed

    Point = tuple[float, float]

SIDE = 512  # pixels; twice the largest size that is kept, so that edges come out smooth
FACES = 16
LOGOS = 12
MOST = 400  # people with a picture: a campus of 20,000 needs no more files than a small one
BARE = 7  # one person in so many has initials alone
BARE_ORGANIZATION = 5
LOOKS = (  # of skin, and of hair that goes with it
    ("#f2d3bd", ("#4a2f20", "#7a4b26", "#b5793c", "#d9b36c", "#8c8c92")),
    ("#e3b48f", ("#221c1a", "#4a2f20", "#7a4b26", "#b5793c")),
    ("#c98e62", ("#221c1a", "#4a2f20", "#8c8c92")),
    ("#a86f47", ("#221c1a", "#3a2419")),
    ("#7c4d2f", ("#16110f", "#2b1a12")),
    ("#56331f", ("#0f0b0a", "#8c8c92")),
)
CLOTH = ("#27496d", "#6d2e46", "#2f5d50", "#8a5a2b", "#4b3f72", "#3b4a54")
WALL = ("#cfe0ee", "#f1dcc9", "#d8e6d0", "#e6d7ea", "#f0e3b8", "#d5dde3")
INK = ("#1f4e79", "#7a2948", "#20614f", "#8a4b14", "#51408f", "#33434f")


class Faces:
    """Draws what is asked for once, and keeps it under a token for each that has it."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._storage = configured()
        self._drawn: dict[str, tuple[uuid.UUID, Processed]] = {}
        self._keys: list[str] = []

    def give(self) -> None:
        """Give most of the first people and of the organizations a picture, in the open transaction."""
        dice = Dice(self._seed, "portraits")
        people = session.scalars(select(User.id).order_by(User.id).limit(MOST)).all()
        faces = [
            {"id": one, "avatar_token": self._keep(f"face {number % FACES}", dice.token())}
            for number, one in enumerate(people, start=1)
            if number % BARE
        ]
        organizations = session.scalars(select(Organization.id).order_by(Organization.id)).all()
        logos = [
            {"id": one, "logo_token": self._keep(f"logo {number % LOGOS}", dice.token())}
            for number, one in enumerate(organizations)
            if (number + 1) % BARE_ORGANIZATION
        ]
        for model, rows in ((User, faces), (Organization, logos)):
            session.execute(update(model), rows)

    def discard(self) -> None:
        """Delete every file: the rows that name them were rolled back."""
        for key in self._keys:
            self._storage.delete(key)

    def _keep(self, motif: str, token: uuid.UUID) -> uuid.UUID:
        if motif not in self._drawn:
            self._drawn[motif] = token, _developed(self._draw(motif))
        master, picture = self._drawn[motif]
        for variant in picture.variants:
            key = portrait_key(token, variant.width)
            self._keys.append(key)
            if master == token:
                self._storage.write(key, variant.data)
            else:
                self._storage.copy(portrait_key(master, variant.width), key)
        return token

    def _draw(self, motif: str) -> Image.Image:
        kind, _, number = motif.partition(" ")
        return logo(int(number)) if kind == "logo" else face(Dice(self._seed, motif))


def _developed(picture: Image.Image) -> Processed:
    """Through the product's own darkroom."""
    out = BytesIO()
    picture.save(out, "PNG", compress_level=1)
    return pixels.portray(out.getvalue(), MAX_PIXELS)


def face(dice: Dice) -> Image.Image:
    """Somebody before a wall: shoulders, a head, hair of one of three kinds; some wear glasses."""
    skin, hairs = dice.choice(LOOKS)
    hair, cloth, wall = dice.choice(hairs), dice.choice(CLOTH), dice.choice(WALL)
    picture = Image.new("RGB", (SIDE, SIDE), wall)
    brush = ImageDraw.Draw(picture)
    kind = dice.choice(("long", "bun", "short"))
    if kind == "long":  # falls behind the shoulders
        brush.rounded_rectangle((136, 100, 376, 430), 120, fill=hair)
    elif kind == "bun":
        brush.ellipse((206, 34, 306, 134), fill=hair)
    brush.ellipse((76, 380, 436, 720), fill=cloth)
    brush.rounded_rectangle((218, 300, 294, 420), 38, fill=_darker(skin))
    brush.ellipse((158, 104, 354, 352), fill=skin)
    brush.chord((150, 88, 362, 330), 180, 360, fill=hair)
    brush.ellipse((170, 168, 342, 300), fill=skin)  # the forehead below the hair's line
    _eyes(brush, hair, glasses=dice.chance(0.3))
    brush.arc((226, 264, 286, 304), 20, 160, fill=_darker(skin), width=7)
    return picture


def _eyes(brush: ImageDraw.ImageDraw, hair: str, *, glasses: bool) -> None:
    for x in (220, 292):
        brush.ellipse((x - 9, 222, x + 9, 240), fill="#2a2320")
        brush.line((x - 18, 204, x + 18, 204), fill=hair, width=8)
        if glasses:
            brush.ellipse((x - 30, 201, x + 30, 261), outline="#2b2f36", width=6)
    if glasses:
        brush.line((248, 228, 264, 228), fill="#2b2f36", width=6)


def _darker(colour: str) -> str:
    parts = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return "#" + "".join(f"{part * 4 // 5:02x}" for part in parts)


def logo(number: int) -> Image.Image:
    """One of six signs, light on one of six plain grounds."""
    ground = INK[(number + number // len(INK)) % len(INK)]
    picture = Image.new("RGB", (SIDE, SIDE), ground)
    signs = (_dome, _frames, _aperture, _rings, _waves, _sails)
    signs[number % len(signs)](ImageDraw.Draw(picture), "#f7f4ec", ground)
    return picture


def _dome(brush: ImageDraw.ImageDraw, light: str, ground: str) -> None:
    brush.pieslice((116, 116, 396, 396), 180, 360, fill=light)
    brush.polygon([(244, 96), (292, 96), (300, 256), (236, 256)], fill=ground)
    for top in (280, 340):
        brush.rectangle((116, top, 396, top + 36), fill=light)


def _frames(brush: ImageDraw.ImageDraw, light: str, ground: str) -> None:
    brush.rounded_rectangle((110, 110, 330, 330), 24, outline=light, width=34)
    brush.rounded_rectangle((182, 182, 402, 402), 24, fill=ground, outline=light, width=34)


def _aperture(brush: ImageDraw.ImageDraw, light: str, ground: str) -> None:
    brush.ellipse((96, 96, 416, 416), fill=light)
    for blade in range(6):
        brush.line([_around(blade * 60, 160), _around(blade * 60 + 100, 84)], fill=ground, width=16)
    brush.regular_polygon((256, 256, 78), 6, fill=ground)


def _waves(brush: ImageDraw.ImageDraw, light: str, _ground: str) -> None:
    for row in range(3):
        line = [(x, 176 + row * 84 + 26 * math.sin(x / 256 * math.tau * 1.5)) for x in range(96, 418, 6)]
        brush.line(line, fill=light, width=36, joint="curve")


def _sails(brush: ImageDraw.ImageDraw, light: str, ground: str) -> None:
    for sail in range(4):
        brush.polygon([(256, 256), _around(sail * 90 + 20, 180), _around(sail * 90 + 62, 180)], fill=light)
    brush.ellipse((222, 222, 290, 290), fill=ground)


def _rings(brush: ImageDraw.ImageDraw, light: str, _ground: str) -> None:
    for x, y in ((196, 216), (316, 216), (256, 316)):
        brush.ellipse((x - 92, y - 92, x + 92, y + 92), outline=light, width=30)


def _around(degrees: float, radius: float) -> Point:
    """A point on a circle around the middle."""
    turn = math.radians(degrees)
    return SIDE / 2 + radius * math.cos(turn), SIDE / 2 + radius * math.sin(turn)
