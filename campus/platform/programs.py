"""The doors for programs: which addresses they are, and whether a program asks."""

from __future__ import annotations

from flask import request

REST = "/api/"
GRAPHQL = "/graphql"
FILES = "/media/"  # of photos: posts name their addresses, to browsers and to programs


def at_their_door(path: str) -> bool:
    """The address is for programs."""
    return path.startswith(REST) or path == GRAPHQL


def takes_tokens(path: str) -> bool:
    """A personal token lets somebody in there."""
    return at_their_door(path) or path.startswith(FILES)


def asks() -> bool:
    """A program asks: it is answered in JSON, even where it is refused. `/graphql` is a page for browsers, too, with a form."""
    if request.path == GRAPHQL:
        return request.method != "GET" and request.mimetype != "application/x-www-form-urlencoded"
    if request.path.startswith(FILES):
        return "Authorization" in request.headers
    return at_their_door(request.path)
