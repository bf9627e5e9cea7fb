"""Whether the site lives, and whether it can work: for machines that restart it or send it visitors.

Only what fails is named. What is known from the database alone (its migrations, the worker's sign of life) is not judged while
the database does not answer.
"""

from __future__ import annotations

import functools
import logging
import time
from concurrent.futures import TimeoutError as TooLong
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import psycopg
from alembic.script import ScriptDirectory
from flask import Blueprint, current_app, jsonify, make_response
from psycopg.rows import namedtuple_row
from sqlalchemy import false, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from campus.platform import clock, draining, probes, pulse, redis, storage
from campus.platform.db import Base, session, transaction
from campus.platform.outbox import Job, JobState
from campus.platform.probes import Question

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from concurrent.futures import Future

    from flask import Response

log = logging.getLogger(__name__)

blueprint = Blueprint("health", __name__)

PATIENCE = 1.5  # seconds for all parts together
SILENCE = timedelta(seconds=90)  # the sweep runs every minute
WORKER = pulse.WORKER
DATABASE = "database"


class NotReady(Exception):
    """This part cannot work."""


class Heartbeat(Base):
    """When a process that does the work behind the pages last said that it lives.

    `pulsing`: such a process also holds an advisory lock for as long as it lives, so that its end shows at once.
    """

    __tablename__ = "heartbeat"

    name: Mapped[str] = mapped_column(primary_key=True)
    beat_at: Mapped[datetime]
    pulsing: Mapped[bool] = mapped_column(server_default=false())


@dataclass(frozen=True)
class Seen:
    """What the database says about the product: its revision, the worker's last beat and whether it lives, jobs given up."""

    revision: str | None
    beat_at: datetime | None = None
    pulsing: bool = False
    held: bool = False
    dead_jobs: int = 0
    clock: datetime | None = None


def beat(*, now: datetime, name: str = WORKER) -> None:
    """Say that the worker lives: with each sweep."""
    row = insert(Heartbeat).values(name=name, beat_at=now)
    with transaction():
        session.execute(row.on_conflict_do_update(index_elements=[Heartbeat.name], set_={"beat_at": row.excluded.beat_at}))


_STATE = """
SELECT clock_timestamp() AS clock,
       (SELECT beat_at FROM heartbeat WHERE name = %(worker)s) AS beat_at,
       (SELECT pulsing FROM heartbeat WHERE name = %(worker)s) IS TRUE AS pulsing,
       EXISTS (SELECT FROM pg_locks AS each WHERE locktype = 'advisory' AND classid = %(lock)s AND objid = %(number)s AND granted
               AND database = (SELECT oid FROM pg_database WHERE datname = current_database())) AS held,
       (SELECT count(*) FROM (SELECT FROM job WHERE state = 'dead' LIMIT 1) AS given_up) AS dead_jobs
"""


def _database() -> Seen:
    """One connection for everything that is asked of the database."""
    with probes.connect("health") as connection:
        try:
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        except psycopg.errors.UndefinedTable:
            return Seen(None)
        revision = str(row[0]) if row else None
        values = {"worker": WORKER, "lock": pulse.LOCK, "number": pulse.NUMBERS[WORKER]}
        try:
            state: Any = connection.cursor(row_factory=namedtuple_row).execute(_STATE, values).fetchone()
        except (psycopg.errors.UndefinedTable, psycopg.errors.UndefinedColumn):
            return Seen(revision)
    return Seen(revision, **state._asdict())


@functools.cache
def head(folder: str) -> str | None:
    """The revision that this process' code was written for."""
    return ScriptDirectory(folder).get_current_head()


def _migrations(seen: Seen) -> None:
    wanted = head(current_app.extensions["migrate"].directory)
    if seen.revision != wanted:
        raise NotReady(f"at {seen.revision}, not at {wanted}")


def _worker(seen: Seen) -> None:
    if seen.clock is None:
        return  # an older database: it is the migrations that fail
    if seen.pulsing and not seen.held:
        raise NotReady("its process has ended")
    if seen.beat_at is None or clock.now() - seen.beat_at > SILENCE:
        raise NotReady(f"last heard of at {seen.beat_at}")


def _redis() -> None:
    redis.client().ping()


def _media() -> None:
    storage.configured().try_out()


PARTS: Mapping[str, Callable[[], object]] = {DATABASE: _database, "redis": _redis, "media": _media}
JUDGED: Mapping[str, Callable[[Seen], None]] = {"migrations": _migrations, "worker": _worker}
_questions: dict[str, Question[object]] = {}


def dead_jobs() -> int:
    """How many jobs failed too often to be tried again by themselves: a person has to look."""
    return session.scalar(select(func.count()).where(Job.state == JobState.DEAD)) or 0


def examined() -> tuple[dict[str, Exception | None], Seen | None]:
    """Every part by name with its failure, or None where it works; and what the database said, if it did.

    All parts are asked at once, and given `PATIENCE` together.
    """
    asked = {name: _questions.setdefault(name, Question(name)).ask(how) for name, how in PARTS.items()}
    deadline = time.monotonic() + PATIENCE
    found = {name: _failure(answer, deadline) for name, answer in asked.items()}
    seen = asked[DATABASE].result() if found[DATABASE] is None else None
    if not isinstance(seen, Seen):
        return found, None
    return found | {name: _refusal(judge, seen) for name, judge in JUDGED.items()}, seen


def _failure(answer: Future[object], deadline: float) -> Exception | None:
    try:
        return answer.exception(max(0.0, deadline - time.monotonic()))  # type: ignore[return-value]  # none ends the process
    except TooLong:
        return NotReady(f"no answer within {PATIENCE} s")


def _refusal(judge: Callable[[Seen], None], seen: Seen) -> Exception | None:
    try:
        judge(seen)
    except Exception as error:  # noqa: BLE001 - whatever it is, this part is down
        return error
    return None


def livez() -> Response:
    """The process answers."""
    return _plain(make_response("ok\n"))


def readyz() -> Response:
    """Every part works; else 503 with the names of those that do not, or with "draining" when this node is about to stop.

    Jobs that are given up keep nobody from working, so they are a warning, and visitors are still sent.
    """
    if draining.begun():
        return _plain(make_response(jsonify(ready=False, failing=["draining"]), 503))
    found, seen = examined()
    down = {name: error for name, error in found.items() if error is not None}
    for name, error in down.items():
        log.warning("not ready: %s: %s", name, repr(error))
    warned = seen is not None and "migrations" not in down and seen.dead_jobs > 0
    response = jsonify(ready=not down, failing=list(down), **({"warnings": ["jobs"]} if warned else {}))
    response.status_code = 503 if down else 200
    return _plain(response)


def _plain(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response


for _path, _view in (("/livez", livez), ("/readyz", readyz)):
    _view.access = "public"  # type: ignore[attr-defined]  # the mark every view carries; accounts' guard stands above this room
    blueprint.add_url_rule(_path, view_func=_view)
