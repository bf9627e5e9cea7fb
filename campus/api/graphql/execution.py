"""Executing a judged document, and telling what failed: which field, why, and with which status REST would have said it."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from graphql import GraphQLError, execute_sync

from campus.api.graphql.documents import Documents, NotUnderstood
from campus.api.graphql.leaves import PlainExecutor
from campus.api.graphql.schema import schema
from campus.platform import db, logs
from campus.platform.errors import CampusError
from campus.platform.errors_http import SENTENCES
from campus.platform.limits import QuotaExceeded

if TYPE_CHECKING:
    from collections.abc import Mapping

    from campus.api.graphql.context import Context
    from campus.api.graphql.documents import Judged

log = logging.getLogger(__name__)

STATEMENT_SECONDS = 5
CODES = {
    400: "BAD_REQUEST",
    401: "UNAUTHENTICATED",
    403: "FORBIDDEN",
    404: "NOT_FOUND",
    409: "CONFLICT",
    410: "GONE",
    413: "TOO_LARGE",
    422: "INVALID",
    429: "RATE_LIMITED",
    500: "INTERNAL",
    503: "UNAVAILABLE",
}

documents = Documents(schema())


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes out: the status of HTTP, and the body with `data`, `errors`, or both."""

    status: int
    body: dict[str, Any]


def executed(judged: Judged, context: Context, variables: Mapping[str, Any], operation: str | None, *, suggest: bool) -> Answer:
    """The operation done. Each field fails by itself; no statement runs longer than five seconds."""
    db.limit_reads(STATEMENT_SECONDS)
    result = execute_sync(
        schema(),
        judged.document,
        context_value=context,
        variable_values=dict(variables),
        operation_name=operation,
        executor_class=PlainExecutor,
        hide_suggestions=not suggest,
    )
    if not result.errors:
        return Answer(200, {"data": result.data})
    told = [_told(error) for error in result.errors]
    began = result.data is not None or any(error.path for error in result.errors)
    body: dict[str, Any] = {"data": result.data} if began else {}
    return Answer(_status(told, began=began), body | {"errors": told})


def refused(error: CampusError) -> Answer:
    """A document that is not executed."""
    if isinstance(error, NotUnderstood):
        return Answer(error.status, {"errors": [_told(problem) for problem in error.problems]})
    return Answer(error.status, {"errors": [{"message": str(error), "extensions": _anticipated(error)}]})


def _status(told: list[dict[str, Any]], *, began: bool) -> int:
    """200 once fields were executed, whatever they answered, unless the product itself failed."""
    worst = max(error["extensions"]["status"] for error in told)
    if not began:
        return 400
    return worst if worst >= 500 else 200  # noqa: PLR2004 - HTTP's number


def _told(error: GraphQLError) -> dict[str, Any]:
    """An error as programs read it: `extensions` has code, status, and what else is known."""
    message, extensions = _explained(error)
    told: dict[str, Any] = {"message": message}
    if error.locations:
        told["locations"] = [{"line": place.line, "column": place.column} for place in error.locations]
    if error.path:
        told["path"] = error.path
    return told | {"extensions": extensions}


def _explained(error: GraphQLError) -> tuple[str, dict[str, Any]]:
    cause = error.original_error
    while isinstance(cause, GraphQLError):  # an argument that cannot be read is wrapped twice
        cause = cause.original_error
    if cause is None:
        return error.message, _coded(400)
    if isinstance(cause, CampusError):
        return SENTENCES[404][1] if cause.status == 404 else str(cause), _anticipated(cause)  # noqa: PLR2004 - denied says what missing says
    if db.is_away(cause):
        log.error("the database is away: %s", cause)
        return SENTENCES[503][1], _coded(503)
    log.error("a field failed: %s", error.path, exc_info=cause)
    return SENTENCES[500][1], _coded(500) | {"requestId": logs.request_id()}


def _anticipated(error: CampusError) -> dict[str, Any]:
    extensions = _coded(error.status)
    if error.field:
        extensions["field"] = error.field
    if isinstance(error, QuotaExceeded):
        used = {"quota": error.quota.name, "used": error.used, "limit": error.limit, "retryAt": error.resets_at.isoformat()}
        extensions |= used
    return extensions


def _coded(status: int) -> dict[str, Any]:
    return {"code": CODES.get(status, "BAD_REQUEST"), "status": status}
