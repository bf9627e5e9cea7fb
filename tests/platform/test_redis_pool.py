"""`REDIS_URL` read: one server, or sentinels."""

from __future__ import annotations

from typing import Any

import pytest
from redis.connection import UnixDomainSocketConnection
from redis.sentinel import MasterNotFoundError, SentinelConnectionPool, SentinelManagedSSLConnection

from campus.platform.redis_pool import pool_for

NOBODY = "127.0.0.1:1"


def told(kwargs: dict[str, Any], *names: str) -> list[Any]:
    return [kwargs.get(name) for name in names]


def test_one_server_is_asked_for_a_moment_and_once() -> None:
    pool = pool_for("unix:///run/valkey.sock?db=3")
    assert pool.connection_class is UnixDomainSocketConnection
    assert told(pool.connection_kwargs, "path", "db", "socket_timeout") == ["/run/valkey.sock", 3, 0.2]
    assert pool_for("redis://cache/0", answer_seconds=1.5).connection_kwargs["socket_timeout"] == 1.5


def test_sentinels_have_a_password_of_their_own_and_the_same_certificates() -> None:
    pool = pool_for(
        "rediss+sentinel://me:p%40ss@one:26379,[::1]:26380/campus?db=2&sentinel_password=lookout&ssl_ca_certs=/ca.pem",
        answer_seconds=1.5,
    )
    assert isinstance(pool, SentinelConnectionPool)
    assert (pool.service_name, pool.is_master, pool.connection_class) == ("campus", True, SentinelManagedSSLConnection)
    names = ("username", "password", "db", "ssl_ca_certs", "socket_timeout", "socket_connect_timeout")
    assert told(pool.connection_kwargs, *names) == ["me", "p@ss", 2, "/ca.pem", 1.5, 0.2]
    asked = [each.connection_pool.connection_kwargs for each in pool.sentinel_manager.sentinels]
    assert [told(each, "host", "port") for each in asked] == [["one", 26379], ["::1", 26380]]
    assert told(asked[0], *names) == [None, "lookout", 0, "/ca.pem", 0.2, 0.2]


def test_no_sentinel_is_forgotten_for_ever() -> None:
    pool = pool_for(f"redis+sentinel://{NOBODY},{NOBODY}/campus")
    assert isinstance(pool, SentinelConnectionPool)
    first, second = pool.sentinel_manager.sentinels
    pool.sentinel_manager.sentinels[0] = second  # as two threads leave it that find the second at once
    with pytest.raises(MasterNotFoundError):
        pool.get_connection()
    assert pool.sentinel_manager.sentinels == [first, second]
