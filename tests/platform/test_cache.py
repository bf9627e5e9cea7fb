"""The cache, and Redis dead or hung: nothing raises, nothing waits."""

from __future__ import annotations

import dataclasses
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from redis.exceptions import RedisError

from campus.platform import cache, embedded, redis, settings
from campus.platform.limits import Period, Quota, QuotaExceeded
from campus.platform.rates import throttle
from tests import servers as test_servers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

    from campus.platform.embedded import Servers

BURST = Quota("burst", 10, Period.MINUTE)


@pytest.fixture(autouse=True)
def no_memory_of_failures() -> Iterator[None]:
    redis.forget_failure()
    yield
    redis.forget_failure()


@pytest.mark.usefixtures("app")
def test_json_is_kept_and_forgotten() -> None:
    cache.put("a", {"ids": [1, 2, 3]}, 60)
    cache.put("b", [None, "ü"], 60)
    assert cache.get("a") == {"ids": [1, 2, 3]}
    assert cache.get("b") == [None, "ü"]
    cache.forget("a", "b")
    assert cache.get("a") is None
    assert cache.get("b") is None


@pytest.mark.usefixtures("app")
def test_what_is_kept_has_an_end() -> None:
    cache.put("a", 1, 60)
    cache.put("never", 1, 0)
    assert 0 < redis.quietly(lambda client: client.ttl(f"{cache.PREFIX}a"), 0) <= 60
    assert cache.get("never") is None


@pytest.mark.usefixtures("app")
def test_clearing_leaves_what_is_not_cached() -> None:
    cache.put("a", 1, 60)
    redis.client().set("queue", "job")
    cache.clear()
    assert cache.get("a") is None
    assert redis.client().get("queue") == b"job"


@pytest.mark.usefixtures("app")
def test_bytes_that_are_no_json_are_nothing() -> None:
    redis.client().set(f"{cache.PREFIX}a", b"\x80\x04cos\nsystem\n")
    assert cache.get("a") is None


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """A pair of servers that this module alone may stop."""
    var = Path(tmp_path_factory.mktemp("own"))
    with embedded.start(var, durable=False) as servers:
        yield servers


@pytest.fixture
def app_of_own(own: Servers, tmp_path: Path) -> Iterator[Flask]:
    before = settings.current() if settings._Holder.settings else None
    made = test_servers.application(own.endpoints, tmp_path)
    with made.app_context(), made.test_request_context():
        yield made
    test_servers.let_go(made)
    if before:
        settings.configure(before)


def seconds(work: object) -> float:
    begun = time.monotonic()
    assert callable(work)
    work()
    return time.monotonic() - begun


@pytest.mark.faults
def test_redis_dead_is_an_empty_cache(own: Servers, app_of_own: Flask) -> None:
    cache.put("a", 1, 60)
    own.valkey.kill()
    try:
        assert seconds(lambda: cache.get("a")) < 1
        assert cache.get("a") is None
        cache.put("a", 2, 60)
        cache.forget("a")
        with pytest.raises(RedisError):
            cache.clear()
    finally:
        own.valkey.start()
    redis.forget_failure()
    cache.put("a", 3, 60)
    assert cache.get("a") == 3


@pytest.mark.faults
def test_redis_hung_costs_one_short_wait_and_then_nothing(own: Servers, app_of_own: Flask) -> None:
    cache.put("a", 1, 60)
    own.valkey.freeze()
    try:
        assert seconds(lambda: cache.get("a")) < 1
        assert seconds(lambda: [cache.get("a") for _ in range(50)]) < 0.1
    finally:
        own.valkey.thaw()


@pytest.mark.faults
def test_redis_is_asked_again_after_a_while(own: Servers, app_of_own: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    cache.put("a", 1, 60)
    own.valkey.freeze()
    try:
        assert cache.get("a") is None
    finally:
        own.valkey.thaw()
    assert cache.get("a") is None
    later = time.monotonic() + redis.BREAK_SECONDS + 1
    monkeypatch.setattr(time, "monotonic", lambda: later)
    assert cache.get("a") == 1


@pytest.mark.faults
def test_without_redis_each_process_allows_its_share(own: Servers, app_of_own: Flask) -> None:
    five = dataclasses.replace(settings.current(), web_workers=5)
    own.valkey.kill()
    try:
        with settings.override(five):
            throttle(BURST, "192.0.2.9")
            throttle(BURST, "192.0.2.9")
            with pytest.raises(QuotaExceeded):
                throttle(BURST, "192.0.2.9")
    finally:
        own.valkey.start()
