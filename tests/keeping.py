"""A world that many tests begin with is made once a minute: its rows are kept, and put back for whoever asks for it next.

Each test still has them to itself, and they go with everything else when it ends. Their numbers come back, too, which is nothing
new to the tables: a sequence never goes back, so no other row has them.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import text

from campus.platform.db import Base, db

if TYPE_CHECKING:
    from collections.abc import Callable

    from psycopg import Cursor
    from sqlalchemy import Connection

World = TypeVar("World")

SECONDS = 60  # a world counts from the moment it was made, and is not to grow old


@dataclass(frozen=True)
class Kept:
    """A world as it was made, and the rows of each table it has any in, as COPY writes them."""

    made: Any
    rows: dict[str, bytes]
    until: float


_kept: dict[tuple[object, str], Kept] = {}


def kept(build: Callable[[], World]) -> World:
    """What `build` makes in an empty database; made before, its rows are put back. It is plain data, nobody's to change."""
    key = (build, str(db.engine.url))
    if (found := _kept.get(key)) and time.monotonic() < found.until:
        _put_back(found.rows)
        made: World = found.made
        return made
    until = time.monotonic() + SECONDS
    with db.engine.connect() as connection:
        alone = not filled(connection)
    made = build()
    if alone:
        _kept[key] = Kept(made, _rows(), until)
    return made


def filled(connection: Connection) -> list[str]:
    """The tables that have rows, their names quoted."""
    names = [f'"{table.name}"' for table in Base.metadata.sorted_tables]
    asked = " UNION ALL ".join(f"(SELECT '{name}' WHERE EXISTS (SELECT FROM {name}))" for name in names)  # noqa: S608 - table names
    return list(connection.execute(text(asked)).scalars())


def unwatched(connection: Connection) -> None:
    """No trigger and no foreign key is looked at in this transaction."""
    connection.execute(text("SET LOCAL session_replication_role = replica"))


def _rows() -> dict[str, bytes]:
    found = {}
    with db.engine.begin() as connection:
        for name in filled(connection):
            with _cursor(connection).copy(f"COPY {name} TO STDOUT (FORMAT binary)") as copy:
                found[name] = b"".join(copy)
    return found


def _put_back(rows: dict[str, bytes]) -> None:
    with db.engine.begin() as connection:
        unwatched(connection)
        for name, data in rows.items():
            with _cursor(connection).copy(f"COPY {name} FROM STDIN (FORMAT binary)") as copy:
                copy.write(data)


def _cursor(connection: Connection) -> Cursor[Any]:
    psycopg: Any = connection.connection.driver_connection
    cursor: Cursor[Any] = psycopg.cursor()
    return cursor
