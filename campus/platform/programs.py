"""The doors for programs: which addresses they are, and whether a program asks."""

from __future__ import annotations

from flask import request

REST = "/api/"
GRAPHQL = "/graphql"


def at_their_door(path: str) -> bool:
    """The address is for programs."""
    return path.startswith(REST) or path == GRAPHQL


def asks() -> bool:
    """A program asks: it is answered in JSON, even where it is refused. `/graphql` is a page for browsers, too, with a form."""
    if request.path == GRAPHQL:
        return request.method != "GET" and request.mimetype != "application/x-www-form-urlencoded"
    return at_their_door(request.path)
