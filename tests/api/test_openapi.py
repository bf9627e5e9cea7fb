"""The OpenAPI document: valid, complete, with words and examples; and its page."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from campus.api.openapi import TAGS
from campus.api.operations import of_view

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

    from tests.conftest import Client

VARIABLE = re.compile(r"<(?:[^:>]+:)?([^>]+)>")
METHODS = {"get", "post", "put", "patch", "delete"}


@pytest.fixture
def document(client: Client) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/api/openapi.json").get_json()
    return found


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            assert method in METHODS
            yield f"{method.upper()} {path}", operation


def test_it_is_valid(document: dict[str, Any]) -> None:
    assert document["openapi"] == "3.1.0"
    assert [str(error) for error in OpenAPIV31SpecValidator(document).iter_errors()] == []


def test_every_address_for_programs_is_in_it(app: Flask, document: dict[str, Any]) -> None:
    routes = {
        " ".join((method, VARIABLE.sub(r"{\1}", rule.rule)))
        for rule in app.url_map.iter_rules()
        if of_view(app.view_functions[rule.endpoint])
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert {name for name, _ in operations(document)} == routes
    unsaid = {
        rule.rule
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/") and not of_view(app.view_functions[rule.endpoint])
    }
    assert unsaid == {"/api/openapi.json", "/api/docs/"}


def test_every_operation_says_what_it_does_and_how_it_refuses(document: dict[str, Any]) -> None:
    names = []
    for name, operation in operations(document):
        assert operation["summary"].endswith("."), name
        assert {"401", "422", "429"} <= set(operation["responses"]), name
        assert operation["tags"][0] in TAGS, name
        for status, answer in operation["responses"].items():
            for content in answer.get("content", {}).values():
                assert "schema" in content, f"{name} {status}"
        names.append(operation["operationId"])
    assert len(names) == len(set(names))


def test_every_refusal_has_an_example(document: dict[str, Any]) -> None:
    for name, operation in operations(document):
        for status, answer in operation["responses"].items():
            if int(status) >= 400:
                assert answer["content"]["application/problem+json"]["example"]["status"] == int(status), name


def test_every_body_has_an_example(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    without = set()
    for name, operation in operations(document):
        for content in operation.get("requestBody", {}).get("content", {}).values():
            schema = content["schema"]
            model = schemas[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
            if not (
                model.get("examples")
                or ("properties" in model and all(_shown(each, schemas) for each in model["properties"].values()))
            ):
                without.add(name)
    assert without == set()


def _shown(field: dict[str, Any], schemas: dict[str, Any]) -> bool:
    """A field whose values need no example: a choice, a flag, a named kind, or one with an example of its own."""
    if "$ref" in field:
        return True
    return bool(field.get("examples") or field.get("enum") or field.get("type") != "string" or "maxLength" in field)


def test_nothing_in_it_is_of_elsewhere(client: Client) -> None:
    text = json.dumps(client.get("/api/openapi.json").get_json())
    assert set(re.findall(r"https?://[^\"/ ]+", text)) <= {"http://127.0.0.1:8000", "http://localhost"}


def test_who_has_it_already_is_told_so(client: Client) -> None:
    first = client.get("/api/openapi.json")
    assert client.get("/api/openapi.json", headers={"If-None-Match": first.headers["ETag"]}).status_code == 304


def test_without_scripts_the_page_lists_the_operations(client: Client, document: dict[str, Any]) -> None:
    page = client.get("/api/docs/").text
    for path in document["paths"]:
        assert path in page
