"""What the resolvers of one request share: who asks, what time it is, and batches.

A resolver asks for one thing, as if it were alone. Whatever lists things tells the context of all of them first; when the first
of them is asked about, a batch reads for all: one statement, however long the list is.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypeVar

import strawberry

from campus.interactions import queries as interactions
from campus.posts import policy

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from campus.accounts.viewer import Viewer
    from campus.interactions.queries import CommentsFound
    from campus.posts.cards import PostCard
    from campus.posts.policy import Act

Value = TypeVar("Value")


class Batch(Generic[Value]):
    """Something about posts, read for all known ones at once when the first is asked about."""

    def __init__(self, known: Mapping[int, PostCard], read: Callable[[Sequence[PostCard]], Mapping[int, Value]]) -> None:
        self._known = known
        self._read = read
        self._found: dict[int, Value] = {}

    def of(self, post_id: int) -> Value:
        """What is known about this post; it must have been made known to the context."""
        if post_id not in self._found:
            self._found |= self._read([card for card in self._known.values() if card.id not in self._found])
        return self._found[post_id]


@dataclass
class Context:
    """The viewer and the moment of a request, and what its resolvers found so far."""

    viewer: Viewer
    now: datetime
    _posts: dict[int, PostCard] = field(default_factory=dict)
    _acts: Batch[frozenset[Act]] | None = None
    _comments: dict[tuple[int, int | None], Batch[CommentsFound]] = field(default_factory=dict)

    def know(self, cards: Sequence[PostCard]) -> None:
        """These posts will be asked about, perhaps."""
        self._posts |= {card.id: card for card in cards}

    def begin_anew(self) -> None:
        """Something is about to change: what was read before is not true any more."""
        self._posts.clear()
        self._acts = None
        self._comments.clear()

    def acts(self, post_id: int) -> frozenset[Act]:
        """What the viewer may do with a post."""
        if self._acts is None:
            self._acts = Batch(self._posts, lambda cards: policy.allowed_on(self.viewer.id, cards))
        return self._acts.of(post_id)

    def comments(self, post_id: int, before: int | None, limit: int) -> CommentsFound:
        """Up to `limit` comments of a post, those before one, the newest first."""
        wanted = (limit, before)
        if wanted not in self._comments:
            self._comments[wanted] = Batch(
                self._posts, lambda cards: interactions.newest_of(self.viewer.id, [card.id for card in cards], before, limit)
            )
        return self._comments[wanted].of(post_id)


Info = strawberry.Info[Context, None]
