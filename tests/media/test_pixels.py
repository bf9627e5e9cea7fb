"""The darkroom, in the test's own process: upright, sRGB, every width, every odd mode."""

from __future__ import annotations

import struct
from io import BytesIO
from itertools import pairwise

import pytest
from PIL import Image, ImageCms, ImageOps

from campus.media import pixels
from campus.media.headers import Kind
from campus.media.variants import Format, Processed, available_widths, palette_rgb
from tests.media import corpus

MOST = 50_000_000


def opened(developed: Processed, kind: Format = Format.WEBP) -> Image.Image:
    """The widest file of this format."""
    return Image.open(BytesIO([file for file in developed.variants if file.format is kind][-1].data))


def near(found: object, wanted: tuple[int, ...], slack: int = 30) -> bool:
    assert isinstance(found, tuple)
    return all(abs(one - other) <= slack for one, other in zip(found, wanted, strict=True))


def corners(image: Image.Image) -> list[tuple[int, ...]]:
    """The colours in the middle of the four quarters."""
    rgb = image.convert("RGB")
    places = [(x * rgb.width // 4, y * rgb.height // 4) for y in (1, 3) for x in (1, 3)]
    return [tuple(rgb.getpixel(place)) for place in places]  # type: ignore[arg-type]


def shows_the_corners(image: Image.Image, slack: int = 30) -> bool:
    return all(near(found, wanted, slack) for found, wanted in zip(corners(image), corpus.CORNERS, strict=True))


@pytest.mark.parametrize("kind", Kind)
def test_each_format_becomes_the_same_picture(kind: Kind) -> None:
    developed = pixels.develop(corpus.photo(kind), MOST)
    assert (developed.width, developed.height) == (480, 320)
    assert [(file.width, file.height, file.format) for file in developed.variants] == [
        (320, 213, Format.WEBP),
        (480, 320, Format.WEBP),
        (480, 320, Format.JPEG),
    ]
    assert all(shows_the_corners(Image.open(BytesIO(file.data))) for file in developed.variants)


def test_a_large_photo_has_every_width_and_a_smaller_jpeg() -> None:
    developed = pixels.develop(corpus.photo(Kind.JPEG, 3000, 2000), MOST)
    webp = [file.width for file in developed.variants if file.format is Format.WEBP]
    assert tuple(webp) == available_widths(3000, 2000) == (320, 640, 960, 1440, 2048)
    assert opened(developed, Format.JPEG).size == (1440, 960)
    assert all(len(small.data) < len(large.data) for small, large in pairwise(developed.variants[:-1]))
    assert len({file.sha256 for file in developed.variants}) == 6


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", [Kind.JPEG, Kind.PNG, Kind.WEBP, Kind.AVIF, Kind.HEIC])
def test_every_orientation_ends_upright(kind: Kind, orientation: int) -> None:
    lying = ImageOps.exif_transpose(_with_orientation(corpus.picture(), orientation, undo=True))
    data = corpus.encoded(lying, kind, exif=corpus.exif(orientation))
    developed = pixels.develop(data, MOST)
    assert (developed.width, developed.height) == (480, 320)
    assert shows_the_corners(opened(developed))
    assert shows_the_corners(opened(developed, Format.JPEG))


def _with_orientation(image: Image.Image, orientation: int, *, undo: bool) -> Image.Image:
    inverse = {6: 8, 8: 6}.get(orientation, orientation) if undo else orientation
    image.getexif()[0x0112] = inverse
    return image


@pytest.mark.parametrize("orientation", [0, 9, 65_535])
def test_an_orientation_that_does_not_exist_is_none(orientation: int) -> None:
    assert shows_the_corners(
        opened(pixels.develop(corpus.encoded(corpus.picture(), Kind.JPEG, exif=corpus.exif(orientation)), MOST))
    )


@pytest.mark.parametrize(
    "block", [b"Exif\0\0nonsense", b"Exif\0\0II*\0\xff\xff\xff\xff", b"Exif\0\0MM\0*\0\0\0\x08\xff\xff", b"Exif\0\0"]
)
def test_broken_exif_is_no_reason_to_refuse_a_photo(block: bytes) -> None:
    for broken in (corpus.with_segment(corpus.photo(), 0xE1, block), corpus.encoded(corpus.picture(), Kind.PNG, exif=block)):
        assert shows_the_corners(opened(pixels.develop(broken, MOST)))


def test_a_colour_profile_is_applied_and_not_passed_on() -> None:
    """A file whose profile swaps red and blue must come out with the colours it meant."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    swapped = profile.replace(b"rXYZ", b"tmpp").replace(b"bXYZ", b"rXYZ").replace(b"tmpp", b"bXYZ")
    red, green, blue = corpus.picture().split()
    data = corpus.encoded(Image.merge("RGB", (blue, green, red)), Kind.PNG, icc_profile=swapped)
    developed = opened(pixels.develop(data, MOST))
    assert shows_the_corners(developed)
    assert "icc_profile" not in developed.info


@pytest.mark.parametrize("profile", [b"nonsense", b"\0" * 128, corpus.profile()[:200], corpus.profile("LAB")])
@pytest.mark.parametrize("mode", ["RGB", "L", "RGBA"])
def test_a_profile_that_makes_no_sense_is_passed_over(profile: bytes, mode: str) -> None:
    data = corpus.encoded(corpus.picture(mode=mode), Kind.PNG, icc_profile=profile)
    developed = opened(pixels.develop(data, MOST))
    assert developed.size == (480, 320)
    assert mode == "L" or shows_the_corners(developed)


def test_a_print_jpeg_in_cmyk_is_shown_in_its_colours() -> None:
    data = corpus.encoded(corpus.picture(mode="CMYK"), Kind.JPEG)
    assert Image.open(BytesIO(data)).mode == "CMYK"
    assert shows_the_corners(opened(pixels.develop(data, MOST)))


def test_sixteen_bits_of_grey_are_scaled_not_cut_off() -> None:
    row = struct.pack("<400H", *(x * 65_535 // 399 for x in range(400)))
    deep = Image.frombytes("I;16", (400, 100), row * 100)
    shown = opened(pixels.develop(corpus.encoded(deep, Kind.PNG), MOST)).convert("L")
    assert near((shown.getpixel((0, 50)), shown.getpixel((200, 50)), shown.getpixel((399, 50))), (0, 128, 255), 6)


@pytest.mark.parametrize("mode", ["1", "L", "P"])
def test_poor_modes_are_developed_without_alpha(mode: str) -> None:
    developed = pixels.develop(corpus.encoded(corpus.picture(mode=mode), Kind.PNG), MOST)
    assert opened(developed).mode == "RGB"


def test_a_palette_with_transparency_keeps_it_in_webp_and_is_white_in_jpeg() -> None:
    drawn = corpus.picture().quantize(4)
    developed = pixels.develop(corpus.encoded(drawn, Kind.PNG, transparency=drawn.getpixel((10, 10))), MOST)
    webp, jpeg = opened(developed).convert("RGBA"), opened(developed, Format.JPEG)
    assert [webp.getpixel(at)[3] for at in ((10, 10), (470, 310))] == [0, 255]  # type: ignore[index]
    assert near(jpeg.getpixel((10, 10)), (255, 255, 255))
    assert near(jpeg.getpixel((470, 10)), corpus.GREEN)


@pytest.mark.parametrize(
    ("mode", "key", "shown"), [("1", 0, "RGBA"), ("L", 250, "RGBA"), ("RGB", corpus.RED, "RGBA"), ("I;16", 0, "RGB")]
)
def test_a_colour_key_is_transparency(mode: str, key: object, shown: str) -> None:
    drawn = Image.new(mode, (480, 320)) if mode == "I;16" else corpus.picture(mode=mode)
    assert opened(pixels.develop(corpus.encoded(drawn, Kind.PNG, transparency=key), MOST)).mode == shown


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
@pytest.mark.parametrize("kind", [Kind.PNG, Kind.WEBP])
def test_half_transparency_survives(mode: str, kind: Kind) -> None:
    drawn = corpus.picture(mode=mode)
    drawn.putalpha(Image.linear_gradient("L").resize(drawn.size))
    webp = opened(pixels.develop(corpus.encoded(drawn, kind), MOST))
    assert webp.mode == "RGBA"
    assert near((webp.getpixel((5, 160))[3],), (128,), 10)  # type: ignore[index]


def test_alpha_that_hides_nothing_is_dropped() -> None:
    assert opened(pixels.develop(corpus.encoded(corpus.picture(mode="RGBA"), Kind.PNG), MOST)).mode == "RGB"


def test_an_animation_is_its_first_frame() -> None:
    still = opened(pixels.develop(corpus.animated_webp(), MOST))
    assert getattr(still, "n_frames", 1) == 1
    assert shows_the_corners(still)


@pytest.mark.parametrize("size", [(1, 1), (3, 7), (1, 2000), (4000, 3), (100, 20_000)])
def test_odd_proportions_are_developed(size: tuple[int, int]) -> None:
    developed = pixels.develop(corpus.encoded(Image.new("RGB", size, corpus.RED), Kind.PNG), MOST)
    assert (developed.width, developed.height) == size
    assert [file.width for file in developed.variants[:-1]] == list(available_widths(*size))


def test_the_placeholder_is_small_and_says_the_main_colour() -> None:
    developed = pixels.develop(corpus.encoded(Image.new("RGB", (400, 300), (250, 90, 10)), Kind.PNG), MOST)
    assert palette_rgb(developed.colour) == (255, 85, 0)
    assert 5 <= len(bytes.fromhex(developed.thumbhash)) <= 25
    assert developed.thumbhash != pixels.develop(corpus.photo(), MOST).thumbhash


def test_the_same_photo_gives_the_same_bytes() -> None:
    assert pixels.develop(corpus.photo(), MOST) == pixels.develop(corpus.photo(), MOST)


def test_pixels_are_counted_before_decoding() -> None:
    with pytest.raises(pixels.TooManyPixels):
        pixels.develop(corpus.flat_png(8_000, 8_000), MOST)


def test_a_second_look_by_the_decoder_counts_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """Should our own reading of a header ever be fooled, Pillow's bound still stands before its decoder."""
    monkeypatch.setattr(pixels, "_check", lambda _data, _most: Kind.PNG)
    with pytest.raises(pixels.Unreadable, match="DecompressionBomb"):
        pixels.develop(corpus.flat_png(8_000, 8_000), MOST)


def test_a_format_is_only_opened_as_what_it_was_recognized_as(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pixels, "_check", lambda _data, _most: Kind.PNG)
    with pytest.raises(pixels.Unreadable, match="UnidentifiedImageError"):
        pixels.develop(corpus.photo(Kind.JPEG), MOST)


@pytest.mark.parametrize("name", [name for name in corpus.hostile() if name != "empty.jpg"])
def test_what_intake_would_refuse_is_unreadable(name: str) -> None:
    with pytest.raises(pixels.Unreadable):
        pixels.develop(corpus.hostile()[name], MOST)


@pytest.mark.parametrize("kind", Kind)
def test_a_hole_in_the_picture_data_is_unreadable_or_a_picture(kind: Kind) -> None:
    """Its header promises a photo and its end is there: only decoding finds out."""
    whole = corpus.photo(kind)
    holed = whole[: len(whole) // 2] + b"\0" * 200 + whole[len(whole) // 2 + 200 :]
    try:
        developed = pixels.develop(holed, MOST)
    except pixels.Unreadable:
        return
    assert developed.width == 480


@pytest.mark.parametrize("error", [MemoryError(), OSError("out of memory error when reading image file")])
def test_running_out_of_memory_is_told_apart_from_a_bad_file(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(pixels, "_decode", fail)
    with pytest.raises(MemoryError):
        pixels.develop(corpus.photo(), MOST)
