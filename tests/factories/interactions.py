"""Likes, comments, shares. The post's counters follow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import update

from campus.interactions.models import Comment, Like, Platform, Share
from campus.platform.db import session, transaction
from campus.posts.models import Post
from tests.factories.accounts import make_user
from tests.factories.saving import number, saved

if TYPE_CHECKING:
    from sqlalchemy.orm import InstrumentedAttribute

    from campus.accounts.models import User


def make_like(*, post: Post, user: User | None = None) -> Like:
    """A like of a new person, unless one is given."""
    with transaction():
        _count(post, Post.like_count)
        return saved(Like(post_id=post.id, user_id=(user or make_user()).id))


def make_comment(*, post: Post, author: User | None = None, **columns: Any) -> Comment:
    """A comment of a new person, unless one is given."""
    with transaction():
        _count(post, Post.comment_count)
        values = {"post_id": post.id, "author_id": (author or make_user()).id, "text": f"Comment {number()}"}
        return saved(Comment(**(values | columns)))


def make_share(*, post: Post, user: User | None = None, platform: Platform = Platform.LINK) -> Share:
    """A share of a new person, unless one is given."""
    with transaction():
        _count(post, Post.share_count)
        return saved(Share(post_id=post.id, user_id=(user or make_user()).id, platform=platform))


def _count(post: Post, column: InstrumentedAttribute[int]) -> None:
    session.execute(update(Post).where(Post.id == post.id).values({column: column + 1}))
    session.refresh(post)
