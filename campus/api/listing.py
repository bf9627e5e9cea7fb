"""Lists in pieces: how a program asks for a piece, and where the `Link` of the answer leads.

A cursor is signed for its reader and its address: it continues the one list it came from, for who got it.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, cast

from flask import request
from pydantic import Field

from campus.accounts.guard import viewer_or_none
from campus.api.door import Page, Query
from campus.api.incoming import Cursor, Limit
from campus.api.paging import cursor_of, key_in, next_address
from campus.api.schemas import post_out
from campus.interactions.queries import dress

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from campus.posts.cards import PostCard


class Paged(Query):
    """Which piece of a list. The cursor holds the key of the last thing in the piece before; each list has one kind of key."""

    cursor: Annotated[Cursor | None, Field(description="From the `Link` header of the piece before.")] = None
    page_size: Limit = 20

    def number(self) -> int | None:
        """The key of a list in the order of one number; None for the first piece.

        Raises:
            BadCursor: the cursor is not one of this list.
        """
        key = key_in(_this_list(), self.cursor, (int,))
        return cast("int", key[0]) if key else None

    def numbers(self) -> tuple[int, int] | None:
        """The key of a list in the order of two numbers; otherwise like `number`."""
        return cast("tuple[int, int] | None", key_in(_this_list(), self.cursor, (int, int)))

    def moment(self) -> tuple[datetime, int] | None:
        """The key of a list in the order of time, then of an id; otherwise like `number`."""
        return cast("tuple[datetime, int] | None", key_in(_this_list(), self.cursor, (datetime, int)))

    def piece(self, items: Iterable[Mapping[str, Any]], key: Sequence[int | datetime] | int | None, **more: str | None) -> Page:
        """What was found, and the address of what follows after `key`, if anything does. `more` is what else was asked."""
        if key is None:
            return Page(list(items))
        cursor = cursor_of(_this_list(), *([key] if isinstance(key, int) else key))
        asked = {"cursor": cursor, "page_size": self.page_size if "page_size" in self.model_fields_set else None}
        return Page(list(items), next_address(str(request.endpoint), **(request.view_args or {}), **asked, **more))


def posts(query: Paged, reader_id: int, found: Sequence[PostCard]) -> Page:
    """A piece of a list of posts, the newest first. `found` holds one more than the piece, if there is one."""
    shown = found[: query.page_size]
    more = len(found) > len(shown)
    last = (shown[-1].published_at, shown[-1].id) if more else None
    return query.piece(map(post_out, dress(reader_id, shown)), cast("tuple[datetime, int] | None", last))


def _this_list() -> str:
    reader = viewer_or_none()
    return f"{request.path} {reader.id if reader else ''}"
