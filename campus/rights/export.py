"""A person's data in one file: JSON for programs, photos, and a page that opens by itself in a browser.

Written as it is read, some hundred rows at a time, so that a long life costs no more memory than a short one; whole or not at
all.
"""

from __future__ import annotations

import json
import os
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape
from sqlalchemy import func, select

from campus.audit.actions import record
from campus.media.variants import SIDES, Format, portrait_key, variant_key
from campus.platform import settings
from campus.platform.db import session, transaction
from campus.platform.storage import StoredFileMissing
from campus.posts.files import storage
from campus.rights import parts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path

    from campus.rights.parts import Selection

PORTRAIT = "picture.webp"
STRIDE = 500  # rows in hand at a time

HEAD = Markup(
    "<!DOCTYPE html>\n<html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>"
    "<title>{name} · {site}</title><style>:root{{color-scheme:light dark}}body{{max-width:44rem;margin:2rem auto;padding:0 1rem;"
    "font:1rem/1.5 system-ui,sans-serif}}article{{border-top:1px solid #8888;padding:1rem 0}}img{{max-width:100%;height:auto}}"
    "p{{white-space:pre-line}}small{{opacity:.75}}</style>\n{face}<h1>{name}</h1>\n"
    "<p>What {site} holds about @{handle}, on {day} (UTC). The files beside this page are for programs.</p>\n<ul>{files}</ul>\n"
    "<h2>Posts</h2>\n"
)
LINK = Markup("<li><a href='{name}.json'>{name}.json</a> ({count:,})</li>\n")
POST = Markup("<article><h3>{title}</h3><small>{when} · {audience}</small><p>{text}</p>{photos}</article>\n")
IMAGE = Markup("<img src='{file}' loading=lazy alt=''>")


@dataclass(frozen=True, slots=True)
class Exported:
    """What is in the file. `missing` are photos whose bytes the storage does not have."""

    rows: dict[str, int]
    photos: int
    missing: int


def counted(user_id: int) -> dict[str, int]:
    """How many rows each part would have."""
    return {name: _count(rows) for name, rows in parts.of(user_id).items()}


def export(user_id: int, *, to: Path, now: datetime, progress: Callable[[int], None] = lambda _: None) -> Exported:
    """Write everything the site holds about a person into a zip, readable by its owner alone. `progress` counts photos.

    Raises:
        OSError: the file cannot be written.
    """
    unfinished = to.with_name(f".{to.name}.part")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            rows = {name: _write_part(archive, name, selection) for name, selection in parts.of(user_id).items()}
            files = _write_photos(archive, user_id, progress)
            head = _head(user_id, rows, _write_portrait(archive, user_id), now)
            _write_page(archive, user_id, head, files)
        unfinished.replace(to)
    finally:
        unfinished.unlink(missing_ok=True)
    present = sum(len([name for name in names if name]) for names in files.values())
    done = Exported(rows, present, sum(map(len, files.values())) - present)
    with transaction():
        record("user.export", f"user:{user_id}", after={"photos": done.photos, **rows})
    return done


def _count(rows: Selection) -> int:
    return session.scalar(select(func.count()).select_from(rows.order_by(None).subquery())) or 0


def _read(selection: Selection) -> Iterator[dict[str, Any]]:
    """The rows of a selection, some at a time, as they were when reading began."""
    with transaction():
        for row in session.execute(selection, execution_options={"yield_per": STRIDE}).mappings():
            yield dict(row)


def _write_part(archive: zipfile.ZipFile, name: str, selection: Selection) -> int:
    count = 0
    with archive.open(f"{name}.json", "w", force_zip64=True) as out:
        for row in _read(selection):
            told = json.dumps(row, default=str, ensure_ascii=False)
            out.write(f"{',' if count else '['}\n{told}".encode())
            count += 1
        out.write(b"\n]\n" if count else b"[]\n")
    return count


def _write_photos(archive: zipfile.ZipFile, user_id: int, progress: Callable[[int], None]) -> dict[int, list[str]]:
    """The largest file of each photo, under a name that says which post it belongs to; an empty name where there is none."""
    store = storage()
    files: dict[int, list[str]] = {}
    for photo in list(_read(parts.photos(user_id))):
        name = f"photos/{photo['post_id']}-{photo['position']}.webp"
        try:
            data = store.read(variant_key(photo["token"], max(photo["widths"]), Format.WEBP))
        except StoredFileMissing:
            files.setdefault(photo["post_id"], []).append("")
        else:
            archive.writestr(zipfile.ZipInfo(name), data)  # stored as it is: a photo does not get smaller
            files.setdefault(photo["post_id"], []).append(name)
        progress(1)
    return files


def _write_portrait(archive: zipfile.ZipFile, user_id: int) -> str:
    """Her picture at its largest; the name of the file, or nothing if there is none."""
    token = session.scalar(parts.portrait(user_id))
    if token is None:
        return ""
    try:
        data = storage().read(portrait_key(token, SIDES[-1]))
    except StoredFileMissing:
        return ""
    archive.writestr(zipfile.ZipInfo(PORTRAIT), data)
    return PORTRAIT


def _head(user_id: int, rows: dict[str, int], portrait: str, now: datetime) -> Markup:
    """The page as far as the posts, with the picture in the file of this name, if there is one."""
    person = session.execute(parts.of(user_id)["profile"]).mappings().one()
    links = Markup("").join(LINK.format(name=name, count=count) for name, count in rows.items())
    site, day = settings.current().site_name, f"{now:%-d %B %Y}"
    face = IMAGE.format(file=portrait) if portrait else ""
    return HEAD.format(name=person["name"], handle=person["handle"], site=site, day=day, files=links, face=face)


def _write_page(archive: zipfile.ZipFile, user_id: int, head: Markup, files: dict[int, list[str]]) -> None:
    with archive.open("index.html", "w", force_zip64=True) as out:
        out.write(head.encode())
        for post in _read(parts.of(user_id)["posts"]):
            out.write(_article(post, [name for name in files.get(post["id"], ()) if name]).encode())
        out.write(b"</html>\n")


def _article(post: dict[str, Any], names: list[str]) -> Markup:
    when = post["published_at"] or post["created_at"]
    images = Markup("").join(IMAGE.format(file=name) for name in names)
    title = post["title"] or escape(f"Post {post['id']}")
    return POST.format(title=title, when=f"{when:%-d %B %Y, %H:%M}", audience=post["audience"], text=post["text"], photos=images)
