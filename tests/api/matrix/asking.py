"""Asking: one cell of the matrix is one request, in a transaction of its own that is undone."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask.testing import FlaskClient

from campus.platform.db import transaction
from tests.api.matrix.law import Verdict, Who
from tests.api.matrix.things import PLACES
from tests.api.matrix.verdicts import judged

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

    from tests.api.matrix.routes import Row
    from tests.api.matrix.stage import Stage

NOWHERE = "nowhere"
NO_ID = 987_654_321
ITS_OWN = {"X-Request-ID", "Date"}
IN_CHARGE = (Who.AUTHOR, Who.ADMIN, Who.SITE_ADMIN)


@dataclass(frozen=True)
class Answer:
    """What came back, without what differs from request to request anyway."""

    status: int
    headers: dict[str, str]
    body: Any
    text: str


def ask(app: Flask, stage: Stage, who: Who, operation: str, row: Row, name: str | None, *, undo: bool = True) -> Answer:
    """Her request about the thing of this name; without a name, about one that never was."""
    method, _, rule = operation.partition(" ")
    query, body = _told(stage, row, name)
    headers = {"Authorization": f"Bearer {stage.tokens[who]}"} if who in stage.tokens else {}
    with undone(app) if undo else app.app_context():
        found = FlaskClient(app, app.response_class, use_cookies=False).open(
            f"/api{address(stage, rule, name)}{query}", method=method, json=body, headers=headers
        )
        told = found.get_json(silent=True)
    if isinstance(told, dict):
        told.pop("request_id", None)
    shown = {key: value for key, value in found.headers.items() if key not in ITS_OWN}
    return Answer(found.status_code, shown, told, found.text)


def may(operation: str, row: Row) -> tuple[str, Who]:
    """The first of the row's things that somebody may do this with, and who: Anna, wherever it can be she."""
    writes = not operation.startswith("GET ")
    for name, thing in row.things.items():
        for who in IN_CHARGE:
            if judged(row.law, who, thing, writes=writes) is Verdict.DONE:
                return name, who
    return next(iter(row.things)), Who.AUTHOR


@contextmanager
def undone(app: Flask) -> Iterator[None]:
    """An application context and a transaction around a request; nothing remains of what it did."""
    with app.app_context(), suppress(_UndoneError), transaction():
        yield
        _undo()


class _UndoneError(Exception):
    """Ends the transaction."""


def _undo() -> None:
    raise _UndoneError


def address(stage: Stage, rule: str, name: str | None) -> str:
    """The operation's address, for the thing."""
    thing = name or NOWHERE
    return (
        rule.replace("<int:post_id>", str(stage.posts.get(thing, NO_ID)))
        .replace("<int:comment_id>", str(stage.comments.get(thing, NO_ID)))
        .replace("<int:case_id>", str(stage.cases.get(thing, NO_ID)))
        .replace("<int:position>", "1")
        .replace("<handle>", stage.people.get(thing, NOWHERE))
        .replace("<slug>", stage.organizations.get(thing, (0, NOWHERE))[1])
        .replace("<department>", "physics")
        .replace("<int:notification_id>", str(stage.notice_id if name else NO_ID))
        .replace("<int:decision_id>", str(stage.decision_id if name else NO_ID))
        .replace("<topic>", "likes")
        .replace("<domain>", "example.org")
        .replace("<int:invitation_id>", str(stage.invitation_id if thing == "northbridge" else NO_ID))
        .replace("<token>", stage.link if name else NOWHERE)
        .replace("<session_id>", stage.session_id if name else stage.session_id[::-1])
    )


def _told(stage: Stage, row: Row, name: str | None) -> tuple[str, dict[str, Any] | None]:
    """The query string and the body."""
    if row.body and "token" in row.body and name:
        return "", {"token": stage.link}
    if not row.places:
        return (name if name and name.startswith("?") else ""), row.body
    place = _place(stage, name or "her own")
    if row.body is None:
        return "?" + "&".join(f"{key}={str(value).lower()}" for key, value in place.items()), None
    return "", row.body | place


def _place(stage: Stage, name: str) -> dict[str, Any]:
    thing = PLACES[name]
    told: dict[str, Any] = {"audience": thing.audience.value}
    if thing.owned:
        told |= {"organization_id": stage.organizations["northbridge"][0], "official": thing.official}
    if thing.in_physics:
        told["department_id"] = stage.physics_id
    return told
