"""Every operation, asked by everybody, about everything: who is let in, what she is told, and that nothing leaks.

What the law says stands in `matrix/law.py`, apart from the code it judges. Each cell is a request of its own, undone afterwards.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import true

from campus.follows.queries import visible_person
from campus.organizations.models import Role
from campus.platform.db import session
from campus.posts.models import Post
from campus.posts.queries import PostNotFound
from tests.api.matrix.asking import ask
from tests.api.matrix.law import SHUT_OUT, Verdict, Who
from tests.api.matrix.remains import rows
from tests.api.matrix.routes import FILES, OPEN, ROUTES
from tests.api.matrix.stage import WORD, Stage, build
from tests.api.matrix.verdicts import judged
from tests.keeping import kept

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from flask import Flask

    from tests.api.matrix.asking import Answer
    from tests.api.matrix.routes import Row

TURNS = 12
FEW = 2


def by_id(_viewer_id: int, post_id: int) -> Post:
    """A post, whoever asks."""
    found = session.get(Post, post_id)
    if found is None:
        raise PostNotFound
    return found


STATUS = {Verdict.FORBIDDEN: 403, Verdict.MISSING: 404, Verdict.SHUT_OUT: 401}
REFUSALS = set(STATUS.values())
# Where a check is left out, some cell has to say so.
HOLES = [
    ("campus.api.rest.comments.reachable_post", lambda *_: None, "GET /posts/<int:post_id>/comments/"),
    ("campus.api.rest.people.with_open_lists", visible_person, "GET /users/<handle>/followers/"),
    ("campus.follows.queries.shown_to", lambda _: true(), "GET /users/<handle>/following/"),
    ("campus.organizations.queries.role_in", lambda *_: Role.MEMBER, "GET /organizations/<slug>/members/"),
    ("campus.interactions.actions.visible_post", by_id, "PUT /posts/<int:post_id>/like/"),
]
SIGN_IN = {"error": "Authentication required"}


@pytest.fixture
def stage(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Stage:
    """Everybody and everything; nobody asks too often."""
    monkeypatch.setattr("campus.platform.rates.throttle", lambda *_: None)
    return kept(build)


def test_no_operation_without_a_row(app: Flask) -> None:
    there = {
        f"{method} {rule.rule.removeprefix('/api')}"
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    rowless = there - set(ROUTES) - OPEN - FILES
    assert {"no row": rowless, "no operation": set(ROUTES) - there} == {"no row": set(), "no operation": set()}


@pytest.mark.parametrize("turn", [0, *(pytest.param(turn, marks=pytest.mark.long) for turn in range(1, TURNS))])
@pytest.mark.parametrize("who", [who for who in Who if who not in SHUT_OUT])
def test_everybody_is_told_what_the_law_says(app: Flask, stage: Stage, who: Who, turn: int) -> None:
    """Each turn takes its share of the things, another one for each who asks; all turns together take all."""
    wrong = [fault for operation, row in ROUTES.items() for fault in _faults(app, stage, who, operation, _share(row, who, turn))]
    assert wrong == []


@pytest.mark.parametrize("who", sorted(SHUT_OUT))
def test_who_is_shut_out_learns_nothing(app: Flask, stage: Stage, who: Who) -> None:
    wrong = []
    for operation, row in ROUTES.items():
        for name in (next(iter(row.things)), None):
            answer = ask(app, stage, who, operation, row, name)
            if answer.status != 401 or (who is Who.NOBODY and answer.body != SIGN_IN) or stage.leaked(who, answer.text):
                wrong.append(f"{operation} {name}: {answer.status} {answer.text[:200]}")
    assert wrong == []


def test_who_may_know_is_told(app: Flask, stage: Stage) -> None:
    """The planted words do come through: otherwise their absence would mean nothing."""
    found = {
        name: set(WORD.findall(ask(app, stage, Who.AUTHOR, operation, ROUTES[operation], name).text))
        for operation in ("GET /search/", "GET /posts/home_feed/")
        for name in ROUTES[operation].things
    }
    assert {name for name, words in found.items() if not words} == set()
    assert len(found["?q=canary&kind=posts&page_size=50"]) > 30


def test_what_is_refused_changes_nothing(app: Flask, stage: Stage) -> None:
    who = Who.STRANGER
    refused = [
        (operation, row, name)
        for operation, row in ROUTES.items()
        for name, thing in row.things.items()
        if _writes(operation) and judged(row.law, who, thing, writes=True) is not Verdict.DONE
    ]
    before = rows()
    for operation, row, name in refused:
        ask(app, stage, who, operation, row, name, undo=False)
    assert len(refused) > 100
    assert rows() == before


@pytest.mark.parametrize(("hole", "instead", "operation"), HOLES)
def test_a_hole_is_noticed(
    app: Flask, stage: Stage, monkeypatch: pytest.MonkeyPatch, hole: str, instead: Callable[..., Any], operation: str
) -> None:
    monkeypatch.setattr(hole, instead)
    assert list(_faults(app, stage, Who.STRANGER, operation, ROUTES[operation])) != []


def _share(row: Row, who: Who, turn: int) -> Row:
    """The row with those of its things whose turn it is. Few things are asked about at every turn."""
    place = list(Who).index(who)
    taken = {name: thing for n, (name, thing) in enumerate(row.things.items()) if (n + place + turn) % TURNS == 0}
    return row if len(row.things) <= FEW else replace(row, things=taken)


def _faults(app: Flask, stage: Stage, who: Who, operation: str, row: Row) -> Iterator[str]:
    """What is wrong with the answers to her, about each of the row's things."""
    verdicts = {name: judged(row.law, who, thing, writes=_writes(operation)) for name, thing in row.things.items()}
    unknown = ask(app, stage, who, operation, row, None) if Verdict.MISSING in verdicts.values() else None
    for name, verdict in verdicts.items():
        answer = ask(app, stage, who, operation, row, name)
        if fault := _fault(verdict, answer, unknown) or ", ".join(stage.leaked(who, answer.text)):
            yield f"{operation} [{name}]: {verdict}, got {answer.status}: {fault}"


def _fault(verdict: Verdict, answer: Answer, unknown: Answer | None) -> str:
    if verdict is Verdict.DONE:
        fine = answer.status < 500 and answer.status not in REFUSALS and (answer.status < 400 or answer.status == 409)
        return "" if fine else answer.text[:300]
    if answer.status != STATUS[verdict]:
        return answer.text[:300]
    if verdict is Verdict.MISSING and (unknown is None or _told(answer) != _told(unknown)):
        return f"not like what never was: {unknown}"
    return ""


def _told(answer: Answer) -> tuple[int, object, object]:
    return answer.status, answer.headers, answer.body


def _writes(operation: str) -> bool:
    return not operation.startswith("GET ")
