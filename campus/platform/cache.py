"""Data kept for a while, as JSON. A cache is a hint: whatever it answers is checked against the database before it is shown.

Keys are made by the rooms from what the server knows (ids, versions), never from what a client sent. There is no way to cache a
view: such a key forgets who was looking.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from cachelib.serializers import BaseSerializer
from flask_caching import Cache

from campus.platform import metrics, redis

if TYPE_CHECKING:
    from flask import Flask

    from campus.platform.settings import Settings

PREFIX = "cache:"


class JsonSerializer(BaseSerializer):
    """JSON instead of pickle: what is read from Redis cannot run."""

    def dumps(self, value: Any, *_: Any, **__: Any) -> bytes:
        """The bytes that are stored."""
        return json.dumps(value, separators=(",", ":")).encode()

    def loads(self, bvalue: Any, *_: Any, **__: Any) -> Any:
        """The value, or None for nothing and for bytes that are no JSON."""
        try:
            return None if bvalue is None else json.loads(bvalue)
        except ValueError:
            return None


_cache = Cache()


def init_app(app: Flask, settings: Settings) -> None:
    """Connect the application's cache to Redis."""
    _cache.init_app(
        app,
        config={
            "CACHE_TYPE": "RedisCache",
            "CACHE_REDIS_HOST": redis.client_of(settings.redis_url),
            "CACHE_SERIALIZER": JsonSerializer(),
            "CACHE_KEY_PREFIX": PREFIX,
        },
    )


def get(key: str) -> Any | None:
    """What is kept under `key`, or None: nothing, too old, or Redis is away."""
    found = redis.guarded(lambda: _cache.get(key), None)
    metrics.cache_read(_named(key), hit=found is not None)
    return found


def _named(key: str) -> str:
    """Which cache a key belongs to: its first words, `feed:newest` of `feed:newest:7:1:mixed:all`."""
    return ":".join(key.split(":", 2)[:2])


def put(key: str, value: Any, ttl: int) -> None:
    """Keep a JSON value for `ttl` seconds; 0 keeps nothing."""
    if ttl > 0:
        redis.guarded(lambda: _cache.set(key, value, timeout=ttl), None)


def forget(*keys: str) -> None:
    """Drop these keys."""
    if keys:
        redis.guarded(lambda: _cache.unlink(*keys), None)


def clear() -> int:
    """Drop everything that is cached, and nothing else that lives in Redis. Returns how many values that were.

    Raises:
        redis.RedisError: it is away.
    """
    return sum(redis.client().unlink(*keys) for keys in _batches(_keys()))


def count() -> int:
    """How many values are kept.

    Raises:
        redis.RedisError: it is away.
    """
    return sum(1 for _ in _keys())


def _keys() -> Any:
    return redis.client().scan_iter(match=f"{PREFIX}*", count=1000)


def _batches(keys: Any, size: int = 1000) -> Any:
    batch = []
    for key in keys:
        batch.append(key)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch
