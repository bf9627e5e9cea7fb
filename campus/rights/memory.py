"""Who was erased, remembered outside the database: a restored backup knows nothing of what was erased since.

An empty file for each, beside the photos, where every node sees it and no restore of the database takes it away. Its name holds
a number and the moment the account was made, so that another person who gets the number one day is not taken for her.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from campus.accounts import actions as accounts
from campus.accounts.models import User
from campus.platform.db import session, transaction
from campus.posts.files import storage
from campus.rights.models import Erasure
from campus.rights.nameless import is_nameless

if TYPE_CHECKING:
    from collections.abc import Iterator

log = logging.getLogger(__name__)

PLACE = "erased/"
BATCH = 1000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def remember(user_id: int) -> None:
    """Note that a person is erased; on disk when it returns.

    Raises:
        StorageAway: it cannot be noted now.
    """
    made = session.scalar(select(User.created_at).where(User.id == user_id))
    if made is not None:
        storage().write(f"{PLACE}{user_id}-{(made - _EPOCH) // _MICROSECOND}", b"")


def ask_again(*, now: datetime) -> int:
    """Shut out whoever was erased once and is here again, and have her erased at once. Returns how many.

    The last administrator stays until there is another: the log says so each time.
    """
    asked = 0
    for user_id in list(_back()):
        try:
            _ask(user_id, now)
        except accounts.LastAdministrator as error:
            log.warning("user %s, who was erased once, is here again and stays: %s", user_id, error)
        else:
            asked += 1
    return asked


def _ask(user_id: int, now: datetime) -> None:
    with transaction():
        accounts.leave(user_id, now=now)  # her before what is asked of her, as `erasure` does
        session.merge(Erasure(user_id=user_id, requested_at=now, due_at=now))


def _back() -> Iterator[int]:
    """Who is listed, and in the database with her name."""
    listed = [key.removeprefix(PLACE).partition("-") for key in storage().keys(PLACE)]
    once = {int(number): _EPOCH + int(made) * _MICROSECOND for number, _, made in listed}
    numbers = sorted(once)
    for start in range(0, len(numbers), BATCH):
        people = select(User.id, User.created_at).where(User.id.in_(numbers[start : start + BATCH]), ~is_nameless())
        yield from (row.id for row in session.execute(people) if row.created_at == once[row.id])
