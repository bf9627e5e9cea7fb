"""Scenes under a roof: halls, laboratories, galleries, studios."""

from __future__ import annotations

from typing import TYPE_CHECKING

from campus.demo.scenes.light import mix

if TYPE_CHECKING:
    from campus.demo.dice import Dice
    from campus.demo.scenes.light import Canvas, Colour, Mood

WHITE = (255, 255, 255)


def lecture(canvas: Canvas, dice: Dice, mood: Mood) -> None:
    """A lecture hall from the last row: heads in rows before a bright screen."""
    canvas.fade((mix(mood.near, mood.far, 0.25), mix(mood.near, mood.far, 0.5), mood.near))
    canvas.shape([(0, 0), (0.22, 0.12), (0.22, 0.62), (0, 0.9)], mix(mood.near, mood.far, 0.4))
    canvas.shape([(1, 0), (0.78, 0.12), (0.78, 0.62), (1, 0.9)], mix(mood.near, mood.far, 0.3))
    for lamp in range(5):
        canvas.shine(0.3 + 0.1 * lamp, 0.08, 0.12, mood.glow, 0.7)
    canvas.shine(0.5, 0.33, 0.62, mood.glow, 0.55)
    canvas.box((0.30, 0.16, 0.70, 0.50), mix(mood.glow, WHITE, 0.6))
    _chart(canvas, dice, mood)
    canvas.box((0.73, 0.45, 0.77, 0.60), mix(mood.near, mood.accents[0], 0.4))
    canvas.disc(0.735, 0.385, 0.026, mood.near)
    canvas.box((0.715, 0.41, 0.755, 0.58), mood.near, 0.02)
    for row in range(6):
        level, size = 0.60 + 0.075 * row, 0.016 + 0.0085 * row
        shade = mix(mix(mood.near, mood.far, 0.55), mood.near, row / 5)
        canvas.box((0.5 - 0.32 - 0.06 * row, level + size, 0.5 + 0.32 + 0.06 * row, level + 0.2), shade)
        seats = 15 - row
        for seat in range(seats):
            if dice.chance(0.8):
                x = 0.5 + (seat / (seats - 1) - 0.5) * (0.62 + 0.11 * row)
                canvas.disc(x, level + size, size * 1.7, mix(shade, mood.near, 0.5), 0.7)
                canvas.disc(x, level - size * 0.4, size, mix(shade, mood.near, 0.65), 1.15)


def _chart(canvas: Canvas, dice: Dice, mood: Mood) -> None:
    """A curve and a few bars on the screen."""
    canvas.stroke([(0.34, 0.21), (0.34, 0.45), (0.66, 0.45)], mood.near, 0.004)
    for bar in range(8):
        high = dice.uniform(0.03, 0.17)
        canvas.box((0.36 + 0.037 * bar, 0.45 - high, 0.385 + 0.037 * bar, 0.45), mix(mood.accents[1], WHITE, 0.35))
    rise = dice.uniform(1.5, 3.0)
    canvas.stroke([(0.35 + 0.3 * n / 20, 0.43 - 0.2 * (n / 20) ** rise) for n in range(21)], mood.accents[0], 0.008)


def library(canvas: Canvas, dice: Dice, mood: Mood) -> None:
    """Shelves of books, a lamp before them."""
    canvas.fade((mix(mood.near, mood.far, 0.15), mood.near))
    rows = 6
    for row in range(rows):
        foot = (row + 1) / rows - 0.012
        x = 0.01
        while x < 1:
            wide, tall = dice.uniform(0.012, 0.034), dice.uniform(0.09, 0.135)
            if dice.chance(0.93):
                tone = mix(
                    mix(*mood.accents, dice.random()),
                    dice.choice((mood.near, mood.far, (226, 212, 184))),
                    dice.uniform(0.2, 0.75),
                )
                canvas.box((x, foot - tall, x + wide, foot), tone)
                canvas.box((x, foot - tall * 0.8, x + wide, foot - tall * 0.74), mix(tone, mood.glow, 0.5))
            x += wide + 0.002
        canvas.box((0, foot, 1, foot + 0.014), mix(mood.near, (96, 60, 34), 0.5))
    canvas.box((0, 0, 1, 1), (*mood.near, 70))
    canvas.shine(0.5, 0.52, 0.95, mood.glow, 0.85)
    canvas.shape([(0.40, 0.62), (0.60, 0.62), (0.555, 0.52), (0.445, 0.52)], mix(mood.glow, WHITE, 0.5))
    canvas.stroke([(0.5, 0.62), (0.5, 0.9)], mood.near, 0.016)
    canvas.box((0, 0.9, 1, 1), mood.near)
    for book in range(4):
        canvas.box(
            (0.64, 0.87 - 0.03 * book, 0.86 - 0.02 * book, 0.9 - 0.03 * book), mix(mood.accents[book % 2], mood.near, 0.35), 0.006
        )


