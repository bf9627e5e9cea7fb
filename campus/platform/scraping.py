"""`/metrics`: everything that is counted, timed and asked for, in Prometheus' text form. Not for visitors.

Answered to this machine; to private networks, unless `METRICS_TOKEN` is set; and to whoever brings that token
(`Authorization: Bearer …`). To anybody else the address does not exist.
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

PRIVATE = tuple(
    ipaddress.ip_network(network)
    for network in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "fc00::/7", "fe80::/10")
)
FORWARDED = ("X-Forwarded-For", "Forwarded", "X-Real-IP")


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
    """Whether the asker is this machine or, with no token set, a private network.

    Behind a proxy that is not counted in `TRUSTED_PROXIES` everybody seems to be the proxy: who was forwarded is not near.
    """
    config = settings.current()
    if not config.trusted_proxies and any(name in request.headers for name in FORWARDED):
        return False
    try:
        asker = ipaddress.ip_address(request.remote_addr or "")
    except ValueError:
        return False
    return asker.is_loopback or (not config.metrics_token and any(asker in network for network in PRIVATE))


scrape.access = "public"  # type: ignore[attr-defined]  # the mark every view carries; it sees to its own guests
blueprint.add_url_rule("/metrics", view_func=scrape)
