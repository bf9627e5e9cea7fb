"""The photos of a post, as its verbs need them: added, described, put in order, taken away. Each in the verb's transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert

from campus.platform import outbox
from campus.platform.db import session
from campus.platform.errors import Invalid
from campus.posts.drafts import MAX_ALT, tidied
from campus.posts.models import Photo, PhotoState, Post, PostState

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from campus.posts.drafts import PhotoDraft

PROCESS_PHOTO = "process_photo"
ERASE_PHOTO = "erase_photo"


class PhotoUnavailable(Invalid):
    """The uploaded file of a draft is gone, or is part of a post already."""

    title = "The uploaded photo is gone"


class NothingLeftToShow(Invalid):
    """A published post without words needs a photo that is ready."""

    title = "Nothing is left to show"


def add(post: Post, photos: Mapping[int, PhotoDraft]) -> None:
    """Give the post photos whose uploads wait, at these positions, and have them processed.

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
        for position, photo in photos.items()
    ]
    if not rows:
        return
    added = insert(Photo).values(rows).on_conflict_do_nothing(index_elements=[Photo.token]).returning(Photo.id)
    ids = session.scalars(added).all()
    if len(ids) != len(rows):
        raise PhotoUnavailable("A photo of this form is part of a post already. Choose it again.", field="photos")
    for photo_id in ids:
        outbox.record(PROCESS_PHOTO, photo_id, {"photo_id": photo_id})


def arrange(post: Post, wanted: Sequence[PhotoDraft], *, editor_id: int) -> bool:
    """Give the post these photos in this order: its own stay, others are added, those not named go. True if anything moved.

    Photos that the editor does not see, because they are not ready and the post is another's, stay behind the others.

    Raises:
        PhotoUnavailable: one is part of another post already.
        NothingLeftToShow: the post is published, and would be empty until its new photos are ready.
    """
    own = session.scalars(select(Photo).where(Photo.post_id == post.id).order_by(Photo.position).with_for_update()).all()
    unseen = [photo for photo in own if photo.state != PhotoState.READY and post.author_id != editor_id]
    named = {photo.token: photo for photo in wanted}
    staying = {photo.token: photo for photo in own if photo.token in named or photo in unseen}
    order = [*named, *(photo.token for photo in unseen if photo.token not in named)]
    if [photo.token for photo in own] == order:
        moved = False
    else:
        moved = True
        _require_something(post, staying.values())
        _remove([photo for photo in own if photo.token not in staying])
        add(post, {place: named[token] for place, token in enumerate(order, start=1) if token not in staying})
        for place, token in enumerate(order, start=1):
            if token in staying:
                staying[token].position = place
    for token, photo in staying.items():
        photo.alt = named[token].alt if token in named else photo.alt
    return moved


def _require_something(post: Post, staying: Iterable[Photo]) -> None:
    shown = post.title or post.text or any(photo.state == PhotoState.READY for photo in staying)
    if post.state != PostState.PROCESSING and not shown:
        raise NothingLeftToShow("Write something, or keep a photo until the new ones are ready.", field="photos")


def _remove(photos: Sequence[Photo]) -> None:
    session.execute(delete(Photo).where(Photo.id.in_([photo.id for photo in photos])))
    for photo in photos:
        outbox.record(ERASE_PHOTO, photo.token, {"token": str(photo.token)})


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
