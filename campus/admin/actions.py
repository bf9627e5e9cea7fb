"""What administrators do to people, by the verbs of accounts; nobody does it to herself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from campus.accounts import actions as accounts
from campus.accounts import queries, tokens
from campus.accounts.models import User
from campus.accounts.rules import plain
from campus.audit.actions import record
from campus.platform.db import session, transaction
from campus.platform.errors import Conflict, Invalid
from campus.rights import erasure

if TYPE_CHECKING:
    from datetime import datetime

MOST_REASON = 500


class NotYourself(Conflict):
    """An administrator does not decide about herself."""

    title = "Not about yourself"

    def __init__(self) -> None:
        super().__init__("Ask another administrator: nobody shuts herself out or gives up her own office by mistake.")


class NotWaiting(Conflict):
    """Only who waits for approval is approved or declined."""

    title = "Nobody waits here"

    def __init__(self) -> None:
        super().__init__("She is in already. Suspend or delete the account instead, if that is what you want.")


def require_waiting(person: User) -> None:
    """Go on only if she waits for approval.

    Raises:
        NotWaiting: she was approved.
    """
    if person.approved_at is not None:
        raise NotWaiting


def decline(*, user_id: int, now: datetime) -> None:
    """Turn down a sign-up that waits: everything of it is erased at once, and its handle and address are free again.

    Raises:
        NotWaiting: she was approved.
    """
    with transaction():
        hers = select(User).where(User.id == user_id).with_for_update().execution_options(populate_existing=True)
        require_waiting(session.scalars(hers).one())
        record("user.decline", f"user:{user_id}")
    erasure.erase(user_id, now=now)


def suspend(*, by: int, user_id: int, reason: str, now: datetime) -> bool:
    """Shut somebody out, and say why in the audit log. False if she was out already.

    Raises:
        NotYourself: it is she who does it.
        Invalid: no reason, or one too long; `field` is "reason".
        LastAdministrator: nobody else could administer the site.
    """
    _require_another(by, user_id)
    why = " ".join(plain(reason, field="reason").split())
    if not 1 <= len(why) <= MOST_REASON:
        raise Invalid(f"Say why, in 1 to {MOST_REASON} characters: it is kept in the audit log.", field="reason")
    return accounts.suspend(user_id, reason=why, now=now)


def demote(*, by: int, user_id: int) -> bool:
    """Take the office of an administrator from somebody. False if she has it not.

    Raises:
        NotYourself: it is she who does it.
        LastAdministrator: nobody else could administer the site.
    """
    _require_another(by, user_id)
    return accounts.promote(user_id=user_id, admin=False)


def verify(*, user_id: int, now: datetime) -> bool:
    """Count the address mail goes to as proved, on an administrator's word. False if it was.

    Raises:
        AddressNotFound: she has none.
    """
    return accounts.vouch(user_id=user_id, address=queries.primary_address(user_id) or "", now=now)


def revoke_tokens(*, user_id: int, now: datetime) -> int:
    """End every personal token of somebody. Returns how many."""
    return tokens.revoke_all(user_id=user_id, now=now)


def _require_another(by: int, user_id: int) -> None:
    if by == user_id:
        raise NotYourself
