"""The jobs that tell people what others did. Each says what must be true now: those are told who should be, once.

Who is told of what is decided here, when it happens; whether she may see it, when she reads. An act that was taken back is
untold. Whoever does several things to one post at once is looked at by one worker at a time, so that none is told twice.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from campus.accounts.models import User
from campus.follows.actions import TELL_OF_FOLLOW
from campus.follows.models import Follow, FollowStatus
from campus.interactions.actions import INTERACTION
from campus.interactions.models import Comment, Like
from campus.notifications import acts
from campus.notifications.acts import Act
from campus.notifications.models import Kind
from campus.platform import clock
from campus.platform.db import session, transaction
from campus.posts.actions import TELL_MENTIONED
from campus.posts.models import Post

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from campus.platform.outbox import Handler, Lease

HANDLE = re.compile(r"(?<![\w@./])@([a-z0-9_]{2,30})(?![\w@])", re.IGNORECASE)
FRESH = timedelta(days=7)  # nobody is told of what is older, however late its job runs; acts are kept longer than this
MOST_MENTIONED = 20  # people in one text
MOST_REPLIED_TO = 10  # who commented before, the latest first
MOST_COMMENTS = 50  # of one person on one post, looked at in one job


def of_interaction(lease: Lease) -> None:
    """The job of a like, a comment, or one taken back. Payload: `user_id`, `post_id`."""
    actor_id, post_id = int(lease.payload["user_id"]), int(lease.payload["post_id"])
    now = clock.now()
    with transaction():
        acts.hold(actor_id, post_id)
        told = acts.told(actor_id, post_id)
        author_id = session.scalar(select(Post.author_id).where(Post.id == post_id))
        if author_id is None:
            return
        liked_at = session.scalar(select(Like.created_at).where(Like.post_id == post_id, Like.user_id == actor_id))
        comments = _comments(actor_id, post_id, {act.comment_id for act in told if act.comment_id}, now - FRESH)
        gone = {act for act in told if act.kind is Kind.LIKE and liked_at is None}
        deleted = {comment.id for comment in comments if comment.deleted_at}
        gone |= {act for act in told if act.comment_id in deleted}
        wanted = [Act(author_id, Kind.LIKE, 0, liked_at)] if liked_at and liked_at > now - FRESH else []
        fresh = [comment for comment in comments if not comment.deleted_at and comment.created_at > now - FRESH]
        wanted += _of_comments(fresh, author_id, {act.comment_id for act in told})
        acts.untell(actor_id, post_id, gone)
        acts.tell(actor_id, post_id, [act for act in wanted if act not in told], now=now)


def of_mentions(lease: Lease) -> None:
    """The job of a post that names people, or named them before it was edited. Payload: `post_id`."""
    post_id, now = int(lease.payload["post_id"]), clock.now()
    with transaction():
        post = session.get(Post, post_id, populate_existing=True)
        if post is None:
            return
        acts.hold(post.author_id, post_id)
        told = {act for act in acts.told(post.author_id, post_id) if act.kind is Kind.MENTION and not act.comment_id}
        mentioned = _mentioned([post.text]).values()
        named = {Act(user_id, Kind.MENTION, 0, now) for user_id in mentioned}
        acts.untell(post.author_id, post_id, told - named)
        if post.created_at > now - FRESH:
            acts.tell(post.author_id, post_id, [act for act in named if act not in told], now=now)


def of_follow(lease: Lease) -> None:
    """The job of a follow, a request, its acceptance or its end. Payload: `follower_id`, `user_id`, `accepted` (just now)."""
    follower_id, user_id = int(lease.payload["follower_id"]), int(lease.payload["user_id"])
    now = clock.now()
    between = select(Follow.status).where(Follow.follower_id == follower_id, Follow.user_id == user_id)
    with transaction():
        acts.hold(follower_id, user_id)
        status = session.scalar(between)
        asks = {act for act in acts.told(follower_id, 0, user_id) if act.kind is not Kind.FOLLOW_ACCEPTED}
        answers = {act for act in acts.told(user_id, 0, follower_id) if act.kind is Kind.FOLLOW_ACCEPTED}
        fits = {FollowStatus.REQUESTED: Kind.FOLLOW_REQUEST, FollowStatus.ACCEPTED: Kind.FOLLOW}.get(status) if status else None
        acts.untell(follower_id, 0, {act for act in asks if act.kind is not fits})
        acts.untell(user_id, 0, answers if status is not FollowStatus.ACCEPTED else set())
        if lease.payload["accepted"] and status is FollowStatus.ACCEPTED:
            acts.tell(user_id, 0, [Act(follower_id, Kind.FOLLOW_ACCEPTED, 0, now)] if not answers else [], now=now)
        elif fits and not answers:
            acts.tell(follower_id, 0, [act for act in [Act(user_id, fits, 0, now)] if act not in asks], now=now)


@dataclass(frozen=True, slots=True)
class _Written:
    """A comment, as far as telling of it goes."""

    id: int
    post_id: int
    author_id: int
    text: str
    created_at: datetime
    deleted_at: datetime | None


def _comments(author_id: int, post_id: int, told: set[int], since: datetime) -> list[_Written]:
    """Somebody's comments on a post: the newest since a moment, and those that have been told of."""
    columns = (Comment.id, Comment.post_id, Comment.author_id, Comment.text, Comment.created_at, Comment.deleted_at)
    hers = select(*columns).where(Comment.post_id == post_id, Comment.author_id == author_id)
    recent = hers.where((Comment.created_at > since) | Comment.id.in_(told)).order_by(Comment.id.desc()).limit(MOST_COMMENTS)
    return [_Written(*row) for row in session.execute(recent)]


def _of_comments(comments: list[_Written], author_id: int, told: set[int]) -> Iterator[Act]:
    """Who is told of each comment that nobody was told of yet: once, and of the most personal thing it is to her."""
    new = [comment for comment in comments if comment.id not in told]
    named = _mentioned([comment.text for comment in new]) if new else {}
    for comment in new:
        mentioned = {named[handle] for handle in _handles(comment.text) if handle in named}
        hearing = dict.fromkeys(_earlier(comment), Kind.REPLY)
        hearing |= {author_id: Kind.COMMENT} | dict.fromkeys(mentioned, Kind.MENTION)
        yield from (Act(user_id, kind, comment.id, comment.created_at) for user_id, kind in hearing.items())


def _earlier(comment: _Written) -> set[int]:
    """Ids of the latest people who commented before."""
    before = select(Comment.author_id, func.max(Comment.id).label("last")).where(
        Comment.post_id == comment.post_id, Comment.id < comment.id, Comment.deleted_at.is_(None)
    )
    latest = before.group_by(Comment.author_id).order_by(func.max(Comment.id).desc()).limit(MOST_REPLIED_TO)
    return set(session.scalars(latest))


def _handles(text: str) -> list[str]:
    """The first handles in a text, each once."""
    return list(dict.fromkeys(found.lower() for found in HANDLE.findall(text)))[:MOST_MENTIONED]


def _mentioned(texts: list[str]) -> dict[str, int]:
    """The people these texts name by their handles: handle → id."""
    handles = [handle for text in texts for handle in _handles(text)]
    if not handles:
        return {}
    return {row.handle: row.id for row in session.execute(select(User.handle, User.id).where(User.handle.in_(handles)))}


HANDLERS: dict[str, Handler] = {
    INTERACTION: of_interaction,
    TELL_MENTIONED: of_mentions,
    TELL_OF_FOLLOW: of_follow,
}
