"""How each operation can answer, for the OpenAPI document: what it gives, and every way it refuses."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from campus.api.examples import example_of
from campus.api.schemas import ProblemOut, UnauthenticatedOut
from campus.platform.errors_http import SENTENCES

if TYPE_CHECKING:
    from campus.api.operations import Operation

REFUSALS = (ProblemOut, UnauthenticatedOut)
PROBLEM = "application/problem+json"
ALWAYS = (400, 401, 403, 422, 429, 503)
WORDS = {
    400: "It cannot be read.",
    401: "Nobody is signed in, or the token is no good.",
    403: "The token has not the scope, or this is for others to do.",
    404: "There is no such thing, or not for you.",
    409: "It is not in a state in which this can be done, or the same request is being carried out.",
    413: "It is too large.",
    415: "It is not JSON.",
    422: "A field breaks a rule; `errors` says which.",
    429: "A quota is used up, or there were too many requests in a minute.",
    503: "The site cannot reach its data right now.",
}


def _header(description: str, kind: str = "string") -> dict[str, Any]:
    return {"description": description, "schema": {"type": kind}}


ETAG = {"ETag": _header("Names what was answered.")}
LINK = {"Link": _header('The next page: `<…>; rel="next"`. Absent at the end.')}
LOCATION = {"Location": _header("Where to read it from now on.")}
QUOTA = {
    "RateLimit-Limit": _header("How many are possible in the period.", "integer"),
    "RateLimit-Remaining": _header("How many are left.", "integer"),
    "RateLimit-Reset": _header("Seconds until the period begins anew.", "integer"),
}
RETRY = {"Retry-After": _header("Seconds to wait.", "integer")}


def told(operation: Operation, schemas: dict[Any, Any], components: dict[str, Any]) -> dict[str, Any]:
    """Every answer by its status."""
    given = {str(operation.status): _given(operation, schemas, components)}
    return given | _not_modified(operation) | _refused(operation, schemas)


def _given(operation: Operation, schemas: dict[Any, Any], components: dict[str, Any]) -> dict[str, Any]:
    headers = dict(QUOTA) if operation.quota else {}
    if operation.safe:
        headers |= ETAG | (LINK if _is_list(operation) else {})
    if operation.status == HTTPStatus.CREATED:
        headers |= LOCATION
    found: dict[str, Any] = {"description": HTTPStatus(operation.status).phrase, "headers": headers}
    if operation.answer is not None:
        schema = schemas[operation.answer]
        found["content"] = {"application/json": {"schema": schema, "example": example_of(schema, components)}}
    return found


def _is_list(operation: Operation) -> bool:
    return getattr(operation.answer, "__origin__", None) is list


def _not_modified(operation: Operation) -> dict[str, Any]:
    return {"304": {"description": "You have it already.", "headers": ETAG}} if operation.safe else {}


def _refused(operation: Operation, schemas: dict[Any, Any]) -> dict[str, Any]:
    statuses = {*ALWAYS, *operation.errors}
    if not operation.safe:
        statuses.add(409)
    if operation.body:
        statuses |= {413, 415}
    return {str(status): _refusal(status, schemas) for status in sorted(statuses)}


def _refusal(status: int, schemas: dict[Any, Any]) -> dict[str, Any]:
    content = {PROBLEM: {"schema": schemas[ProblemOut], "example": example(status)}}
    if status == HTTPStatus.UNAUTHORIZED:
        content = {"application/json": {"schema": schemas[UnauthenticatedOut]}} | content
    headers = {429: QUOTA | RETRY, 503: RETRY}.get(status, {})
    return {"description": WORDS[status], "headers": headers, "content": content}


def example(status: int) -> dict[str, Any]:
    """A refusal of this status."""
    title, sentence = SENTENCES.get(status, ("This token is not valid", "The token is wrong, has expired or was revoked."))
    problem = {"type": "about:blank", "title": title, "status": status, "detail": sentence, "error": sentence}
    more: dict[str, Any] = {"request_id": "6f1c2ab90d3e4f55"}
    if status == HTTPStatus.UNPROCESSABLE_ENTITY:
        more |= {"field": "photos.3.alt", "errors": [{"field": "photos.3.alt", "message": "Input should be a valid string."}]}
    return problem | more
