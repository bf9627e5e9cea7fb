"""Every field of the schema, asked by everybody, about everything: who is told what, and that nothing leaks."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from flask.testing import FlaskClient

from campus.api.graphql.schema import schema
from campus.platform.db import session
from campus.posts.models import Post
from tests.api.graphql.asking import URL
from tests.api.graphql.cells import MUTATIONS, QUERIES, asked_for, document, every_field, variables
from tests.api.matrix import asking
from tests.api.matrix.law import SHUT_OUT, Verdict, Who
from tests.api.matrix.remains import rows
from tests.api.matrix.stage import WORD, Stage, build
from tests.api.matrix.verdicts import judged
from tests.keeping import kept

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from werkzeug.test import TestResponse

    from tests.api.graphql.cells import Cell

TURNS = 9
LET_IN = [who for who in Who if who not in SHUT_OUT]
CELLS = [("query", *cell) for cell in QUERIES.items()] + [("mutation", *cell) for cell in MUTATIONS.items()]
CODES = {Verdict.FORBIDDEN: "FORBIDDEN", Verdict.MISSING: "NOT_FOUND"}


@pytest.fixture
def stage(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Stage:
    """Everybody and everything; nobody asks too often."""
    monkeypatch.setattr("campus.platform.rates.throttle", lambda *_: None)
    return kept(build)


def test_no_field_without_a_cell() -> None:
    query, mutation = schema().query_type, schema().mutation_type
    assert query
    assert mutation
    assert set(query.fields) == {name.partition(".")[0] for name in QUERIES}
    assert set(mutation.fields) == {name.partition(".")[0] for name in MUTATIONS}
    asked = set().union(*(asked_for(document(kind, name, cell, None)) for kind, name, cell in CELLS))
    assert every_field() - asked == set()


@pytest.mark.parametrize("who", LET_IN)
def test_everybody_is_told_what_the_law_says(app: Flask, stage: Stage, who: Who) -> None:
    """A share of all there is to ask, another one for each who asks."""
    place = LET_IN.index(who)
    wrong = [
        fault
        for n, (kind, name, cell) in enumerate(CELLS)
        for fault in _faults(app, stage, who, kind, name, _share(cell, n + place))
    ]
    assert wrong == []


@pytest.mark.long
@pytest.mark.parametrize("who", LET_IN)
def test_everybody_is_told_what_the_law_says_of_everything(app: Flask, stage: Stage, who: Who) -> None:
    assert [fault for kind, name, cell in CELLS for fault in _faults(app, stage, who, kind, name, cell)] == []


@pytest.mark.parametrize("who", sorted(SHUT_OUT))
def test_who_is_shut_out_learns_nothing(app: Flask, stage: Stage, who: Who) -> None:
    for kind, name, cell in CELLS:
        answer = _ask(app, stage, who, document(kind, name, cell, None), next(iter(cell.things)))
        assert answer.status_code == 401
        assert stage.leaked(who, answer.text) == set()
        if who is Who.NOBODY:
            assert answer.get_json() == {"error": "Authentication required"}


def test_who_may_know_is_told(app: Flask, stage: Stage) -> None:
    """The planted words do come through: otherwise their absence would mean nothing."""
    for name in ("homeFeed", "homeFeedConnection", "searchPosts", "searchUsers", "me.notifications"):
        cell = QUERIES[name]
        for thing in cell.things:
            assert WORD.findall(_ask(app, stage, Who.AUTHOR, document("query", name, cell, thing), thing).text), (name, thing)


def test_what_is_refused_changes_nothing(app: Flask, stage: Stage) -> None:
    before = rows()
    refused = 0
    for name, cell in MUTATIONS.items():
        for thing, what in cell.things.items():
            if judged(cell.law, Who.STRANGER, what, writes=True) is not Verdict.DONE:
                _ask(app, stage, Who.STRANGER, document("mutation", name, cell, thing), thing, undone=False)
                refused += 1
    assert refused > 100
    assert rows() == before


def test_a_hole_is_noticed(app: Flask, stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a check is left out, some cell has to say so."""
    monkeypatch.setattr("campus.api.graphql.queries.reachable_post", lambda _viewer, post_id: session.get(Post, post_id))
    assert list(_faults(app, stage, Who.STRANGER, "query", "history", QUERIES["history"])) != []


def _share(cell: Cell, turn: int) -> Cell:
    """The cell with the things whose turn it is."""
    return replace(cell, things={name: thing for n, (name, thing) in enumerate(cell.things.items()) if (n + turn) % TURNS == 0})


def _faults(app: Flask, stage: Stage, who: Who, kind: str, name: str, cell: Cell) -> Iterator[str]:
    """What is wrong with the answers to her, about each of the cell's things."""
    for thing, what in cell.things.items():
        text = document(kind, name, cell, thing)
        verdict = judged(cell.law, who, what, writes=kind == "mutation")
        answer = _ask(app, stage, who, text, thing)
        unknown = _ask(app, stage, who, text, None) if verdict is Verdict.MISSING else answer
        fault = _fault(verdict, answer, unknown) or ", ".join(stage.leaked(who, answer.text))
        if fault:
            yield f"{name} [{thing}]: {verdict}, got {answer.status_code}: {fault}"


def _fault(verdict: Verdict, answer: TestResponse, unknown: TestResponse) -> str:
    told = answer.get_json()
    if answer.status_code == 403 and verdict is Verdict.FORBIDDEN:
        return ""  # the token may not write at all
    codes = {error["extensions"]["code"] for error in told.get("errors", ())}
    if answer.status_code != 200:
        return answer.text[:300]
    if verdict is Verdict.DONE:
        return "" if codes <= {"CONFLICT"} else answer.text[:300]
    if codes != {CODES[verdict]} or any(told["data"].values()):
        return answer.text[:300]
    alike = verdict is not Verdict.MISSING or _without_place(unknown.get_json()) == _without_place(told)
    return "" if alike else f"not like what never was: {unknown.text}"


def _without_place(told: dict[str, Any]) -> list[Any]:
    """The errors, but not where they are: of a department that its organization has not, they are one level deeper."""
    return [(error["message"], error["extensions"]) for error in told["errors"]]


def _ask(app: Flask, stage: Stage, who: Who, text: str, thing: str | None, *, undone: bool = True) -> TestResponse:
    headers = {"Authorization": f"Bearer {stage.tokens[who]}"} if who in stage.tokens else {}
    given: dict[str, Any] = {name: value for name, value in variables(stage, thing).items() if f"${name}:" in text}
    with asking.undone(app) if undone else app.app_context():
        answer = FlaskClient(app, app.response_class, use_cookies=False).post(
            URL, json={"query": text, "variables": given}, headers=headers
        )
        answer.get_data()
    return answer
