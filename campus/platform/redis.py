"""Redis, never needed for a right answer: short timeouts, no retries, a breaker that keeps a dead or hung server out of the way.

Whoever asks says what to do without an answer. After a failure nobody asks again for some seconds, so that a hung server costs
one request a fifth of a second rather than every request.
"""

from __future__ import annotations

import logging
import time
from functools import lru_cache
from typing import TYPE_CHECKING, TypeVar

import redis

from campus.platform import settings
from campus.platform.redis_pool import pool_for

if TYPE_CHECKING:
    from collections.abc import Callable

log = logging.getLogger(__name__)

T = TypeVar("T")

BREAK_SECONDS = 5.0


class _Breaker:
    """When Redis may be asked again, by the monotonic clock; 0 while all is well."""

    closed_until = 0.0


def client() -> redis.Redis:
    """The client of this process. It raises `redis.RedisError` within a moment when the server is away: prefer `quietly`."""
    return client_of(settings.current().redis_url)


@lru_cache(maxsize=8)
def client_of(url: str) -> redis.Redis:
    """The one client of a `REDIS_URL`: everything but the queue shares its connections."""
    return redis.Redis(connection_pool=pool_for(url))


def quietly(work: Callable[[redis.Redis], T], default: T) -> T:
    """What `work(client)` returns, or `default` when Redis is dead, hung, full or was so a moment ago."""
    return guarded(lambda: work(client()), default)


def guarded(work: Callable[[], T], default: T) -> T:
    """The same for work that has its own client."""
    moment = time.monotonic()
    if moment < _Breaker.closed_until:
        return default
    if _Breaker.closed_until:
        _Breaker.closed_until = moment + BREAK_SECONDS  # one asks whether it is back; the others go on without
    try:
        answer = work()
    except redis.RedisError as error:
        log.warning("redis is away: %s", error)
        _Breaker.closed_until = time.monotonic() + BREAK_SECONDS
        return default
    _Breaker.closed_until = 0.0
    return answer


def forget_failure() -> None:
    """Ask Redis again at once: for tests, and for an operator's command."""
    _Breaker.closed_until = 0.0
