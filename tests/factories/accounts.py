"""People."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from campus.accounts.models import EmailAddress, TokenScope, User
from campus.accounts.tokens import issue
from campus.platform.clock import now
from campus.platform.db import transaction
from tests.factories.saving import number, saved

if TYPE_CHECKING:
    from datetime import datetime


def make_user(*, email: str | None = None, verified: bool = True, **columns: Any) -> User:
    """A person with one primary address. `columns` are those of `User`; there is no password unless `password_hash` is given."""
    n = number()
    values = {"handle": f"person{n}", "name": f"Person {n}"} | columns
    with transaction():
        user = saved(User(**values))
        moment = now() if verified else None
        make_email(user=user, address=email or f"{user.handle}@example.org", is_primary=True, verified_at=moment)
    return user


def make_email(
    *, user: User, address: str | None = None, is_primary: bool = False, verified_at: datetime | None = None
) -> EmailAddress:
    """One more address of a person."""
    chosen = address or f"address{number()}@example.org"
    return saved(EmailAddress(user_id=user.id, address=chosen, is_primary=is_primary, verified_at=verified_at))


def make_token(*, user: User, scopes: tuple[TokenScope, ...] = tuple(TokenScope), expires_at: datetime | None = None) -> str:
    """The text of a personal token."""
    return issue(user_id=user.id, name=f"Program {number()}", scopes=scopes, expires_at=expires_at, now=now())[1]
