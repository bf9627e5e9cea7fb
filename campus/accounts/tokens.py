"""Personal tokens: made, shown once, found by what is left of them, revoked.

A token is "pct_" and 43 letters: 37 at random (222 bits), and 6 that sum them up, so that a slip of the hand is refused without
asking the database, and a scanner that finds one in a public place knows what it is.
"""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
import zlib
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, or_, select, update

from campus.accounts import queries, rules
from campus.accounts.models import AccessToken, TokenScope
from campus.audit.actions import record
from campus.platform.db import session, transaction
from campus.platform.errors import Conflict, Invalid, NotFound

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from campus.accounts.queries import TokenHolder, TokenView

PREFIX = "pct_"
RANDOM = 37
MOST = 50
NOTED_EVERY = timedelta(minutes=1)
LONGEST = timedelta(days=3660)
_FORM = re.compile(rf"{PREFIX}([A-Za-z0-9_-]{{{RANDOM}}})([A-Za-z0-9_-]{{6}})")


class TokenNotFound(NotFound):
    """She has no such token."""


class TooManyTokens(Conflict):
    """Nobody needs so many."""

    title = "You have many tokens"


class NoScope(Invalid):
    """A token that may do nothing."""

    title = "Choose what the token may do"


class BadExpiry(Invalid):
    """An end that has been, or is further away than anybody can see."""

    title = "Choose when the token ends"


def issue(
    *, user_id: int, name: str, scopes: Collection[TokenScope], expires_at: datetime | None, now: datetime
) -> tuple[AccessToken, str]:
    """Make a token. Returns its row and its text, which is shown to its owner now and never again.

    Raises:
        Invalid: no name, no scope, or an end that makes no sense; `field` says which.
        TooManyTokens: she has `MOST` already.
    """
    title = rules.name(name)
    if not scopes:
        raise NoScope("Tick at least one thing the token may do.", field="scopes")
    if expires_at is not None and not now < expires_at <= now + LONGEST:
        raise BadExpiry("The end has to be in the future, within ten years.", field="expires_at")
    secret = _drawn()
    row = AccessToken(
        user_id=user_id,
        name=title,
        token_hash=_hash(secret),
        scopes=[scope.value for scope in TokenScope if scope in scopes],
        created_at=now,
        expires_at=expires_at,
    )
    with transaction():
        _require_room(user_id)
        session.add(row)
        session.flush()
        record("token.create", f"token:{row.id}", after={"user_id": user_id, "scopes": row.scopes, "expires_at": expires_at})
    return row, secret


def _require_room(user_id: int) -> None:
    mine = select(func.count()).select_from(AccessToken).where(AccessToken.user_id == user_id, AccessToken.revoked_at.is_(None))
    if (session.scalar(mine) or 0) >= MOST:
        raise TooManyTokens(f"You have {MOST} tokens. Revoke one that you no longer use.")


def revoke(*, user_id: int, token_id: int, now: datetime) -> None:
    """End a token: the next request with it is refused.

    Raises:
        TokenNotFound: she has none of this id that still counts.
    """
    with transaction():
        mine = (AccessToken.id == token_id, AccessToken.user_id == user_id, AccessToken.revoked_at.is_(None))
        ended = update(AccessToken).where(*mine).values(revoked_at=now).returning(AccessToken.id)
        if session.scalar(ended, execution_options={"synchronize_session": False}) is None:
            raise TokenNotFound
        record("token.revoke", f"token:{token_id}", before={"user_id": user_id})


def revoke_all(*, user_id: int, now: datetime) -> int:
    """End every token of a person. Returns how many."""
    mine = update(AccessToken).where(AccessToken.user_id == user_id, AccessToken.revoked_at.is_(None)).values(revoked_at=now)
    with transaction():
        ended = len(session.scalars(mine.returning(AccessToken.id), execution_options={"synchronize_session": False}).all())
        if ended:
            record("token.revoke_all", f"user:{user_id}", after={"tokens": ended})
    return ended


def listing(user_id: int) -> list[TokenView]:
    """A person's tokens that are not revoked, the newest first."""
    return queries.access_tokens(user_id)


def found(secret: str, *, now: datetime) -> TokenHolder | None:
    """For whom this token acts; None if it is not one, has ended, or she is suspended. Its use is noted, once a minute."""
    if not has_form(secret):
        return None
    holder = queries.token_holder(_hash(secret), now=now)
    if holder is not None:
        _note_use(holder, now)
    return holder


def has_form(secret: str) -> bool:
    """It is written as tokens are, without a slip."""
    match = _FORM.fullmatch(secret)
    return match is not None and secrets.compare_digest(_sum(match[1]), match[2])


def _drawn() -> str:
    drawn = secrets.token_urlsafe(RANDOM)[:RANDOM]
    return f"{PREFIX}{drawn}{_sum(drawn)}"


def _sum(text: str) -> str:
    return base64.urlsafe_b64encode(zlib.crc32(text.encode()).to_bytes(4)).decode().rstrip("=")


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def _note_use(holder: TokenHolder, now: datetime) -> None:
    if holder.last_used_at is not None and now - holder.last_used_at < NOTED_EVERY:
        return
    with transaction():
        unseen = or_(AccessToken.last_used_at.is_(None), AccessToken.last_used_at < now)
        used = update(AccessToken).where(AccessToken.id == holder.token_id, unseen).values(last_used_at=now)
        session.execute(used, execution_options={"synchronize_session": False})
