"""A primary and a replica with passwords, and a sentinel that watches them."""

from __future__ import annotations

import signal
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

import redis

from campus.platform.embedded import places
from campus.platform.embedded.processes import evict, wait_until
from campus.platform.embedded.server import Server
from tests.browser.site import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

HOST = "127.0.0.1"
SERVICE = "campus"
PASSWORD, SENTINELS_PASSWORD = "primary and replica", "lookout"
FOUND_SECONDS = 10.0


class Node(Server):
    """Valkey with a configuration of its own, at a port."""

    name = "valkey"
    program = "valkey-server"
    polite = signal.SIGTERM

    def __init__(self, place: Path, name: str, *lines: str, password: str = PASSWORD) -> None:
        super().__init__()
        self.data, self.log, self.port, self._password = place / name, place / f"{name}.log", free_port(), password
        self._lines = (f"bind {HOST}", f"port {self.port}", f'requirepass "{password}"', *lines)
        self._flags = ["--sentinel"] if name == "sentinel" else []

    @property
    def url(self) -> str:
        """Its own address."""
        return f"redis://{HOST}:{self.port}"

    @property
    def socket(self) -> Path:
        """None: it has a port."""
        raise NotImplementedError

    def asked(self) -> redis.Redis:
        """A client of this node alone."""
        return redis.Redis(HOST, self.port, password=self._password, decode_responses=True)

    def _argv(self) -> Sequence[str | Path]:
        return [places.valkey_program(), "node.conf", *self._flags]

    def _prepare(self) -> None:
        self.data.mkdir(exist_ok=True)
        evict(self.data, self.program)
        (self.data / "node.conf").write_text("\n".join(self._lines))

    def _answers(self) -> bool:
        try:
            with self.asked() as client:
                return bool(client.ping())
        except redis.RedisError:
            return False


class Watched:
    """The three of them. `url` names a sentinel that is away before the one that is there."""

    def __init__(self, place: Path) -> None:
        kept = ('save ""', f'masterauth "{PASSWORD}"', "repl-diskless-sync-delay 0")
        self.primary = Node(place, "primary", *kept)
        self.replica = Node(place, "replica", *kept, f"replicaof {HOST} {self.primary.port}")
        self.sentinel = Node(
            place,
            "sentinel",
            f"sentinel monitor {SERVICE} {HOST} {self.primary.port} 1",
            f'sentinel auth-pass {SERVICE} "{PASSWORD}"',
            f"sentinel down-after-milliseconds {SERVICE} 60000",
            password=SENTINELS_PASSWORD,
        )

    @property
    def url(self) -> str:
        """The setting."""
        account, away = PASSWORD.replace(" ", "%20"), free_port()
        nodes = f"{HOST}:{away},{HOST}:{self.sentinel.port}"
        return f"redis+sentinel://:{account}@{nodes}/{SERVICE}?db=1&sentinel_password={SENTINELS_PASSWORD}"

    def can_fail_over(self) -> bool:
        """Whether the sentinel knows a replica that holds what the primary does."""
        with self.sentinel.asked() as sentinel, self.replica.asked() as replica:
            linked = replica.info("replication")["master_link_status"] == "up"
            return bool(linked and sentinel.sentinel_master(SERVICE)["num-slaves"] == 1)

    def elect(self) -> None:
        """Have the sentinel notice within half a second that the primary is away."""
        with self.sentinel.asked() as sentinel:
            sentinel.sentinel_set(SERVICE, "down-after-milliseconds", 500)

    def master(self) -> int:
        """The port of whom the sentinel calls the master."""
        with self.sentinel.asked() as sentinel:
            return int(sentinel.sentinel_master(SERVICE)["port"])


@contextmanager
def watched(place: Path) -> Iterator[Watched]:
    """All three, running, until the block ends."""
    three = Watched(place)
    with ExitStack() as stack:
        for node in (three.primary, three.replica, three.sentinel):
            stack.callback(node.stop)
            node.start()
        assert wait_until(three.can_fail_over, FOUND_SECONDS, every=0.1)
        yield three
