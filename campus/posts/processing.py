"""The worker's part of a post: developing its photos, releasing it when all are settled, erasing it.

Each handler states what must be true and may run twice, late or beside another: files are written under names that depend on the
photo alone, rows change only while the lease is held, and the upload is deleted last.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from sqlalchemy import delete, select, update

from campus.media.process import ProcessingDied, process
from campus.media.variants import incoming_key
from campus.platform import settings
from campus.platform.clock import now
from campus.platform.db import session, transaction
from campus.platform.errors import Invalid
from campus.platform.outbox import MAX_ATTEMPTS
from campus.platform.storage import StoredFileMissing
from campus.posts import files, measures
from campus.posts.actions import ERASE, release
from campus.posts.models import Photo, PhotoState, Post, PostEdit, PostState
from campus.posts.photos import ERASE_PHOTO, PROCESS_PHOTO

if TYPE_CHECKING:
    from campus.media.variants import Processed
    from campus.platform.outbox import Handler, Lease

UPLOAD_LOST = "The uploaded file is no longer here. Please add the photo again."
GAVE_UP = "Processing this photo was interrupted several times. Please try again."


def process_photo(lease: Lease) -> None:
    """Make the files of a photo and settle it; release its post when it was the last.

    Raises:
        ProcessingDied: to be tried again.
        LeaseLost: another worker does it now.
    """
    photo = session.get(Photo, int(lease.payload["photo_id"]), populate_existing=True)
    if photo is None or photo.state != PhotoState.PENDING:
        return
    try:
        made = process(files.storage().read(incoming_key(photo.token)), settings.current().media)
    except Invalid as error:
        _settle(lease, photo, {"state": PhotoState.FAILED, "error": f"{error.title}. {error}"})
    except StoredFileMissing:
        _settle(lease, photo, {"state": PhotoState.FAILED, "error": UPLOAD_LOST})
    except ProcessingDied:
        if lease.attempts < MAX_ATTEMPTS:
            raise
        _settle(lease, photo, {"state": PhotoState.FAILED, "error": GAVE_UP})
    else:
        files.keep_variants(photo.token, made)
        if _settle(lease, photo, _described(made)):
            files.forget_upload(photo.token)
        else:
            files.erase([photo.token])


def erase_post(lease: Lease) -> None:
    """Erase the words, earlier words and photos of a deleted post. The empty row stays: by it the feeds are cleared."""
    post_id = int(lease.payload["post_id"])
    post = session.get(Post, post_id, populate_existing=True)
    if post is None or post.state != PostState.DELETED:
        return
    # Files first: a crash in between leaves rows that still name them.
    tokens = session.scalars(select(Photo.token).where(Photo.post_id == post_id)).all()
    files.erase(set(tokens) - measures.kept(tokens))
    emptied = {"title": "", "text": "", "location": ""}
    with transaction():
        lease.advance(1)
        session.execute(delete(Photo).where(Photo.post_id == post_id))
        session.execute(delete(PostEdit).where(PostEdit.post_id == post_id))
        session.execute(update(Post).where(Post.id == post_id).values(emptied))


def erase_photo(lease: Lease) -> None:
    """Delete the files of a photo that was taken out of its post, unless they are evidence."""
    token = uuid.UUID(str(lease.payload["token"]))
    if not measures.is_needed(token):
        files.erase([token])


HANDLERS: dict[str, Handler] = {
    PROCESS_PHOTO: process_photo,
    ERASE_PHOTO: erase_photo,
    ERASE: erase_post,
}


def _described(made: Processed) -> dict[str, object]:
    return {
        "state": PhotoState.READY,
        "width": made.width,
        "height": made.height,
        "widths": [variant.width for variant in made.variants if variant.format == "webp"],
        "thumbhash": made.thumbhash,
        "colour": made.colour,
        "error": "",
    }


def _settle(lease: Lease, photo: Photo, values: dict[str, object]) -> bool:
    """Write the photo's outcome and release its post if that was all. False if the post or the photo was deleted meanwhile."""
    # The post's row first, as the verbs lock it: the last two photos of a post must not settle past each other.
    living = select(Post.id).where(Post.id == photo.post_id, Post.state != PostState.DELETED).with_for_update()
    with transaction():
        lease.advance(1)
        if session.scalar(living) is None or session.scalar(select(Photo.id).where(Photo.id == photo.id)) is None:
            return False
        session.execute(update(Photo).where(Photo.id == photo.id, Photo.state == PhotoState.PENDING).values(values))
        release(photo.post_id, now=now())
    return True
