"""The files of photos and portraits against the rows that name them: what is missing, cannot be read, or is named by nobody."""

from __future__ import annotations

import io
import uuid
import warnings
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from PIL import Image
from sqlalchemy import select, text

from campus.accounts.models import User
from campus.media.process import portray, process
from campus.media.variants import PORTRAITS, SIDES, Format, fallback_width, incoming_key, portrait_key, variant_key
from campus.organizations.models import Organization
from campus.platform import settings
from campus.platform.db import session
from campus.platform.errors import CampusError
from campus.platform.storage import StoredFileMissing
from campus.portraits import files as portraits_files
from campus.posts.files import keep_variants, storage
from campus.posts.models import Photo, PhotoState
from campus.rights import memory

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from campus.platform.storage import Storage

Portrait = tuple[str, uuid.UUID]  # whose it is, as `user 7`, and its token

STRIDE = 1000
PLACES = ("photos/", "incoming/", PORTRAITS)
KEPT = (*PLACES, memory.PLACE)  # what a backup takes
ORPHANED = timedelta(days=1)  # an upload may wait that long for the form it belongs to

_HELD_BY_CASES = "SELECT each ->> 'token' FROM case_snapshot, jsonb_array_elements(photos) AS each"


@dataclass(frozen=True)
class Named:
    """A photo by what its files are named for."""

    id: int
    token: uuid.UUID
    state: PhotoState
    width: int
    height: int
    widths: tuple[int, ...]

    @property
    def is_developed(self) -> bool:
        """Whether its variants were made."""
        return self.state in {PhotoState.READY, PhotoState.HIDDEN} and self.width > 0

    @property
    def keys(self) -> tuple[str, ...]:
        """The files it must have: the variants of a ready one or of one moderators took out, the upload of one that waits."""
        if self.is_developed:
            fallback = variant_key(self.token, fallback_width(self.width, self.height), Format.JPEG)
            return (*(variant_key(self.token, width, Format.WEBP) for width in self.widths), fallback)
        return (incoming_key(self.token),) if self.state is PhotoState.PENDING else ()


@dataclass(frozen=True)
class Fault:
    """A file that is missing or cannot be read: of a photo, or, without a `photo_id`, of the picture of `whose`, as `user 7`."""

    photo_id: int | None
    whose: str
    key: str
    what: str


def named() -> Iterator[Named]:
    """Every photo, by id, in strides."""
    columns = (Photo.id, Photo.token, Photo.state, Photo.width, Photo.height, Photo.widths)
    last = 0
    while rows := session.execute(select(*columns).where(Photo.id > last).order_by(Photo.id).limit(STRIDE)).all():
        yield from (Named(row.id, row.token, PhotoState(row.state), row.width, row.height, tuple(row.widths)) for row in rows)
        last = rows[-1].id


def faults(*, progress: Callable[[str, int, int], None]) -> list[Fault]:
    """Every file that a photo must have and that is missing, or is no picture of the width it says."""
    store = storage()
    here = set(_keys(store))
    photos = list(named())
    found: list[Fault] = []
    seen = _Seen(store)
    for number, photo in enumerate(photos, start=1):
        for key in photo.keys:
            what = "is missing" if key not in here else seen.of(key)
            if what:
                found.append(Fault(photo.id, f"photo {photo.id}", key, what))
        progress("Photos", number, len(photos))
    for whose, token in portraits():
        for key in (portrait_key(token, side) for side in SIDES):
            what = "is missing" if key not in here else seen.of(key)
            if what:
                found.append(Fault(None, whose, key, what))
    return found


def portraits() -> Iterator[Portrait]:
    """Every picture beside a name, with whose it is."""
    for word, token, owner in (("user", User.avatar_token, User.id), ("organization", Organization.logo_token, Organization.id)):
        rows = select(owner, token).where(token.is_not(None)).order_by(owner)
        for number, its in session.execute(rows).all():
            if its is not None:
                yield f"{word} {number}", its


