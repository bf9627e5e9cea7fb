"""The light of day and night, indoors and out."""

from __future__ import annotations

from campus.demo.scenes.light import Mood

DUSK = Mood(
    sky=((38, 32, 84), (120, 62, 120), (228, 108, 98), (252, 188, 120)),
    far=(150, 84, 118),
    near=(30, 22, 46),
    glow=(255, 196, 120),
    accents=((255, 138, 92), (126, 96, 196)),
    outdoors="under an orange and violet evening sky",
    indoors="in warm orange light",
)
DAWN = Mood(
    sky=((126, 170, 206), (190, 206, 218), (250, 220, 200), (255, 238, 214)),
    far=(176, 188, 204),
    near=(54, 70, 92),
    glow=(255, 232, 190),
    accents=((240, 156, 130), (96, 146, 170)),
    outdoors="in the pale light of early morning",
    indoors="in soft morning light",
)
NOON = Mood(
    sky=((40, 116, 196), (98, 166, 224), (176, 214, 240), (226, 240, 246)),
    far=(128, 170, 190),
    near=(26, 66, 72),
    glow=(255, 250, 224),
    accents=((244, 190, 64), (40, 140, 120)),
    outdoors="under a clear blue sky",
    indoors="in bright daylight",
)
NIGHT = Mood(
    sky=((6, 10, 28), (12, 22, 54), (28, 44, 92), (62, 78, 128)),
    far=(34, 46, 86),
    near=(6, 9, 20),
    glow=(190, 210, 255),
    accents=((255, 208, 116), (84, 140, 220)),
    outdoors="on a clear blue night",
    indoors="in deep blue light",
)
AUTUMN = Mood(
    sky=((154, 148, 140), (206, 184, 152), (240, 208, 150), (250, 226, 178)),
    far=(186, 140, 92),
    near=(64, 36, 24),
    glow=(255, 220, 150),
    accents=((214, 94, 34), (172, 40, 36)),
    outdoors="in hazy golden autumn light",
    indoors="in golden afternoon light",
)
WINTER = Mood(
    sky=((104, 124, 150), (160, 178, 198), (206, 216, 226), (236, 238, 242)),
    far=(178, 192, 208),
    near=(44, 56, 74),
    glow=(255, 246, 232),
    accents=((200, 64, 70), (70, 110, 150)),
    outdoors="under a cold grey winter sky",
    indoors="in cool grey light",
)
AURORA = Mood(
    sky=((8, 14, 36), (14, 52, 74), (34, 122, 112), (120, 196, 150)),
    far=(24, 78, 90),
    near=(6, 16, 26),
    glow=(150, 255, 200),
    accents=((120, 240, 180), (170, 96, 210)),
    outdoors="under green northern lights",
    indoors="in green and violet light",
)
ROSE = Mood(
    sky=((92, 70, 130), (178, 104, 150), (240, 150, 160), (255, 212, 196)),
    far=(196, 132, 160),
    near=(58, 32, 66),
    glow=(255, 220, 220),
    accents=((232, 76, 110), (250, 190, 120)),
    outdoors="under a pink evening sky",
    indoors="in pink light",
)