def laboratory(canvas: Canvas, dice: Dice, mood: Mood) -> None:
    """Flasks with glowing liquids on a bench."""
    canvas.fade((mix(mood.near, mood.sky[1], 0.5), mix(mood.near, mood.sky[2], 0.4), mood.near))
    for _ in range(22):
        canvas.disc(dice.random(), dice.uniform(0, 0.6), dice.uniform(0.02, 0.07), (*mix(*mood.accents, dice.random()), 26))
    canvas.fade((mix(mood.near, WHITE, 0.22), mood.near), 0.78, 1)
    for n in range(5):
        x, size = 0.14 + 0.18 * n, dice.uniform(0.75, 1.15)
        tone = mix(mix(*mood.accents, n / 4), dice.choice(((80, 220, 200), (250, 90, 140), (255, 210, 80))), 0.5)
        canvas.shine(x, 0.72, 0.34 * size, tone, 0.7)
        (_round_flask if n % 2 else _conical_flask)(canvas, x, size, tone)


def _conical_flask(canvas: Canvas, x: float, size: float, tone: Colour) -> None:
    wide, tall = 0.10 * size * canvas.unit / canvas.width, 0.34 * size * canvas.unit / canvas.height
    glass = [(x - wide * 0.25, 0.80 - tall), (x + wide * 0.25, 0.80 - tall), (x + wide * 0.25, 0.80 - tall * 0.65)]
    glass += [(x + wide, 0.80), (x - wide, 0.80), (x - wide * 0.25, 0.80 - tall * 0.65)]
    canvas.shape(glass, (255, 255, 255, 46))
    canvas.shape(
        [
            (x - wide * 0.66, 0.80 - tall * 0.3),
            (x + wide * 0.66, 0.80 - tall * 0.3),
            (x + wide * 0.96, 0.80),
            (x - wide * 0.96, 0.80),
        ],
        tone,
    )
    canvas.stroke([*glass, glass[0]], (255, 255, 255, 150), 0.005)


def _round_flask(canvas: Canvas, x: float, size: float, tone: Colour) -> None:
    wide, tall = 0.022 * size * canvas.unit / canvas.width, 0.36 * size * canvas.unit / canvas.height
    middle = 0.80 - 0.11 * size * canvas.unit / canvas.height
    canvas.box((x - wide, 0.80 - tall, x + wide, middle), (255, 255, 255, 70), 0.01)
    canvas.disc(x, middle, 0.112 * size, (255, 255, 255, 120))
    canvas.disc(x, middle, 0.104 * size, mix(tone, (20, 20, 40), 0.25))
    canvas.disc(x, middle + 0.012, 0.095 * size, tone)
    canvas.disc(x - 0.03 * canvas.unit / canvas.width, middle - 0.03, 0.02 * size, (255, 255, 255, 170))


def exhibition(canvas: Canvas, dice: Dice, mood: Mood) -> None:
    """A gallery: three pictures on a wall under spotlights, visitors before them."""
    wall = mix(mood.sky[-1], WHITE, 0.55)
    canvas.fade((mix(wall, mood.near, 0.28), wall, mix(wall, mood.near, 0.10)), 0, 0.8)
    canvas.fade((mix(wall, mood.near, 0.42), mix(wall, mood.near, 0.68)), 0.8, 1)
    pictures = 5 if canvas.width > 2 * canvas.height else 3
    for n in range(pictures):
        x, half = (n + 0.5) / pictures, 0.34 / pictures
        canvas.shine(x, 0.16, 0.42, mood.glow, 0.22)
        canvas.box((x - half, 0.20, x + half, 0.60), mood.near)
        _painting(canvas, dice, mood, (x - half * 0.93, 0.22, x + half * 0.93, 0.58))
    for _ in range(pictures + 1):
        _visitor(canvas, dice.uniform(0.05, 0.95), dice.uniform(0.88, 0.98), mix(mood.near, mood.far, dice.uniform(0, 0.35)))


