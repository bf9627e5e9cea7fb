"""What goes out: JSON, the next page's address, the mark for "not modified", and how much of a quota is left."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import Response, request
from pydantic_core import to_json

from campus.accounts import guard
from campus.platform import clock
from campus.platform.limits import usage

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from campus.api.operations import Operation

JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Page:
    """Some things of a longer list: answered as a JSON list, with the address of the next ones in the `Link` header."""

    items: Sequence[Mapping[str, Any]]
    next_url: str | None = None


@dataclass(frozen=True, slots=True)
class Made:
    """Something new, and the address where it can be read from now on."""

    value: Mapping[str, Any]
    url: str


@dataclass(frozen=True, slots=True)
class Kept:
    """The answer to a write, as it is kept for who asks again."""

    status: int
    body: bytes
    location: str | None = None
    replayed: bool = False


def read(value: Any) -> Response:
    """The answer to a read: JSON with a weak ETag, or 304 for who has it."""
    items, next_url = (value.items, value.next_url) if isinstance(value, Page) else (value, None)
    body = to_json(items)
    response = _response(body, 200)
    if next_url:
        response.headers["Link"] = f'<{next_url}>; rel="next"'
    response.set_etag(hashlib.blake2b(body, digest_size=12).hexdigest(), weak=True)
    response.make_conditional(request.environ)
    return response


def kept(operation: Operation, value: Any) -> Kept:
    """What a write returned, made ready to be kept and sent."""
    location = value.url if isinstance(value, Made) else None
    told = value.value if isinstance(value, Made) else value
    return Kept(operation.status, b"" if operation.answer is None else to_json(told), location)


def written(operation: Operation, answer: Kept) -> Response:
    """The answer to a write."""
    response = _response(answer.body, answer.status)
    if answer.location:
        response.headers["Location"] = answer.location
    if answer.replayed:
        response.headers["Idempotency-Replayed"] = "true"
    if operation.quota:
        _tell_quota(response, operation)
    return response


def _response(body: bytes, status: int) -> Response:
    response = Response(body, status, mimetype=JSON)
    if not body:
        del response.headers["Content-Type"]
    response.headers["Cache-Control"] = "private, no-cache"
    response.vary.update(("Authorization", "Cookie"))
    return response


def _tell_quota(response: Response, operation: Operation) -> None:
    if operation.quota is None:
        return
    now = clock.now()
    used = usage(operation.quota, guard.viewer().id, now=now)
    response.headers["RateLimit-Limit"] = str(used.limit)
    response.headers["RateLimit-Remaining"] = str(used.left)
    response.headers["RateLimit-Reset"] = str(max(1, math.ceil((used.resets_at - now).total_seconds())))
