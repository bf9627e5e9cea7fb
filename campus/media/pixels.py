"""The darkroom: one photo in, upright sRGB pixels out, encoded at every width, without a byte of metadata.

Run by `child` inside its limits; nothing here is safe to call on a hostile file from a process that matters.

Large photos are shrunk to the widest variant as early as possible, so that turning, colour conversion and encoding cost the same
for 3 megapixels and 50, and no more than two full-size copies ever exist.
"""

from __future__ import annotations

import warnings
from io import BytesIO
from typing import TYPE_CHECKING

import pillow_heif
import thumbhash
from PIL import (
    AvifImagePlugin,
    Image,
    ImageCms,
    JpegImagePlugin,
    WebPImagePlugin,  # noqa: F401 - known to Pillow once imported, instead of after loading all of its forty plugins
)
from PIL.ExifTags import Base
from PIL.Image import Resampling, Transpose

from campus.media.headers import Damaged, Kind, NotAPhoto, read_header
from campus.media.variants import (
    PALETTE_LEVELS,
    SIDES,
    Format,
    Processed,
    Variant,
    available_widths,
    fallback_width,
    height_at,
    palette_index,
)

if TYPE_CHECKING:
    from PIL.ImageFile import ImageFile

WEBP_QUALITY = 80
JPEG_QUALITY = 82
THUMB = 32  # pixels of the longer side the placeholder is computed from
WHITE = (255, 255, 255)
_PLUGINS = {Kind.JPEG: "JPEG", Kind.PNG: "PNG", Kind.WEBP: "WEBP", Kind.AVIF: "AVIF", Kind.HEIC: "HEIF"}
_TURNS = {
    2: Transpose.FLIP_LEFT_RIGHT,
    3: Transpose.ROTATE_180,
    4: Transpose.FLIP_TOP_BOTTOM,
    5: Transpose.TRANSPOSE,
    6: Transpose.ROTATE_270,
    7: Transpose.TRANSVERSE,
    8: Transpose.ROTATE_90,
}
_SIDEWAYS = {5, 6, 7, 8}
_SRGB = ImageCms.createProfile("sRGB")

# One thread each: the limits of the child are for one photo, and the worker runs as many children as there are cores.
AvifImagePlugin.DEFAULT_MAX_THREADS = 1
pillow_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False, decode_threads=1)


class Unreadable(Exception):
    """The pixels cannot be read."""


class TooManyPixels(Exception):
    """More pixels than allowed, found before decoding."""


def develop(data: bytes, max_pixels: int) -> Processed:
    """Decode a photo and make its variants.

    Raises:
        Unreadable: the decoder gives up on it.
        TooManyPixels: it is larger than `max_pixels`.
        MemoryError: decoding needs more than the process may have.
    """
    width, height, picture = _upright(data, max_pixels)
    thumb = _on_white(picture.resize(_fit(picture.size), Resampling.BOX))  # thumbhash 0.1.2 fails on anything transparent
    return Processed(width, height, _thumbhash(thumb), _dominant(thumb), _encode(picture, width, height))


def portray(data: bytes, max_pixels: int) -> Processed:
    """Decode a photo and make a portrait of it: the square in its middle, on white, at every one of `SIDES`, the smallest first.

    It has no placeholder: the initials of the name stand where it will be.

    Raises:
        Unreadable, TooManyPixels, MemoryError: as `develop`.
    """
    width, height, picture = _upright(data, max_pixels)
    side = min(picture.size)
    left, top = (picture.width - side) // 2, (picture.height - side) // 2
    square = _on_white(picture.crop((left, top, left + side, top + side)))
    sized = (square.resize((each, each), Resampling.LANCZOS, reducing_gap=3.0) for each in SIDES)
    return Processed(width, height, "", 0, tuple(_variant(each, Format.WEBP, quality=WEBP_QUALITY, method=4) for each in sized))


def _upright(data: bytes, max_pixels: int) -> tuple[int, int, Image.Image]:
    """Upright width and height as uploaded, and the picture, after a look at the header."""
    kind = _check(data, max_pixels)
    try:
        return _decode(data, kind, max_pixels)
    except MemoryError:
        raise
    except Exception as error:  # a decoder fed with garbage may raise anything at all
        if "out of memory" in str(error):
            raise MemoryError from error
        raise Unreadable(f"{type(error).__name__}: {error}") from error


def _check(data: bytes, max_pixels: int) -> Kind:
    try:
        header = read_header(data)
    except (NotAPhoto, Damaged) as error:
        raise Unreadable(type(error).__name__) from error
    if header.pixels > max_pixels:
        raise TooManyPixels
    return header.kind


def _decode(data: bytes, kind: Kind, max_pixels: int) -> tuple[int, int, Image.Image]:
    """Upright width and height as uploaded, and the upright picture at the widest variant's size, RGB or RGBA."""
    Image.MAX_IMAGE_PIXELS = max_pixels
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        source = Image.open(BytesIO(data), formats=[_PLUGINS[kind]])
        turn = _orientation(source)
        stored = source.size
        width, height = reversed(stored) if turn in _SIDEWAYS else stored
        small = _shrink(source, width, height, sideways=turn in _SIDEWAYS)
    upright = _to_srgb(small, source.info.get("icc_profile"))
    if turn in _TURNS:
        upright = upright.transpose(_TURNS[turn])
    return width, height, _bare(upright)


