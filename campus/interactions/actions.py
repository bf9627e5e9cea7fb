"""What a reader does with a post: like, comment, share.

Every verb finds the post through the rule of visibility, and changes the post's counter in the transaction of the row it counts,
so that counters equal their rows. Each records `interaction`, the job that marks the post in her feed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert

from campus import quotas
from campus.accounts import rules
from campus.accounts.actions import require_not_paused
from campus.audit.actions import record
from campus.interactions import queries
from campus.interactions.links import share_url
from campus.interactions.models import Comment, Like, Platform, Share
from campus.organizations.actions import require_not_paused_in
from campus.platform import limits, outbox
from campus.platform.db import session, transaction
from campus.platform.errors import Forbidden, Invalid
from campus.posts.models import Post
from campus.posts.policy import Act, allowed
from campus.posts.queries import visible_post

if TYPE_CHECKING:
    import uuid
    from datetime import datetime

    from sqlalchemy.orm import InstrumentedAttribute

    from campus.accounts.viewer import Viewer

INTERACTION = "interaction"  # handled by the feed
MAX_COMMENT = 2000
_UNSYNCED = {"synchronize_session": False}


class CommentsLocked(Forbidden):
    """Nobody comments on this post any more."""

    title = "Comments are closed"


class NotYourComment(Forbidden):
    """Only its author, the post's author and the organization's moderators delete a comment."""

    title = "This comment is not yours to delete"


@dataclass(frozen=True, slots=True)
class LikeState:
    """Whether the viewer likes the post now, and how many people do."""

    liked: bool
    count: int


@dataclass(frozen=True, slots=True)
class Shared:
    """Where to take the post, and how often it has been taken somewhere."""

    platform: Platform
    url: str
    count: int


def like(*, viewer: Viewer, post_id: int, now: datetime) -> LikeState:
    """Like a post; liking twice is one like and costs nothing.

    Raises:
        PostNotFound: there is none for this viewer.
        QuotaExceeded: she has liked enough today.
    """
    with transaction():
        visible_post(viewer.id, post_id)
        row = insert(Like).values(post_id=post_id, user_id=viewer.id, created_at=now)
        made = session.scalar(row.on_conflict_do_nothing().returning(Like.post_id))
        if made is None:
            return LikeState(liked=True, count=_count(post_id, Post.like_count))
        limits.spend(quotas.LIKES, viewer.id, now=now)
        count = _add(post_id, Post.like_count, 1)
        _interacted(viewer.id, post_id, "like")
        return LikeState(liked=True, count=count)


def unlike(*, viewer: Viewer, post_id: int) -> LikeState:
    """Take a like back, which is free; not liking is no error.

    Raises:
        PostNotFound: there is none for this viewer.
    """
    with transaction():
        visible_post(viewer.id, post_id)
        mine = delete(Like).where(Like.post_id == post_id, Like.user_id == viewer.id).returning(Like.post_id)
        if session.scalar(mine, execution_options=_UNSYNCED) is None:
            return LikeState(liked=False, count=_count(post_id, Post.like_count))
        count = _add(post_id, Post.like_count, -1)
        _interacted(viewer.id, post_id, "unlike")
        return LikeState(liked=False, count=count)


def comment(*, viewer: Viewer, post_id: int, text: str, submission: uuid.UUID | None = None, now: datetime) -> Comment:
    """Write a comment of 1 to 2,000 characters; lines are kept. The same submission again returns the comment it made.

    Raises:
        PostNotFound: there is none for this viewer.
        Invalid: the text is empty, too long, or holds what cannot be shown (`field` is "text").
        PostingPaused: moderators have paused her posting, or that in the organization the post belongs to.
        CommentsLocked: the post takes no more comments.
        QuotaExceeded: she has commented enough today.
    """
    cleaned = _clean(text)
    with transaction():
        post = visible_post(viewer.id, post_id)
        require_not_paused(viewer.id, now=now)
        if post.organization_id is not None:
            require_not_paused_in(post.organization_id, viewer.id, now=now)
        made, is_new = _written(viewer.id, post_id, cleaned, submission, now)
        if not is_new:
            return made
        limits.spend(quotas.COMMENTS, viewer.id, now=now)
        open_post = update(Post).where(Post.id == post_id, Post.comments_locked.is_(False))
        counted = open_post.values(comment_count=Post.comment_count + 1).returning(Post.id)
        if session.scalar(counted, execution_options=_UNSYNCED) is None:
            raise CommentsLocked("The comments of this post are closed.")
        _interacted(viewer.id, post_id, "comment")
        return made


def delete_comment(*, viewer: Viewer, comment_id: int, now: datetime) -> int:
    """Delete a comment: one's own, one on one's own post, or as a moderator of the owning organization. Returns the post's id.

    Raises:
        CommentNotFound: there is none for this viewer.
        NotYourComment: she may see but not delete it.
    """
    with transaction():
        found = queries.visible_comment(viewer.id, comment_id)
        may = allowed(viewer.id, visible_post(viewer.id, found.post_id))
        if found.author_id != viewer.id and Act.DELETE_COMMENT not in may:
            raise NotYourComment("Only its author, the author of the post and moderators can delete a comment.")
        gone = update(Comment).where(Comment.id == comment_id, Comment.deleted_at.is_(None))
        marked = gone.values(deleted_at=now, text="").returning(Comment.id)
        if session.scalar(marked, execution_options=_UNSYNCED) is not None:
            _add(found.post_id, Post.comment_count, -1)
            _interacted(viewer.id, found.post_id, "delete_comment")
            if found.author_id != viewer.id:
                record("comment.delete", f"comment:{comment_id}", before={"author_id": found.author_id, "post_id": found.post_id})
        return found.post_id


def share(*, viewer: Viewer, post_id: int, platform: Platform, now: datetime) -> Shared:
    """Record that the viewer takes a post elsewhere; each time counts. Whoever opens the link must be allowed to see the post.

    Raises:
        PostNotFound: there is none for this viewer.
        QuotaExceeded: she has shared enough today.
    """
    with transaction():
        post = visible_post(viewer.id, post_id)
        limits.spend(quotas.SHARES, viewer.id, now=now)
        session.execute(insert(Share).values(post_id=post_id, user_id=viewer.id, platform=platform, created_at=now))
        count = _add(post_id, Post.share_count, 1)
        _interacted(viewer.id, post_id, "share")
        return Shared(platform, share_url(post, platform), count)


def _written(author_id: int, post_id: int, text: str, submission: uuid.UUID | None, now: datetime) -> tuple[Comment, bool]:
    """The comment of this submission, and whether it is new: a form sent twice at once waits here for its twin.

    Other words in a form that was sent before, found again by the back button, are another comment.
    """
    row = insert(Comment).values(post_id=post_id, author_id=author_id, text=text, created_at=now)
    once = row.values(submission=submission).on_conflict_do_nothing(index_elements=[Comment.submission])
    if (made := session.scalar(once.returning(Comment))) is not None:
        return made, True
    same = (Comment.submission == submission, Comment.author_id == author_id, Comment.post_id == post_id, Comment.text == text)
    if (earlier := session.scalar(select(Comment).where(*same, Comment.deleted_at.is_(None)))) is not None:
        return earlier, False
    return session.scalars(row.returning(Comment)).one(), True


def _clean(text: str) -> str:
    cleaned = rules.plain(text.replace("\r\n", "\n"), field="text", lines=True).strip()
    if not cleaned:
        raise Invalid("Write something first.", field="text")
    if len(cleaned) > MAX_COMMENT:
        raise Invalid(f"A comment has at most {MAX_COMMENT} characters; this one has {len(cleaned)}.", field="text")
    return cleaned


def _add(post_id: int, counter: InstrumentedAttribute[int], amount: int) -> int:
    """Change a counter of the post, in SQL. Returns the new count."""
    changed = update(Post).where(Post.id == post_id).values({counter: counter + amount}).returning(counter)
    return session.scalars(changed, execution_options=_UNSYNCED).one()


def _count(post_id: int, counter: InstrumentedAttribute[int]) -> int:
    return session.scalars(select(counter).where(Post.id == post_id)).one()


def _interacted(user_id: int, post_id: int, interaction_type: str) -> None:
    payload = {"user_id": user_id, "post_id": post_id, "interaction_type": interaction_type}
    outbox.record(INTERACTION, f"{user_id}:{post_id}", payload)
