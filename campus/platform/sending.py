"""Sending stored files: the bytes, or where the server in front finds them. Who may have them is asked before."""

from __future__ import annotations

from io import BytesIO

from flask import Response, make_response, request, send_file

from campus.platform import settings
from campus.platform.storage import configured

PROTECTION = {
    "Cache-Control": "private, no-cache",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def sent_file(key: str, content_type: str) -> Response:
    """The bytes, or where the server in front finds them, for who may see them: that is asked before.

    The mark for "not modified" is made of the file's random name.
    """
    etag = key.rpartition("/")[2]
    store = configured()
    accel = settings.current().media_accel
    path = None if accel else store.path(key)
    if path is None and etag in request.if_none_match:
        return _marked(Response(status=304), etag)  # without fetching what is not sent
    if accel:
        pointed = Response(mimetype=content_type, headers={"X-Accel-Redirect": accel + store.address(key)})
        return _marked(pointed, etag)
    content = path if path is not None else BytesIO(store.read(key))
    return make_response(
        send_file(content, mimetype=content_type, conditional=True, etag=etag, last_modified=None, download_name=None)
    )


def _marked(response: Response, etag: str) -> Response:
    response.set_etag(etag)
    return response
