"""A forgotten, or a changed, password."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from sqlalchemy import update

from campus import quotas
from campus.accounts import mailing, passwords, queries, rules, tokens
from campus.accounts.actions.addresses import prove, take_token
from campus.accounts.actions.sessions import network, revoke_sessions
from campus.accounts.models import OneTimeToken, Purpose, User
from campus.audit.actions import record
from campus.platform import limits
from campus.platform.db import session, transaction
from campus.platform.errors import Invalid
from campus.platform.tokens import BadToken

if TYPE_CHECKING:
    from datetime import datetime


def request_reset(*, email: str, remote: str, now: datetime) -> None:
    """Have a link for a new password sent to the address, if it has an account.

    The same is done and written for an address without one: the worker finds out.

    Raises:
        Invalid: no address.
        QuotaExceeded: too many for this address, or from this network address, today.
    """
    address = rules.address(email)
    subject = "account:" + hashlib.sha256(address.encode()).hexdigest()[:32]
    with transaction():
        limits.spend(quotas.RESETS_FROM, network(remote), now=now)
        limits.spend(quotas.RESETS, subject, now=now)
        mailing.queue_reset(address)


def offer_reset(*, user_id: int) -> bool:
    """Send somebody the link for a new password, on an administrator's word. False if she has no address."""
    address = queries.primary_address(user_id)
    if address is None:
        return False
    with transaction():
        mailing.queue_reset(address)
        record("user.offer_reset", f"user:{user_id}")
    return True


def reset_is_open(*, token: str, now: datetime) -> int:
    """Look at the token of a reset link without using it: mail scanners follow links. Returns whose it is.

    Raises:
        BadToken, ExpiredToken: the link is not good, or no longer.
    """
    hashed = mailing.token_hash(mailing.seed_of(Purpose.RESET, token))
    opened = queries.open_token(hashed, Purpose.RESET, now=now)
    if opened is None:
        raise BadToken("This link has been used, or is too old.")
    return opened.user_id


def reset_password(*, token: str, password: str, now: datetime) -> int:
    """Take the token of a reset link: the password is set, every session and token ends, other links die. Returns whose it was.

    The link arrived, so its address is proved.

    Raises:
        BadToken, ExpiredToken: the link is not good, or no longer.
        Invalid, WeakPassword: the password cannot be used; the link can be used again.
    """
    user = session.get_one(User, reset_is_open(token=token, now=now))
    seed = mailing.seed_of(Purpose.RESET, token)
    kept = passwords.hashed(passwords.chosen(password, about=(user.name, user.handle)))
    with transaction():
        used = take_token(mailing.token_hash(seed), Purpose.RESET, now=now)
        prove(email_id=used.email_id or 0, now=now)
        set_password(user_id=used.user_id, kept=kept, now=now, revoke_tokens=True)
    return used.user_id


def require_password(*, user_id: int, password: str, field: str = "password", now: datetime) -> None:
    """Go on only if this is her password. Failures count as failed sign-ins do.

    Raises:
        Invalid: it is not; `field` is the one given.
        QuotaExceeded: too many failures this hour.
    """
    user = session.get_one(User, user_id)
    with transaction():
        limits.spend(quotas.SIGN_INS, user_id, now=now)
    if not passwords.matches(user.password_hash, passwords.acceptable(password)):
        raise Invalid("This is not your present password.", field=field)
    with transaction():
        limits.give_back(quotas.SIGN_INS, user_id, now=now)


def change_password(
    *, user_id: int, current: str, new: str, keep: bytes | None, revoke_tokens: bool = False, now: datetime
) -> None:
    """Change the password of who knows the present one; her other sessions end, and if she wishes her personal tokens.

    Failures count as failed sign-ins do: a borrowed browser must not try passwords for ever.

    Raises:
        Invalid, WeakPassword: the present password is wrong, or the new one cannot be used.
        QuotaExceeded: too many failures this hour.
    """
    require_password(user_id=user_id, password=current, field="current", now=now)
    user = session.get_one(User, user_id)
    kept = passwords.hashed(passwords.chosen(new, about=(user.name, user.handle)))
    with transaction():
        set_password(user_id=user_id, kept=kept, now=now, keep=keep, revoke_tokens=revoke_tokens)


def set_password(*, user_id: int, kept: str, now: datetime, keep: bytes | None = None, revoke_tokens: bool = False) -> None:
    """Put a hashed password in place and end what the old one opened, but for the session `keep`; tell the person by mail.

    Personal tokens go on, unless `revoke_tokens`: programs would stop whenever somebody tidies up.
    """
    with transaction():
        session.execute(update(User).where(User.id == user_id).values(password_hash=kept))
        links = update(OneTimeToken).where(
            OneTimeToken.user_id == user_id, OneTimeToken.purpose == Purpose.RESET, OneTimeToken.used_at.is_(None)
        )
        session.execute(links.values(used_at=now), execution_options={"synchronize_session": False})
        revoke_sessions(user_id, keep=keep)
        if revoke_tokens:
            tokens.revoke_all(user_id=user_id, now=now)
        mailing.queue("password_changed", user_id=user_id)
