"""Becoming a member of the site, by whichever door the operator has opened."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Protocol

from campus import quotas
from campus.accounts import mailing, passwords, queries, rules
from campus.accounts.actions.people import AddressTaken, Newcomer, add_person
from campus.accounts.actions.sessions import network
from campus.platform import limits, settings
from campus.platform.db import session, transaction
from campus.platform.errors import Forbidden, Invalid
from campus.platform.settings import Registration

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime


class RegistrationClosed(Forbidden):
    """Nobody can sign up by themselves."""

    title = "Sign-up is closed"


class ForeignDomain(Invalid):
    """The address belongs to none of the organizations here."""

    title = "Use your campus or company address"


class Invitations(Protocol):
    """What this room has to know of invitations; who makes them is above it."""

    def address_of(self, token: str, *, now: datetime) -> str | None:
        """The address it was sent to; None for a link that several may follow. Raises Invalid if it leads nowhere."""

    def reserve(self, *, user_id: int, token: str, now: datetime) -> None:
        """Keep a place for who signs up, in the open transaction."""

    def redeem(self, *, user_id: int, now: datetime) -> None:
        """Let her take it: her address is proved."""


class _Domains:
    """Who knows the domains of organizations. Nobody does until the composition root hands it in."""

    known: ClassVar[Callable[[str], bool]] = staticmethod(lambda _domain: False)


def set_known_domain(known: Callable[[str], bool]) -> None:
    """Have `known(domain)` say whether an organization owns an e-mail domain (lower case, ASCII)."""
    _Domains.known = staticmethod(known)


class _Invited:
    """Who knows invitations. Nobody does until the composition root hands it in."""

    book: ClassVar[Invitations | None] = None


def set_invitations(book: Invitations) -> None:
    """Have `book` say which invitations are good, and keep the places of who signs up by one."""
    _Invited.book = book


def redeem_invitations(*, user_id: int, now: datetime) -> None:
    """Let somebody whose address is proved join where she was invited, in the open transaction."""
    if _Invited.book is not None:
        _Invited.book.redeem(user_id=user_id, now=now)


def require_open(invitation: str = "", *, now: datetime) -> str | None:
    """Whether one may sign up at all, by this invitation if there is one. Returns the address it was sent to, if to one.

    Raises:
        RegistrationClosed: not in this mode.
        Invalid: the invitation leads nowhere.
    """
    mode = settings.current().registration
    if invitation and mode is not Registration.CLOSED and _Invited.book is not None:
        return _Invited.book.address_of(invitation, now=now)
    if mode is Registration.INVITATION:
        raise RegistrationClosed("New members come by invitation. Ask somebody of your organization for one.")
    if mode is Registration.CLOSED:
        raise RegistrationClosed("New accounts are made by the administrators of this site.")
    return None


def sign_up(  # noqa: PLR0913 - what one signs up with
    *, email: str, name: str, password: str, handle: str = "", invitation: str = "", remote: str, now: datetime
) -> None:
    """Open an account, and send a link that proves its address.

    An address that has an account gets a mail that says so; here, nothing tells the two apart. Under `approval` the account
    waits for an administrator. By an `invitation`, she joins who sent it as soon as her address is proved.

    Raises:
        RegistrationClosed, ForeignDomain: the mode forbids it.
        Invalid, WeakPassword: a value of the wrong form.
        HandleTaken: somebody has the handle.
        QuotaExceeded: too many from this network address today.
    """
    invited = require_open(invitation, now=now)
    address, name = rules.address(email), rules.name(name)
    chosen_handle = rules.handle(handle) if handle.strip() else None
    if invited not in {None, address}:
        raise Invalid(f"The invitation was sent to {invited}: use that address.", field="email")
    if not invitation:
        _require_domain(address)
    passwords.chosen(password, about=(name, address, rules.domain(address), handle))
    newcomer = Newcomer(address, name, passwords.hashed(password), chosen_handle)
    waits = settings.current().registration is Registration.APPROVAL
    with transaction():
        limits.spend(quotas.SIGN_UPS, network(remote), now=now)
        try:
            with session.begin_nested():
                user = add_person(newcomer, approved_at=None if waits else now, verified_at=None)
        except AddressTaken:
            mailing.queue("account_exists", address=address)
        else:
            if invitation and _Invited.book is not None:
                _Invited.book.reserve(user_id=user.id, token=invitation, now=now)
            mailing.queue_verification(queries.addresses(user.id)[0].id)


def _require_domain(address: str) -> None:
    if settings.current().registration is Registration.DOMAINS and not _Domains.known(rules.domain(address)):
        raise ForeignDomain("Sign up with the address that your university or company gave you.", field="email")
