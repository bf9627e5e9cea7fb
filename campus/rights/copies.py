"""A copy of one's own data, on the site: asked for, made by a worker, there for a week, then gone.

State-based: a row of `DataCopy` says what is wanted, and the task makes every copy that waits, those too whose worker died. The
file lies where photos do, so that whichever node is asked can send it.
"""

from __future__ import annotations

import logging
import secrets
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import delete, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from campus.feed.scheduled import RUN_TASK
from campus.notifications.actions import send_notice
from campus.platform import outbox
from campus.platform.db import session, transaction
from campus.platform.errors import CampusError, Conflict, NotFound
from campus.posts.files import storage
from campus.rights import parts
from campus.rights.export import export
from campus.rights.models import CopyState, DataCopy

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

log = logging.getLogger(__name__)

TASK = "make_copies"
PLACE = "exports/"
KEPT = timedelta(days=7)
APART = timedelta(days=1)
DEAD = timedelta(minutes=10)  # whoever makes a copy says more often how far it is
NOTED_EVERY = 20  # photos
_UNSYNCED = {"synchronize_session": False}


class NoCopy(NotFound):
    """She has no copy that can be fetched."""


class CopyIsThere(Conflict):
    """One at a time, and one a day."""

    title = "There is a copy already"


def mine(user_id: int, *, now: datetime) -> DataCopy | None:
    """What became of the copy she asked for last; None if there is none, or its time is over."""
    row = session.get(DataCopy, user_id, populate_existing=True)
    return None if row is None or (row.expires_at is not None and row.expires_at <= now) else row


def ask(*, user_id: int, now: datetime) -> None:
    """Have a copy made. One that is there is replaced when it is older than a day.

    Raises:
        CopyIsThere: one is being made, or is younger than that.
    """
    row = {"user_id": user_id, "state": CopyState.WANTED, "asked_at": now, "touched_at": now}
    with transaction():
        before = session.get(DataCopy, user_id, with_for_update=True, populate_existing=True)
        if before is not None and before.state in {CopyState.WANTED, CopyState.MAKING}:
            raise CopyIsThere("Your copy is being made. We tell you when it is ready.")
        if before is not None and before.state is CopyState.READY and before.asked_at > now - APART:
            raise CopyIsThere("Your copy is less than a day old. Ask for another tomorrow.")
        if before is not None:
            _drop(before)
        if session.scalar(insert(DataCopy).values(row).on_conflict_do_nothing().returning(DataCopy.user_id)) is None:
            raise CopyIsThere("Your copy is being made. We tell you when it is ready.")
        outbox.record(RUN_TASK, TASK, {"name": TASK})


def file_of(user_id: int, *, now: datetime) -> str:
    """The storage key of her copy.

    Raises:
        NoCopy: there is none, or its time is over.
    """
    row = mine(user_id, now=now)
    if row is None or row.key is None:
        raise NoCopy
    return row.key


def make_waiting(*, now: Callable[[], datetime]) -> int:
    """Make every copy that waits, and those whose worker died. Returns how many were made."""
    made = 0
    while (user_id := _claim(now())) is not None:
        try:
            _make(user_id, now)
        except (CampusError, OSError) as error:
            log.warning("the copy for user %s was not made: %s", user_id, type(error).__name__, exc_info=True)
            _failed(user_id, now())
        else:
            made += 1
    return made


def forget_old(*, now: datetime) -> int:
    """Delete copies whose time is over, and files that belong to none. Returns how many copies."""
    over = session.scalars(select(DataCopy).where(DataCopy.expires_at <= now)).all()
    for row in over:
        with transaction():
            _drop(row)
    for key in storage().keys(PLACE, before=now - KEPT - APART):
        storage().delete(key)
    return len(over)


def forget(user_id: int) -> None:
    """Delete somebody's copy, in the open transaction."""
    row = session.get(DataCopy, user_id, populate_existing=True)
    if row is not None:
        _drop(row)


def _drop(row: DataCopy) -> None:
    if row.key is not None:
        storage().delete(row.key)
    session.execute(delete(DataCopy).where(DataCopy.user_id == row.user_id), execution_options=_UNSYNCED)
    session.expunge(row)


def _claim(now: datetime) -> int | None:
    abandoned = (DataCopy.state == CopyState.MAKING) & (DataCopy.touched_at < now - DEAD)
    waiting = select(DataCopy.user_id).where(or_(DataCopy.state == CopyState.WANTED, abandoned))
    first = waiting.order_by(DataCopy.asked_at).limit(1).with_for_update(skip_locked=True).scalar_subquery()
    claim = update(DataCopy).where(DataCopy.user_id == first).values(state=CopyState.MAKING, touched_at=now, done=0)
    with transaction():
        return session.scalar(claim.returning(DataCopy.user_id), execution_options=_UNSYNCED)


def _make(user_id: int, now: Callable[[], datetime]) -> None:
    _note(user_id, now(), total=len(session.execute(parts.photos(user_id)).all()))
    done = 0

    def step(count: int) -> None:
        nonlocal done
        done += count
        if done % NOTED_EVERY == 0:
            _note(user_id, now(), done=done)

    key = f"{PLACE}{user_id}-{secrets.token_urlsafe(18)}.zip"
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "copy.zip"
        export(user_id, to=file, now=now(), progress=step)
        storage().take(key, file)
        size = file.stat().st_size
    if not _finish(user_id, key, size, now()):
        storage().delete(key)  # she is gone meanwhile


def _note(user_id: int, now: datetime, **values: object) -> None:
    mine = update(DataCopy).where(DataCopy.user_id == user_id, DataCopy.state == CopyState.MAKING)
    with transaction():
        session.execute(mine.values(touched_at=now, **values), execution_options=_UNSYNCED)


def _finish(user_id: int, key: str, size: int, now: datetime) -> bool:
    mine = update(DataCopy).where(DataCopy.user_id == user_id, DataCopy.state == CopyState.MAKING)
    ready = mine.values(state=CopyState.READY, key=key, size=size, expires_at=now + KEPT, touched_at=now)
    with transaction():
        if session.scalar(ready.returning(DataCopy.user_id), execution_options=_UNSYNCED) is None:
            return False
        safe = "Whoever has the file has everything in it: keep it safe."
        text = f"You can download it until {now + KEPT:%-d %B %Y}, signed in. {safe}"
        _tell(user_id, "A copy of your data is ready", text, now)
    return True


def _failed(user_id: int, now: datetime) -> None:
    mine = update(DataCopy).where(DataCopy.user_id == user_id, DataCopy.state == CopyState.MAKING)
    with transaction():
        session.execute(mine.values(state=CopyState.FAILED, touched_at=now), execution_options=_UNSYNCED)
        _tell(user_id, "The copy of your data could not be made", "Please ask for it again.", now)


def _tell(user_id: int, title: str, text: str, now: datetime) -> None:
    send_notice(user_id=user_id, key=f"copy:{now.timestamp()}", title=title, text=text, url="/settings/data", now=now)
