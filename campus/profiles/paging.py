"""Where the next page begins: the key of the last thing shown, in the address. It opens nothing that is not open anyway."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from campus.platform.errors import CampusError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from campus.posts.cards import PostCard

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
BIGGEST = 2**63 - 1
LATEST = 253_402_300_799_000_000  # the last second of the year 9999, in microseconds


class BadCursor(CampusError):
    """The address of the page holds a key of no form this site makes."""

    title = "This page cannot be found again"

    def __init__(self) -> None:
        super().__init__("The address of this page is damaged. Begin at the first page.")


def key_after(cards: Sequence[PostCard], size: int) -> str | None:
    """The key to go on before, if more than `size` cards were found."""
    if len(cards) <= size:
        return None
    last = cards[size - 1]
    if last.published_at is None:
        return None
    return f"{(last.published_at - EPOCH) // MICROSECOND}-{last.id}"


def post_key(text: str | None) -> tuple[datetime, int] | None:
    """The key in an address: when the last shown post was published, and its id.

    Raises:
        BadCursor: it has not that form.
    """
    if not text:
        return None
    microseconds, post_id = pair(text)
    if microseconds > LATEST:
        raise BadCursor
    return EPOCH + microseconds * MICROSECOND, post_id


def pair(text: str) -> tuple[int, int]:
    """Two numbers with a hyphen between them.

    Raises:
        BadCursor: it is something else.
    """
    first, hyphen, second = text.partition("-")
    if not hyphen:
        raise BadCursor
    return number(first), number(second)


def number(text: str) -> int:
    """A whole number that PostgreSQL can hold.

    Raises:
        BadCursor: it is something else.
    """
    if not text.isascii() or not text.isdigit() or len(text) > len(str(BIGGEST)) or int(text) > BIGGEST:
        raise BadCursor
    return int(text)
