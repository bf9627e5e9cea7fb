"""`/graphql`: programs POST JSON, people get a page to try queries on."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, make_response, render_template, request
from pydantic_core import to_json

from campus.accounts import guard
from campus.accounts.models import TokenScope
from campus.api.graphql import execution
from campus.api.graphql.context import Context
from campus.api.graphql.examples import EXAMPLES
from campus.api.graphql.guards import MAX_BYTES
from campus.api.graphql.schema import text as schema_text
from campus.api.incoming import Body, NotJson, parsed
from campus.platform import clock, rates, settings
from campus.platform.errors import CampusError, Invalid
from campus.platform.web import csrf
from campus.quotas import API

if TYPE_CHECKING:
    from flask import Flask

    from campus.api.graphql.execution import Answer

blueprint = Blueprint("graphql", __name__)

FORM = "application/x-www-form-urlencoded"


class Asked(Body):
    """The body of a request, as GraphQL over HTTP has it."""

    query: str
    variables: dict[str, Any] | None = None
    operationName: str | None = None  # noqa: N815 - GraphQL's spelling
    extensions: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Console:
    """What the page shows: what is asked, and the answer, if something was asked."""

    query: str
    variables: str
    answer: str | None = None
    failed: bool = False


def init_app(app: Flask) -> None:
    """Give the application its GraphQL door."""
    app.register_blueprint(blueprint)
    csrf.exempt(blueprint)  # only for who comes with a token: see `run`


@blueprint.get("/graphql")
@guard.sign_in_required
def console() -> Response:
    """The page to try queries on; `?example=` fills one in."""
    place = request.args.get("example", "0")
    example = EXAMPLES[int(place)] if place in map(str, range(len(EXAMPLES))) else EXAMPLES[0]
    return _page(Console(example.query, example.variables))


@blueprint.post("/graphql")
@guard.sign_in_suffices
def run() -> Response:
    """Execute a document. From the page's form, without scripts, the answer is the page again."""
    guard.refuse_forgery()
    rates.throttle(API, guard.credential().key)
    guard.require(TokenScope.READ)
    if request.mimetype == FORM:
        return _of_form()
    asked = _asked()
    answer = _answer(asked)
    response = Response(to_json(answer.body), answer.status, mimetype="application/json")
    response.vary.add("Authorization")
    return response


def _asked() -> Asked:
    """The body.

    Raises:
        NotJson, UnreadableBody, InvalidFields: it is something else.
        RequestEntityTooLarge: it is longer than a document may be.
    """
    if request.mimetype != "application/json":
        raise NotJson(f"The Content-Type is {request.mimetype[:100] or 'missing'!r}; expected application/json.")
    request.max_content_length = MAX_BYTES
    return parsed(Asked, request.get_data())


def _answer(asked: Asked) -> Answer:
    """The answer to a document, which may be a refusal."""
    introspection, variables = settings.current().graphql_introspection, asked.variables or {}
    try:
        judged = execution.documents.judged(asked.query, variables, introspection=introspection)
        writes = judged.writes(asked.operationName)
    except CampusError as error:
        return execution.refused(error)
    if writes:
        guard.require(TokenScope.WRITE)
    who = guard.viewer()
    guard.require_verified(who, writes=writes)
    return execution.executed(judged, Context(who, clock.now()), variables, asked.operationName, suggest=introspection)


def _of_form() -> Response:
    query, variables = request.form.get("query", ""), request.form.get("variables", "").strip()
    try:
        given = json.dumps({"query": query, "variables": _object(variables)}).encode()
        answer = _answer(parsed(Asked, given))
    except Invalid as error:
        answer = execution.refused(error)
    shown = json.dumps(json.loads(to_json(answer.body)), indent=2, ensure_ascii=False)
    return _page(Console(query, variables, shown, failed="errors" in answer.body), answer.status)


def _object(variables: str) -> dict[str, Any] | None:
    """The variables a person typed.

    Raises:
        Invalid: they are no JSON object.
    """
    try:
        given = json.loads(variables) if variables else None
    except (ValueError, RecursionError):
        given = variables
    if given is not None and not isinstance(given, dict):
        raise Invalid('The variables are no JSON object; expected something like {"n": 10}.', field="variables")
    return given


def _page(shown: Console, status: int = 200) -> Response:
    words = schema_text() if settings.current().graphql_introspection else None
    return make_response(render_template("graphql/console.html", console=shown, examples=EXAMPLES, schema=words), status)
