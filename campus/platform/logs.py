"""Logs: a line of JSON per event in production, a readable line elsewhere, each with the id of the request it belongs to."""

from __future__ import annotations

import logging
import sys
import time
import uuid
from typing import TYPE_CHECKING

import structlog
from flask import g, request

from campus.platform import discretion, metrics, programs
from campus.platform.htmx import wants_fragment

if TYPE_CHECKING:
    from flask import Flask, Response

    from campus.platform.settings import Settings

access = structlog.stdlib.get_logger("campus.requests")

QUIET = frozenset({"/livez", "/readyz", "/metrics"})


def configure(settings: Settings) -> None:
    """Send the standard library's and structlog's records through one formatter to stderr."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    last = structlog.processors.JSONRenderer() if settings.is_production else structlog.dev.ConsoleRenderer(colors=False)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            discretion.clean,
            last,
        ],
    )
    _replace_handler(formatter)


def _replace_handler(formatter: logging.Formatter) -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    handler.set_name("campus")
    root = logging.getLogger()
    for earlier in [found for found in root.handlers if found.get_name() == "campus"]:
        root.removeHandler(earlier)
    root.addHandler(handler)
    root.setLevel(logging.INFO)


def take_over(name: str) -> None:
    """Take the handlers of a library's own from its logger: its records reach the one there is, and each is one line."""
    logger = logging.getLogger(name)
    for own in list(logger.handlers):
        logger.removeHandler(own)
        own.close()


def init_app(app: Flask) -> None:
    """Number every request, and log it when it is answered."""
    app.before_request(_begin)
    app.after_request(_end)


def request_id() -> str:
    """The id of this request, for logs and for whoever reports a failure."""
    if "request_id" not in g:
        g.request_id = uuid.uuid4().hex[:16]
    return str(g.request_id)


def _begin() -> None:
    g.began = time.perf_counter()
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=request_id())


def _end(response: Response) -> Response:
    response.headers["X-Request-ID"] = request_id()
    if request.path not in QUIET:
        took = time.perf_counter() - g.get("began", time.perf_counter())
        route = str(request.url_rule or "none")
        form = "api" if programs.asks() else "fragment" if wants_fragment() else "page"
        metrics.request_answered(route=route, method=request.method, status=response.status_code, form=form, seconds=took)
        access.info("answered", method=request.method, route=route, status=response.status_code, ms=round(took * 1000, 1))
    return response
