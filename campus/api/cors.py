"""Scripts of other sites, where the operator names them: their answers may be read, with a token and never with a cookie."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import request

from campus.api.idempotency import HEADER
from campus.platform import settings
from campus.platform.programs import at_their_door

if TYPE_CHECKING:
    from flask import Flask, Response

ASKED = f"Authorization, Content-Type, If-None-Match, {HEADER}"
METHODS = "GET, POST, PUT, PATCH, DELETE"
TOLD = "ETag, Link, Location, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, Retry-After, Idempotency-Replayed"
KEPT_SECONDS = "600"


def init_app(app: Flask) -> None:
    """Answer the browsers of other sites' readers."""
    app.after_request(_open_to_named)


def _open_to_named(response: Response) -> Response:
    named = settings.current().cors_origins
    if not named or not at_their_door(request.path):
        return response
    response.vary.add("Origin")
    origin = request.headers.get("Origin", "").lower()
    if origin not in named:
        return response
    response.headers["Access-Control-Allow-Origin"] = origin
    if request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers:
        response.headers["Access-Control-Allow-Methods"] = METHODS
        response.headers["Access-Control-Allow-Headers"] = ASKED
        response.headers["Access-Control-Max-Age"] = KEPT_SECONDS
    else:
        response.headers["Access-Control-Expose-Headers"] = TOLD
    return response
