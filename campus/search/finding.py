"""A search as every door asks it: words, a kind, and the cursor of the page before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from campus.platform import tokens
from campus.platform.errors import Invalid
from campus.search import queries

if TYPE_CHECKING:
    from collections.abc import Sequence

    from campus.follows.queries import Person
    from campus.organizations.places import Listed
    from campus.posts.cards import PostCard

PURPOSE = "search-cursor"
CURSOR_LIVES = 24 * 3600  # seconds
SHORTEST, LONGEST = 2, 100  # letters and digits at least; characters at most
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


class Sought(StrEnum):
    """What is looked for."""

    POSTS = "posts"
    PEOPLE = "people"
    ORGANIZATIONS = "organizations"


class TooShort(Invalid):
    """Too few letters to look for."""

    title = "That is too short to look for"

    def __init__(self) -> None:
        super().__init__(f"Type at least {SHORTEST} letters or digits.", field="q")


class TooLong(Invalid):
    """More than anybody types."""

    title = "That is too long to look for"

    def __init__(self) -> None:
        super().__init__(f"Look for at most {LONGEST} characters.", field="q")


class BadCursor(Invalid):
    """The cursor was not made here, or not for this person and this search."""

    status = 400
    title = "This link does not lead into your search"

    def __init__(self) -> None:
        super().__init__("The cursor is none of this search; expected the one that came with the page before.", field="cursor")


@dataclass(frozen=True, slots=True)
class Found:
    """One page of what was found, all of one kind; and the cursor of the next page, if there may be one."""

    kind: Sought
    items: list[PostCard] | list[Person] | list[Listed]
    cursor: str | None


def usable(text: str) -> str:
    """The words to look for, with single spaces between them.

    Raises:
        TooShort: fewer than two letters or digits.
        TooLong: more than a hundred characters.
    """
    words = " ".join(text.split())
    if len(words) > LONGEST:
        raise TooLong
    if sum(map(str.isalnum, words)) < SHORTEST:
        raise TooShort
    return words


def find(viewer_id: int, kind: Sought, words: str, *, cursor: str | None = None, size: int) -> Found:
    """A page of at most `size` of what has all these words and the viewer may see. A cursor leads to where that page begins.

    Raises:
        BadCursor: it is forged, too old, another person's or of another search.
    """
    key = _key_in(cursor, viewer_id, kind, words) if cursor else None
    hits: queries.Hits[Any, Any]
    rest: Sequence[Any] | None
    match kind:
        case Sought.POSTS:
            hits = queries.posts(viewer_id, words, _as_post_key(key), size)
            rest = _of_post_key(hits.after)
        case Sought.PEOPLE:
            hits = queries.people(viewer_id, words, _as_name_key(key), size)
            rest = hits.after
        case Sought.ORGANIZATIONS:
            hits = queries.organizations(words, _as_name_key(key), size)
            rest = hits.after
    return Found(kind, hits.items, _cursor(viewer_id, kind, words, rest) if rest else None)


def _cursor(viewer_id: int, kind: Sought, words: str, key: Sequence[Any]) -> str:
    return tokens.sign(PURPOSE, {"user": viewer_id, "kind": kind, "words": words, "after": list(key)})


def _key_in(cursor: str, viewer_id: int, kind: Sought, words: str) -> list[Any]:
    try:
        told = tokens.unsign(PURPOSE, cursor, CURSOR_LIVES)
    except tokens.BadToken:
        raise BadCursor from None
    if (told["user"], told["kind"], told["words"]) != (viewer_id, kind, words):
        raise BadCursor
    key: list[Any] = told["after"]
    return key


def _of_post_key(key: queries.PostKey | None) -> tuple[int, int] | None:
    return ((key[0] - EPOCH) // MICROSECOND, key[1]) if key else None


def _as_post_key(key: list[Any] | None) -> queries.PostKey | None:
    return (EPOCH + key[0] * MICROSECOND, key[1]) if key else None


def _as_name_key(key: list[Any] | None) -> queries.NameKey | None:
    return (key[0], key[1], key[2]) if key else None
