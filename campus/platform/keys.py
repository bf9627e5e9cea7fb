"""Where the next page begins: the key of the last thing shown, in the address. It opens nothing that is not open anyway."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from campus.platform.errors import CampusError

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
BIGGEST = 2**63 - 1
LATEST = 253_402_300_799_000_000  # the last second of the year 9999, in microseconds


class BadCursor(CampusError):
    """The address of the page holds a key of no form this site makes."""

    title = "This page cannot be found again"

    def __init__(self) -> None:
        super().__init__("The address of this page is damaged. Begin at the first page.")


def moment_key(moment: datetime, number: int) -> str:
    """A moment and an id as a key in an address."""
    return f"{(moment - EPOCH) // MICROSECOND}-{number}"


def read_moment(text: str | None) -> tuple[datetime, int] | None:
    """The moment and the id in an address; None where there is none.

    Raises:
        BadCursor: it has not that form.
    """
    if not text:
        return None
    microseconds, found = pair(text)
    if microseconds > LATEST:
        raise BadCursor
    return EPOCH + microseconds * MICROSECOND, found


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
