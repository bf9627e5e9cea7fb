"""The demo's photos as files and rows: each picture is developed and written once, and every further post shares its bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from campus.demo.scenes.catalogue import SHOTS
from campus.media.variants import Format, variant_key
from campus.posts.files import storage
from campus.posts.models import PhotoState

if TYPE_CHECKING:
    import uuid
    from collections.abc import Iterator, Mapping, Sequence

    from campus.demo.copying import Row
    from campus.demo.dice import Dice
    from campus.demo.world import Planned
    from campus.media.variants import Processed

CREDITS = ("", "", "", "Campus photo club", "Halide Studio", "Press office")


class Gallery:
    """Developed pictures by their number in the catalogue.

    Every photo of a post has a token and files of its own, as the product wants it, so that deleting one takes nothing from
    another. Where the storage can, these are further names of the same bytes on disk: a campus with 36,000 photos then takes the
    space of sixty.
    """

    def __init__(self, pictures: Mapping[int, Processed]) -> None:
        self._pictures = pictures
        self._storage = storage()
        self._masters: dict[int, uuid.UUID] = {}
        self._keys: list[str] = []

    def rows(self, posts: Sequence[Planned], dice: Dice) -> Iterator[Row]:
        """Rows of `Photo`, written together with their files."""
        number = 0
        for post in posts:
            for position, shot in enumerate(post.shots, start=1):
                number += 1
                picture, token = self._pictures[shot], dice.token()
                self._keep(shot, token)
                widths = [variant.width for variant in picture.variants if variant.format is Format.WEBP]
                yield (
                    *(number, post.id, position, token, PhotoState.READY, SHOTS[shot].filename, SHOTS[shot].alt),
                    *(dice.choice(CREDITS), picture.width, picture.height, widths, picture.thumbhash, picture.colour),
                    post.published_at,
                )

    def _keep(self, shot: int, token: uuid.UUID) -> None:
        master = self._masters.setdefault(shot, token)
        for variant in self._pictures[shot].variants:
            key = variant_key(token, variant.width, variant.format)
            self._keys.append(key)
            if master == token:
                self._storage.write(key, variant.data)
            else:
                self._storage.copy(variant_key(master, variant.width, variant.format), key)

    def discard(self) -> None:
        """Delete every file: the rows they belong to were rolled back."""
        for key in self._keys:
            self._storage.delete(key)
