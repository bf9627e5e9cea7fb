"""`REDIS_URL` as a pool of connections: to the server it names, or to the one that its sentinels call the master.

`redis+sentinel://user:password@host:port,host:port/service?db=1` is the form of the limits library: after the slash stands the
service. `user:password` is for the servers; `sentinel_username` and `sentinel_password` in the query are for the sentinels. They
are asked at each new connection, and a failover ends the old ones, so nothing has to be restarted.
"""

from __future__ import annotations

from typing import Any

from redis import ConnectionPool
from redis.backoff import NoBackoff
from redis.connection import parse_url
from redis.retry import Retry
from redis.sentinel import MasterNotFoundError, Sentinel, SentinelConnectionPool

TIMEOUT = 0.2  # seconds, to connect and to answer
BOUNDS = {"socket_connect_timeout": TIMEOUT, "socket_timeout": TIMEOUT, "retry": Retry(NoBackoff(), 0)}
SENTINEL = "+sentinel://"


class _Sentinels(Sentinel):
    """All that were named are asked again once none knew a master: threads that find it together may lose one from the list."""

    def __init__(self, addresses: list[tuple[str, int]], **options: Any) -> None:
        super().__init__(addresses, sentinel_kwargs=options)  # type: ignore[no-untyped-call]  # redis-py's
        self._named = tuple(self.sentinels)

    def discover_master(self, service_name: str) -> tuple[str, int]:
        """Where the master is.

        Raises:
            MasterNotFoundError: no sentinel answers, or they are electing.
        """
        try:
            found: tuple[str, int] = super().discover_master(service_name)  # type: ignore[no-untyped-call]  # redis-py's
        except MasterNotFoundError:
            self.sentinels = list(self._named)
            raise
        return found


def pool_for(url: str, *, answer_seconds: float = TIMEOUT) -> ConnectionPool:
    """The pool for a URL that `config.py` let pass. Nothing is connected yet; whatever fails later is not tried twice."""
    bounds = BOUNDS | {"socket_timeout": answer_seconds}
    return _to_master(url, bounds) if SENTINEL in url else ConnectionPool.from_url(url, **bounds)


def _to_master(url: str, bounds: dict[str, Any]) -> ConnectionPool:
    scheme, _, rest = url.partition(SENTINEL)
    place, _, query = rest.partition("?")
    named, _, service = place.rpartition("/")
    account, _, sentinels = named.rpartition("@")
    wishes = parse_url(f"{scheme}://{account}@?{query}")  # type: ignore[no-untyped-call]  # redis-py's
    theirs = {name.removeprefix("sentinel_"): wishes.pop(name) for name in list(wishes) if name.startswith("sentinel_")}
    tls = {name: value for name, value in wishes.items() if name.startswith("ssl_")}
    tls["ssl"] = wishes.pop("connection_class", None) is not None
    manager = _Sentinels([_address(each) for each in sentinels.split(",")], **BOUNDS, **tls, **theirs)
    return SentinelConnectionPool(service, manager, **bounds, **wishes, ssl=tls["ssl"])  # type: ignore[no-untyped-call]


def _address(node: str) -> tuple[str, int]:
    host, _, port = node.rpartition(":")
    return host.strip("[]"), int(port)
