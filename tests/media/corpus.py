"""Photos drawn by program: small good ones of every format, ones that carry secrets, and hostile ones."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO
from typing import Any

import pillow_heif
from PIL import Image, ImageCms, PngImagePlugin
from PIL.ExifTags import GPS, IFD, Base

from campus.media.headers import Kind

pillow_heif.register_heif_opener()

RED, GREEN, BLUE, WHITE = (220, 30, 30), (30, 190, 40), (30, 40, 220), (250, 250, 250)
CORNERS = (RED, GREEN, BLUE, WHITE)  # top left, top right, bottom left, bottom right
PLUGIN = {Kind.JPEG: "JPEG", Kind.PNG: "PNG", Kind.WEBP: "WEBP", Kind.AVIF: "AVIF", Kind.HEIC: "HEIF"}
CANARY = b"CANARY-of-a-private-place"


def picture(width: int = 480, height: int = 320, mode: str = "RGB") -> Image.Image:
    """Four quarters of four colours: whoever turns or mirrors it can be found out."""
    drawn = Image.new("RGB", (width, height))
    for at, colour in enumerate(CORNERS):
        left, top = at % 2 * width // 2, at // 2 * height // 2
        drawn.paste(colour, (left, top, left + width // 2 + 1, top + height // 2 + 1))
    return drawn.convert(mode)


def encoded(image: Image.Image, kind: Kind, **options: Any) -> bytes:
    """The picture as a file of this kind."""
    out = BytesIO()
    image.save(out, format=PLUGIN[kind], **({"quality": 90} if kind is not Kind.PNG else {}), **options)
    return out.getvalue()


def photo(kind: Kind = Kind.JPEG, width: int = 480, height: int = 320) -> bytes:
    """A good photo."""
    return encoded(picture(width, height), kind)


def profile(name: str = "sRGB") -> bytes:
    """An ICC profile with a canary in its description."""
    made = ImageCms.ImageCmsProfile(ImageCms.createProfile(name)).tobytes()  # type: ignore[arg-type]
    return made.replace(b"s\x00R\x00G\x00B", b"C\x00N\x00R\x00Y", 1)


def exif(orientation: int = 1) -> bytes:
    """EXIF with a camera, an owner, a GPS position and a note, all of them canaries."""
    block = Image.Exif()
    block[Base.Orientation] = orientation
    block[Base.Make] = CANARY.decode()
    block[Base.Artist] = CANARY.decode()
    block.get_ifd(IFD.Exif)[Base.UserComment] = b"ASCII\0\0\0" + CANARY
    block.get_ifd(IFD.GPSInfo).update(
        {
            GPS.GPSLatitudeRef: "N",
            GPS.GPSLatitude: (47.0, 33.0, 11.0),
            GPS.GPSLongitudeRef: "E",
            GPS.GPSLongitude: (7.0, 35.0, 22.0),
            GPS.GPSMapDatum: CANARY.decode(),
        }
    )
    return block.tobytes()


def xmp() -> bytes:
    """An XMP packet with a canary."""
    return b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><r a="' + CANARY + b'"/></x:xmpmeta>'


def carrying_secrets(kind: Kind) -> bytes:
    """A photo with a canary in every place of its format that Pillow, or a hand, can write."""
    drawn = picture()
    everywhere: dict[str, Any] = {"exif": exif(), "icc_profile": profile()}
    if kind is Kind.JPEG:
        made = encoded(drawn, kind, **everywhere, xmp=xmp(), comment=CANARY)
        iptc = b"Photoshop 3.0\x008BIM\x04\x04\0\0" + struct.pack(">I", len(CANARY)) + CANARY
        return with_segment(with_segment(made, 0xED, iptc), 0xEF, CANARY) + CANARY
    if kind is Kind.PNG:
        notes = PngImagePlugin.PngInfo()
        notes.add_text("Comment", CANARY.decode())
        notes.add_text("Author", CANARY.decode(), zip=True)
        notes.add_itxt("XML:com.adobe.xmp", xmp().decode())
        notes.add_itxt("Title", CANARY.decode(), lang="en", tkey=CANARY.decode())
        notes.add(b"prVt", CANARY, after_idat=True)
        return encoded(drawn, kind, **everywhere, pnginfo=notes) + CANARY
    return encoded(drawn, kind, **everywhere, xmp=xmp())


def with_segment(jpeg: bytes, marker: int, content: bytes) -> bytes:
    """A JPEG with one more segment behind its first marker."""
    return jpeg[:2] + b"\xff" + bytes([marker]) + struct.pack(">H", len(content) + 2) + content + jpeg[2:]


def chunk(name: bytes, content: bytes) -> bytes:
    """One PNG chunk."""
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def flat_png(width: int, height: int, colour_type: int = 2) -> bytes:
    """A PNG of zeros, written row by row so that the test itself stays small: the classic decompression bomb."""
    row = b"\0" * (1 + width * {0: 1, 2: 3, 3: 1, 6: 4}[colour_type])
    squeeze = zlib.compressobj(9)
    rows = b"".join(squeeze.compress(row) for _ in range(height)) + squeeze.flush()
    head = struct.pack(">IIBBBBB", width, height, 8, colour_type, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def animated_webp(frames: int = 5) -> bytes:
    """Frames that begin with the four corners and go on in grey."""
    out = BytesIO()
    rest = [Image.new("RGB", (480, 320), (at, at, at)) for at in range(1, frames)]
    picture().save(out, format="WEBP", save_all=True, append_images=rest, quality=90)
    return out.getvalue()


def jpeg_and_web_page() -> bytes:
    """A JPEG whose comment is a page with a script, and which ends in one."""
    page = b"<!doctype html><html><script>alert('" + CANARY + b"')</script></html>"
    return encoded(picture(), Kind.JPEG, comment=page) + page


def png_and_zip() -> bytes:
    """A PNG that an unpacker takes for an archive."""
    end = b"PK\x05\x06" + b"\0" * 18
    return photo(Kind.PNG) + b"PK\x03\x04" + CANARY + end


def hostile() -> dict[str, bytes]:
    """Files that must be refused, by their names."""
    jpeg, png, webp, heic = (photo(kind) for kind in (Kind.JPEG, Kind.PNG, Kind.WEBP, Kind.HEIC))
    gif = BytesIO()
    picture().save(gif, format="GIF")
    tiff = BytesIO()
    picture().save(tiff, format="TIFF")
    return {
        "empty.jpg": b"",
        "one-byte.jpg": b"\xff",
        "magic-only.jpg": jpeg[:3],
        "header-only.jpg": jpeg[:100],
        "half.jpg": jpeg[: len(jpeg) // 2],
        "magic-only.png": png[:8],
        "half.png": png[: len(png) // 2],
        "no-ihdr.png": png[:8] + chunk(b"tEXt", b"a\0" * 20) + png[8:],
        "half.webp": webp[: len(webp) // 2],
        "odd-chunk.webp": webp[:12] + b"ODDC" + webp[16:],
        "half.heic": heic[: len(heic) // 2],
        "no-meta.heic": heic[: struct.unpack(">I", heic[:4])[0]],
        "no-width.png": flat_png(0, 10),
        "drawing.svg": b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        "drawing.jpg": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
        "page.jpg": b"<!DOCTYPE html><html><body><script>alert(1)</script></body></html>",
        "moving.gif": gif.getvalue(),
        "moving.png": gif.getvalue(),
        "scan.tiff": tiff.getvalue(),
        "paper.pdf": b"%PDF-1.7\n",
        "archive.jpg": b"PK\x03\x04" + b"\0" * 30,
        "film.heic": struct.pack(">I4s4sI4s", 20, b"ftyp", b"isom", 0, b"mp42"),
        "sound.webp": b"RIFF\x10\0\0\0WAVEfmt ",
        "text.jpg": b"just words",
        "zeros.png": bytes(1000),
        "endless-segments.jpg": jpeg[:2] + b"\xff\xe0\0\x02" * 100_000,
        "no-more-markers.jpg": jpeg[:2] + b"\xff\xe0\0\x04ab" + b"words" * 9,
        "endless-boxes.heic": heic[: struct.unpack(">I", heic[:4])[0]] + struct.pack(">I4s", 8, b"free") * 10_000,
        "pixels-at-once.jpg": jpeg[:2] + b"\xff\xda" + jpeg[2:],
        "backward-box.heic": heic[: struct.unpack(">I", heic[:4])[0]] + struct.pack(">I4sQ", 1, b"meta", 3),
    }