class _Seen:
    """What was found in files that were opened already: the demo's photos share theirs."""

    def __init__(self, store: Storage) -> None:
        self._store = store
        self._found: dict[tuple[int, int, str], str] = {}

    def of(self, key: str) -> str:
        """What is wrong with the picture under this key, or nothing."""
        try:
            file = self._store.path(key)
        except StoredFileMissing:
            return "is missing"
        if file is None:
            return _unreadable(self._store, key)
        status = file.stat()
        same = status.st_dev, status.st_ino, key.rpartition("/")[2].partition(".")[2]
        if same not in self._found:
            self._found[same] = _unreadable(self._store, key)
        return self._found[same]


def _unreadable(store: Storage, key: str) -> str:
    """What is wrong with a stored picture, or nothing. Uploads are judged when they are developed."""
    if key.startswith("incoming/"):
        return ""
    width = int(key.rpartition("/")[2].split(".")[1])
    try:
        with warnings.catch_warnings(), Image.open(io.BytesIO(store.read(key)), formats=["WEBP", "JPEG"]) as picture:
            warnings.simplefilter("error")
            picture.load()
            return "" if picture.width == width else f"is {picture.width} pixels wide"
    except StoredFileMissing:
        return "is missing"
    except Exception as error:  # noqa: BLE001 - whatever a damaged file makes the decoder say
        return f"cannot be read: {type(error).__name__}"


def orphans(*, now: datetime) -> list[str]:
    """The keys of files that no photo, no person, no organization and no case names, older than a day."""
    named_by = {photo.token.hex for photo in named()} | {token.hex for _, token in portraits()} | _held_by_cases()
    old = [key for place in PLACES for key in storage().keys(place, before=now - ORPHANED)]
    return [key for key in old if key.rpartition("/")[2].split(".")[0] not in named_by]


def _held_by_cases() -> set[str]:
    """Photos that moderation keeps for as long as a case about them lives."""
    if session.scalar(text("SELECT to_regclass('case_snapshot')")) is None:
        return set()
    return {uuid.UUID(token).hex for token in session.scalars(text(_HELD_BY_CASES)) if token}


def prune(keys: Sequence[str], *, progress: Callable[[str, int, int], None]) -> None:
    """Delete these files."""
    store = storage()
    for number, key in enumerate(keys, start=1):
        store.delete(key)
        progress("Files", number, len(keys))


def regenerate(photo: Named) -> bool:
    """Make the variants of a ready photo anew from the widest one that can be read. False if there is none.

    The upload is gone once a photo is developed, so nothing can become wider than what is kept.
    """
    store = storage()
    widest = [variant_key(photo.token, width, Format.WEBP) for width in sorted(photo.widths, reverse=True)]
    fallback = variant_key(photo.token, fallback_width(photo.width, photo.height), Format.JPEG)
    for key in (*widest, fallback):
        if not _unreadable(store, key):
            return _made_of(store.read(key), photo)
    return False


def regenerate_portrait(token: uuid.UUID) -> bool:
    """Make every size of a picture beside a name anew from the largest that can be read. False if there is none.

    The upload is not kept: what is larger than that comes out soft, which is better than a hole.
    """
    store = storage()
    keys = [portrait_key(token, side) for side in reversed(SIDES)]
    readable = next((key for key in keys if not _unreadable(store, key)), None)
    if readable is None:
        return False
    try:
        portraits_files.keep(portray(store.read(readable), settings.current().media), token)
    except CampusError:
        return False
    return all(store.exists(key) for key in keys)


def _made_of(data: bytes, photo: Named) -> bool:
    try:
        made = process(data, settings.current().media)
    except CampusError:
        return False
    keep_variants(photo.token, made)
    return all(storage().exists(key) for key in photo.keys)


def ready(ids: Sequence[int] | None) -> list[Named]:
    """The photos that have variants, or those of them with these ids."""
    return [photo for photo in named() if photo.is_developed and (ids is None or photo.id in ids)]


def _keys(store: Storage) -> Iterator[str]:
    for place in PLACES:
        yield from store.keys(place)
