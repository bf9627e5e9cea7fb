"""The OpenAPI document: valid, complete, with words and examples; and its page."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from openapi_schema_validator import OAS31Validator, oas31_format_checker
from openapi_spec_validator import OpenAPIV31SpecValidator

from campus.api.openapi import TAGS
from campus.api.operations import of_view

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

    from tests.conftest import Client

VARIABLE = re.compile(r"<(?:[^:>]+:)?([^>]+)>")
UNAUTHENTICATED = {"$ref": "#/components/schemas/UnauthenticatedOut"}
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


def test_every_body_and_answer_has_an_example_that_keeps_to_its_schema(document: dict[str, Any]) -> None:
    for name, operation in operations(document):
        contents = [answer.get("content", {}) for answer in operation["responses"].values()]
        contents.append(operation.get("requestBody", {}).get("content", {}))
        for kind, content in ((kind, content) for each in contents for kind, content in each.items()):
            if kind == "multipart/form-data" or content["schema"] == UNAUTHENTICATED:
                continue
            assert "example" in content, name
            validator = OAS31Validator(
                {**content["schema"], "components": document["components"]}, format_checker=oas31_format_checker
            )
            assert [str(error.message) for error in validator.iter_errors(content["example"])] == [], name


def test_every_example_of_a_body_is_accepted(app: Flask, document: dict[str, Any]) -> None:
    for rule in app.url_map.iter_rules():
        operation = of_view(app.view_functions[rule.endpoint])
        if operation is None or operation.body is None:
            continue
        path = VARIABLE.sub(r"{\1}", rule.rule)
        for method in METHODS & {name.lower() for name in rule.methods or ()}:
            told = document["paths"][path][method]["requestBody"]["content"]["application/json"]["example"]
            operation.body.model_validate_json(json.dumps(told))


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
