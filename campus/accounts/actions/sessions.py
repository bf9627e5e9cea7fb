"""Signing in and out. A session is a row; what the browser holds only finds it."""

from __future__ import annotations

import hashlib
import ipaddress
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, true, update

from campus import quotas
from campus.accounts import passwords, queries, rules
from campus.accounts.models import AccessToken, OneTimeToken, User, UserSession
from campus.audit.actions import record
from campus.platform import limits, metrics, settings
from campus.platform.db import session, transaction
from campus.platform.errors import Forbidden, Invalid

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import ColumnElement

LONGEST = timedelta(days=14)
LONGEST_REMEMBERED = timedelta(days=30)
NOTED_EVERY = timedelta(minutes=5)
MOST_AGENT = 200


class WrongCredentials(Invalid):
    """No such account, or not its password: which of the two is not said."""

    title = "That did not match"


class AccountSuspended(Forbidden):
    """The password is right, and the account is shut."""

    title = "This account is suspended"


class AccountLeaving(Forbidden):
    """The password is right, and the account is to be erased: it can still be kept."""

    title = "This account is to be deleted"

    def __init__(self, user_id: int) -> None:
        super().__init__("Your password is right, and this account is to be deleted.")
        self.user_id = user_id


class AccountWaits(Forbidden):
    """The password is right, and nobody has approved the account yet."""

    title = "Your account waits for approval"


@dataclass(frozen=True, slots=True)
class Started:
    """A session that has begun: `token` is for the browser alone."""

    token: str
    user_id: int
    remembered: bool


@dataclass(frozen=True, slots=True)
class Ended:
    """How many sessions and personal tokens of everybody were ended."""

    sessions: int
    tokens: int


def sign_in(*, email: str, password: str, remote: str, user_agent: str = "", remember: bool = False, now: datetime) -> Started:
    """Begin a session for who knows the password. `remote` is the network address the attempt comes from.

    An attempt is paid before the password is looked at and given back when it was right, so that attempts made at once count
    exactly. The account is counted by the address as typed: whether it exists shows nowhere.

    Raises:
        Invalid: no address, or a password that cannot be one.
        QuotaExceeded: too many failures for this account, or from this network address.
        WrongCredentials, AccountSuspended, AccountWaits, AccountLeaving: as they say.
    """
    address, password = rules.address(email), passwords.acceptable(password)
    subject = _subject(address)
    with transaction():
        limits.spend(quotas.SIGN_INS_FROM, network(remote), now=now)
        limits.spend(quotas.SIGN_INS, subject, now=now)
    user = queries.by_email(address)
    known = user is not None and (settings.current().demo_sign_ins or not user.is_demo)
    if not passwords.matches(user.password_hash if user and known else None, password) or user is None:
        metrics.sign_in_failed("credentials")
        raise WrongCredentials("This address and this password do not belong together.", field="password")
    with transaction():
        _forgive(subject, remote, now=now)
    _require_admitted(user)
    with transaction():
        if user.password_hash and passwords.outdated(user.password_hash):
            session.execute(update(User).where(User.id == user.id).values(password_hash=passwords.hashed(password)))
        token = start_session(user_id=user.id, user_agent=user_agent, remember=remember, now=now)
    return Started(token, user.id, remember)


def come_in(*, user_id: int, user_agent: str = "", now: datetime) -> str:
    """Begin a session for who proved a moment ago who she is. Returns the token for her browser.

    Raises:
        AccountSuspended, AccountWaits, AccountLeaving: as they say.
    """
    _require_admitted(session.get_one(User, user_id, populate_existing=True))
    return start_session(user_id=user_id, user_agent=user_agent, now=now)


def _subject(address: str) -> str:
    """What an account's attempts are counted under: not the address itself, which may be a stranger's slip of the tongue."""
    return "account:" + hashlib.sha256(address.encode()).hexdigest()[:32]


def network(remote: str) -> str:
    """What attempts from a network address are counted under: the address, or the /64 that one IPv6 subscriber has."""
    try:
        parsed = ipaddress.ip_address(remote)
    except ValueError:
        return f"from:{remote[:64]}"
    if parsed.version == 6:  # noqa: PLR2004 - IPv6
        return f"from:{ipaddress.ip_network((parsed, 64), strict=False)}"
    return f"from:{parsed}"


