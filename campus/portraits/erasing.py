"""The worker's part: deleting the files of a portrait that nobody has any more."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from campus.portraits import files
from campus.portraits.actions import ERASE_PORTRAIT

if TYPE_CHECKING:
    from campus.platform.outbox import Handler, Lease


def erase_portrait(lease: Lease) -> None:
    """Delete the files. Doing it again is harmless."""
    files.erase(uuid.UUID(str(lease.payload["token"])))


HANDLERS: dict[str, Handler] = {ERASE_PORTRAIT: erase_portrait}
