"""One post, as it is shown where it was asked for by itself: with what the caller may do with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from campus.api.schemas import post_out
from campus.interactions.queries import dress
from campus.posts import policy
from campus.posts.queries import reachable_card, reachable_post
from campus.posts.reading import NOBODY

if TYPE_CHECKING:
    from campus.api.schemas import PostOut


def shown_post(reader_id: int, post_id: int) -> PostOut:
    """A post she may see, or her own in whatever state but deleted.

    Raises:
        PostNotFound: there is none for this reader.
    """
    [full] = dress(reader_id, [reachable_card(reader_id, post_id)])
    may = policy.allowed(reader_id, reachable_post(reader_id, post_id)) if reader_id != NOBODY else ()
    return post_out(full, may=may)
