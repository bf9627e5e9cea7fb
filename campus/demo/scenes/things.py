"""Things seen closely: a cup, a print, leaves."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from campus.demo.scenes.light import mix

if TYPE_CHECKING:
    from campus.demo.dice import Dice
    from campus.demo.scenes.light import Canvas, Colour, Mood

WHITE = (255, 255, 255)


def coffee(canvas: Canvas, dice: Dice, mood: Mood) -> None:
    """A cup from above, a leaf in the foam."""
    table = mix(mood.near, (132, 86, 52), 0.55)
    canvas.fade((mix(table, mood.glow, 0.18), table))
    for _ in range(34):
        y = dice.random()
        canvas.stroke([(0, y), (1, y + dice.uniform(-0.02, 0.02))], (*mood.near, 26), dice.uniform(0.001, 0.006))
    canvas.disc(0.52, 0.53, 0.40, (*mood.near, 90))
    canvas.disc(0.5, 0.5, 0.39, mix(mood.sky[-1], WHITE, 0.7))
    canvas.disc(0.5, 0.5, 0.36, mix(mood.sky[-1], WHITE, 0.45))
    canvas.box((0.70, 0.47, 0.95, 0.53), mix(mood.sky[-1], WHITE, 0.7), 0.03)
    canvas.disc(0.5, 0.5, 0.27, mix(mood.sky[-1], WHITE, 0.85))
    canvas.disc(0.5, 0.5, 0.245, (104, 62, 34))
    canvas.disc(0.5, 0.5, 0.225, (150, 98, 56))
    for leaf in range(6):
        reach, level = 0.15 - 0.02 * leaf, 0.62 - 0.045 * leaf
        for side in (-1, 1):
            canvas.shape(
                [
                    (0.5, level),
                    (0.5 + side * reach, level - 0.055),
                    (0.5 + side * reach * 0.8, level - 0.085),
                    (0.5, level - 0.04),
                ],
                (244, 226, 200),
            )
    canvas.stroke([(0.5, 0.68), (0.5, 0.32)], (150, 98, 56), 0.006)
    canvas.shine(0.32, 0.28, 0.5, mood.glow, 0.35)


def poster(canvas: Canvas, dice: Dice, mood: Mood) -> None:
    """A print of the design class: circles, quarters and stripes on a grid."""
    paper = mix(mood.sky[-1], (244, 236, 220), 0.7)
    canvas.fade((paper, paper))
    tones = (mood.accents[0], mood.accents[1], mood.near, mix(mood.accents[0], WHITE, 0.5), mood.far)
    columns, rows = (4, 4) if canvas.width == canvas.height else (4, 5)
    wide, high = 1 / columns, 1 / rows
    for row in range(rows):
        for column in range(columns):
            left, top = column * wide, row * high
            canvas.box((left, top, left + wide, top + high), dice.choice((paper, *tones)))
            kind, tone = dice.randrange(4), dice.choice(tones)
            if kind == 0:
                canvas.disc(left + wide / 2, top + high / 2, 0.46 / columns, tone)
            elif kind == 1:
                canvas.shape([(left, top), (left + wide, top), (left, top + high)], tone)
            elif kind == 2:  # noqa: PLR2004 - the third of four
                for stripe in range(4):
                    canvas.box((left, top + high * stripe / 4, left + wide, top + high * (stripe + 0.5) / 4), tone)
            else:
                _petals(canvas, (left + wide / 2, top + high / 2), 0.4 / columns, tone)


def _petals(canvas: Canvas, middle: tuple[float, float], reach: float, tone: Colour) -> None:
    for petal in range(8):
        angle = math.pi * petal / 4
        x = middle[0] + math.cos(angle) * reach * 0.6 * canvas.unit / canvas.width
        y = middle[1] + math.sin(angle) * reach * 0.6 * canvas.unit / canvas.height
        canvas.disc(x, y, reach * 0.34, tone)


def leaves(canvas: Canvas, dice: Dice, mood: Mood) -> None:
    """In the greenhouse: large leaves before light that falls through panes."""
    canvas.fade((mix(mood.sky[-1], (214, 240, 200), 0.5), mix(mood.sky[2], (40, 110, 80), 0.5)))
    for pane in range(7):
        canvas.stroke([(pane / 6, 0), (pane / 6 + 0.04, 1)], (*mix(mood.near, WHITE, 0.4), 90), 0.008)
    canvas.shine(0.6, 0.1, 0.9, mood.glow, 0.7)
    canvas.blur(0.006)
    for n in range(34):
        depth = n / 33
        tone = mix(mix((150, 200, 130), mood.sky[2], 0.3), mix((14, 66, 46), mood.near, 0.3), depth)
        _leaf(canvas, dice, (dice.uniform(-0.05, 1.05), dice.uniform(0.35, 1.1)), (dice.uniform(0.18, 0.40), tone))
    canvas.shine(0.7, 0.2, 0.6, mood.glow, 0.25)


def _leaf(canvas: Canvas, dice: Dice, root: tuple[float, float], kind: tuple[float, Colour]) -> None:
    length, tone = kind
    angle = dice.uniform(-2.6, -0.5)
    ratio, up = canvas.unit / canvas.width, canvas.unit / canvas.height
    along = [n / 16 for n in range(17)]
    sides = []
    for side in (-1, 1):
        for share in along if side < 0 else reversed(along):
            width = 0.26 * length * math.sin(math.pi * share) ** 0.8 * side
            reach = length * share
            x = root[0] + (math.cos(angle) * reach - math.sin(angle) * width) * ratio
            sides.append((x, root[1] + (math.sin(angle) * reach + math.cos(angle) * width) * up))
    canvas.shape(sides, tone)
    tip = (root[0] + math.cos(angle) * length * ratio, root[1] + math.sin(angle) * length * up)
    canvas.stroke([root, tip], mix(tone, (230, 250, 200), 0.3), 0.004)
