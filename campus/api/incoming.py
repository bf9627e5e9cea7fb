"""What comes in: queries and JSON bodies, held to their models, each fault named by the way to its field."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from flask import request
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from campus.platform.errors import CampusError, FieldError, Invalid
from campus.platform.inputs import is_clean

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic_core import ErrorDetails

    from campus.api.operations import Operation

LARGEST = 1_000_000  # bytes of JSON
DEEPEST = 32  # lists and objects in each other
MOST_NAMED = 20
JSON_FIELD = "post"  # of a multipart form
_STRINGS = re.compile(rb'"(?:[^"\\]|\\.)*"?', re.DOTALL)
_BRACKETS = re.compile(rb"[\[\]{}]")
_WORDS = {
    "extra_forbidden": "There is no such field.",
    "missing": "This field is needed.",
}


class Query(BaseModel):
    """The model of a query string. Numbers come as text; nothing unknown is accepted."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Body(BaseModel):
    """The model of a JSON body: exact types, nothing unknown."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


def _digits(value: object) -> object:
    if isinstance(value, str) and not (value.isascii() and value.isdigit() and len(value) < 19):  # noqa: PLR2004 - a bigint's digits
        raise ValueError("expected a whole number")
    return value


Whole = Annotated[int, BeforeValidator(_digits)]
"""A whole number of a query, plain digits."""
Limit = Annotated[Whole, Field(ge=1, le=50, description="How many at most.")]
"""How many things a page of a list has."""
Cursor = Annotated[str, Field(max_length=4000, description="Where to go on: as the `Link` of the page before says.")]
"""The place in a list at which a page begins."""


Model = TypeVar("Model", bound=Body)


class UnreadableBody(CampusError):
    """What came is no JSON."""

    status = 400
    title = "This is not JSON"


class NotJson(CampusError):
    """Something else than JSON came."""

    status = 415
    title = "Not this format"


class InvalidFields(Invalid):
    """Fields that break rules, each with the way to it."""


def read(operation: Operation) -> dict[str, Any]:
    """The keyword arguments for the view.

    Raises:
        UnreadableBody, NotJson: there is no JSON to look at.
        InvalidFields: it is not what the operation expects.
    """
    given: dict[str, Any] = {}
    query = _query(operation.query or Query)
    if operation.query:
        given["query"] = query
    if operation.body:
        given["body"] = parsed(operation.body, _json(operation))
    return given


def _query(model: type[Query]) -> Query:
    repeated = [name for name, values in request.args.lists() if len(values) > 1]
    if repeated:
        raise InvalidFields(errors=tuple(FieldError(name, "This is given more than once.") for name in repeated))
    try:
        return model.model_validate(request.args.to_dict())
    except ValidationError as error:
        raise _named(error) from None


def _json(operation: Operation) -> bytes:
    """The JSON of the request, as it came."""
    if operation.uploads and request.mimetype == "multipart/form-data":
        return request.form.get(JSON_FIELD, "{}").encode()
    request.max_content_length = LARGEST
    if request.mimetype != "application/json":
        expected = "application/json or multipart/form-data" if operation.uploads else "application/json"
        raise NotJson(f"The Content-Type is {request.mimetype[:100] or 'missing'!r}; expected {expected}.")
    return request.get_data()


def parsed(model: type[Model], data: bytes) -> Model:
    """The JSON as the model.

    Raises:
        UnreadableBody: it is no JSON, no UTF-8, or nested too deeply.
        InvalidFields: it is not the model.
    """
    try:
        data.decode()
    except UnicodeDecodeError:
        raise UnreadableBody("The body is not UTF-8.") from None
    if _depth(data) > DEEPEST:
        raise UnreadableBody(f"The body has lists or objects nested more than {DEEPEST} deep.")
    _refuse_unclean(data)
    try:
        return model.model_validate_json(data)
    except ValidationError as error:
        raise _named(error, data) from None


def _depth(data: bytes) -> int:
    """How deeply lists and objects are nested, counted no further than is too deep; strings are not looked into."""
    depth = deepest = 0
    for found in _BRACKETS.finditer(_STRINGS.sub(b"", data)):
        depth += 1 if found.group() in b"[{" else -1
        deepest = max(deepest, depth)
        if deepest > DEEPEST:
            break
    return deepest


def _refuse_unclean(data: bytes) -> None:
    """No text with characters that PostgreSQL cannot hold comes further, in whichever field."""
    if b"\\u0000" not in data:
        return
    try:
        value = json.loads(data)
    except ValueError:
        return  # it is no JSON, as is about to be said
    unclean = [place for place, text in _texts(value, ()) if not is_clean(text)]
    if unclean:
        message = "This text contains characters that cannot be stored."
        raise InvalidFields(errors=tuple(FieldError(place, message) for place in unclean))


def _texts(value: Any, way: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Every text in a piece of JSON, with the way to it."""
    if isinstance(value, str):
        yield ".".join(way), value
    elif isinstance(value, list):
        for place, item in enumerate(value):
            yield from _texts(item, (*way, str(place)))
    elif isinstance(value, dict):
        for name, item in value.items():
            yield ".".join((*way, "?")), name
            yield from _texts(item, (*way, name))


def _named(error: ValidationError, data: bytes = b"") -> CampusError:
    """The refusal that names every field at fault."""
    details = error.errors(include_url=False, include_context=False, include_input=False)
    if details[0]["type"] == "json_invalid":
        return UnreadableBody(f"{details[0]['msg']}." if data else "The body is empty; expected JSON.")
    return InvalidFields(errors=tuple(map(_field, details[:MOST_NAMED])))


def _field(detail: ErrorDetails) -> FieldError:
    message = _WORDS.get(detail["type"], detail["msg"].removeprefix("Value error, ").rstrip(".") + ".")
    return FieldError(".".join(str(step) for step in detail["loc"])[:200] or "body", message)
