"""How factories write."""

from __future__ import annotations

from itertools import count
from typing import TypeVar

from campus.platform.db import Base, transaction

Row = TypeVar("Row", bound=Base)

_numbers = count(1)


def number() -> int:
    """A number no other row of this process was named with."""
    return next(_numbers)


def saved(row: Row) -> Row:
    """The row, committed (or part of the transaction that is open) with its defaults loaded."""
    with transaction() as session:
        session.add(row)
        session.flush()
        session.refresh(row)
    return row
