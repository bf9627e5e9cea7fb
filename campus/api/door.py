"""The door every REST view is entered through: two decorators, below the route.

    @blueprint.post("/posts/<int:post_id>/comments/")
    @door.writes(body=CommentIn, answer=CommentOut, status=201, errors=(403, 404), quota=quotas.COMMENTS, tag="comments")
    def create(post_id: int, body: CommentIn) -> CommentOut:
        \"\"\"Comment on a post.\"\"\"

The door asks who is there and what she may, counts her request, refuses what cannot be read with the fields named, makes JSON of
what the view returns, and keeps the answer of a write for who asks again. A view returns a typed dictionary (or a list of them,
or a `Page`), `Made` for something new with an address, or None; it raises the rooms' own errors. The first line of its docstring
is the operation's summary, the rest its description.
"""

from __future__ import annotations

import functools
import inspect
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from flask import request

from campus.accounts import guard
from campus.accounts.models import TokenScope
from campus.api import answers, idempotency, incoming
from campus.api.answers import Made, Page
from campus.api.incoming import Body, Query
from campus.api.operations import ATTRIBUTE, Operation
from campus.platform import rates, settings
from campus.platform.web import accepts_picture, accepts_uploads
from campus.quotas import API

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Response

    from campus.platform.limits import Quota

    View = Callable[..., Any]
    Entered = Callable[..., Response]

__all__ = ["Body", "Made", "Page", "Query", "reads", "writes"]

SIGNED_IN = "api"
PUBLIC = "api, public where pages are"


def reads(
    *,
    answer: Any,
    tag: str,
    query: type[Query] | None = None,
    errors: tuple[int, ...] = (),
    public: bool = False,
    scope: TokenScope = TokenScope.READ,
) -> Callable[[View], Entered]:
    """A view that only reads: for who is signed in or has a token that may read; with `public`, for whomever the pages are.

    The view gets `query=` if there is a model of it. The answer has a weak ETag; who has it already gets 304.
    """

    def decorate(view: View) -> Entered:
        told = _words(view)
        operation = Operation(*told, tag, scope, 200, answer, query=query, errors=errors, public=public, safe=True)
        return _entered(view, operation)

    return decorate


def writes(  # noqa: PLR0913 - the whole of an operation
    *,
    tag: str,
    answer: Any = None,
    status: int = 200,
    body: type[Body] | None = None,
    query: type[Query] | None = None,
    errors: tuple[int, ...] = (),
    quota: Quota | None = None,
    uploads: bool = False,
    picture: bool = False,
    scope: TokenScope = TokenScope.WRITE,
) -> Callable[[View], Entered]:
    """A view that changes something: for who is signed in and shows the form's token, or has a personal token that may write.

    The view gets `body=` (and `query=`) if there is a model of it. It runs in one transaction with the answer that is kept under
    the request's `Idempotency-Key`, if it has one. `quota` is the one the verb spends: its state goes into the headers. With
    `uploads`, `multipart/form-data` is accepted too: the field `post` holds the JSON, files are in `request.files`. With
    `picture`, the request is a form with one file in the field `picture`, which the view reads.
    """

    def decorate(view: View) -> Entered:
        told = _words(view)
        takes = Operation(*told, tag, scope, status, answer, query=query, body=body, uploads=uploads, picture=picture)
        operation = replace(takes, errors=errors, quota=quota)
        return _entered(view, operation)

    return decorate


def _words(view: Callable[..., Any]) -> tuple[str, str]:
    summary, _, description = (inspect.getdoc(view) or "").partition("\n")
    return summary, description.strip()


def _entered(view: View, operation: Operation) -> Entered:
    @functools.wraps(view)
    def entered(**path: Any) -> Response:
        _admit(operation)
        if operation.safe:
            return answers.read(view(**path, **incoming.read(operation)))
        given = incoming.read(operation)
        answer = idempotency.once(lambda: answers.kept(operation, view(**path, **given)))
        return answers.written(operation, answer)

    setattr(entered, guard.ACCESS, PUBLIC if operation.public else SIGNED_IN)
    setattr(entered, ATTRIBUTE, operation)
    if operation.picture:
        return accepts_picture(entered)
    return accepts_uploads(entered) if operation.uploads else entered


def _admit(operation: Operation) -> None:
    """Go on only for who may do this, and not too often.

    Raises:
        AuthenticationRequired, TokenRefused: nobody is signed in; the token is no good.
        ScopeMissing, NotVerified, CSRFError: the credential does not allow this.
        QuotaExceeded: too many requests within the minute.
    """
    credential = guard.credential_or_none()
    if credential is None:
        if not (operation.public and settings.current().public_pages):
            guard.viewer()
        rates.throttle(API, f"from:{request.remote_addr}")
        return
    rates.throttle(API, credential.key)
    guard.require(operation.scope)
    guard.require_verified(guard.viewer())
    if not operation.safe:
        guard.refuse_forgery()
