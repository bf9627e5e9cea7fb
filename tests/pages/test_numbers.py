"""Numbers in addresses: whatever is asked about one that no column holds, it is that of nothing."""

from __future__ import annotations

import re
import uuid
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from campus.accounts.models import User
    from tests.conftest import Client
    from tests.personas import World

PART = re.compile(r"<(?P<kind>\w+:)?(?P<name>\w+)>")
OTHERS = {"handle": "alice", "slug": "northbridge", "department": "physics", "token": str(uuid.uuid4()), "width": "320"}


def addresses(app: Flask, number: str) -> list[tuple[str, str]]:
    """(method, path) of every route with a number in it: at this number, and at things that there are."""
    found = []
    for rule in app.url_map.iter_rules():
        if "<int:" in rule.rule:
            path = PART.sub(lambda part: number if part["kind"] == "int:" else OTHERS.get(part["name"], "x"), rule.rule)
            found += [(method, path) for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}]
    return found


@pytest.mark.parametrize("number", [str(2**63), "9" * 5_000])
def test_a_number_that_no_column_holds_is_that_of_nothing(
    app: Flask, world: World, client_as: Callable[[User], Client], number: str
) -> None:
    there = addresses(app, number)
    assert len(there) > 60
    for person in (world.root, world.dana):
        browser = client_as(person)
        answers = {f"{method} {path[:80]}": browser.open(path, method=method).status_code for method, path in there}
        assert {address: status for address, status in answers.items() if status >= 500} == {}
        assert {address for address, status in answers.items() if address.startswith("GET ") and status != 404} == set()
