"""Becoming a member of the site, by whichever door the operator has opened."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

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


class _Domains:
    """Who knows the domains of organizations. Nobody does until the composition root hands it in."""

    known: ClassVar[Callable[[str], bool]] = staticmethod(lambda _domain: False)


def set_known_domain(known: Callable[[str], bool]) -> None:
    """Have `known(domain)` say whether an organization owns an e-mail domain (lower case, ASCII)."""
    _Domains.known = staticmethod(known)


def require_open() -> None:
    """Whether the public may sign up at all.

    Raises:
        RegistrationClosed: not in this mode.
    """
    mode = settings.current().registration
    if mode is Registration.INVITATION:
        raise RegistrationClosed("New members come by invitation. Ask somebody of your organization for one.")
    if mode is Registration.CLOSED:
        raise RegistrationClosed("New accounts are made by the administrators of this site.")


def sign_up(*, email: str, name: str, password: str, handle: str = "", remote: str, now: datetime) -> None:
    """Open an account, and send a link that proves its address.

    An address that has an account gets a mail that says so; here, nothing tells the two apart. Under `approval` the account
    waits for an administrator.

    Raises:
        RegistrationClosed, ForeignDomain: the mode forbids it.
        Invalid, WeakPassword: a value of the wrong form.
        HandleTaken: somebody has the handle.
        QuotaExceeded: too many from this network address today.
    """
    require_open()
    address, name = rules.address(email), rules.name(name)
    chosen_handle = rules.handle(handle) if handle.strip() else None
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
            mailing.queue_verification(queries.addresses(user.id)[0].id)


def _require_domain(address: str) -> None:
    if settings.current().registration is Registration.DOMAINS and not _Domains.known(rules.domain(address)):
        raise ForeignDomain("Sign up with the address that your university or company gave you.", field="email")
