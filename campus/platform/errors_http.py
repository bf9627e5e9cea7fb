"""Errors become answers, once for the whole product: a page, a fragment when htmx asks, problem+json below `/api/`.

What is denied and what is missing give the same answer. A page about a failure of the database asks the database nothing.
"""

from __future__ import annotations

import logging
import math
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from flask import Response, current_app, jsonify, make_response, redirect, request
from flask_wtf.csrf import CSRFError
from markupsafe import Markup
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException, InternalServerError
from werkzeug.routing import RequestRedirect

from campus.platform import clock, logs, settings
from campus.platform.db import is_away
from campus.platform.errors import AuthenticationRequired, CampusError
from campus.platform.htmx import is_local, referrer, wants_fragment
from campus.platform.limits import QuotaExceeded
from campus.platform.programs import asks as is_api

if TYPE_CHECKING:
    from flask import Flask

log = logging.getLogger(__name__)

SENTENCES = {
    400: ("This request cannot be read", "Something about the address or the form is not as it should be."),
    401: ("Please sign in", "This page is for people who are signed in."),
    403: ("Not allowed", "You may not do this here."),
    404: ("Nothing here", "This page does not exist, or it is not for you."),
    405: ("Not this way", "This address does not accept what was sent."),
    409: ("Somebody changed this", "Load the page again to see the newest state."),
    413: ("Too large", "What was sent is larger than the site accepts. Try fewer or smaller files."),
    415: ("Not this format", "The site does not read this kind of content."),
    422: ("Please check what you entered", "Something in the form is not as it should be."),
    429: ("That was a lot", "Please wait a moment before you go on."),
    500: ("Something broke", "It is our fault. It has been noted; please try again in a moment."),
    503: ("Back in a moment", "The site cannot reach its data right now. Please try again in a moment."),
}
RETRY_SECONDS = 10
PASSING = (429, 500, 503)  # what may be over in a moment
READING = ("GET", "HEAD")
BARE = (400, 500, 503)  # the page must stand without the viewer: her row, her session or her address may be what failed

PLAIN = Markup(
    "<!DOCTYPE html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>"
    "<title>{title}</title><main><h1>{title}</h1><p>{message}</p><p><a href='/'>Home</a></p><p>{request_id}</p></main></html>"
)


def init_app(app: Flask) -> None:
    """Answer every error."""
    app.register_error_handler(CampusError, of_campus)
    app.register_error_handler(CSRFError, of_csrf)
    app.register_error_handler(HTTPException, of_http)
    app.register_error_handler(DBAPIError, of_database)
    app.register_error_handler(PoolTimeout, of_database)
    app.register_error_handler(InternalServerError, of_bug)


def of_campus(error: CampusError) -> Response:
    """An anticipated failure, in its own words."""
    if isinstance(error, AuthenticationRequired):
        return _sign_in()
    title, sentence, extra = error.title, str(error), {}
    if error.status == 404:  # noqa: PLR2004 - denied says what missing says
        title, sentence = SENTENCES[404]
    if isinstance(error, QuotaExceeded):  # the pages say themselves when the next one is possible
        sentence, extra = error.sentence, {"retry_at": error.resets_at}
    response = answer(error.status, title, sentence, field=error.field, errors=error.errors, **extra)
    response.headers.update(error.headers)
    if isinstance(error, QuotaExceeded):
        _tell_limits(response, error)
    return response


def of_csrf(_error: CSRFError) -> Response:
    """A form without its token: most often a page that was open while the session ended."""
    if is_api():
        expected = "the form's token in the header X-CSRFToken, or a personal token instead of the cookie"
        return answer(400, "The form's token is missing", f"With a session's cookie, a request that writes needs {expected}.")
    return answer(400, "Please send that again", "This page was open for too long. Load it again, then repeat what you did.")


def of_http(error: HTTPException) -> Response:
    """An error of HTTP itself: no such address, not this method, too large."""
    status = error.code or 500
    if isinstance(error, RequestRedirect) or (error.response and status < 400):  # noqa: PLR2004 - not an error
        return make_response(error.get_response())
    title, message = SENTENCES.get(status, (error.name, "That did not work."))
    response = answer(status, title, message)
    allowed = getattr(error, "valid_methods", None)
    if allowed:
        response.headers["Allow"] = ", ".join(sorted(allowed))
    return response


