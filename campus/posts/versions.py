"""Which version of a post somebody has before her: a short text that differs as soon as anything she can edit does."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from campus.platform.errors import Conflict

if TYPE_CHECKING:
    from campus.posts.cards import PostCard


class EditedMeanwhile(Conflict):
    """Somebody saved the post after this editor was opened."""

    title = "The post was changed meanwhile"


def version_of(card: PostCard) -> str:
    """What an edit form carries, to be compared when it is saved. Likes, comments and the state of photos do not count."""
    said = (
        *(card.title, card.text, card.location, card.audience, card.official),
        card.owner.id if card.owner else None,
        card.department.id if card.department else None,
        [(str(photo.token), photo.alt) for photo in card.photos],
    )
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:32]


def require_version(card: PostCard, version: str) -> None:
    """Go on only if the post is still as it was when the form was opened.

    Raises:
        EditedMeanwhile: it is not.
    """
    if version != version_of(card):
        raise EditedMeanwhile("Somebody changed this post while you were writing. Look at both, then save again to replace it.")
