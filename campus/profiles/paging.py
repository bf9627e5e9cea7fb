"""Where the next page of posts begins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from campus.platform.keys import moment_key, number, pair

if TYPE_CHECKING:
    from collections.abc import Sequence

    from campus.posts.cards import PostCard

__all__ = ["key_after", "number", "pair"]


def key_after(cards: Sequence[PostCard], size: int) -> str | None:
    """The key to go on before, if more than `size` cards were found."""
    if len(cards) <= size:
        return None
    last = cards[size - 1]
    if last.published_at is None:
        return None
    return moment_key(last.published_at, last.id)
