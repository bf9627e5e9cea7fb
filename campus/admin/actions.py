"""What administrators do to people, by the verbs of accounts; nobody does it to herself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from campus.accounts import actions as accounts
from campus.accounts import queries, tokens
from campus.accounts.rules import plain
from campus.platform.errors import Conflict, Invalid

if TYPE_CHECKING:
    from datetime import datetime

MOST_REASON = 500


class NotYourself(Conflict):
    """An administrator does not decide about herself."""

    title = "Not about yourself"

    def __init__(self) -> None:
        super().__init__("Ask another administrator: nobody shuts herself out or gives up her own office by mistake.")


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
