"""The doors for programs: which addresses they are, and whether a program asks."""

from __future__ import annotations

from flask import request

REST = "/api/"
GRAPHQL = "/graphql"


def at_their_door(path: str) -> bool:
    """The address is for programs."""
    return path.startswith(REST) or path == GRAPHQL


def asks() -> bool:
    """A program asks: it is answered in JSON, even where it is refused. `GET /graphql` is a page."""
    return at_their_door(request.path) and (request.path != GRAPHQL or request.method == "POST")