def _painting(canvas: Canvas, dice: Dice, mood: Mood, place: tuple[float, float, float, float]) -> None:
    left, top, right, bottom = place
    canvas.box(place, mix(dice.choice(mood.sky), WHITE, 0.25))
    for _ in range(6):
        x, y = dice.uniform(left, right), dice.uniform(top, bottom)
        tone = mix(mix(*mood.accents, dice.random()), dice.choice(mood.sky), dice.uniform(0, 0.5))
        canvas.box((x, y, min(right, x + dice.uniform(0.02, 0.12)), min(bottom, y + dice.uniform(0.03, 0.16))), (*tone, 225))
    radius = 0.30 * (bottom - top) * canvas.height / canvas.unit * dice.uniform(0.5, 0.8)
    canvas.disc(
        (left + right) / 2, (top + bottom) / 2, min(radius, (right - left) * 0.4 * canvas.width / canvas.unit), mood.accents[0]
    )


def _visitor(canvas: Canvas, x: float, foot: float, tone: Colour) -> None:
    ratio = canvas.unit / canvas.width
    canvas.disc(x, foot, 0.07, (*tone, 60), 0.18)
    canvas.stroke([(x - 0.018 * ratio, foot), (x - 0.012 * ratio, foot - 0.18)], tone, 0.024)
    canvas.stroke([(x + 0.02 * ratio, foot), (x + 0.012 * ratio, foot - 0.18)], tone, 0.024)
    canvas.box((x - 0.045 * ratio, foot - 0.34, x + 0.045 * ratio, foot - 0.14), tone, 0.035)
    canvas.disc(x, foot - 0.385, 0.034, tone, 1.12)


def concert(canvas: Canvas, dice: Dice, mood: Mood) -> None:
    """Stage lights in beams over a crowd with raised hands."""
    canvas.fade((mood.near, mix(mood.near, mood.sky[1], 0.45), mood.near))
    for n in range(9):
        x, lean = (n + 0.5) / 9, dice.uniform(-0.25, 0.25)
        tone = mix(*mood.accents, dice.random())
        canvas.shape([(x - 0.005, 0.05), (x + 0.005, 0.05), (x + lean + 0.09, 0.8), (x + lean - 0.09, 0.8)], (*tone, 62))
        canvas.shine(x, 0.05, 0.14, tone, 1.0)
    canvas.shine(0.5, 0.72, 0.6, mood.glow, 0.7)
    for n in range(3):
        _visitor(canvas, 0.36 + 0.14 * n, 0.78, mood.near)
    for row in range(3):
        tone = mix(mix(mood.near, mood.accents[1], 0.22), mood.near, row / 2)
        for _ in range(26):
            x, level = dice.random(), 0.84 + 0.07 * row + dice.uniform(-0.015, 0.015)
            canvas.disc(x, level, 0.03 + 0.008 * row, tone, 1.15)
            canvas.disc(x, level + 0.1, 0.062 + 0.014 * row, tone)
            if dice.chance(0.3):
                canvas.stroke([(x + 0.02, level + 0.06), (x + 0.035, level - 0.1)], tone, 0.018)


