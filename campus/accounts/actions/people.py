"""Verbs on whole people: made, approved, suspended, promoted; and what they choose about themselves."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from campus.accounts import mailing, passwords, queries, rules
from campus.accounts.actions.sessions import revoke_sessions
from campus.accounts.models import EmailAddress, User
from campus.audit.actions import Reason, record
from campus.platform import outbox
from campus.platform.db import session, transaction
from campus.platform.errors import Conflict

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Select
    from sqlalchemy.orm import InstrumentedAttribute

    from campus.accounts.models import Algorithm, Scope, Theme


class HandleTaken(Conflict):
    """Somebody has this handle."""

    title = "This handle is taken"


class AddressTaken(Conflict):
    """An account has this address; said to operators only."""

    title = "This address has an account"


class LastAdministrator(Conflict):
    """The site keeps at least one administrator who can sign in."""

    title = "The last administrator stays"

    def __init__(self) -> None:
        super().__init__("This person is the last administrator. Make somebody else one first.")


@dataclass(frozen=True, slots=True)
class Newcomer:
    """What a new account is made of, in clean form; the password hashed."""

    address: str
    name: str
    password_hash: str
    handle: str | None = None


def create_user(*, email: str, name: str, password: str, handle: str | None = None, admin: bool = False, now: datetime) -> User:
    """Make an account whose address counts as proved: for operators, whose word it is.

    Raises:
        Invalid: a value of the wrong form.
        HandleTaken, AddressTaken: somebody was first.
    """
    newcomer = Newcomer(
        address=rules.address(email),
        name=rules.name(name),
        password_hash=passwords.hashed(passwords.acceptable(password)),
        handle=rules.handle(handle) if handle else None,
    )
    with transaction():
        user = add_person(newcomer, approved_at=now, verified_at=now)
        if admin:
            user.is_admin = True
        record("user.create", f"user:{user.id}", after={"admin": admin})  # no names: this log forgets nobody
    return user


def add_person(newcomer: Newcomer, *, approved_at: datetime | None, verified_at: datetime | None) -> User:
    """Insert a person and her primary address, in the open transaction.

    Raises:
        HandleTaken, AddressTaken: somebody was first.
    """
    release_claims(newcomer.address)
    handle = newcomer.handle or free_handle(newcomer.name)
    values = {
        "handle": handle,
        "name": newcomer.name,
        "password_hash": newcomer.password_hash,
        "approved_at": approved_at,
    }
    user_id = session.scalar(insert(User).values(values).on_conflict_do_nothing().returning(User.id))
    if user_id is None:
        raise HandleTaken(f"The handle {handle} is taken. Please choose another.", field="handle")
    email = {"user_id": user_id, "address": newcomer.address, "is_primary": True, "verified_at": verified_at}
    if session.scalar(insert(EmailAddress).values(email).on_conflict_do_nothing().returning(EmailAddress.id)) is None:
        raise AddressTaken(f"{newcomer.address} has an account already.", field="email")
    return session.get_one(User, user_id)


def release_claims(address: str) -> None:
    """Forget that somebody typed this address as a further one of theirs and never proved it."""
    claims = select(EmailAddress).where(EmailAddress.address == address, ~queries.usable())
    for claim in session.scalars(claims.with_for_update()):
        session.delete(claim)
    session.flush()


def free_handle(name: str) -> str:
    """A handle made of the name that nobody has and no rule reserves."""
    base = rules.handle_from(name)
    taken = set(session.scalars(select(User.handle).where(User.handle.startswith(base, autoescape=True)).limit(1000)))
    candidates = [base, *(f"{base}{number}" for number in range(2, 100))]
    for candidate in candidates:
        if candidate not in taken and candidate not in rules.RESERVED:
            return candidate
    return f"{base}{secrets.randbelow(900_000) + 100_000}"


def approve(*, user_id: int, now: datetime) -> bool:
    """Let somebody in who waits for it, and tell her. False if she was in already."""
    waiting = update(User).where(User.id == user_id, User.approved_at.is_(None)).values(approved_at=now)
    with transaction():
        if session.scalar(waiting.returning(User.id)) is None:
            return False
        mailing.queue("approved", user_id=user_id)
        record("user.approve", f"user:{user_id}")
    return True


def suspend(user_id: int, *, reason: str = "", now: datetime) -> bool:
    """Shut somebody out: her sessions end, and what she signed is hidden. False if she was out already.

    The `reason` is kept in the audit log alone, until she is forgotten.

    Raises:
        LastAdministrator: nobody else could administer the site.
    """
    with transaction():
        if not _shut_out(user_id, User.suspended_at, now):
            return False
        why = {"reason": Reason(reason, about=user_id)} if reason else {}
        record("user.suspend", f"user:{user_id}", before={"suspended": False}, after={"suspended": True, **why})
    return True


def reinstate(user_id: int) -> bool:
    """End a suspension; she signs in anew, unless she is leaving. False if she was not suspended."""
    with transaction():
        if not _let_in(user_id, User.suspended_at):
            return False
        record("user.reinstate", f"user:{user_id}", before={"suspended": True}, after={"suspended": False})
    return True


def leave(user_id: int, *, now: datetime) -> bool:
    """Shut somebody out who is to be forgotten, as a suspension does. False if she was leaving already.

    Raises:
        LastAdministrator: nobody else could administer the site.
    """
    with transaction():
        return _shut_out(user_id, User.leaving_at, now)


def stay(user_id: int) -> bool:
    """She is not to be forgotten after all; a suspension goes on. False if she was not leaving."""
    with transaction():
        return _let_in(user_id, User.leaving_at)


def _shut_out(user_id: int, since: InstrumentedAttribute[datetime | None], now: datetime) -> bool:
    """Note since when, end her sessions, hide what she signed. False if it was noted already."""
    _require_another_administrator(user_id)
    noted = update(User).where(User.id == user_id, since.is_(None)).values({since: now})
    if session.scalar(noted.returning(User.id)) is None:
        return False
    revoke_sessions(user_id)
    _resync(user_id)
    return True


def _let_in(user_id: int, since: InstrumentedAttribute[datetime | None]) -> bool:
    """The same, taken back. False if nothing was noted."""
    cleared = update(User).where(User.id == user_id, since.is_not(None)).values({since: None})
    if session.scalar(cleared.returning(User.id)) is None:
        return False
    _resync(user_id)
    return True


def _resync(user_id: int) -> None:
    bump_permissions(user_id)
    outbox.record("resync_author", user_id, {"user_id": user_id})


def promote(*, user_id: int, admin: bool = True) -> bool:
    """Make somebody a site administrator, or no longer one; her sessions end. False if nothing changed.

    Raises:
        LastAdministrator: nobody else could administer the site.
    """
    changed = update(User).where(User.id == user_id, User.is_admin.is_not(admin)).values(is_admin=admin)
    with transaction():
        if not admin:
            _require_another_administrator(user_id)
        if session.scalar(changed.returning(User.id)) is None:
            return False
        revoke_sessions(user_id)
        bump_permissions(user_id)
        record("user.promote", f"user:{user_id}", before={"admin": not admin}, after={"admin": admin})
    return True


def _require_another_administrator(user_id: int) -> None:
    """Hold every administrator while looking: of two who demote each other at once, the second finds herself the last."""
    if session.scalars(_able().order_by(User.id).with_for_update(key_share=True)).all() == [user_id]:
        raise LastAdministrator


def is_last_administrator(user_id: int) -> bool:
    """Whether nobody else could administer the site."""
    return session.scalars(_able().limit(2)).all() == [user_id]


def _able() -> Select[int]:
    return select(User.id).where(User.is_admin, User.present, User.approved_at.is_not(None))


def bump_permissions(*user_ids: int) -> None:
    """Count up what caches carry in their keys for these people, in the open transaction."""
    if user_ids:
        bumped = update(User).where(User.id.in_(sorted(set(user_ids)))).values(permission_version=User.permission_version + 1)
        session.execute(bumped, execution_options={"synchronize_session": False})


def edit_profile(*, user_id: int, name: str, bio: str) -> None:
    """Change what others read about a person.

    Raises:
        Invalid: a value of the wrong form.
    """
    _set(user_id, name=rules.name(name), bio=rules.bio(bio))


def choose_theme(user_id: int, theme: Theme) -> None:
    """Remember the colours she likes."""
    _set(user_id, theme=theme)


def choose_feed(user_id: int, algorithm: Algorithm, scope: Scope) -> None:
    """Remember the order and the extent of her home feed."""
    _set(user_id, algorithm=algorithm, scope=scope)


def choose_loading(user_id: int, *, auto_load: bool) -> None:
    """Remember whether the feed goes on by itself at its end, or on a button."""
    _set(user_id, auto_load=auto_load)


def _set(user_id: int, **values: object) -> None:
    with transaction():
        session.execute(update(User).where(User.id == user_id).values(**values))
