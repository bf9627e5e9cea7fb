"""The OpenAPI 3.1 document: written from what the door knows of each address, never by hand."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter

from campus.accounts.guard import cookie_name
from campus.api import responses
from campus.api.examples import example_of
from campus.api.idempotency import HEADER, LONGEST
from campus.api.incoming import JSON_FIELD, Query
from campus.api.operations import Operation, of_view
from campus.platform import settings
from campus.portraits.actions import FIELD

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from werkzeug.routing import Rule

SCHEMAS = "#/components/schemas/{model}"
VERSION = "1.0.0"
ABOUT = """\
Everything the pages do, for programs: the same verbs, the same rules of who sees what, the same quotas.

Send a personal token (see *Settings → Personal tokens*) as `Authorization: Bearer pct_…`. Addresses end with a slash, times are
UTC in ISO 8601, lists go on at the address in the `Link` header. What you may not see does not exist: the answer is 404. Refusals
are `application/problem+json` (RFC 9457); `errors` names the fields. An unsafe request with an `Idempotency-Key` can be sent
again: it has one effect, and the same answer for 24 hours. `ETag` and `If-None-Match` save reading twice.
"""
TAGS = {
    "feed": "What is new for you, in the order you like.",
    "posts": "Writing, reading, changing and taking away.",
    "photos": "The photos of a post.",
    "comments": "What people say under a post.",
    "likes": "Liking a post, and taking it back.",
    "shares": "Taking a post elsewhere.",
    "users": "People.",
    "follows": "Whom you follow, block and mute, and who asks to follow you.",
    "organizations": "Universities and companies.",
    "departments": "The departments of a university.",
    "memberships": "Who belongs where.",
    "management": "Running an organization: its people, departments, domains, settings.",
    "invitations": "Inviting people to an organization, and accepting.",
    "reports": "Reporting what should not be there.",
    "moderation": "Reviewing what was reported, with a token of the scope `moderate`.",
    "decisions": "What was decided about you and what is yours, and your appeal.",
    "notifications": "What you are told of, and what you wish to be told of.",
    "search": "Finding posts, people and organizations.",
    "me": "You.",
}
_FILE = {"type": "string", "contentMediaType": "application/octet-stream"}
_PICTURE = {
    "multipart/form-data": {
        "schema": {"type": "object", "properties": {FIELD: _FILE}, "required": [FIELD]},
        "encoding": {FIELD: {"contentType": "image/*"}},
    }
}
_VARIABLE = re.compile(r"<(?:(?P<kind>\w+)(?:\([^)]*\))?:)?(?P<name>\w+)>")
_KINDS: dict[str, dict[str, Any]] = {
    "int": {"type": "integer", "minimum": 0},
    "uuid": {"type": "string", "format": "uuid"},
}


def document(app: Flask) -> dict[str, Any]:
    """The document of every address that is entered through the door."""
    found = sorted(_operations(app), key=lambda each: (each[0].rule, each[1]))
    schemas, components = _schemas([operation for _, _, operation in found])
    paths: dict[str, dict[str, Any]] = {}
    for rule, method, operation in found:
        paths.setdefault(_VARIABLE.sub(r"{\g<name>}", rule.rule), {})[method] = _told(
            rule, operation, schemas, components["schemas"]
        )
    used = {operation.tag for _, _, operation in found}
    return {
        "openapi": "3.1.0",
        "info": {"title": settings.current().site_name, "version": VERSION, "description": ABOUT},
        "servers": [{"url": settings.current().site_url}],
        "tags": [{"name": name, "description": TAGS.get(name, "")} for name in sorted(used, key=_place)],
        "paths": paths,
        "components": components | {"securitySchemes": _security_schemes()},
    }


def _place(tag: str) -> tuple[int, str]:
    return (list(TAGS).index(tag), tag) if tag in TAGS else (len(TAGS), tag)


def _operations(app: Flask) -> Iterator[tuple[Rule, str, Operation]]:
    for rule in app.url_map.iter_rules():
        operation = of_view(app.view_functions[rule.endpoint])
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            if operation:
                yield rule, method.lower(), operation


def _schemas(operations: list[Operation]) -> tuple[dict[Any, Any], dict[str, Any]]:
    """The schema of everything that comes in or goes out, and the components they refer to."""
    sent = {operation.answer for operation in operations if operation.answer is not None} | set(responses.REFUSALS)
    models = {model for operation in operations for model in (operation.query, operation.body) if model}
    wanted = [(each, "serialization", TypeAdapter(each)) for each in sent]
    wanted += [(model, "validation", TypeAdapter(model)) for model in models]
    found, defined = TypeAdapter.json_schemas(wanted, ref_template=SCHEMAS)  # type: ignore[arg-type]  # any hashable key does
    queries = {model.__name__ for model in models if issubclass(model, Query)}  # told as parameters
    components = {name: schema for name, schema in defined["$defs"].items() if name not in queries}
    return {key: schema for (key, _mode), schema in found.items()}, {"schemas": components}


def _told(rule: Rule, operation: Operation, schemas: dict[Any, Any], components: dict[str, Any]) -> dict[str, Any]:
    parameters = [*_in_path(rule), *_in_query(operation), *_in_headers(operation)]
    told: dict[str, Any] = {
        "operationId": rule.endpoint.removeprefix("api_"),
        "tags": [operation.tag],
        "summary": operation.summary,
        "description": operation.description,
        "parameters": parameters,
        "responses": responses.told(operation, schemas, components),
        "security": _security(operation),
    }
    if operation.body:
        told["requestBody"] = {"required": True, "content": _content(operation, schemas, components)}
    if operation.picture:
        told["requestBody"] = {"required": True, "content": _PICTURE}
    return told


def _in_path(rule: Rule) -> Iterator[dict[str, Any]]:
    for found in _VARIABLE.finditer(rule.rule):
        schema = _KINDS.get(found["kind"] or "", {"type": "string", "minLength": 1})
        yield {"name": found["name"], "in": "path", "required": True, "schema": schema}


def _in_query(operation: Operation) -> Iterator[dict[str, Any]]:
    if operation.query is None:
        return
    schema = operation.query.model_json_schema(ref_template=SCHEMAS)
    for name, field in schema["properties"].items():
        needed = name in schema.get("required", ())
        shown = _without_null({key: value for key, value in field.items() if key not in {"title", "description"}})
        told = {"description": field["description"]} if "description" in field else {}
        yield {"name": name, "in": "query", "required": needed, "schema": shown, **told}


def _without_null(field: dict[str, Any]) -> dict[str, Any]:
    """A query cannot say null: it leaves the name out."""
    if field.get("default", ...) is None:
        field = {key: value for key, value in field.items() if key != "default"}
    kinds = [kind for kind in field.get("anyOf", ()) if kind != {"type": "null"}]
    if len(kinds) == 1:
        named = {key: value for key, value in field.items() if key != "anyOf"}
        return {**named, **kinds[0]}
    return field


def _in_headers(operation: Operation) -> Iterator[dict[str, Any]]:
    if operation.safe:
        yield {"name": "If-None-Match", "in": "header", "schema": {"type": "string"}, "description": "An ETag you have."}
        return
    key = {"type": "string", "minLength": 1, "maxLength": LONGEST, "pattern": r"^[!-~]+$"}
    yield {"name": HEADER, "in": "header", "schema": key, "description": "Drawn at random for this request."}


def _content(operation: Operation, schemas: dict[Any, Any], components: dict[str, Any]) -> dict[str, Any]:
    schema = schemas[operation.body]
    content: dict[str, Any] = {"application/json": {"schema": schema, "example": example_of(schema, components)}}
    if operation.uploads:
        files = {"type": "array", "items": _FILE}
        form = {"type": "object", "properties": {JSON_FIELD: schemas[operation.body], "photos": files}}
        encoding = {JSON_FIELD: {"contentType": "application/json"}, "photos": {"contentType": "image/*"}}
        content["multipart/form-data"] = {"schema": form, "encoding": encoding}
    return content


def _security(operation: Operation) -> list[dict[str, list[str]]]:
    cookie: dict[str, list[str]] = {"session": []}
    if not operation.safe:
        cookie["form"] = []
    return [{"token": []}, cookie, *([{}] if operation.public else [])]


def _security_schemes() -> dict[str, Any]:
    return {
        "token": {"type": "http", "scheme": "bearer", "description": "A personal token: `pct_…`"},
        "session": {"type": "apiKey", "in": "cookie", "name": cookie_name(), "description": "The browser's session."},
        "form": {"type": "apiKey", "in": "header", "name": "X-CSRFToken", "description": "The form's token of a page."},
    }
