"""Page or fragment: the same URL answers both, and ways back that never lead to another site."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import Response, make_response, redirect, render_template, request
from jinja2_fragments.flask import render_block
from markupsafe import Markup


def wants_fragment() -> bool:
    """Whether htmx asks for a piece of a page. A history restore asks for all of it."""
    return request.headers.get("HX-Request") == "true" and request.headers.get("HX-History-Restore-Request") != "true"


def page_or_block(template: str, block: str, **context: Any) -> Response:
    """The whole page, or only its `block` when htmx asks."""
    rendered = render_block(template, block, **context) if wants_fragment() else render_template(template, **context)
    response = make_response(rendered)
    response.vary.add("HX-Request")
    return response


def render_fragment(template: str, **context: Any) -> Response:
    """A piece of a page that has a template of its own."""
    response = make_response(render_template(template, **context))
    response.vary.add("HX-Request")
    return response


def live(message: str) -> Markup:
    """A sentence for the page's polite live region, sent beside a fragment: screen readers speak it."""
    return Markup('<div id="live" class="sr" role="status" aria-live="polite" hx-swap-oob="true">{}</div>').format(message)


def go_to(url: str) -> Response:
    """Lead the browser to another page of this site after a write: by htmx's header, or by 303."""
    if wants_fragment():
        response = make_response("", 204)
        response.headers["HX-Redirect"] = url
        return response
    return make_response(redirect(url, 303))


def redirect_back(default_url: str) -> Response:
    """Back to where the form was: its `next` field, else the page that sent it, else `default_url`; always on this site."""
    for wanted in (request.values.get("next", ""), referrer()):
        if is_local(wanted):
            return go_to(wanted)
    return go_to(default_url)


def is_local(url: str) -> bool:
    r"""Whether a URL is a path of this site.

    Browsers read `\` as `/` and skip control characters, so that `/\evil.example` would lead away.
    """
    if not url.startswith("/") or url.startswith("//") or "\\" in url or not url.isprintable() or " " in url:
        return False
    parts = urlsplit(url)
    return not parts.scheme and not parts.netloc


def referrer() -> str:
    """The path of this site's page that the request came from; empty if it came from elsewhere."""
    parts = urlsplit(request.referrer or "")
    if parts.netloc != request.host:
        return ""
    return parts.path + (f"?{parts.query}" if parts.query else "")
