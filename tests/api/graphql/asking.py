"""Asking `/graphql`, as a program does."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from werkzeug.test import TestResponse

    from tests.conftest import Client

URL = "/graphql"


def post(client: Client, query: str, operation: str | None = None, /, **variables: Any) -> TestResponse:
    """The response, whatever it is."""
    return client.post(URL, json={"query": query, "variables": variables, "operationName": operation})


def ask(client: Client, query: str, /, **variables: Any) -> dict[str, Any]:
    """What is answered; nothing may fail."""
    response = post(client, query, **variables)
    answer: dict[str, Any] = response.get_json()
    assert response.status_code == 200, answer
    assert "errors" not in answer, answer
    data: dict[str, Any] = answer["data"]
    return data


def refusals(client: Client, query: str, /, **variables: Any) -> list[dict[str, Any]]:
    """The `extensions` of each error; there must be one."""
    answer: dict[str, Any] = post(client, query, **variables).get_json()
    assert answer.get("errors"), answer
    return [error["extensions"] for error in answer["errors"]]


def form_token(client: Client) -> str:
    """What the page's form carries, so that it is known to be the page's."""
    found = re.search(r'name="csrf_token"\s+value="([^"]+)"', client.get(URL).text)
    assert found
    return found[1]
