"""Short rates: how many within the last minute. Counted in Redis, in memory when Redis is away: for bursts, not for quotas."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from flask import current_app, request
from flask_limiter import Limiter
from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from campus.platform import metrics, redis, settings
from campus.platform.limits import QuotaExceeded

if TYPE_CHECKING:
    from flask import Flask
    from limits import RateLimitItem
    from limits.strategies import RateLimiter

    from campus.platform.limits import Quota
    from campus.platform.settings import Settings

EXTENSION = "campus_rates"
MEMORY = "campus_rates_in_memory"


def init_app(app: Flask, config: Settings) -> None:
    """Give the application its limiter. Nothing is limited by default: each door says what it throttles."""
    app.extensions[EXTENSION] = Limiter(
        _address,
        app=app,
        storage_uri="redis://",  # which kind of storage; where it is, the pool knows
        storage_options={"connection_pool": redis.client_of(config.redis_url).connection_pool},  # type: ignore[dict-item]  # handed on
        strategy="moving-window",
        key_prefix="rates",
        in_memory_fallback_enabled=True,
        headers_enabled=False,
    )
    app.extensions[MEMORY] = MovingWindowRateLimiter(MemoryStorage())


def throttle(quota: Quota, subject: int | str) -> None:
    """Count one try of `subject`, over the time before this moment (no calendar).

    Without Redis each process counts for itself, with its share of the limit.

    Raises:
        QuotaExceeded: too many within the period.
    """
    key = str(subject)
    if not key:
        raise ValueError("an empty subject would not be limited at all")
    allowed = redis.guarded(lambda: _limiter().hit(_item(quota), quota.name, key), None)
    if allowed is None:
        allowed = _memory().hit(_share(quota), quota.name, key)
    if not allowed:
        metrics.quota_refused(quota.name)
        raise QuotaExceeded(quota, used=quota.limit, limit=quota.limit, resets_at=_next(quota, key))


def _item(quota: Quota) -> RateLimitItem:
    return parse(f"{quota.limit} per {quota.period}")


def _share(quota: Quota) -> RateLimitItem:
    """This process' part of the limit, when the processes cannot count together."""
    return parse(f"{max(1, quota.limit // settings.current().web_workers)} per {quota.period}")


def _limiter() -> RateLimiter:
    chosen: RateLimiter = current_app.extensions[EXTENSION].limiter
    return chosen


def _memory() -> RateLimiter:
    chosen: RateLimiter = current_app.extensions[MEMORY]
    return chosen


def _next(quota: Quota, key: str) -> datetime:
    """When the oldest counted try is out of the window."""
    stats = redis.guarded(lambda: _limiter().get_window_stats(_item(quota), quota.name, key), None)
    found = stats or _memory().get_window_stats(_share(quota), quota.name, key)
    return datetime.fromtimestamp(found.reset_time, UTC)


def _address() -> str:
    """Who asks, for Flask-Limiter's own decorators."""
    return request.remote_addr or "unknown"
