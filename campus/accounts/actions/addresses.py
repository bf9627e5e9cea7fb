"""A person's addresses: added, proved, made the primary one, removed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert

from campus import quotas
from campus.accounts import mailing, queries, rules
from campus.accounts.actions.people import bump_permissions, release_claims
from campus.accounts.actions.registration import redeem_invitations
from campus.accounts.models import EmailAddress, OneTimeToken, Purpose, User
from campus.audit.actions import record
from campus.platform import limits
from campus.platform.db import session, transaction
from campus.platform.errors import Invalid, NotFound
from campus.platform.tokens import BadToken

if TYPE_CHECKING:
    from datetime import datetime

MOST_ADDRESSES = 10


class AddressNotFound(NotFound):
    """She has no such address."""


def verify(*, token: str, now: datetime) -> int:
    """Take the token of a verification link: the address is proved. Returns whose it is.

    The first address that is proved becomes the primary one.

    Raises:
        BadToken, ExpiredToken: the link is not good, or no longer.
    """
    hashed = mailing.token_hash(mailing.seed_of(Purpose.VERIFY, token))
    with transaction():
        used = take_token(hashed, Purpose.VERIFY, now=now)
        prove(email_id=used.email_id or 0, now=now)
    return used.user_id


def take_token(token_hash: bytes, purpose: Purpose, *, now: datetime) -> OneTimeToken:
    """Use a one-time token up, in the open transaction; of two at once, one gets it.

    Raises:
        BadToken: it is unknown, used, or too old.
    """
    opened = queries.open_token(token_hash, purpose, now=now)
    taken = update(OneTimeToken).where(OneTimeToken.token_hash == token_hash, OneTimeToken.used_at.is_(None))
    if opened is None or session.scalar(taken.values(used_at=now).returning(OneTimeToken.user_id)) is None:
        raise BadToken("This link has been used, or is too old.")
    return opened


def prove(*, email_id: int, now: datetime) -> None:
    """Count an address as its person's, in the open transaction."""
    proved = session.scalar(select(EmailAddress).where(EmailAddress.id == email_id).with_for_update())
    if proved is None:
        raise BadToken("This address has been removed.")
    proved.verified_at = proved.verified_at or now
    session.flush()
    primary = session.scalar(select(EmailAddress).where(EmailAddress.user_id == proved.user_id, EmailAddress.is_primary))
    if primary is None or primary.verified_at is None:
        _make_primary(proved)
    bump_permissions(proved.user_id)
    redeem_invitations(user_id=proved.user_id, now=now)


def add_address(*, user_id: int, email: str, now: datetime) -> None:
    """Add an address that has yet to be proved, and send the link that does.

    One that is somebody else's is not added; they get a mail, and here nothing tells the two apart.

    Raises:
        Invalid: no address, one of hers already, or too many.
        QuotaExceeded: too many mails on her account today.
    """
    address = rules.address(email)
    held = queries.addresses(user_id)
    if any(one.address == address for one in held):
        raise Invalid("You have added this address already.", field="email")
    if len(held) >= MOST_ADDRESSES:
        raise Invalid(f"{MOST_ADDRESSES} addresses are enough. Remove one first.", field="email")
    with transaction():
        limits.spend(quotas.RESETS_FROM, user_id, now=now)
        release_claims(address)
        row = insert(EmailAddress).values(user_id=user_id, address=address)
        email_id = session.scalar(row.on_conflict_do_nothing().returning(EmailAddress.id))
        if email_id is None:
            mailing.queue("account_exists", address=address)
        else:
            mailing.queue_verification(email_id)


def resend_verification(*, user_id: int, email_id: int, now: datetime) -> None:
    """Send the link for an address again.

    Raises:
        AddressNotFound: she has no such address, or has proved it.
        QuotaExceeded: too many mails on her account today.
    """
    email = _hers(user_id, email_id)
    if email.verified_at:
        raise AddressNotFound("This address is confirmed already.")
    with transaction():
        limits.spend(quotas.RESETS_FROM, user_id, now=now)
        mailing.queue_verification(email.id)


def vouch(*, user_id: int, address: str, now: datetime) -> bool:
    """Count an address as proved on an operator's word. False if it was already.

    Raises:
        AddressNotFound: she has no such address.
    """
    with transaction():
        email = session.scalar(select(EmailAddress).where(EmailAddress.user_id == user_id, EmailAddress.address == address))
        if email is None:
            raise AddressNotFound(f"This account has no address {address}.")
        if email.verified_at:
            return False
        prove(email_id=email.id, now=now)
        record("user.verify", f"user:{user_id}")
    return True


def make_primary(*, user_id: int, email_id: int) -> None:
    """Have mail go to this address.

    Raises:
        AddressNotFound: she has no such address.
        Invalid: it is not proved.
    """
    with transaction():
        session.execute(select(User.id).where(User.id == user_id).with_for_update())
        email = _hers(user_id, email_id)
        if email.verified_at is None:
            raise Invalid("Confirm this address first: we sent you a link.", field="email")
        _make_primary(email)


def remove_address(*, user_id: int, email_id: int) -> None:
    """Forget an address.

    Raises:
        AddressNotFound: she has no such address.
        Invalid: it is the primary one.
    """
    with transaction():
        session.execute(select(User.id).where(User.id == user_id).with_for_update())
        email = _hers(user_id, email_id)
        if email.is_primary:
            raise Invalid("This is the address mail goes to. Make another one primary first.", field="email")
        session.execute(delete(EmailAddress).where(EmailAddress.id == email.id))
        bump_permissions(user_id)


def _hers(user_id: int, email_id: int) -> EmailAddress:
    mine = select(EmailAddress).where(EmailAddress.id == email_id, EmailAddress.user_id == user_id)
    found = session.scalar(mine.execution_options(populate_existing=True))
    if found is None:
        raise AddressNotFound("You have no such address.")
    return found


def _make_primary(email: EmailAddress) -> None:
    """Two statements, because at no moment may a person have two."""
    quietly = {"synchronize_session": False}
    hers = update(EmailAddress).where(EmailAddress.user_id == email.user_id, EmailAddress.is_primary)
    session.execute(hers.values(is_primary=False), execution_options=quietly)
    session.execute(update(EmailAddress).where(EmailAddress.id == email.id).values(is_primary=True), execution_options=quietly)
