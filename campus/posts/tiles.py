"""The photos in the composer: those the post has, those that wait since a form was refused, those that come with it.

Each is a tile with a number. For tile n the form has `alt-n` (what it shows), `place-n` (where it is wanted, from 1) and, ticked,
`drop` with the value n. A photo of the post is named by a hidden `photo` with its token, a waiting one by a hidden `upload` with
its signed token; they are numbered in this order, then come the files. Without script all of it is filled in by hand.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from itertools import count
from typing import TYPE_CHECKING

from campus.posts import uploads
from campus.posts.drafts import MAX_ALT, PhotoDraft

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from werkzeug.datastructures import FileStorage, MultiDict

    from campus.media.intake import PhotoRefused
    from campus.posts.cards import PhotoView
    from campus.posts.uploads import Upload


@dataclass(frozen=True, slots=True)
class Tile:
    """One photo in the composer: one of the post's own, or an upload; its number in the form, its place among the photos."""

    alt: str
    own: PhotoView | None = None
    upload: Upload | None = None
    number: int = 0
    place: int = 0
    dropped: bool = False

    def as_draft(self) -> PhotoDraft:
        """The photo of a draft."""
        if self.upload is not None:
            return PhotoDraft(self.upload.token, self.upload.filename, self.alt)
        assert self.own is not None  # noqa: S101 - a tile is one or the other
        return PhotoDraft(uuid.UUID(self.own.token), alt=self.alt)


def of_post(photos: Sequence[PhotoView]) -> tuple[Tile, ...]:
    """The tiles of a post as it is."""
    return tuple(Tile(photo.alt, own=photo, number=n, place=n + 1) for n, photo in enumerate(photos))


def known(viewer_id: int, form: MultiDict[str, str], own: Sequence[PhotoView]) -> list[Tile]:
    """The tiles that a form names, by their numbers. Photos of the post that it does not name come behind those it names."""
    waiting = [uploads.carried(viewer_id, *pair, "") for pair in uploads.waiting(viewer_id, form.getlist("upload"))]
    tiles = [Tile(photo.alt, own=photo) for photo in _in_order(form.getlist("photo"), own)]
    tiles += [Tile("", upload=upload) for upload in waiting]
    return [_said(form, tile, number) for number, tile in enumerate(tiles)]


def received(
    viewer_id: int, form: MultiDict[str, str], files: Sequence[FileStorage], before: Sequence[Tile], *, now: datetime
) -> tuple[list[Tile], list[PhotoRefused]]:
    """The tiles of the files that come with a form, numbered behind those `before`; and the refusals.

    Raises:
        TooManyPhotos, QuotaExceeded: none is taken in.
    """
    staying = sum(not tile.dropped for tile in before)
    taken, refused = uploads.receive(viewer_id, [file for file in files if file.filename], already=staying, now=now)
    pairs = [(number, pair) for number, pair in enumerate(taken, start=len(before)) if pair is not None]
    return [_said(form, Tile("", upload=uploads.carried(viewer_id, *pair, "")), number) for number, pair in pairs], refused


def in_place(tiles: Sequence[Tile]) -> tuple[Tile, ...]:
    """The tiles in the order they are wanted, numbered for a form that shows them in it.

    An upload that is dropped is gone; a photo of the post goes only when that is saved.
    """
    wanted = sorted((tile for tile in tiles if tile.own or not tile.dropped), key=lambda tile: tile.place)
    own, waiting = count(), count(sum(tile.own is not None for tile in wanted))
    return tuple(replace(tile, number=next(own if tile.own else waiting), place=n) for n, tile in enumerate(wanted, start=1))


def _in_order(named: Sequence[str], own: Sequence[PhotoView]) -> list[PhotoView]:
    """The post's photos: first those the form names, in its order."""
    by_token = {photo.token: photo for photo in own}
    first = [by_token.pop(token) for token in dict.fromkeys(named) if token in by_token]
    return [*first, *by_token.values()]


def _said(form: MultiDict[str, str], tile: Tile, number: int) -> Tile:
    """The tile with what the form says of its number."""
    place = form.get(f"place-{number}", "")
    wanted = int(place) if place.isascii() and place.isdecimal() and len(place) < 4 else number + 1  # noqa: PLR2004 - digits
    alt = form.get(f"alt-{number}", tile.alt)[: MAX_ALT + 1]
    return replace(tile, alt=alt, place=wanted, dropped=str(number) in form.getlist("drop"))
