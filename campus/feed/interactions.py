"""What a like, comment or share does to a reader's feed: her mark on the post, and a fresh order at her next visit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, literal, select
from sqlalchemy.dialects.postgresql import insert

from campus.feed import snapshots
from campus.feed.models import FeedMark
from campus.platform.db import session, transaction
from campus.posts.models import Post

if TYPE_CHECKING:
    from campus.platform.outbox import Lease


def update_for_interaction(lease: Lease) -> None:
    """The job behind `update_feed_for_interaction`. Payload: `user_id`, `post_id`, `interaction_type`."""
    payload = lease.payload
    record(int(payload["user_id"]), int(payload["post_id"]), str(payload["interaction_type"]))


def record(user_id: int, post_id: int, interaction: str) -> None:
    """Mark a post as one she did something with. Counters changed with the interaction itself; her cached order goes."""
    source = select(literal(user_id), Post.id, literal(interaction))
    marked = insert(FeedMark).from_select(["user_id", "post_id", "interaction"], source.where(Post.id == post_id))
    latest = {"interaction": marked.excluded.interaction, "interacted_at": func.now()}
    with transaction():
        session.execute(marked.on_conflict_do_update(index_elements=[FeedMark.user_id, FeedMark.post_id], set_=latest))
    snapshots.forget(user_id)
