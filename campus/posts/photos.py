"""The photos of a post, as its verbs need them: added, described, put in order, taken away. Each in the verb's transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from campus.platform import outbox
from campus.platform.db import session
from campus.platform.errors import Invalid
from campus.posts.drafts import MAX_ALT, tidied
from campus.posts.models import Photo, PhotoState, Post

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from campus.posts.drafts import PhotoDraft

PROCESS_PHOTO = "process_photo"


class PhotoUnavailable(Invalid):
    """The uploaded file of a draft is gone, or is part of a post already."""

    title = "The uploaded photo is gone"


def add(post: Post, photos: Sequence[PhotoDraft], *, after: int = 0) -> None:
    """Give the post photos whose uploads wait, at the positions behind `after`, and have them processed.

    Raises:
        PhotoUnavailable: one is part of a post already.
    """
    rows = [
        {
            "post_id": post.id,
            "position": position,
            "token": photo.token,
            "filename": photo.filename,
            "alt": photo.alt,
            "credit": photo.credit,
            "licence": photo.licence,
        }
        for position, photo in enumerate(photos, start=after + 1)
    ]
    if not rows:
        return
    added = insert(Photo).values(rows).on_conflict_do_nothing(index_elements=[Photo.token]).returning(Photo.id)
    ids = session.scalars(added).all()
    if len(ids) != len(rows):
        raise PhotoUnavailable("A photo of this form is part of a post already. Choose it again.", field="photos")
    for photo_id in ids:
        outbox.record(PROCESS_PHOTO, photo_id, {"photo_id": photo_id})


def describe(post: Post, alts: Mapping[int, str]) -> None:
    """Say what photos show, by their positions.

    Raises:
        TextTooLong, UnusableText: with the place of the photo at fault.
    """
    for position, alt in alts.items():
        text = tidied(f"The description of photo {position}", alt, MAX_ALT, field=f"alt-{position - 1}")
        described = update(Photo).where(Photo.post_id == post.id, Photo.position == position, Photo.alt != text)
        session.execute(described.values(alt=text))


def has_something_to_show(post: Post) -> bool:
    """All photos are settled, and there are words or a photo that is ready."""
    states = set(session.scalars(select(Photo.state).where(Photo.post_id == post.id)))
    return PhotoState.PENDING not in states and bool(post.title or post.text or PhotoState.READY in states)


def has_photos(post: Post) -> bool:
    """There is a photo, in whatever state."""
    return session.scalar(select(Photo.id).where(Photo.post_id == post.id).limit(1)) is not None
