"""What moderation does to posts and photos: changes that can be taken back.

Each verb changes one part of a post, or of a photo, to a value, and returns the value before. With `expected` it does so only if
the part still is what an earlier change made of it: what the author did meanwhile is never overridden. None says that nothing was
changed, because the thing is gone or is different by now. The feeds follow by the job that each change records.
Moderation decides who may ask for this, keeps the values, and writes the audit log.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, exists, select
from sqlalchemy.dialects.postgresql import insert

from campus.platform import outbox
from campus.platform.db import session, transaction
from campus.posts.actions import DISTRIBUTE, ERASE
from campus.posts.models import Audience, KeptPhoto, Photo, PhotoState, Post, PostState
from campus.posts.photos import ERASE_PHOTO

if TYPE_CHECKING:
    import uuid
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    Value = Mapping[str, Any]

# A post that was never published, or is deleted, is not a moderator's to move.
MOVABLE = frozenset({PostState.PUBLISHED, PostState.WITHDRAWN, PostState.HELD, PostState.HIDDEN})


def set_state(post_id: int, to: Value, *, expected: Value | None = None, now: datetime) -> Value | None:
    """Move a post: held, hidden, or back to what it was. Values: `{"state": "published"}`."""
    with transaction():
        post = _locked(post_id)
        if post is None or post.state not in MOVABLE or not _is(expected, state=post.state):
            return None
        before = {"state": str(post.state)}
        _move(post, PostState(to["state"]), now)
        return before


def set_audience(post_id: int, to: Value, *, expected: Value | None = None, now: datetime) -> Value | None:
    """Give a post a narrower audience, or the one it had. Values: `{"audience": "public", "narrowed": False}`.

    While `narrowed`, its author cannot widen it. That ends with the measure even if she has taken the post to herself since.
    """
    with transaction():
        post = _locked(post_id)
        if post is None or post.state == PostState.DELETED:
            return None
        before = {"audience": str(post.audience), "narrowed": post.narrowed}
        post.narrowed, post.updated_at = bool(to["narrowed"]), now
        if not _is(expected, audience=post.audience):
            return None
        post.audience = Audience(to["audience"])
        _redistribute(post, now)
        return before


def set_comments_locked(post_id: int, to: Value, *, expected: Value | None = None, now: datetime) -> Value | None:
    """Close the comments of a post, or open them again. Values: `{"locked": True}`."""
    with transaction():
        post = _locked(post_id)
        if post is None or post.state == PostState.DELETED or not _is(expected, locked=post.comments_locked):
            return None
        before = {"locked": post.comments_locked}
        post.comments_locked, post.updated_at = bool(to["locked"]), now
        return before


def set_photo(photo_id: int, to: Value, *, expected: Value | None = None, now: datetime) -> Value | None:
    """Take a photo out of its post, or put it back. Values: `{"state": "hidden"}`, `{"state": "ready"}`.

    A photo taken out is shown to nobody, nor are its files; it keeps its place.
    """
    with transaction():
        post_id = session.scalar(select(Photo.post_id).where(Photo.id == photo_id))
        post = _locked(post_id) if post_id is not None else None
        photo = session.get(Photo, photo_id, with_for_update=True, populate_existing=True)
        if post is None or photo is None or post.state == PostState.DELETED:
            return None
        if photo.state not in {PhotoState.READY, PhotoState.HIDDEN} or not _is(expected, state=photo.state):
            return None
        before = {"state": str(photo.state)}
        photo.state, post.updated_at = PhotoState(to["state"]), now
        return before


def erase(post_id: int, *, now: datetime) -> bool:
    """Delete a post for good, which moderators hid for that; words and photos go by the worker. False if it was gone already."""
    with transaction():
        post = _locked(post_id)
        if post is None or post.state == PostState.DELETED:
            return False
        _move(post, PostState.DELETED, now)
        outbox.record(ERASE, post.id, {"post_id": post.id})
    return True


def keep_files(tokens: Iterable[uuid.UUID], *, kept_for: str) -> None:
    """Keep the files of these photos as evidence, whatever becomes of their post, until `let_go` of the same name."""
    rows = [{"token": token, "kept_for": kept_for} for token in tokens]
    if rows:
        session.execute(insert(KeptPhoto).values(rows).on_conflict_do_nothing())


def let_go(*, kept_for: str) -> int:
    """Keep nothing for this any longer; the files of photos that are gone, and that nobody else keeps, go by the worker."""
    with transaction():
        gone = delete(KeptPhoto).where(KeptPhoto.kept_for == kept_for).returning(KeptPhoto.token)
        tokens = session.scalars(gone).all()
        for token in tokens:
            outbox.record(ERASE_PHOTO, token, {"token": str(token)})
    return len(tokens)


def kept(tokens: Iterable[uuid.UUID]) -> set[uuid.UUID]:
    """Those of these photos whose files are kept as evidence."""
    return set(session.scalars(select(KeptPhoto.token).where(KeptPhoto.token.in_(list(tokens)))))


def is_needed(token: uuid.UUID) -> bool:
    """A photo of a post has these files, or they are kept as evidence."""
    shown, evidence = exists().where(Photo.token == token), exists().where(KeptPhoto.token == token)
    return bool(session.scalar(select(shown | evidence)))


def _locked(post_id: int) -> Post | None:
    return session.get(Post, post_id, with_for_update={"key_share": True}, populate_existing=True)


def _is(expected: Value | None, **current: object) -> bool:
    """The part is what is expected, if anything is."""
    return expected is None or all(expected[name] == value for name, value in current.items())


def _move(post: Post, state: PostState, now: datetime) -> None:
    post.state, post.updated_at = state, now
    _redistribute(post, now)


def _redistribute(post: Post, now: datetime) -> None:
    """Have the feeds match; those it reaches only now find it at their next visit."""
    post.resurfaced_at = now
    outbox.record(DISTRIBUTE, post.id, {"post_id": post.id})
