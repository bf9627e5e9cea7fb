"""The frame of every answer: headers, errors, ways back, unreadable input."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.conftest import Client


def test_livez_answers_without_anything(client: Client) -> None:
    answer = client.get("/livez")
    assert (answer.status_code, answer.text) == (200, "ok\n")


def test_readyz_names_only_the_part_that_fails(client: Client) -> None:
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json) == (503, {"ready": False, "failing": ["worker"]})
