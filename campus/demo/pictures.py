"""Drawing the demo's photos, saving them as cameras do, and developing them as the product develops every upload."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from io import BytesIO
from typing import TYPE_CHECKING

from PIL import Image
from PIL.ExifTags import GPS, IFD, Base
from PIL.Image import Transpose

from campus.demo.dice import Dice
from campus.demo.scenes.catalogue import SHOTS, Saved
from campus.demo.scenes.light import Canvas
from campus.media import pixels

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from campus.demo.scenes.catalogue import Shot
    from campus.media.variants import Processed

CAMERA = "Northlight 7"  # an invented make, found in the uploads and nowhere after
POSITION = ((59.0, 54.0, 33.12), (10.0, 44.0, 12.48))  # degrees, minutes, seconds north and east
QUALITY = 88
MAX_PIXELS = 50_000_000
_TURNED = 6  # EXIF: stored lying on its left side


def draw(seed: int, shot: Shot) -> Image.Image:
    """The picture, the same for a seed to the last pixel."""
    canvas = Canvas(shot.size)
    shot.scene.draw(canvas, Dice(seed, f"photo {shot.number} {shot.subject}"), shot.mood)
    return canvas.finished()


def upload(seed: int, shot: Shot) -> bytes:
    """The file somebody uploads: as its camera saved it, position and all."""
    picture = draw(seed, shot)
    out = BytesIO()
    if shot.saved is Saved.PNG:
        picture.save(out, "PNG", compress_level=1)
    elif shot.saved is Saved.HEIC:
        picture.save(out, "HEIF", quality=QUALITY, exif=_exif(1), enc_params={"preset": "ultrafast"})
    elif shot.saved is Saved.SIDEWAYS:
        picture.transpose(Transpose.ROTATE_90).save(out, "JPEG", quality=QUALITY, exif=_exif(_TURNED))
    else:
        exif = {"exif": _exif(1)} if shot.saved is Saved.CAMERA else {}
        picture.save(out, "JPEG", quality=QUALITY, **exif)
    return out.getvalue()


def _exif(orientation: int) -> bytes:
    exif = Image.Exif()
    exif[Base.Make] = CAMERA
    exif[Base.Orientation] = orientation
    north, east = POSITION
    exif.get_ifd(IFD.GPSInfo).update(
        {GPS.GPSLatitudeRef: "N", GPS.GPSLatitude: north, GPS.GPSLongitudeRef: "E", GPS.GPSLongitude: east}
    )
    return exif.tobytes()


def develop(job: tuple[int, int]) -> Processed:
    """One photo of the catalogue by (seed, number), through the product's own darkroom."""
    seed, number = job
    return pixels.develop(upload(seed, SHOTS[number]), MAX_PIXELS)


def developed(seed: int, numbers: Sequence[int], processes: int = 2) -> Iterator[Processed]:
    """The photos of these numbers in order, in as many processes. They are our own drawings: no limits are needed around them."""
    jobs = [(seed, number) for number in numbers]
    with ProcessPoolExecutor(min(processes, len(jobs)), multiprocessing.get_context("spawn")) as pool:
        yield from pool.map(develop, jobs)
