"""Photos on their way from a form to a post.

A browser cannot be handed its files back, so a form that has to be shown again keeps the accepted ones here: the bytes wait in
the storage, and the form carries a signed token for each, good for one person and one day. What is never sent is swept.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from campus.media.intake import PhotoRefused, accept, shown_name
from campus.platform import settings
from campus.platform.db import transaction
from campus.platform.limits import spend
from campus.platform.tokens import BadToken, sign, unsign
from campus.posts import files
from campus.posts.drafts import PhotoDraft, TooManyPhotos
from campus.quotas import UPLOAD_BYTES, UPLOADS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from werkzeug.datastructures import FileStorage

PURPOSE = "upload"
KEPT_SECONDS = 24 * 3600
_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Upload:
    """An accepted photo that waits: its token, what it was called, how it is described, and what the form carries for it."""

    token: uuid.UUID
    filename: str
    alt: str
    signed: str

    @property
    def shown_name(self) -> str:
        """The file's name, fit for a sentence."""
        return shown_name(self.filename)

    def as_draft(self) -> PhotoDraft:
        """The photo of a draft."""
        return PhotoDraft(token=self.token, filename=self.filename, alt=self.alt)


def waiting(viewer_id: int, signed: Iterable[str]) -> list[tuple[uuid.UUID, str]]:
    """Tokens and names of the uploads a form carries, in its order, without those that are not hers or too old."""
    found = []
    for text in signed:
        try:
            told = unsign(PURPOSE, text, KEPT_SECONDS)
            if told["u"] == viewer_id:
                found.append((uuid.UUID(hex=told["t"]), str(told["n"])))
        except (BadToken, KeyError, ValueError, TypeError, AttributeError):
            continue
    return found


def carried(viewer_id: int, token: uuid.UUID, filename: str, alt: str) -> Upload:
    """An upload as a form carries it."""
    return Upload(token, filename, alt, sign(PURPOSE, {"u": viewer_id, "t": token.hex, "n": filename}))


def receive(
    viewer_id: int, incoming: Sequence[FileStorage], *, already: int, now: datetime
) -> tuple[list[tuple[uuid.UUID, str] | None], list[PhotoRefused]]:
    """Look at each file of a request and keep the good ones.

    Returns for each file, in order, its token and name, or None; and the refusals.

    Raises:
        TooManyPhotos: together with those the form has `already`; none is kept.
        QuotaExceeded: she has uploaded enough today.
    """
    limits = settings.current().media
    if already + len(incoming) > limits.max_photos:
        raise TooManyPhotos(already + len(incoming), limits.max_photos)
    kept: list[tuple[uuid.UUID, str] | None] = []
    refused: list[PhotoRefused] = []
    for file in incoming:
        name = "".join(letter for letter in file.filename or "" if letter.isprintable())[-_LONGEST_NAME:]
        data = file.stream.read(limits.max_bytes + 1)
        try:
            accept(data, name, limits)
        except PhotoRefused as error:
            kept.append(None)
            refused.append(error)
            continue
        with transaction():
            spend(UPLOADS, viewer_id, now=now)
            spend(UPLOAD_BYTES, viewer_id, now=now, amount=len(data))
        kept.append((files.keep_upload(data), name))
    return kept, refused
