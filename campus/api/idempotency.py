"""One effect for a request that is sent again: its answer is kept in the transaction of the effect.

A program that got no answer sends its request again with the same `Idempotency-Key`. If the first one was committed, its answer
is there too; if it was not, nothing was, and the request is carried out now. A crash between the two cannot happen.

An answer may hold what is shown once, or what others wrote: it lies sealed with the key of the request, which is not kept.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING

from flask import request
from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert

from campus.accounts import guard
from campus.api.answers import Kept
from campus.api.models import IdempotentAnswer
from campus.platform import clock, sealing
from campus.platform.db import session, transaction
from campus.platform.errors import CampusError, Conflict, Invalid

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

HEADER = "Idempotency-Key"
LONGEST = 200
PURPOSE = "idempotency"
PIECE = 1_000_000  # bytes
KEPT = timedelta(hours=24)


class BadKey(CampusError):
    """The key is no key."""

    status = 400
    title = "This Idempotency-Key cannot be used"


class KeyUsed(Invalid):
    """The key was used for another request."""

    title = "This Idempotency-Key was used for something else"


class StillRunning(Conflict):
    """The first request with this key is not answered yet."""

    title = "The same request is still being carried out"


def once(produce: Callable[[], Kept]) -> Kept:
    """What `produce` answers, or answered when this request came before.

    Raises:
        BadKey, KeyUsed, StillRunning: the request's key cannot be used, was used, or is in use.
    """
    key = request.headers.get(HEADER)
    if key is None:
        return produce()
    if not (0 < len(key) <= LONGEST and all("!" <= letter <= "~" for letter in key)):
        raise BadKey(f"{HEADER} has 1 to {LONGEST} visible ASCII characters.")
    user_id, digest = guard.viewer().id, _digest()
    with transaction():
        if not session.scalar(select(func.pg_try_advisory_xact_lock(_lock(user_id, key)))):
            raise StillRunning("The first request with this key has not been answered yet. Ask again in a moment.")
        found = _found(user_id, key, digest, now=clock.now())
        if found is not None:
            return found
        answer = produce()
        _keep(user_id, key, digest, answer)
    return answer


def _digest() -> bytes:
    """What makes a request the same one. A form's boundaries differ from try to try; its fields and files do not."""
    told = hashlib.sha256(f"{request.method} {request.full_path} {request.mimetype}\n".encode())
    if request.mimetype != "multipart/form-data":
        told.update(request.get_data())
        return told.digest()
    for name, values in request.form.lists():
        told.update(repr((name, values)).encode())
    for name, files in request.files.lists():
        for file in files:
            told.update(repr((name, file.filename)).encode())
            while piece := file.stream.read(PIECE):
                told.update(piece)
            file.stream.seek(0)
    return told.digest()


def _lock(user_id: int, key: str) -> int:
    """The number that stands for a key, among the locks of PostgreSQL."""
    named = hashlib.blake2b(f"idempotency {user_id} {key}".encode(), digest_size=8)
    return int.from_bytes(named.digest(), signed=True)


def _found(user_id: int, key: str, digest: bytes, *, now: datetime) -> Kept | None:
    mine = (IdempotentAnswer.user_id == user_id, IdempotentAnswer.key == _name(user_id, key))
    session.execute(delete(IdempotentAnswer).where(*mine, IdempotentAnswer.created_at < now - KEPT))
    row = session.scalar(select(IdempotentAnswer).where(*mine))
    if row is None:
        return None
    if row.request_digest != _bound(user_id, key, digest):
        raise KeyUsed("This key was used for another request. Draw a new one for each.")
    return Kept(row.status, sealing.unseal(PURPOSE, _hers(user_id, key), row.body), row.location, replayed=True)


def _keep(user_id: int, key: str, digest: bytes, answer: Kept) -> None:
    row = {"user_id": user_id, "key": _name(user_id, key), "request_digest": _bound(user_id, key, digest)}
    body = sealing.seal(PURPOSE, _hers(user_id, key), answer.body)
    told = {"status": answer.status, "body": body, "location": answer.location, "created_at": clock.now()}
    session.execute(insert(IdempotentAnswer).values(row | told))


def _hers(user_id: int, key: str) -> str:
    """The key as one person's: two who draw the same share nothing."""
    return f"{user_id} {key}"


def _name(user_id: int, key: str) -> str:
    return sealing.name_of(PURPOSE, _hers(user_id, key))


def _bound(user_id: int, key: str, digest: bytes) -> bytes:
    """The digest under the key: a request may be a secret short enough to be guessed from its digest."""
    return bytes.fromhex(sealing.name_of(f"{PURPOSE}.request", f"{_hers(user_id, key)} {digest.hex()}"))


def forget_old(*, now: datetime) -> int:
    """Delete the answers that are kept no longer. Returns how many."""
    with transaction():
        done = session.execute(delete(IdempotentAnswer).where(IdempotentAnswer.created_at < now - KEPT))
    return int(done.rowcount)  # type: ignore[attr-defined]  # a DELETE's result has it
