"""Where the bytes of portraits are."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from campus.media.variants import SIDES, portrait_key
from campus.platform.storage import configured

if TYPE_CHECKING:
    from campus.media.variants import Processed


def keep(portrait: Processed, token: uuid.UUID | None = None) -> uuid.UUID:
    """Keep the files of a portrait, under a name of their own or in place of those it has; returns the token that names them."""
    token, store = token or uuid.uuid4(), configured()
    for variant in portrait.variants:
        store.write(portrait_key(token, variant.width), variant.data)
    return token


def erase(token: uuid.UUID) -> None:
    """Delete every file of a portrait; doing it again is harmless."""
    store = configured()
    for side in SIDES:
        store.delete(portrait_key(token, side))