def _forgive(subject: str, remote: str, *, now: datetime) -> None:
    """The right password: the account's failures are forgotten, and this attempt costs its sender nothing."""
    limits.give_back(quotas.SIGN_INS_FROM, network(remote), now=now)
    failed = limits.usage(quotas.SIGN_INS, subject, now=now).used
    limits.give_back(quotas.SIGN_INS, subject, now=now, amount=failed)


def _require_admitted(user: User) -> None:
    if user.suspended_at is not None:
        metrics.sign_in_failed("suspended")
        raise AccountSuspended("Your password is right, but an administrator has suspended this account.")
    if user.approved_at is None:
        metrics.sign_in_failed("waits")
        raise AccountWaits("Your password is right. An administrator still has to approve your account; a mail will tell you.")
    if user.leaving_at is not None:
        metrics.sign_in_failed("leaving")
        raise AccountLeaving(user.id)


def start_session(*, user_id: int, user_agent: str = "", remember: bool = False, now: datetime) -> str:
    """Begin a session for a person, whoever vouches for her. Returns the token for her browser; only its hash is kept."""
    token = secrets.token_urlsafe(32)
    row = UserSession(
        token_hash=hash_of(token),
        user_id=user_id,
        user_agent=_printable(user_agent)[:MOST_AGENT],
        remembered=remember,
        created_at=now,
        last_seen_at=now,
        expires_at=now + (LONGEST_REMEMBERED if remember else LONGEST),
    )
    with transaction():
        session.add(row)
    return token


def hash_of(token: str) -> bytes:
    """What finds a session's row. The token has 256 random bits, so a plain SHA-256 cannot be turned back."""
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()


def _printable(text: str) -> str:
    return "".join(letter for letter in text if not unicodedata.category(letter).startswith("C"))


def note_use(token_hash: bytes, *, last_seen_at: datetime, now: datetime) -> None:
    """Remember that a session is in use; written every few minutes at most."""
    if now - last_seen_at < NOTED_EVERY:
        return
    with transaction():
        seen = update(UserSession).where(UserSession.token_hash == token_hash, UserSession.last_seen_at < now)
        session.execute(seen.values(last_seen_at=now), execution_options={"synchronize_session": False})


def sign_out(token_hash: bytes) -> None:
    """End one session: whoever copied its cookie is out as well."""
    with transaction():
        _end(UserSession.token_hash == token_hash)


def revoke_sessions(user_id: int, *, keep: bytes | None = None) -> int:
    """End every session of a person, but for the one whose hash is `keep`. Returns how many."""
    with transaction():
        theirs = UserSession.user_id == user_id
        return _end(theirs & (UserSession.token_hash != keep) if keep else theirs)


def sign_out_everywhere(user_id: int) -> int:
    """End every session of a person on an administrator's word. Returns how many."""
    with transaction():
        ended = revoke_sessions(user_id)
        record("user.sign_out", f"user:{user_id}", after={"sessions": ended})
    return ended


def end_all(*, tokens: bool, now: datetime) -> Ended:
    """End every session and every link that waits in a mail, of everybody; with `tokens` every personal token too."""
    alive = update(AccessToken).where(AccessToken.revoked_at.is_(None)).values(revoked_at=now)
    with transaction():
        sessions = _end(true())
        session.execute(delete(OneTimeToken), execution_options={"synchronize_session": False})
        revoked = session.execute(alive, execution_options={"synchronize_session": False}) if tokens else None
    return Ended(sessions, int(revoked.rowcount) if revoked else 0)  # type: ignore[attr-defined]  # an UPDATE's result has it


def revoke_session(*, user_id: int, session_id: str) -> bool:
    """End one session of a person by the `id` of its `SessionView`. False if it is no longer there."""
    try:
        token_hash = bytes.fromhex(session_id)
    except ValueError:
        return False
    with transaction():
        return _end((UserSession.user_id == user_id) & (UserSession.token_hash == token_hash)) > 0


def forget_dead_sessions(*, now: datetime) -> int:
    """Delete the rows of sessions that no longer count. Returns how many."""
    with transaction():
        return _end(~queries.alive(now))


def _end(which: ColumnElement[bool]) -> int:
    done = session.execute(delete(UserSession).where(which), execution_options={"synchronize_session": False})
    return int(done.rowcount)  # type: ignore[attr-defined]  # a DELETE's result has it
