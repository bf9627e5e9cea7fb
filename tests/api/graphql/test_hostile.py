"""However it is asked, `/graphql` answers or refuses, soon."""

from __future__ import annotations

import time
from collections import Counter
from itertools import product
from typing import TYPE_CHECKING

import pytest

from campus.accounts.models import Algorithm, Scope
from campus.quotas import API
from tests.api.graphql.asking import URL, ask
from tests.api.graphql.hostile import documents
from tests.api.limiting import limit_to
from tests.factories import make_comment, make_photo, make_post

if TYPE_CHECKING:
    from collections.abc import Callable

    from campus.accounts.models import User
    from campus.organizations.models import University
    from tests.api.conftest import Program

CPU = 1.0  # seconds
EXPECTED = {200, 400, 413, 422}


@pytest.fixture
def asked(
    program: Callable[..., Program], alice: User, bob: User, northbridge: University, monkeypatch: pytest.MonkeyPatch
) -> Program:
    """A program of alice, in a campus with something to read."""
    limit_to(monkeypatch, API, 1_000_000)
    for n in range(60):
        made = make_post(author=bob, organization=northbridge if n % 2 else None)
        make_photo(post=made, position=1)
        make_comment(post=made)
    hers = program(alice)
    for algorithm, scope in product(Algorithm, Scope):  # each process writes these statements once
        ask(hers, f"{{ homeFeed(algorithm: {algorithm.name}, scope: {scope.name}) {{ id }} }}")
    return hers


def ask_all(asked: Program, seed: int, number: int) -> Counter[int]:
    """Ask them; none may fail or last. Returns how many were answered with each status."""
    statuses: Counter[int] = Counter()
    faults = []
    for place, document in enumerate(documents(seed, number)):
        began = time.process_time()
        response = asked.post(URL, json={"query": document.query, "variables": document.variables})
        took = time.process_time() - began
        statuses[response.status_code] += 1
        answer = response.get_json()
        told = answer.get("data") or answer.get("errors") or answer.get("error")
        if response.status_code not in EXPECTED or took > CPU or not told:
            faults.append(
                f"{place} of seed {seed}: {response.status_code} after {took:.1f} s: {document} {response.text[:300]}"[:1500]
            )
    assert faults == []
    return statuses


def test_three_hundred_documents(asked: Program) -> None:
    statuses = ask_all(asked, 7, 300)
    assert statuses[200] > 30
    assert statuses[400] > 100


@pytest.mark.long
def test_five_thousand_documents(asked: Program) -> None:
    statuses = ask_all(asked, 11, 5000)
    assert sum(statuses.values()) == 5000
