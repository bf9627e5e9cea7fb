"""Statements of the hot path, written to SQL once in a process, then handed to the driver as they are.

SQLAlchemy asks on every execution what a statement is made of, which costs about as much as PostgreSQL takes to answer. They
run on the session's own connection, inside its transaction if one is open; rows are the driver's, so an enumeration comes as
its text. Written once, a text is also prepared once by each connection; what never changes stands in it, so that PostgreSQL's
plan for all parameters is as good as one for these: it can use an index of some states only, and keeps it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy.dialects.postgresql import psycopg

from campus.platform.db import session

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import BindParameter, CursorResult, Select
    from sqlalchemy.sql.dml import UpdateBase


class _Writer(psycopg.PGCompiler_psycopg):
    """Writes the values that are known now into the text, and parameters for the others."""

    def visit_bindparam(self, bindparam: BindParameter[Any], **how: Any) -> str:  # type: ignore[override]  # passed on
        """The parameter's SQL."""
        if not bindparam.required:
            how["literal_binds"] = True
        return str(super().visit_bindparam(bindparam, **how))  # type: ignore[no-untyped-call]  # SQLAlchemy's


_DIALECT = psycopg.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy's
_DIALECT.statement_compiler = _Writer


class Prepared:
    """A statement with named parameters (`bindparam`), whose values must not change its text: arrays, not lists after IN."""

    def __init__(self, statement: Select[*tuple[Any, ...]] | UpdateBase) -> None:
        self._statement = statement
        self._text = ""

    def rows(self, **values: object) -> Sequence[Any]:
        """Every row of the answer."""
        return self._execute(values).all()

    def count(self, **values: object) -> int:
        """How many rows were written."""
        return self._execute(values).rowcount

    def _execute(self, values: dict[str, object]) -> CursorResult[Any]:
        if not self._text:
            self._text = str(self._statement.compile(dialect=_DIALECT))
        current = session()
        if current.new or current.dirty or current.deleted:
            current.flush()
        return current.connection().exec_driver_sql(self._text, values)
