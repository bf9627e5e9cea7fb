"""The OpenAPI document and its page. The page's program comes from an installed package: nothing is fetched from elsewhere."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from flask import Blueprint, Response, current_app, render_template, request

from campus.accounts.guard import public
from campus.api.openapi import document

if TYPE_CHECKING:
    from flask import Flask

blueprint = Blueprint("api_documentation", __name__)
KEPT = "campus_openapi"


@blueprint.get("/api/openapi.json")
@public
def openapi() -> Response:
    """The document."""
    response = Response(_written(current_app), mimetype="application/json")
    response.add_etag()
    response.make_conditional(request.environ)
    return response


@blueprint.get("/api/docs/")
@public
def page() -> str:
    """The document as a page, on which requests can be tried; without scripts, a list of the operations."""
    return render_template("api/docs.html", document=json.loads(_written(current_app)))


def _written(app: Flask) -> str:
    """The document, made once in a process."""
    if KEPT not in app.extensions:
        app.extensions[KEPT] = json.dumps(document(app), ensure_ascii=False)
    return str(app.extensions[KEPT])
