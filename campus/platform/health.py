"""Whether the site lives, and whether it can work: for machines that restart it or send it visitors."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooLong
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from alembic.script import ScriptDirectory
from flask import Blueprint, Flask, current_app, jsonify, make_response
from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from campus.platform import clock, redis, settings
from campus.platform.db import READS, Base, db, session, transaction
from campus.platform.outbox import Job, JobState
from campus.platform.storage import open_storage

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from flask import Response

log = logging.getLogger(__name__)

blueprint = Blueprint("health", __name__)

PATIENCE = 2.0  # seconds for each part
SILENCE = timedelta(seconds=90)  # the sweep runs every minute
WORKER = "worker"


class NotReady(Exception):
    """This part cannot work."""


class Heartbeat(Base):
    """When a process that does the work behind the pages last said that it lives."""

    __tablename__ = "heartbeat"

    name: Mapped[str] = mapped_column(primary_key=True)
    beat_at: Mapped[datetime]


def beat(*, now: datetime, name: str = WORKER) -> None:
    """Say that the worker lives: with each sweep."""
    row = insert(Heartbeat).values(name=name, beat_at=now)
    with transaction():
        session.execute(row.on_conflict_do_update(index_elements=[Heartbeat.name], set_={"beat_at": row.excluded.beat_at}))


def _database() -> None:
    with db.engines[READS].connect() as connection:
        connection.execute(text("SELECT 1"))


def _migrations() -> None:
    folder = current_app.extensions["migrate"].directory
    wanted = ScriptDirectory(folder).get_current_head()
    with db.engines[READS].connect() as connection:
        found = connection.scalar(text("SELECT version_num FROM alembic_version"))
    if found != wanted:
        raise NotReady(f"at {found}, not at {wanted}")


def _redis() -> None:
    redis.client().ping()


def _worker() -> None:
    with db.engines[READS].connect() as connection:
        last = connection.scalar(select(Heartbeat.beat_at).where(Heartbeat.name == WORKER))
    if last is None or clock.now() - last > SILENCE:
        raise NotReady(f"last heard of at {last}")


def _media() -> None:
    config = settings.current()
    open_storage(config.media_url, config.s3).try_out()


PARTS: Mapping[str, Callable[[], None]] = {
    "database": _database,
    "migrations": _migrations,
    "redis": _redis,
    "worker": _worker,
    "media": _media,
}


def dead_jobs() -> int:
    """How many jobs failed too often to be tried again by themselves: a person has to look."""
    return session.scalar(select(func.count()).where(Job.state == JobState.DEAD)) or 0


def failing() -> list[str]:
    """The names of the parts that cannot work, each asked for two seconds at most."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001 - how Flask hands it to threads
    pool = ThreadPoolExecutor(max_workers=len(PARTS))
    waiting = {name: pool.submit(_in_context, app, check) for name, check in PARTS.items()}
    down = []
    for name, answer in waiting.items():
        try:
            answer.result(timeout=PATIENCE)
        except (TooLong, Exception) as error:  # noqa: BLE001 - whatever it is, this part is down
            log.warning("not ready: %s: %s", name, repr(error))
            down.append(name)
    pool.shutdown(wait=False, cancel_futures=True)
    return down


def _in_context(app: Flask, check: Callable[[], None]) -> None:
    with app.app_context():
        check()


def livez() -> Response:
    """The process answers."""
    return _plain(make_response("ok\n"))


def readyz() -> Response:
    """Every part works; else 503 with the names of those that do not.

    Jobs that are given up keep nobody from working, so they are a warning, and visitors are still sent.
    """
    down = failing()
    warnings = {"warnings": ["jobs"]} if "database" not in down and "migrations" not in down and dead_jobs() else {}
    response = jsonify(ready=not down, failing=down, **warnings)
    response.status_code = 503 if down else 200
    return _plain(response)


def _plain(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response


for _path, _view in (("/livez", livez), ("/readyz", readyz)):
    _view.access = "public"  # type: ignore[attr-defined]  # the mark every view carries; accounts' guard stands above this room
    blueprint.add_url_rule(_path, view_func=_view)
