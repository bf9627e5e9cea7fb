"""Scenes under the open sky."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

from campus.demo.scenes.light import mix

if TYPE_CHECKING:
    from campus.demo.dice import Dice
    from campus.demo.scenes.light import Canvas, Colour, Mood, Point


def ridge(dice: Dice, level: float, rise: float, detail: int = 7) -> list[Point]:
    """The line of a mountain ridge: midpoints moved up and down, less and less, then closed below the picture."""
    line = [level + dice.uniform(-rise, rise) / 3, level + dice.uniform(-rise, rise) / 3]
    for _ in range(detail):
        middles = [(a + b) / 2 + dice.uniform(-rise, rise) / 2 for a, b in pairwise(line)]
        line = [height for pair in zip(line, middles, strict=False) for height in pair] + [line[-1]]
        rise /= 1.9
    return [(n / (len(line) - 1), height) for n, height in enumerate(line)] + [(1, 1.1), (0, 1.1)]


def lake(canvas: Canvas, dice: Dice, mood: Mood) -> None:
    """Mountains in layers, mirrored in a lake."""
    canvas.fade(mood.sky, 0, 0.72)
    sun = dice.uniform(0.25, 0.75)
    canvas.shine(sun, 0.48, 0.75, mood.glow, 0.8)
    canvas.disc(sun, 0.40, 0.035, mix(mood.glow, (255, 255, 255), 0.6))
    for layer in range(4):
        share = layer / 3
        tone = mix(mix(mood.sky[-1], mood.far, 0.6), mix(mood.near, mood.far, 0.35), share)
        canvas.shape(ridge(dice, 0.42 + 0.08 * layer, 0.30 - 0.05 * layer), tone)
    canvas.mirror(0.70, mood.near, 0.22)
    for _ in range(26):
        x, y, length = dice.random(), dice.uniform(0.72, 0.98), dice.uniform(0.02, 0.10)
        canvas.stroke([(x, y), (x + length, y)], (*mix(mood.sky[-1], (255, 255, 255), 0.3), 60), 0.0025)
    _firs(canvas, dice, mood.near, 0.74)


def _firs(canvas: Canvas, dice: Dice, tone: Colour, foot: float) -> None:
    """Two groups of firs at the edges of the picture."""
    for _ in range(14):
        x = dice.choice((dice.uniform(-0.02, 0.16), dice.uniform(0.88, 1.02)))
        fir(canvas, x, foot + dice.uniform(0.0, 0.14), dice.uniform(0.10, 0.26), tone)


def fir(canvas: Canvas, x: float, foot: float, height: float, tone: Colour) -> None:
    """One fir, of stacked triangles."""
    wide = height * 0.24 * canvas.unit / canvas.width
    tall = height * canvas.unit / canvas.height
    for step in range(5):
        top = foot - tall * (1 - step * 0.16)
        half = wide * (0.3 + 0.175 * step)
        canvas.shape([(x, top), (x + half, top + tall * 0.3), (x - half, top + tall * 0.3)], tone)
    canvas.box((x - wide * 0.08, foot - tall * 0.1, x + wide * 0.08, foot + 0.02), tone)


def skyline(canvas: Canvas, dice: Dice, mood: Mood) -> None:
    """A campus by the water: halls, a dome, a clock tower, lit windows."""
    canvas.fade(mood.sky, 0, 0.75)
    canvas.shine(dice.uniform(0.2, 0.8), 0.66, 0.9, mood.glow, 0.75)
    x = -0.03
    while x < 1:
        wide = dice.uniform(0.05, 0.13)
        canvas.box((x, dice.uniform(0.44, 0.60), x + wide, 0.76), mix(mood.far, mood.near, 0.25))
        x += wide * dice.uniform(0.8, 1.2)
    x = -0.02
    while x < 1:
        wide = dice.uniform(0.07, 0.15)
        hall(canvas, dice, mood, (x, dice.uniform(0.50, 0.64), x + wide))
        x += wide + dice.uniform(-0.01, 0.02)
    _dome(canvas, dice.uniform(0.20, 0.35), mood)
    _clock_tower(canvas, dice.uniform(0.60, 0.80), mood)
    canvas.mirror(0.76, mood.near, 0.30)
    for _ in range(40):
        x, y = dice.random(), dice.uniform(0.78, 1.0)
        canvas.stroke([(x, y), (x + dice.uniform(0.02, 0.07), y)], (*mood.glow, 46), 0.003)


def hall(canvas: Canvas, dice: Dice, mood: Mood, place: tuple[float, float, float]) -> None:
    """A building by its left, top and right, with some windows lit."""
    left, top, right = place
    canvas.box((left, top, right, 0.77), mood.near)
    if dice.chance(0.5):
        canvas.shape([(left, top), ((left + right) / 2, top - 0.07), (right, top)], mood.near)
    columns = max(2, round((right - left) * canvas.width / canvas.unit / 0.032))
    step = (right - left) / (columns + 0.5)
    for row in range(int((0.73 - top) / 0.045)):
        for column in range(columns):
            if dice.chance(0.42):
                x, y = left + step * (column + 0.5), top + 0.025 + 0.045 * row
                canvas.box((x, y, x + step * 0.5, y + 0.024), mix(mood.accents[0], mood.glow, dice.random()))


def _dome(canvas: Canvas, x: float, mood: Mood) -> None:
    ratio = canvas.unit / canvas.width
    canvas.disc(x, 0.45, 0.12, mood.near)
    canvas.box((x - 0.13 * ratio, 0.45, x + 0.13 * ratio, 0.77), mood.near)
    canvas.box((x - 0.012 * ratio, 0.26, x + 0.012 * ratio, 0.36), mood.near)
    for column in range(6):
        left = x + (column - 2.75) * 0.04 * ratio
        canvas.box((left, 0.49, left + 0.014 * ratio, 0.60), mix(mood.glow, mood.accents[0], 0.4), 0.006)


def _clock_tower(canvas: Canvas, x: float, mood: Mood) -> None:
    half = 0.055 * canvas.unit / canvas.width
    canvas.box((x - half, 0.24, x + half, 0.77), mood.near)
    canvas.shape([(x - half * 1.15, 0.24), (x, 0.06), (x + half * 1.15, 0.24)], mood.near)
    canvas.shine(x, 0.31, 0.12, mood.glow, 0.7)
    canvas.disc(x, 0.31, 0.036, mix(mood.glow, (255, 255, 255), 0.4))
    canvas.stroke([(x, 0.31), (x, 0.287)], mood.near, 0.006)
    canvas.stroke([(x, 0.31), (x + 0.016 * canvas.unit / canvas.width, 0.318)], mood.near, 0.006)


def stars(canvas: Canvas, dice: Dice, mood: Mood) -> None:
    """The night sky with its milky band above an observatory and firs."""
    canvas.fade(mood.sky)
    for step in range(22):
        along = step / 21
        canvas.shine(0.12 + 0.8 * along, 0.85 - 0.75 * along + dice.uniform(-0.05, 0.05), dice.uniform(0.16, 0.3), mood.far, 0.5)
    for _ in range(700):
        along, off = dice.random(), dice.gauss(0, 0.09)
        in_band = dice.chance(0.6)
        x, y = (0.12 + 0.8 * along + off, 0.85 - 0.75 * along + off) if in_band else (dice.random(), dice.random())
        canvas.disc(x, y, 0.0006 + 0.0014 * dice.random() ** 3, (255, 255, 255, dice.randrange(90, 255)))
    for _ in range(9):
        canvas.shine(dice.random(), dice.uniform(0, 0.6), 0.022, mood.glow, 0.9)
    canvas.shape(ridge(dice, 0.84, 0.12), mood.near)
    x = dice.uniform(0.3, 0.6)
    canvas.disc(x, 0.80, 0.075, mood.near)
    canvas.box((x - 0.075 * canvas.unit / canvas.width, 0.80, x + 0.075 * canvas.unit / canvas.width, 0.9), mood.near)
    canvas.stroke([(x, 0.79), (x + 0.05, 0.72)], mood.accents[0], 0.012)
    _firs(canvas, dice, mood.near, 0.94)


def avenue(canvas: Canvas, dice: Dice, mood: Mood) -> None:
    """A path between two rows of trees, leaves on the ground."""
    canvas.fade(mood.sky, 0, 0.6)
    canvas.fade((mix(mood.far, mood.sky[-1], 0.4), mix(mood.near, mood.far, 0.5)), 0.56, 1)
    canvas.shine(0.5, 0.55, 0.7, mood.glow, 0.9)
    canvas.shape([(0.49, 0.56), (0.51, 0.56), (0.86, 1), (0.14, 1)], mix(mood.sky[-1], mood.far, 0.35))
    for row in range(9, -1, -1):
        near = 0.72**row
        for side in (-1, 1):
            _tree(canvas, dice, mood, (0.5 + side * (0.03 + 0.46 * near), 0.56 + 0.42 * near, near))
    for _ in range(420):
        depth = dice.random() ** 2
        x, y = 0.5 + dice.uniform(-0.6, 0.6) * (0.1 + depth), 0.58 + 0.42 * depth
        canvas.disc(x, y, 0.002 + 0.006 * depth, mix(*mood.accents, dice.random()), 0.6)


def _tree(canvas: Canvas, dice: Dice, mood: Mood, place: tuple[float, float, float]) -> None:
    x, foot, near = place
    trunk = mix(mood.sky[-1], mood.near, 0.35 + 0.65 * near)
    canvas.stroke([(x, foot), (x, foot - 0.6 * near)], trunk, 0.045 * near)
    for _ in range(int(8 + 26 * near)):
        leaf = mix(mix(*mood.accents, dice.random()), mood.sky[-1], 0.65 * (1 - near))
        dx, dy = dice.gauss(0, 0.13) * near, dice.gauss(0, 0.13) * near
        canvas.disc(x + dx, foot - 0.68 * near + dy, dice.uniform(0.02, 0.08) * near, (*leaf, 215))


def waves(canvas: Canvas, dice: Dice, mood: Mood) -> None:
    """Rowing at low sun: a boat on long waves."""
    canvas.fade(mood.sky, 0, 0.5)
    canvas.shine(0.66, 0.42, 0.8, mood.glow, 0.9)
    canvas.disc(0.66, 0.40, 0.07, mix(mood.glow, (255, 255, 255), 0.5))
    canvas.shape(ridge(dice, 0.46, 0.05), mix(mood.far, mood.sky[-1], 0.3))
    for row in range(9):
        share = row / 8
        level, phase, height = 0.47 + 0.5 * share**1.3, dice.uniform(0, 6), 0.004 + 0.016 * share
        crest = [(n / 40, level + height * math.sin(phase + n / (2 + 3 * share))) for n in range(41)]
        canvas.shape([*crest, (1, 1.1), (0, 1.1)], mix(mix(mood.sky[-1], mood.accents[1], 0.55), mood.near, share))
    for _ in range(60):
        y = dice.uniform(0.48, 0.98)
        spread = dice.gauss(0, 0.03 + 0.12 * (y - 0.45))
        canvas.stroke([(0.66 + spread, y), (0.66 + spread + 0.02, y)], (*mood.glow, 130), 0.003)
    _boat(canvas, mood.near)


def _boat(canvas: Canvas, tone: Colour) -> None:
    canvas.shape([(0.14, 0.645), (0.50, 0.645), (0.46, 0.672), (0.18, 0.672)], tone)
    for seat in range(4):
        x = 0.21 + 0.07 * seat
        canvas.shape([(x, 0.648), (x + 0.022, 0.648), (x + 0.034, 0.595), (x + 0.012, 0.59)], tone)
        canvas.disc(x + 0.032, 0.575, 0.019, tone)
        canvas.stroke([(x + 0.03, 0.62), (x - 0.03, 0.69)], tone, 0.006)


def track(canvas: Canvas, dice: Dice, mood: Mood) -> None:
    """Sports day: runners on the bend of a track."""
    canvas.fade(mood.sky, 0, 0.42)
    canvas.shine(0.2, 0.2, 0.6, mood.glow, 0.7)
    for column in range(60):
        level = 0.36 + 0.02 * math.sin(column) + dice.uniform(0, 0.02)
        canvas.disc(column / 59, level, dice.uniform(0.02, 0.05), mix(mood.far, mood.near, dice.uniform(0.1, 0.6)))
    canvas.fade((mix(mood.accents[1], mood.near, 0.3), mix(mood.accents[1], mood.near, 0.6)), 0.41, 1)
    red = mix(mood.accents[0], (176, 66, 48), 0.75)
    canvas.shape([(0.62, 0.46), (1, 0.44), (1, 1), (0, 1), (0, 0.72)], red)
    for lane in range(7):
        spread = lane / 6
        canvas.stroke(
            [(0.62 + 0.38 * spread, 0.46 - 0.02 * spread), (1.1 * spread - 0.1, 0.74 + 0.4 * spread)], (255, 255, 255, 190), 0.005
        )
    for runner in range(5):
        near = 0.45 + 0.14 * runner
        _runner(canvas, dice, (0.66 - 0.11 * runner + dice.uniform(-0.02, 0.02), 0.52 + 0.09 * runner, near), mood)


def _runner(canvas: Canvas, dice: Dice, place: tuple[float, float, float], mood: Mood) -> None:
    x, foot, near = place
    ratio, up = canvas.unit / canvas.width * near, canvas.unit / canvas.height * near
    shirt = mix(mood.accents[dice.randrange(2)], dice.choice(((255, 255, 255), (30, 60, 140), (250, 210, 60))), 0.6)

    def at(dx: float, dy: float) -> Point:
        return (x + dx * ratio, foot - dy * up)

    dark = mood.near
    canvas.disc(*at(0.02, 0), 0.07 * near, (*dark, 70), 0.2)
    for limb in ([(0, 0.16), (0.07, 0.10), (0.04, 0.0)], [(0, 0.16), (-0.05, 0.09), (-0.12, 0.10)]):
        canvas.stroke([at(*joint) for joint in limb], dark, 0.028 * near)
    canvas.stroke([at(0, 0.16), at(0.03, 0.30)], shirt, 0.062 * near)
    for limb in ([(0.03, 0.29), (-0.04, 0.23), (-0.01, 0.17)], [(0.03, 0.29), (0.09, 0.23), (0.14, 0.28)]):
        canvas.stroke([at(*joint) for joint in limb], shirt, 0.022 * near)
    canvas.disc(*at(0.05, 0.365), 0.034 * near, dark)


def snowfall(canvas: Canvas, dice: Dice, mood: Mood) -> None:
    """Snow on the old quad: one building with lit windows."""
    canvas.fade(mood.sky, 0, 0.8)
    hall(canvas, dice, mood, (0.08, 0.42, 0.46))
    hall(canvas, dice, mood, (0.44, 0.50, 0.94))
    _clock_tower(canvas, 0.45, mood)
    snow = mix(mood.sky[-1], (255, 255, 255), 0.6)
    canvas.shape(ridge(dice, 0.78, 0.05, 5), snow)
    canvas.shine(0.45, 0.85, 0.5, mood.accents[0], 0.25)
    for x in (0.05, 0.9, 0.98):
        fir(canvas, x, 0.86, dice.uniform(0.3, 0.5), mix(mood.near, snow, 0.12))
    for _ in range(520):
        size = dice.random() ** 4
        canvas.disc(dice.random(), dice.random(), 0.0015 + 0.009 * size, (255, 255, 255, round(220 - 130 * size)))


def bridge(canvas: Canvas, dice: Dice, mood: Mood) -> None:
    """A suspension bridge in fog."""
    canvas.fade(mood.sky, 0, 1)
    canvas.shine(0.5, 0.62, 0.9, mood.glow, 0.6)
    for layer in range(3):
        canvas.shape(ridge(dice, 0.58 + 0.07 * layer, 0.14), mix(mood.sky[-1], mood.far, 0.25 + 0.2 * layer))
    deck, towers = 0.60, (0.22, 0.74)
    for x in towers:
        canvas.box((x - 0.008, 0.12, x - 0.003, 0.86), mood.near)
        canvas.box((x + 0.009, 0.12, x + 0.014, 0.86), mood.near)
        for level in (0.14, 0.30, 0.46):
            canvas.box((x - 0.008, level, x + 0.014, level + 0.02), mood.near)
    for left, right in ((-0.30, 0.22), (0.22, 0.74), (0.74, 1.26)):
        cable = [(left + (right - left) * n / 30, 0.14 + 0.43 * (1 - (n / 15 - 1) ** 2)) for n in range(31)]
        canvas.stroke(cable, mood.near, 0.006)
        for x, y in cable[1:-1]:
            canvas.stroke([(x, y), (x, deck)], (*mood.near, 170), 0.002)
    canvas.box((0, deck, 1, deck + 0.022), mood.near)
    canvas.mirror(0.86, mood.sky[-1], 0.5)
    for n in range(16):
        canvas.shine(n / 15, deck - 0.02, 0.03, mood.accents[0], 0.9)
