"""The posts of a person who is forgotten: hers go, an organization's official ones stay."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select, update

from campus.platform import outbox
from campus.platform.db import session, transaction
from campus.posts.actions import DISTRIBUTE, ERASE
from campus.posts.models import Post, PostState

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime


def delete_all(author_id: int, *, now: datetime) -> None:
    """Delete every post that speaks for its author, in the open transaction: words and photos go by the worker."""
    hers = (Post.author_id == author_id, Post.official.is_(False), Post.state != PostState.DELETED)
    with transaction():
        gone = update(Post).where(*hers).values(state=PostState.DELETED, updated_at=now, resurfaced_at=now).returning(Post.id)
        for post_id in session.scalars(gone, execution_options={"synchronize_session": False}).all():
            outbox.record(DISTRIBUTE, post_id, {"post_id": post_id})
            outbox.record(ERASE, post_id, {"post_id": post_id})


def own_posts(author_id: int) -> Sequence[int]:
    """The ids of the posts that speak for their author, whatever became of them."""
    return session.scalars(select(Post.id).where(Post.author_id == author_id, Post.official.is_(False)).order_by(Post.id)).all()


def has_official(author_id: int) -> bool:
    """She wrote in the name of an organization."""
    return session.scalar(select(Post.id).where(Post.author_id == author_id, Post.official).limit(1)) is not None