def _orientation(source: ImageFile) -> int:
    """EXIF orientation 1 to 8. Broken EXIF is no reason to refuse a photo: it is shown as it was stored."""
    try:
        turn = source.getexif().get(Base.Orientation, 1)
    except Exception:  # noqa: BLE001 - the parser of a hostile block may raise anything
        return 1
    return turn if isinstance(turn, int) and turn in _TURNS else 1


def _shrink(source: ImageFile, width: int, height: int, *, sideways: bool) -> Image.Image:
    """Decode, at once as small as the widest variant needs."""
    widest = available_widths(width, height)[-1]
    size = (widest, height_at(widest, width, height))
    if sideways:
        size = (size[1], size[0])
    if isinstance(source, JpegImagePlugin.JpegImageFile):
        source.draft(None, size)  # the JPEG decoder itself can halve, which is far cheaper than resizing
    source.load()
    picture = _interpolable(source)
    return picture if picture.size == size else picture.resize(size, Resampling.LANCZOS, reducing_gap=2.0)


def _interpolable(source: Image.Image) -> Image.Image:
    """The same picture in a mode whose pixels can be mixed: no palettes, no single bits, no colour keys."""
    if source.mode.startswith("I"):  # 16-bit grey; a colour key among 65,536 is not worth the conversion
        return source
    if source.mode == "P" or "transparency" in source.info:
        return source.convert("RGBA" if source.has_transparency_data else "RGB")
    if source.mode in {"1", "LA"}:
        return source.convert("RGBA" if source.mode == "LA" else "L")
    return source


def _to_srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    """RGB, or RGBA where something shines through, in sRGB. A profile that makes no sense is passed over."""
    if picture.mode.startswith("I"):  # 16-bit grey: Pillow's own conversion would cut off, not scale
        picture = picture.convert("I").point(lambda value: value * (1 / 257)).convert("L")
    alpha = picture.getchannel("A") if picture.mode == "RGBA" else None
    colours = picture.convert("RGB") if alpha else picture
    flat = (_by_profile(colours, profile) if profile else None) or colours.convert("RGB")
    if alpha and _lowest(alpha) < 255:  # noqa: PLR2004 - opaque
        flat.putalpha(alpha)
    return flat


def _by_profile(picture: Image.Image, profile: bytes) -> Image.Image | None:
    try:
        source = ImageCms.ImageCmsProfile(BytesIO(profile))
        return ImageCms.profileToProfile(picture, source, _SRGB, outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None


def _bare(picture: Image.Image) -> Image.Image:
    """A new picture with these pixels: comments, profiles and EXIF stay behind with the old one."""
    bare = Image.new(picture.mode, picture.size)
    bare.paste(picture)
    return bare


def _lowest(channel: Image.Image) -> int:
    return next(value for value, count in enumerate(channel.histogram()) if count)


def _encode(picture: Image.Image, width: int, height: int) -> tuple[Variant, ...]:
    """Every WebP width, then the JPEG for clients that know no WebP."""
    fallback = fallback_width(width, height)
    steps = {step: _at(picture, step, width, height) for step in {*available_widths(width, height), fallback}}
    webp = [_variant(steps[step], Format.WEBP, quality=WEBP_QUALITY, method=4) for step in available_widths(width, height)]
    jpeg = _variant(_on_white(steps[fallback]), Format.JPEG, quality=JPEG_QUALITY, optimize=True, progressive=True)
    return (*webp, jpeg)


def _at(picture: Image.Image, step: int, width: int, height: int) -> Image.Image:
    size = (step, height_at(step, width, height))
    return picture if picture.size == size else picture.resize(size, Resampling.LANCZOS, reducing_gap=3.0)


def _variant(picture: Image.Image, kind: Format, **options: int) -> Variant:
    out = BytesIO()
    picture.save(out, format=kind.name, **options)
    return Variant(picture.width, picture.height, kind, out.getvalue())


def _on_white(picture: Image.Image) -> Image.Image:
    if picture.mode == "RGB":
        return picture
    white = Image.new("RGB", picture.size, WHITE)
    white.paste(picture, mask=picture.getchannel("A"))
    return white


def _fit(size: tuple[int, int]) -> tuple[int, int]:
    """The placeholder's size: the longer side `THUMB`, the proportions kept as far as whole pixels allow."""
    longer = max(size)
    width, height = (max(1, round(side * THUMB / longer)) for side in size)
    return width, height


def _thumbhash(thumb: Image.Image) -> str:
    rgba = thumb.convert("RGBA")
    return bytes(thumbhash.rgba_to_thumb_hash(rgba.width, rgba.height, rgba.tobytes())).hex()


def _dominant(thumb: Image.Image) -> int:
    """The palette colour that most of the photo is nearest to."""
    pixels = thumb.tobytes()
    counts = [0] * PALETTE_LEVELS**3
    for at in range(0, len(pixels), 3):
        counts[palette_index(*pixels[at : at + 3])] += 1
    return counts.index(max(counts))
