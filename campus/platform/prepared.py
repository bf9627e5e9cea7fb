"""Statements of the hot path, written to SQL once in a process, then handed to the driver as they are.

SQLAlchemy asks on every execution what a statement is made of, which costs about as much as PostgreSQL takes to answer. They
run on the session's own connection, inside its transaction if one is open; rows are the driver's, so an enumeration comes as
its text. Written once, a text is also prepared once by each connection.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any

from sqlalchemy.dialects.postgresql import psycopg

from campus.platform.db import session

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import CursorResult, Select
    from sqlalchemy.sql.dml import UpdateBase

_DIALECT = psycopg.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy's


class Prepared:
    """A statement with named parameters (`bindparam`), whose values must not change its text: arrays, not lists after IN."""

    def __init__(self, statement: Select[*tuple[Any, ...]] | UpdateBase) -> None:
        self._statement = statement
        self._text = ""
        self._constants: dict[str, Any] = {}

    def rows(self, **values: object) -> Sequence[Any]:
        """Every row of the answer."""
        return self._execute(values).all()

    def count(self, **values: object) -> int:
        """How many rows were written."""
        return self._execute(values).rowcount

    def _execute(self, values: dict[str, object]) -> CursorResult[Any]:
        if not self._text:
            self._write(values)
        current = session()
        if current.new or current.dirty or current.deleted:
            current.flush()
        return current.connection().exec_driver_sql(self._text, self._constants | values)

    def _write(self, values: dict[str, object]) -> None:
        written = self._statement.compile(dialect=_DIALECT).construct_expanded_state(values)
        given = {name: value for name, value in written.parameters.items() if name not in values}
        self._constants = {name: value.value if isinstance(value, Enum) else value for name, value in given.items()}
        self._text = written.statement
