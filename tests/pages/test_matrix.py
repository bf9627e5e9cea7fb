"""Every page and every form, asked by everybody, about everything: who is let in, what she is shown, and that nothing leaks.

The law is that of the programs' doors (`tests/api/matrix/law.py`); each cell is a request of its own, undone afterwards.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from campus.accounts.guard import cookie_name
from campus.accounts.models import User
from campus.interactions.models import Comment
from campus.platform import settings
from campus.platform.db import session, transaction
from campus.posts.models import Post
from tests.api.matrix.asking import address, undone
from tests.api.matrix.law import SHUT_OUT, Verdict, Who, reaches, sees
from tests.api.matrix.stage import WORD, Stage, build
from tests.api.matrix.things import ORGANIZATIONS, POSTS
from tests.api.matrix.verdicts import judged
from tests.keeping import kept
from tests.pages.routes import A_POST, AN_ORGANIZATION, ELSEWHERE, ROOMS_ELSEWHERE, ROUTES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

    from tests.api.matrix.routes import Row

TURNS = 12
FEW = 2
STATUS = {Verdict.FORBIDDEN: 403, Verdict.MISSING: 404}
REFUSALS = {401, 403, 404}
BROWSERS = [who for who in Who if who not in SHUT_OUT | {Who.READER, Who.MODERATING_LESS}]
VISITED = {f"GET {A_POST}", f"GET {A_POST}/photos/<int:position>"}
PLACES = {f"GET {AN_ORGANIZATION}{tab}" for tab in ("", "/about", "/d/<department>")}
# What differs from one page to the next whatever it shows: the mark of the request, the form's token, the number of unread words.
ITS_OWN = re.compile(r"[0-9a-f]{16}|csrf_token[^>]*>|X-CSRFToken[^}]*}|(?<=href=\")[^\"]*|(?<=action=\")[^\"]*")


@dataclass(frozen=True)
class Page:
    """What came back."""

    status: int
    location: str
    text: str


@pytest.fixture
def stage(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Stage:
    monkeypatch.setattr("campus.platform.rates.throttle", lambda *_: None)
    return kept(build)


def test_no_page_without_a_row(app: Flask) -> None:
    there = {
        f"{method} {rule.rule}"
        for rule in app.url_map.iter_rules()
        if not rule.rule.startswith("/api/")
        and rule.endpoint not in ELSEWHERE
        and rule.endpoint.partition(".")[0] not in ROOMS_ELSEWHERE
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert {"no row": there - set(ROUTES), "no page": set(ROUTES) - there} == {"no row": set(), "no page": set()}


@pytest.mark.parametrize("turn", [0, *(pytest.param(turn, marks=pytest.mark.long) for turn in range(1, TURNS))])
@pytest.mark.parametrize("who", BROWSERS)
def test_everybody_is_shown_what_the_law_says(app: Flask, stage: Stage, who: Who, turn: int) -> None:
    wrong = [fault for page, row in ROUTES.items() for fault in _faults(app, stage, who, page, _share(row, who, turn))]
    assert wrong == []


def test_who_may_know_is_shown(app: Flask, stage: Stage) -> None:
    """The planted words do come through: otherwise their absence would mean nothing."""
    page = "GET /posts/<int:post_id>"
    her_name = set(WORD.findall(_ask(app, stage, Who.AUTHOR, page, ROUTES[page], None).text))
    silent = {
        name
        for page in ("GET /", "GET /search", page, "GET /o/<slug>")
        for name in ROUTES[page].things
        if not set(WORD.findall(_ask(app, stage, Who.AUTHOR, page, ROUTES[page], name).text)) - her_name
    }
    assert silent == {name for name, post in POSTS.items() if not reaches(Who.AUTHOR, post)}


@pytest.mark.parametrize("who", [Who.NOBODY, Who.SUSPENDED])
def test_who_is_not_signed_in_is_sent_to_sign_in(app: Flask, stage: Stage, who: Who) -> None:
    wrong = []
    for page, row in ROUTES.items():
        answer = _ask(app, stage, who, page, row, next(iter(row.things)))
        if answer.status != 303 or not answer.location.startswith("/login?") or stage.leaked(who, answer.text):
            wrong.append(f"{page}: {answer.status} {answer.location}")
    assert wrong == []


@pytest.mark.parametrize("public_pages", [False, True])
@pytest.mark.parametrize("who", [Who.NOBODY, Who.SUSPENDED])
def test_a_visitor_reads_what_is_public_and_was_shared(app: Flask, stage: Stage, who: Who, *, public_pages: bool) -> None:
    """With public pages off; with them on, what is public. Of anything else she is told what she is told of what never was."""
    with transaction():
        session.execute(update(Post).values(share_count=1))
    wrong = []
    comment = session.get_one(Comment, stage.comments["of the recluse"])
    unblocked = set(WORD.findall(f"{comment.text} {session.get_one(User, comment.author_id).name}"))  # she has not blocked nobody
    with settings.override(replace(settings.current(), public_pages=public_pages)):
        for page in VISITED:
            unknown = _ask(app, stage, who, page, ROUTES[page], None)
            for name, post in POSTS.items():
                answer = _ask(app, stage, who, page, ROUTES[page], name)
                if sees(Who.NOBODY, post):
                    right = answer.status == 200 and set(stage.leaked(Who.NOBODY, answer.text)) <= (
                        unblocked if public_pages else set()
                    )
                else:
                    right = answer.status == unknown.status == (404 if public_pages else 303) and not WORD.search(answer.text)
                wrong += [] if right else [f"{page} [{name}]: {answer.status}"]
    assert wrong == []


@pytest.mark.parametrize("who", [Who.NOBODY, Who.SUSPENDED])
def test_a_visitor_of_an_organization_reads_what_is_public(app: Flask, stage: Stage, who: Who) -> None:
    """With public pages on: the words of every public post come through, and none of others, nor those of its members alone."""
    comment = session.get_one(Comment, stage.comments["of the recluse"])
    unblocked = set(WORD.findall(f"{comment.text} {session.get_one(User, comment.author_id).name}"))
    with settings.override(replace(settings.current(), public_pages=True)):
        answers = {
            (page, name): _ask(app, stage, who, page, ROUTES[page], name) for page in PLACES for name in (*ORGANIZATIONS, None)
        }
        people = _ask(app, stage, who, f"GET {AN_ORGANIZATION}/people", ROUTES[f"GET {AN_ORGANIZATION}/people"], "northbridge")
    assert people.location.startswith("/login?")
    assert {answer.status for (_, name), answer in answers.items() if name is None} == {404}
    assert {answer.status for (_, name), answer in answers.items() if name == "northbridge"} == {200}
    assert {key: found for key, answer in answers.items() if (found := stage.leaked(Who.NOBODY, answer.text) - unblocked)} == {}
    shown = set(WORD.findall(answers[f"GET {AN_ORGANIZATION}", "northbridge"].text))
    public = {name for name, post in POSTS.items() if post.owned and sees(Who.NOBODY, post)}
    assert public
    assert all(set(WORD.findall(session.get_one(Post, stage.posts[name]).text)) <= shown for name in public)


@pytest.mark.parametrize("public_pages", [False, True])
def test_nothing_else_opens_to_a_visitor(app: Flask, stage: Stage, *, public_pages: bool) -> None:
    with transaction():
        session.execute(update(Post).values(share_count=1))
    closed = set(ROUTES) - VISITED - (PLACES | {f"GET {A_POST}/comments"} if public_pages else set())
    with settings.override(replace(settings.current(), public_pages=public_pages)):
        asked = {page: _ask(app, stage, Who.NOBODY, page, ROUTES[page], next(iter(ROUTES[page].things))) for page in closed}
    wrong = {page: answer.status for page, answer in asked.items() if not answer.location.startswith("/login?")}
    assert wrong == {}


def _share(row: Row, who: Who, turn: int) -> Row:
    """The row with those of its things whose turn it is. Few things are asked about at every turn."""
    place = list(Who).index(who)
    taken = {name: thing for n, (name, thing) in enumerate(row.things.items()) if (n + place + turn) % TURNS == 0}
    return row if len(row.things) <= FEW else replace(row, things=taken)


def _faults(app: Flask, stage: Stage, who: Who, page: str, row: Row) -> Iterator[str]:
    verdicts = {name: judged(row.law, who, thing, writes=page.startswith("POST")) for name, thing in row.things.items()}
    unknown = _ask(app, stage, who, page, row, None) if Verdict.MISSING in verdicts.values() else None
    for name, verdict in verdicts.items():
        answer = _ask(app, stage, who, page, row, name)
        if fault := _fault(verdict, answer, unknown) or ", ".join(stage.leaked(who, answer.text)):
            yield f"{page} [{name}]: {verdict}, got {answer.status}: {fault}"


def _fault(verdict: Verdict, answer: Page, unknown: Page | None) -> str:
    if verdict is Verdict.DONE:
        return "" if answer.status < 500 and answer.status not in REFUSALS else answer.text[:300]
    if answer.status != STATUS[verdict]:
        return answer.text[:300]
    if verdict is Verdict.MISSING and (unknown is None or _shown(answer) != _shown(unknown)):
        return "not like what never was"
    return ""


def _shown(page: Page) -> tuple[str, str]:
    return page.location, ITS_OWN.sub("", page.text)


def _ask(app: Flask, stage: Stage, who: Who, page: str, row: Row, name: str | None) -> Page:
    """Her request about the thing of this name; without a name, about one that never was."""
    method, _, rule = page.partition(" ")
    query = name if name and name.startswith("?") else ""
    headers = {"Cookie": f"{cookie_name()}={stage.cookies[who]}"} if who in stage.cookies else {}
    with undone(app):
        found = FlaskClient(app, app.response_class, use_cookies=False).open(
            f"{address(stage, rule, name)}{query}", method=method, data=row.body, headers=headers
        )
    return Page(found.status_code, found.location or "", found.text)
