"""Where the bytes of photos are: the uploads that wait, and the files made of them."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from sqlalchemy import select

from campus.media.variants import incoming_key, variant_key, variant_prefix
from campus.platform.db import session
from campus.platform.storage import Storage, configured
from campus.posts.models import Photo

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from campus.media.variants import Processed

INCOMING = "incoming/"


def storage() -> Storage:
    """The storage that the settings name."""
    return configured()


def keep_upload(data: bytes) -> uuid.UUID:
    """Keep uploaded bytes that were accepted; returns the token that names them from now on."""
    token = uuid.uuid4()
    storage().write(incoming_key(token), data)
    return token


def keep_variants(token: uuid.UUID, photo: Processed) -> None:
    """Keep the files of a developed photo; doing it again replaces them."""
    store = storage()
    for variant in photo.variants:
        store.write(variant_key(token, variant.width, variant.format), variant.data)


def forget_upload(token: uuid.UUID) -> None:
    """Delete the uploaded bytes; nothing happens when they are gone."""
    storage().delete(incoming_key(token))


def erase(tokens: Iterable[uuid.UUID]) -> None:
    """Delete every file of these photos; doing it again is harmless."""
    store = storage()
    for token in tokens:
        store.delete(incoming_key(token))
        for key in store.keys(variant_prefix(token)):
            store.delete(key)


def sweep_uploads(*, before: datetime) -> int:
    """Delete uploads that came before a moment and belong to no photo that still waits. Returns how many.

    They are of forms that were never sent, and of photos whose worker died between making the files and deleting the upload.
    """
    store = storage()
    swept = 0
    for key in store.keys(INCOMING, before=before):
        token = uuid.UUID(key.rpartition("/")[2])
        if not session.scalar(select(Photo.id).where(Photo.token == token, Photo.state != "ready")):
            store.delete(key)
            swept += 1
    return swept
