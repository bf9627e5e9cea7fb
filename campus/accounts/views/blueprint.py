"""What the pages of accounts share: their blueprint, and where they lead."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import Blueprint, current_app, redirect, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from campus.accounts import guard
from campus.platform.htmx import is_local

if TYPE_CHECKING:
    from flask import Flask
    from werkzeug.wrappers import Response

HOME = "/"

blueprint = Blueprint("accounts", __name__)


def init_app(app: Flask) -> None:
    """Give the application its viewers and the pages of accounts."""
    guard.init_app(app)
    app.register_blueprint(blueprint)


def target_of(asked: str | None) -> str:
    """The page to go to after signing in: the one asked for if this site has it, else home."""
    if not asked or not is_local(asked):
        return HOME
    try:
        current_app.url_map.bind("").match(urlsplit(asked).path, method="GET")
    except RequestRedirect:
        return asked
    except (HTTPException, ValueError):
        return HOME
    return asked


def see(endpoint: str) -> Response:
    """Go and look at another page of accounts, after something was done."""
    return redirect(url_for(f"accounts.{endpoint}"), 303)
