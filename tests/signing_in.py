"""Sessions for browsers under test."""

from __future__ import annotations

from typing import TYPE_CHECKING

from campus.accounts.actions import start_session
from campus.accounts.guard import cookie_name
from campus.platform.clock import now

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from campus.accounts.models import User


def put_session(client: FlaskClient, user: User) -> None:
    """Sign `user` in with this browser, as the sign-in form would."""
    client.set_cookie(cookie_name(), start_session(user_id=user.id, now=now()))
