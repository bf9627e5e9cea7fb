"""Photos one by one: their page, another try for one that failed, and the files themselves."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

from flask import Blueprint, Response, flash, make_response, render_template, request, send_file

from campus.accounts.guard import credential_or_none, public, require, sign_in_required, viewer
from campus.accounts.models import TokenScope
from campus.media.variants import Format, fallback_width, variant_key
from campus.platform import clock, settings
from campus.platform.htmx import go_to
from campus.posts import actions
from campus.posts.files import storage
from campus.posts.queries import PostNotFound, reachable_card, visible_file
from campus.posts.reading import reader_id

if TYPE_CHECKING:
    import uuid

blueprint = Blueprint("photos", __name__)

PROTECTION = {
    "Cache-Control": "private, no-cache",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
}


@blueprint.get("/posts/<int:post_id>/photos/<int:position>")
@public
def photo(post_id: int, position: int) -> str:
    """One photo large, with the way to its neighbours."""
    card = reachable_card(reader_id(), post_id)
    shown = [each for each in card.photos if each.is_ready]
    place = next((place for place, each in enumerate(shown) if each.position == position), None)
    if place is None:
        raise PostNotFound
    urls = [f"/posts/{post_id}/photos/{each.position}" for each in shown]
    return render_template(
        "posts/photo.html",
        card=card,
        photo=shown[place],
        previous_url=urls[place - 1] if place else None,
        next_url=urls[place + 1] if place + 1 < len(urls) else None,
    )


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
    widths, full_width, full_height = visible_file(reader_id(), token)
    kind = Format(extension)
    offered = widths if kind is Format.WEBP else [fallback_width(full_width, full_height)]
    if width not in offered:
        raise PostNotFound
    response = sent_file(variant_key(token, width, kind), kind)
    response.headers.update(PROTECTION)
    response.vary.add("Authorization")
    return response


def sent_file(key: str, kind: Format) -> Response:
    """The bytes, or where the server in front finds them, for who may see them: that is asked before.

    The mark for "not modified" is made of the photo's random name.
    """
    etag = key.rpartition("/")[2]
    store = storage()
    accel = settings.current().media_accel
    path = None if accel else store.path(key)
    if path is None and etag in request.if_none_match:
        return _marked(Response(status=304), etag)  # without fetching what is not sent
    if accel:
        pointed = Response(mimetype=kind.content_type, headers={"X-Accel-Redirect": accel + store.address(key)})
        return _marked(pointed, etag)
    content = path if path is not None else BytesIO(store.read(key))
    return make_response(
        send_file(content, mimetype=kind.content_type, conditional=True, etag=etag, last_modified=None, download_name=None)
    )


def _marked(response: Response, etag: str) -> Response:
    response.set_etag(etag)
    return response
