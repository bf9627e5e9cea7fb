"""Photos one by one: their page, another try for one that failed, and the files themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, flash, make_response, render_template

from campus.accounts.guard import credential_or_none, public, require, sign_in_required, viewer
from campus.accounts.models import TokenScope
from campus.media.variants import Format, fallback_width, variant_key
from campus.platform import clock
from campus.platform.htmx import go_to
from campus.platform.sending import PROTECTION, sent_file
from campus.posts import actions
from campus.posts.queries import PostNotFound, reachable_card, visible_file
from campus.posts.reading import keep_from_indexes, reader_of_file, reader_of_post

if TYPE_CHECKING:
    import uuid

blueprint = Blueprint("photos", __name__)


@blueprint.get("/posts/<int:post_id>/photos/<int:position>")
@public
def photo(post_id: int, position: int) -> Response:
    """One photo large, with the way to its neighbours."""
    card = reachable_card(reader_of_post(post_id), post_id)
    shown = [each for each in card.photos if each.is_ready]
    place = next((place for place, each in enumerate(shown) if each.position == position), None)
    if place is None:
        raise PostNotFound
    urls = [f"/posts/{post_id}/photos/{each.position}" for each in shown]
    page = render_template(
        "posts/photo.html",
        card=card,
        photo=shown[place],
        previous_url=urls[place - 1] if place else None,
        next_url=urls[place + 1] if place + 1 < len(urls) else None,
    )
    return keep_from_indexes(make_response(page))


@blueprint.post("/posts/<int:post_id>/photos/<int:position>/retry")
@sign_in_required
def retry(post_id: int, position: int) -> Response:
    """Process a failed photo again."""
    actions.retry_photo(viewer=viewer(), post_id=post_id, position=position, now=clock.now())
    flash("This photo is being prepared again.")
    return go_to(f"/posts/{post_id}")


@blueprint.get("/media/<uuid:token>/<int:width>.<any(webp, jpg):extension>")
@public
def media(token: uuid.UUID, width: int, extension: str) -> Response:
    """One file of a photo, for who may see its post. The check comes first: without it, not even "not modified" is said."""
    if credential_or_none() is not None:
        require(TokenScope.READ)
    widths, full_width, full_height = visible_file(reader_of_file(token), token)
    kind = Format(extension)
    offered = widths if kind is Format.WEBP else [fallback_width(full_width, full_height)]
    if width not in offered:
        raise PostNotFound
    response = sent_file(variant_key(token, width, kind), kind.content_type)
    response.headers.update(PROTECTION)
    response.vary.add("Authorization")
    return keep_from_indexes(response)
