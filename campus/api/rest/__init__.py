"""The resources below `/api/`, a module each: a view is a docstring, a verb of the rooms, and an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from campus.api.rest import (
    belonging,
    comments,
    decisions,
    discovery,
    export,
    feed,
    inviting,
    managing,
    marks,
    me,
    members,
    moderation,
    notifications,
    organizations,
    people,
    photos,
    portraits,
    posts,
    relations,
    reports,
    search,
)
from campus.platform.web import csrf

if TYPE_CHECKING:
    from flask import Flask

RESOURCES = (
    feed,
    posts,
    photos,
    me,
    portraits,
    export,
    discovery,
    comments,
    marks,
    people,
    relations,
    organizations,
    members,
    managing,
    inviting,
    belonging,
    search,
    reports,
    moderation,
    decisions,
    notifications,
)
PREFIX = "/api"


def init_app(app: Flask) -> None:
    """Give the application its REST resources. The door asks for the form's token where a cookie lets somebody in."""
    for resource in RESOURCES:
        csrf.exempt(resource.blueprint)
        app.register_blueprint(resource.blueprint, url_prefix=PREFIX)
