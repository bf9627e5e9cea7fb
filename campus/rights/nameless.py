"""The account that stays where somebody wrote an organization's official posts, and was forgotten."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from campus.accounts.models import User

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

NOBODY = "Somebody who left"
PREFIX = "left_"


def values() -> dict[str, Any]:
    """What such an account has in its columns."""
    handle = f"{PREFIX}{secrets.token_hex(8)}"
    return {"handle": handle, "name": NOBODY, "bio": "", "avatar_token": None, "password_hash": None, "is_admin": False}


def is_nameless() -> ColumnElement[bool]:
    """A condition on `User`: nothing of a person is left in it."""
    return User.handle.startswith(PREFIX, autoescape=True) & (User.name == NOBODY) & User.password_hash.is_(None)
