"""The web frame every room stands in: configuration, input checks, CSRF, templates, headers, errors, static files, health."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from flask import current_app, request
from flask.templating import Environment
from flask_wtf.csrf import CSRFProtect
from jinja2 import StrictUndefined
from werkzeug.middleware.proxy_fix import ProxyFix

from campus.platform import assets, cache, clock, draining, drawings, errors_http, headers, health, inputs, logs, rates, scraping
from campus.platform import settings as current_settings

if TYPE_CHECKING:
    from collections.abc import Callable, MutableMapping

    from flask import Flask

    from campus.platform.settings import Settings

View = TypeVar("View", bound="Callable[..., Any]")

FORM_BYTES = 2_500_000  # a form without files: more than the longest text, so that a text too long is refused with its text kept
UPLOADS = "accepts_uploads"
PICTURE = "accepts_picture"

csrf = CSRFProtect()


class Templates(Environment):
    """An environment whose templates hold their globals in one dictionary each.

    Jinja compares their names at every import in an included template, sixty times for a page of cards. With its chain of two
    dictionaries, which shows what is added to the environment later, that is a sixth of the page's time; nothing is added later.
    """

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """The environment's globals and the template's own."""
        return {**self.globals, **(d or {})}


def init_app(app: Flask, settings: Settings) -> None:
    """Frame the application. The order of the checks before a request is the order here."""
    app.url_map.converters["int"] = inputs.Number  # before the first address is named
    logs.init_app(app)
    draining.allow(settings.drain_seconds)
    _configure(app, settings)
    _configure_templates(app, settings)
    app.before_request(_allow_uploads)
    app.before_request(inputs.refuse_unreadable)
    csrf.init_app(app)
    app.after_request(headers.protect)
    errors_http.init_app(app)
    cache.init_app(app, settings)
    rates.init_app(app, settings)
    assets.init_app(app, settings)
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    app.register_blueprint(health.blueprint)
    app.register_blueprint(scraping.blueprint)


def accepts_uploads(view: View) -> View:
    """Mark a view that takes photos: its requests may be as large as all of them; any other request is a form or less."""
    setattr(view, UPLOADS, True)
    return view


def accepts_picture(view: View) -> View:
    """Mark a view that takes one picture: its requests may be as large as a photo."""
    setattr(view, PICTURE, True)
    return view


def _configure(app: Flask, settings: Settings) -> None:
    https = settings.uses_https
    app.config.update(
        TRUSTED_HOSTS=list(settings.trusted_hosts),
        MAX_CONTENT_LENGTH=FORM_BYTES,
        MAX_FORM_MEMORY_SIZE=FORM_BYTES,
        MAX_FORM_PARTS=500,
        SESSION_COOKIE_NAME="__Host-photocampus" if https else "photocampus",
        SESSION_COOKIE_SECURE=https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PREFERRED_URL_SCHEME="https" if https else "http",
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session: pages stay open for days
        TEMPLATES_AUTO_RELOAD=not settings.is_production,
    )


def _configure_templates(app: Flask, settings: Settings) -> None:
    strict = {"autoescape": lambda name: not (name or "").endswith(".txt"), "undefined": StrictUndefined}
    app.jinja_environment = Templates
    app.jinja_options = {**app.jinja_options, **strict}
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_null_translations(newstyle=True)  # type: ignore[attr-defined]  # the extension adds it
    app.jinja_env.globals["icon"] = drawings.icon
    app.context_processor(lambda: {"site_name": settings.site_name, "now": clock.now()})


def _allow_uploads() -> None:
    view = current_app.view_functions.get(request.endpoint or "")
    media = current_settings.current().media
    if getattr(view, UPLOADS, False):
        request.max_content_length = media.max_photos * media.max_bytes + FORM_BYTES
    elif getattr(view, PICTURE, False):
        request.max_content_length = media.max_bytes + FORM_BYTES
