"""The photos of a post. Their files are below `/media/`, and open to who may see the post."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, request

from campus.accounts.guard import viewer
from campus.api import door
from campus.api.rest.drafting import (
    Alt,
    ArrangementIn,
    PhotoChange,
    PostChange,
    arranged,
    changed,
    named_for_programs,
    received,
)
from campus.api.schemas import PhotoOut, photo_out
from campus.platform import clock
from campus.platform.db import transaction
from campus.posts import actions, policy
from campus.posts.queries import PostNotFound, reachable_card, reachable_post
from campus.posts.reading import reader_id

if TYPE_CHECKING:
    from campus.posts.cards import PhotoView

blueprint = Blueprint("api_photos", __name__)


class AltIn(door.Body):
    """What a photo shows."""

    alt: Alt


@blueprint.get("/posts/<int:post_id>/photos/")
@door.reads(answer=list[PhotoOut], errors=(404,), public=True, tag="photos")
def listing(post_id: int) -> list[PhotoOut]:
    """List the photos of a post; those of your own that are not ready yet too."""
    return [photo_out(photo) for photo in reachable_card(reader_id(), post_id).photos]


@blueprint.put("/posts/<int:post_id>/photos/")
@door.writes(body=ArrangementIn, answer=list[PhotoOut], errors=(403, 404), uploads=True, tag="photos")
def arrange(post_id: int, body: ArrangementIn) -> list[PhotoOut]:
    """Say which photos a post has from now on, in this order.

    A photo it has is named by its present place; null stands for the next of the files that come with the request, as
    `multipart/form-data` with the JSON in the field `post` and each file in a field `photos`. What is not named goes for good.
    """
    me, now = viewer(), clock.now()
    files = request.files.getlist("photos")
    with named_for_programs(), transaction():
        policy.require(policy.Act.EDIT, viewer_id=me.id, post=reachable_post(me.id, post_id, lock=True))
        card = reachable_card(me.id, post_id)
        wanted = arranged(card, body, received(me.id, body.new(len(files)), files, now=now))
        draft = changed(card, PostChange(version=body.version))
        actions.edit(viewer=me, post_id=post_id, draft=draft, photos=wanted, now=now)
    return [photo_out(photo) for photo in reachable_card(me.id, post_id).photos]


@blueprint.get("/posts/<int:post_id>/photos/<int:position>/")
@door.reads(answer=PhotoOut, errors=(404,), public=True, tag="photos")
def read(post_id: int, position: int) -> PhotoOut:
    """Read one photo of a post."""
    return photo_out(_photo(reader_id(), post_id, position))


@blueprint.patch("/posts/<int:post_id>/photos/<int:position>/")
@door.writes(body=AltIn, answer=PhotoOut, errors=(403, 404), tag="photos")
def describe(post_id: int, position: int, body: AltIn) -> PhotoOut:
    """Say what a photo shows."""
    me = viewer()
    with named_for_programs(), transaction():
        policy.require(policy.Act.EDIT, viewer_id=me.id, post=reachable_post(me.id, post_id, lock=True))
        _photo(me.id, post_id, position)
        change = PostChange(photos=(PhotoChange(position=position, alt=body.alt),))
        draft = changed(reachable_card(me.id, post_id), change)
        actions.edit(viewer=me, post_id=post_id, draft=draft, alts=change.alts, now=clock.now())
    return photo_out(_photo(me.id, post_id, position))


@blueprint.post("/posts/<int:post_id>/photos/<int:position>/retry/")
@door.writes(answer=PhotoOut, errors=(403, 404, 409), tag="photos")
def retry(post_id: int, position: int) -> PhotoOut:
    """Have a failed photo processed again."""
    actions.retry_photo(viewer=viewer(), post_id=post_id, position=position, now=clock.now())
    return photo_out(_photo(viewer().id, post_id, position))


def _photo(reader: int, post_id: int, position: int) -> PhotoView:
    """One photo of a post.

    Raises:
        PostNotFound: there is no such post for this reader, or no photo at this place.
    """
    for photo in reachable_card(reader, post_id).photos:
        if photo.position == position:
            return photo
    raise PostNotFound
