"""The embedded Valkey: speaks Redis' protocol on a socket, appends every write to a file."""

from __future__ import annotations

import signal
import socket
from typing import TYPE_CHECKING

from campus.platform.embedded import places
from campus.platform.embedded.processes import evict
from campus.platform.embedded.server import Server

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


class Valkey(Server):
    """Valkey with its data in `<var>/valkey`."""

    name = "valkey"
    program = "valkey-server"
    polite = signal.SIGTERM

    def __init__(self, var: Path, *, durable: bool, log: Path) -> None:
        super().__init__()
        self.data = var / self.name
        self.log = log
        self._durable = durable
        self._program = places.valkey_program()
        self._sockets = places.socket_folder(var, "valkey", None)

    @property
    def url(self) -> str:
        """redis-py's form for a socket."""
        return f"unix://{self.socket}?db=0"

    @property
    def socket(self) -> Path:
        """The socket file."""
        return self._sockets / "valkey.sock"

    def _argv(self) -> Sequence[str | Path]:
        keep = ["--appendonly", "yes", "--appendfsync", "everysec"] if self._durable else ["--appendonly", "no"]
        place = ["--port", "0", "--unixsocket", str(self.socket), "--unixsocketperm", "700", "--dir", "."]
        return [str(self._program), *place, "--maxmemory-policy", "noeviction", "--save", "", "--daemonize", "no", *keep]

    def _prepare(self) -> None:
        self.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        evict(self.data, self.program)
        self.socket.unlink(missing_ok=True)

    def _answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(1)
            try:
                connection.connect(str(self.socket))
                connection.sendall(b"PING\r\n")
                return connection.recv(64).startswith(b"+PONG")  # an error while it loads its file
            except OSError:
                return False
