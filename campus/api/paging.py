"""Lists that go on: the address of the next page, and keys that the client carries without being able to make them up."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from flask import url_for

from campus.platform.errors import Invalid
from campus.platform.tokens import BadToken, sign, unsign

if TYPE_CHECKING:
    from collections.abc import Sequence

LIVES = 7 * 24 * 3600  # seconds


class BadCursor(Invalid):
    """The cursor was not made here, or not for this list."""

    status = 400
    title = "This cursor does not lead anywhere"

    def __init__(self) -> None:
        super().__init__(
            "The cursor is not one of this list; expected the one in the Link header of the page before.", field="cursor"
        )


def next_address(endpoint: str, **values: Any) -> str:
    """The address of the next page; what is None is left out."""
    return url_for(endpoint, **{name: value for name, value in values.items() if value is not None})


def cursor_of(listing: str, *key: int | str | datetime) -> str:
    """The key of the last thing shown, signed for this list; `listing` names it with whatever it depends on, the viewer too."""
    return sign(f"api:{listing}", {"k": [each.isoformat() if isinstance(each, datetime) else each for each in key]})


def key_in(listing: str, cursor: str | None, shape: Sequence[type]) -> tuple[object, ...] | None:
    """The key that `cursor_of` wrote, its parts of the types in `shape`; None for the beginning.

    Raises:
        BadCursor: it was not written for this list, or long ago.
    """
    if cursor is None:
        return None
    try:
        told = unsign(f"api:{listing}", cursor, LIVES)["k"]
        read = tuple(
            datetime.fromisoformat(each) if kind is datetime else kind(each) for kind, each in zip(shape, told, strict=True)
        )
    except (BadToken, KeyError, TypeError, ValueError):
        raise BadCursor from None
    return read
