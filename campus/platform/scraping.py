"""`/metrics`: everything that is counted, timed and asked for, in Prometheus' text form. Not for visitors.

Answered to this machine, and to whoever brings `METRICS_TOKEN` (`Authorization: Bearer …`). To anybody else the address does not
exist. A private network is not near: the neighbours of a machine in a data centre are strangers.
"""

from __future__ import annotations

import hmac
import ipaddress

from flask import Blueprint, Response, abort, request
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.multiprocess import MultiProcessCollector

from campus.platform import gauges, settings, tallies

blueprint = Blueprint("metrics", __name__)

FORWARDED = ("X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "Forwarded", "X-Real-IP", "Via")


class _Counted:
    """What all processes have counted."""

    def collect(self) -> list[object]:
        """The sums."""
        with tallies.settled(settings.current().metrics_folder) as files:
            return list(MultiProcessCollector.merge(files))  # type: ignore[no-untyped-call]


def exposition() -> bytes:
    """All metrics as text."""
    registry = CollectorRegistry(auto_describe=False)
    for collector in (_Counted(), gauges.Collector()):
        registry.register(collector)  # type: ignore[arg-type]  # all that is asked of one is `collect`
    return generate_latest(registry)


def scrape() -> Response:
    """The metrics, for who may have them."""
    if not (_has_token() or _is_near()):
        abort(404)
    response = Response(exposition(), content_type=CONTENT_TYPE_LATEST)
    response.headers["Cache-Control"] = "no-store"
    return response


def _has_token() -> bool:
    token = settings.current().metrics_token
    given = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
    return bool(token) and hmac.compare_digest(given.encode(), token.encode())


def _is_near() -> bool:
    """Whether the asker is this machine.

    Behind a proxy everybody seems to be the proxy, or writes who she is herself: who was forwarded is not near.
    """
    if any(name in request.headers for name in FORWARDED):
        return False
    try:
        return ipaddress.ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False


scrape.access = "public"  # type: ignore[attr-defined]  # the mark every view carries; it sees to its own guests
blueprint.add_url_rule("/metrics", view_func=scrape)