def of_database(error: DBAPIError | PoolTimeout) -> Response:
    """PostgreSQL away, or so slow that it might as well be: nothing was changed. Any other failure is ours.

    Raises:
        DBAPIError: it is a mistake in a statement.
    """
    if not is_away(error):
        raise error
    log.error("the database is away: %s", error)
    response = answer(503, *SENTENCES[503])
    response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response


def of_bug(_error: InternalServerError) -> Response:
    """A mistake of the product; Flask has logged it with its trace."""
    return answer(500, *SENTENCES[500])


def answer(status: int, title: str, message: str, **extra: Any) -> Response:
    """The error in the form the caller reads."""
    told = {"status": status, "title": title, "message": message, "request_id": logs.request_id()}
    if is_api():
        response = _problem(told, extra)
    else:
        template = "errors/_error.html" if wants_fragment() else "errors/error.html"
        response = make_response(_rendered(template, {"retry_at": None} | told | extra))
    response.status_code = status
    return response


def _problem(told: dict[str, Any], extra: dict[str, Any]) -> Response:
    """RFC 9457, with the `error` member that older clients read."""
    members = {"type": "about:blank", "title": told["title"], "status": told["status"], "detail": told["message"]}
    named = {"error": told["message"], "request_id": told["request_id"]}
    optional = {"field": extra.get("field"), "errors": extra.get("errors"), "retry_at": extra.get("retry_at")}
    response = jsonify(members | named | {key: value for key, value in optional.items() if value})
    response.mimetype = "application/problem+json"
    return response


def _rendered(template: str, context: dict[str, Any]) -> str:
    """The template; where even that fails, a page of a few words."""
    try:
        context = context | _ways_on(context["status"])
        if context["status"] not in BARE:
            return _with_viewer(template, context)
        return _bare(template, context)
    except Exception:
        log.exception("the error page itself failed")
        return PLAIN.format(**{name: context[name] for name in ("title", "message", "request_id")})


def _ways_on(status: int) -> dict[str, str]:
    """Where `again` leads, to read what was to be read; and `back`, to the page that sent what was to be written.

    Nothing is written a second time by following a link. Empty where it leads nowhere, or away.
    """
    read = request.method in READING
    query = request.query_string.decode("ascii", "replace")
    address = quote(request.path) + (f"?{query}" if query else "") if read else referrer()
    wanted = address if status in PASSING and is_local(address) else ""
    return {"again": wanted, "back": ""} if read else {"again": "", "back": wanted}


def _with_viewer(template: str, context: dict[str, Any]) -> str:
    current_app.update_template_context(context)
    return current_app.jinja_env.get_template(template).render(context)


def _bare(template: str, context: dict[str, Any]) -> str:
    """Without the context processors: no room looks anything up."""
    about = {"bare": True, "viewer": None, "site_name": settings.current().site_name, "now": clock.now()}
    return current_app.jinja_env.get_template(template).render(about | context)


def _sign_in() -> Response:
    """To the sign-in page and back. A program is told; a fragment asks the browser to go."""
    if is_api():
        response = jsonify(error="Authentication required")
        response.status_code = 401
        response.headers["WWW-Authenticate"] = 'Bearer realm="PhotoCampus"'
        return response
    target = f"/login?{urlencode({'next': _way_back()})}"
    if wants_fragment():
        response = make_response("", 401)
        response.headers["HX-Redirect"] = target
        return response
    return make_response(redirect(target, 303))


def _way_back() -> str:
    """The page to return to: this one if it was only read, else the one that held the form."""
    if request.method == "GET" and not wants_fragment():
        return request.full_path.rstrip("?")
    return referrer() or "/"


def _tell_limits(response: Response, error: QuotaExceeded) -> None:
    seconds = max(1, math.ceil((error.resets_at - clock.now()).total_seconds()))
    response.headers["RateLimit-Limit"] = str(error.limit)
    response.headers["RateLimit-Remaining"] = str(max(0, error.limit - error.used))
    response.headers["RateLimit-Reset"] = str(seconds)
    response.headers["Retry-After"] = str(seconds)
