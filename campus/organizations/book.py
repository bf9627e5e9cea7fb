"""What accounts ask about invitations when somebody signs up: handed to them by the composition root."""

from __future__ import annotations

from typing import TYPE_CHECKING

from campus.organizations import actions, invitations

if TYPE_CHECKING:
    from datetime import datetime


class _Book:
    """Answers as `campus.accounts.actions.registration.Invitations` wants."""

    @staticmethod
    def address_of(token: str, *, now: datetime) -> str | None:
        """The address it was sent to, if to one. Raises InvitationOver."""
        return invitations.opened(token, now=now).address

    @staticmethod
    def reserve(*, user_id: int, token: str, now: datetime) -> None:
        """Take a use for a newcomer."""
        actions.reserve(user_id=user_id, token=token, now=now)

    @staticmethod
    def redeem(*, user_id: int, now: datetime) -> None:
        """Let her join."""
        actions.redeem(user_id=user_id, now=now)


invitation_book = _Book()