def studio(canvas: Canvas, dice: Dice, mood: Mood) -> None:
    """A photo studio: paper backdrop, two softboxes, a camera on its tripod."""
    canvas.fade((mix(mood.near, mood.far, 0.35), mix(mood.near, mood.far, 0.2)))
    paper = mix(mood.accents[0], WHITE, 0.25)
    canvas.box((0.28, 0.06, 0.72, 0.75), paper)
    canvas.shape([(0.28, 0.74), (0.72, 0.74), (0.86, 1), (0.14, 1)], mix(paper, mood.near, 0.12))
    canvas.shine(0.5, 0.45, 0.55, mood.glow, 0.5)
    for side in (-1, 1):
        x = 0.5 + side * 0.36
        canvas.stroke([(x, 0.30), (x, 0.94)], mood.near, 0.012)
        canvas.stroke([(x - 0.05, 0.97), (x, 0.86), (x + 0.05, 0.97)], mood.near, 0.01)
        canvas.shine(x, 0.26, 0.42, mood.glow, 0.8)
        slant = 0.03 * side
        canvas.shape(
            [(x - 0.09, 0.13 - slant), (x + 0.09, 0.13 + slant), (x + 0.09, 0.37 - slant), (x - 0.09, 0.37 + slant)],
            mix(mood.glow, WHITE, 0.75),
        )
    x = 0.5 + dice.uniform(-0.06, 0.06)
    for foot in (-0.09, 0.0, 0.09):
        canvas.stroke([(x, 0.66), (x + foot, 0.98)], mood.near, 0.013)
    canvas.box((x - 0.075, 0.55, x + 0.075, 0.66), mood.near, 0.014)
    canvas.box((x - 0.03, 0.52, x + 0.03, 0.56), mood.near, 0.01)
    canvas.disc(x, 0.605, 0.045, mix(mood.near, WHITE, 0.12))
    canvas.disc(x, 0.605, 0.030, mix(mood.accents[1], mood.near, 0.4))
    canvas.disc(x - 0.009, 0.596, 0.009, (255, 255, 255, 210))


def portrait(canvas: Canvas, dice: Dice, mood: Mood) -> None:
    """A person as shapes: head, hair, shoulders, lit from one side."""
    back = mix(mood.accents[dice.randrange(2)], mood.far, 0.35)
    canvas.fade((mix(back, mood.near, 0.25), back, mix(back, mood.near, 0.5)))
    side = dice.choice((-1, 1))
    canvas.shine(0.5 + 0.3 * side, 0.3, 0.9, mood.glow, 0.6)
    skin = dice.choice(((92, 58, 42), (138, 90, 62), (190, 134, 98), (226, 178, 146), (242, 204, 178)))
    hair = dice.choice(((28, 20, 20), (70, 42, 26), (120, 74, 40), (190, 150, 90), (150, 150, 156)))
    shirt = mix(mood.accents[0], dice.choice((mood.near, WHITE, mood.accents[1])), 0.5)
    long = dice.chance(0.55)
    canvas.disc(0.5, 0.40, 0.235, hair, 1.12)
    if long:
        canvas.box((0.5 - 0.23 * canvas.unit / canvas.width, 0.40, 0.5 + 0.23 * canvas.unit / canvas.width, 0.74), hair, 0.09)
    canvas.disc(0.5, 1.04, 0.48, shirt, 0.78)
    canvas.disc(0.5 + 0.05 * side, 1.06, 0.44, (*mix(shirt, WHITE, 0.25), 110), 0.74)
    canvas.box(
        (0.5 - 0.075 * canvas.unit / canvas.width, 0.52, 0.5 + 0.075 * canvas.unit / canvas.width, 0.76),
        mix(skin, mood.near, 0.25),
        0.05,
    )
    canvas.disc(0.5, 0.44, 0.178, skin, 1.28)
    canvas.arc(0.5, 0.43, 0.20, (180, 360), hair, 0.075)
    _face(canvas, dice, mix(skin, (20, 10, 10), 0.55), side)
    canvas.shine(0.5 + 0.2 * side, 0.42, 0.34, mood.glow, 0.28)


def _face(canvas: Canvas, dice: Dice, tone: Colour, side: int) -> None:
    ratio, up = canvas.unit / canvas.width, canvas.unit / canvas.height
    for eye in (-1, 1):
        x = 0.5 + (0.066 * eye + 0.012 * side) * ratio
        canvas.arc(x, 0.445, 0.026, (200, 340), tone, 0.008)
        canvas.disc(x, 0.445, 0.011, tone)
    if dice.chance(0.35):
        for eye in (-1, 1):
            canvas.arc(0.5 + (0.066 * eye + 0.012 * side) * ratio, 0.445, 0.045, (0, 360), tone, 0.006)
    canvas.stroke([(0.5 + 0.012 * side * ratio, 0.455), (0.5 + 0.03 * side * ratio, 0.445 + 0.085 * up)], tone, 0.006)
    canvas.arc(0.5 + 0.012 * side * ratio, 0.445 + 0.09 * up, 0.06, (30, 150), tone, 0.009)
