"""The audit log as lines of CSV (RFC 4180): the same for the command and for the download of the pages."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

from campus.audit.queries import everything

if TYPE_CHECKING:
    from collections.abc import Iterator

    from campus.audit.models import AuditEntry
    from campus.audit.queries import Filter

COLUMNS = ("seq", "at", "actor", "act", "target", "organization_id", "before", "after", "request_id")
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would run


def facts(entry: AuditEntry) -> dict[str, Any]:
    """What an entry holds, by column; its seal is of no use to a reader."""
    return {name: getattr(entry, name) for name in COLUMNS} | {"after": entry.told}


def lines(wanted: Filter) -> Iterator[str]:
    """The head, then a line for each entry a filter lets through, the oldest first."""
    yield _line(list(COLUMNS))
    for entry in everything(wanted):
        yield _line([_cell(value) for value in facts(entry).values()])


def _line(cells: list[str]) -> str:
    written = io.StringIO()
    csv.writer(written).writerow(cells)
    return written.getvalue()


def _cell(value: object) -> str:
    told = json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else "" if value is None else str(value)
    return f"'{told}" if told.startswith(FORMULA) else told
