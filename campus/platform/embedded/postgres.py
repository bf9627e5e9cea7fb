"""The embedded PostgreSQL: initialized once, reached by its socket alone."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from typing import TYPE_CHECKING
from urllib.parse import quote

from campus.platform.embedded import places
from campus.platform.embedded.errors import StartFailed
from campus.platform.embedded.processes import BARE_ENVIRONMENT, evict, spawn, tail
from campus.platform.embedded.server import Server

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

NAME = "photocampus"
PORT = 5432  # names the socket file; nothing listens on the network
STATE_LINE = 8
SMALL_SHARED_MEMORY = 512 * 1024 * 1024

# For a machine with two cores that also runs the web server and the worker.
SETTINGS = {
    "listen_addresses": "",
    "port": str(PORT),
    "max_connections": "100",
    "shared_buffers": "192MB",
    "effective_cache_size": "1GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "2GB",
    "random_page_cost": "1.1",
    "jit": "off",  # compiling costs more than the short queries here take
    "autovacuum_vacuum_scale_factor": "0.05",  # feed tables have millions of rows: a fifth of that is too late
    "autovacuum_analyze_scale_factor": "0.02",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] ",
    "log_checkpoints": "off",
}
FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class Postgres(Server):
    """PostgreSQL with its data in `<var>/postgres` and one database, `photocampus`."""

    name = "postgres"
    program = "postgres"
    polite = signal.SIGINT  # "fast": ends sessions, writes a checkpoint. Its SIGTERM waits for every client to leave

    def __init__(self, var: Path, *, durable: bool, log: Path) -> None:
        super().__init__()
        self.data = places.data_folder(var, self.name, for_other_account=os.geteuid() == 0)
        self.log = log
        self.account = places.server_account(self.data)
        self._durable = durable
        self._programs = places.postgres_programs(self.data, self.account)
        self._sockets = places.socket_folder(var, "pg", self.account)

    @property
    def url(self) -> str:
        """SQLAlchemy's form, for the database `photocampus`."""
        return f"postgresql+psycopg://{NAME}@/{NAME}?host={quote(str(self._sockets))}&port={PORT}"

    @property
    def socket(self) -> Path:
        """The socket file."""
        return self._sockets / f".s.PGSQL.{PORT}"

    def _argv(self) -> Sequence[str | Path]:
        settings = SETTINGS | ({} if self._durable else FORGETFUL)
        settings |= {"unix_socket_directories": str(self._sockets), "dynamic_shared_memory_type": _shared_memory()}
        return [str(self._programs / "postgres"), "-D", ".", *(f"--{key}={value}" for key, value in settings.items())]

    def _prepare(self) -> None:
        if not (self.data / "PG_VERSION").exists():
            self._initialize()
        evict(self.data, self.program)
        # Nobody of ours is left in the folder: whatever these name, after a crash or a reboot, is somebody else.
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        self.socket.unlink(missing_ok=True)
        self.socket.with_name(f"{self.socket.name}.lock").unlink(missing_ok=True)

    def _initialize(self) -> None:
        """Into a folder beside, renamed when complete: a kill midway leaves nothing that looks like a database."""
        target = self.data.resolve()
        fresh = target.with_name(f"{self.name}.new")
        evict(fresh, "initdb", patience=1)
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        if self.account:
            os.chown(fresh, self.account.uid, self.account.gid)
        locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C.UTF-8", "-E", "UTF8"]
        quick = [] if self._durable else ["--no-sync"]
        self._run_in(fresh, "initdb", "-D", ".", "-U", NAME, "-A", "trust", *locale, "--no-instructions", *quick)
        self._run_in(fresh, "postgres", "--single", "-D", ".", "postgres", statement=f"CREATE DATABASE {NAME}\n")
        fresh.rename(target)

    def _run_in(self, folder: Path, program: str, *argv: str, statement: str = "") -> None:
        with self.log.open("ab") as output:
            process = spawn(
                [self._programs / program, *argv],
                output=output,
                environ=BARE_ENVIRONMENT,
                cwd=folder,
                account=self.account,
                stdin=subprocess.PIPE,
            )
        process.communicate(statement.encode())
        if process.returncode != 0:
            raise StartFailed(f"PostgreSQL could not initialize {folder}; the end of {self.log}:\n{tail(self.log)}")

    def _answers(self) -> bool:
        """As pg_ctl sees it: the server writes its state as the eighth line of its pid file."""
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
        except OSError:
            return False
        return len(lines) >= STATE_LINE and lines[STATE_LINE - 1].strip() == "ready"


def _shared_memory() -> str:
    """Where parallel workers meet: containers often give /dev/shm too little, and a query then fails."""
    try:
        room = os.statvfs("/dev/shm")  # noqa: S108 - asked about, not written to
    except OSError:
        return "mmap"
    return "posix" if room.f_frsize * room.f_blocks >= SMALL_SHARED_MEMORY else "mmap"
