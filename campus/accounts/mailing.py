"""The mails of accounts: what they say, and the job that sends them.

A mail is a job written in the transaction of what it follows from. Its payload never holds a link: only a random seed, which the
worker signs into a link with the site's key when it sends. Who reads the jobs, or an old backup of them, can open nothing.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy.dialects.postgresql import insert

from campus.accounts import queries
from campus.accounts.models import EmailAddress, OneTimeToken, Purpose
from campus.platform import clock, mail, outbox, settings, tokens
from campus.platform.db import session, transaction

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from campus.platform.outbox import Handler, Lease

KIND = "send_mail"
LIFETIME = {Purpose.VERIFY: timedelta(days=3), Purpose.RESET: timedelta(minutes=60)}


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail's recipient, subject and text; the site's name and closing line are added."""

    to: str
    subject: str
    text: str


def queue(template: str, **payload: Any) -> None:
    """Have a mail sent once the open transaction commits. `template` is one of `LETTERS`."""
    outbox.record(KIND, f"{template}-{secrets.token_hex(8)}", {"template": template, **payload})


def queue_verification(email_id: int) -> None:
    """Have the link sent that proves an address."""
    queue("verify", email_id=email_id, seed=secrets.token_urlsafe(24))


def queue_reset(address: str) -> None:
    """Have a link for a new password sent, if the address has an account: the worker finds out, so that nobody else can tell."""
    queue("reset", address=address, seed=secrets.token_urlsafe(24))


def token_hash(seed: str) -> bytes:
    """What finds the one-time token of a link."""
    return hashlib.sha256(seed.encode()).digest()


def seed_of(purpose: Purpose, token: str) -> str:
    """The seed in a link's token.

    Raises:
        BadToken: the link was garbled, forged, or made for another purpose.
        ExpiredToken: it is too old.
    """
    payload = tokens.unsign(purpose, token, max_age=int(LIFETIME[purpose].total_seconds()))
    return str(payload.get("seed", ""))


def _send(lease: Lease) -> None:
    letter = LETTERS[lease.payload["template"]](lease.payload)
    if letter is None:
        return
    site = settings.current()
    text = f"{letter.text}\n\n-- \n{site.site_name}\n{site.site_url}\n"
    mail.send(mail.Mail(key=lease.key, to=letter.to, subject=f"{letter.subject} · {site.site_name}", text=text))


def _verify(payload: Mapping[str, Any]) -> Letter | None:
    email = session.get(EmailAddress, payload["email_id"], populate_existing=True)
    if email is None or email.verified_at:
        return None
    link = _link(Purpose.VERIFY, payload["seed"], user_id=email.user_id, email_id=email.id)
    return Letter(
        email.address,
        "Confirm your address",
        f"Please confirm that this address is yours:\n\n{link}\n\n"
        "The link is good for three days. If you did not ask for it, ignore this mail: nothing will happen.",
    )


def _reset(payload: Mapping[str, Any]) -> Letter | None:
    user = queries.by_email(payload["address"])
    if user is None:
        return None
    email = next(held for held in queries.addresses(user.id) if held.address == payload["address"])
    link = _link(Purpose.RESET, payload["seed"], user_id=user.id, email_id=email.id)
    return Letter(
        email.address,
        "Choose a new password",
        f"Somebody, you we hope, asked for a new password for the account of this address. Choose it here:\n\n{link}\n\n"
        "The link is good for one hour and for one use. If it was not you, ignore this mail: your password stays as it is.",
    )


def _account_exists(payload: Mapping[str, Any]) -> Letter | None:
    site = settings.current().site_url
    return Letter(
        payload["address"],
        "You already have an account",
        "Somebody, you perhaps, tried to sign up or to add an address with this one. It belongs to an account already.\n\n"
        f"Sign in: {site}/login\nForgotten password: {site}/reset\n\nIf it was not you, there is nothing you need to do.",
    )


def _password_changed(payload: Mapping[str, Any]) -> Letter | None:
    address = queries.primary_address(payload["user_id"])
    if address is None:
        return None
    return Letter(
        address,
        "Your password was changed",
        "The password of your account was changed, and other browsers were signed out.\n\n"
        f"If it was not you, choose a new one now: {settings.current().site_url}/reset",
    )


def _approved(payload: Mapping[str, Any]) -> Letter | None:
    address = queries.primary_address(payload["user_id"])
    if address is None:
        return None
    welcome = f"Your account was approved. Welcome! Sign in here:\n\n{settings.current().site_url}/login"
    return Letter(address, "Your account is ready", welcome)


def _link(purpose: Purpose, seed: str, *, user_id: int, email_id: int) -> str:
    """The address of a page that this seed opens once. Sending it again after a failure finds the row in place."""
    row = insert(OneTimeToken).values(
        token_hash=token_hash(seed),
        purpose=purpose,
        user_id=user_id,
        email_id=email_id,
        expires_at=clock.now() + LIFETIME[purpose],
    )
    with transaction():
        session.execute(row.on_conflict_do_nothing())
    return f"{settings.current().site_url}/{purpose}/{tokens.sign(purpose, {'seed': seed})}"


LETTERS: dict[str, Callable[[Mapping[str, Any]], Letter | None]] = {
    "verify": _verify,
    "reset": _reset,
    "account_exists": _account_exists,
    "password_changed": _password_changed,
    "approved": _approved,
}

HANDLERS: dict[str, Handler] = {KIND: _send}
