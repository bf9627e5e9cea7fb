"""Programs that act for people: a client whose every request carries a personal token."""

from __future__ import annotations

from typing import TYPE_CHECKING

from campus.accounts.models import TokenScope
from campus.accounts.tokens import issue
from campus.platform import settings
from campus.platform.clock import now
from tests.conftest import Client

if TYPE_CHECKING:
    from collections.abc import Collection

    import pytest
    from flask import Flask

    from campus.accounts.models import User
    from campus.platform.limits import Quota

READ_AND_WRITE = frozenset({TokenScope.READ, TokenScope.WRITE})


def program_of(app: Flask, user: User, scopes: Collection[TokenScope] = READ_AND_WRITE) -> Client:
    """A program with a new token of this person."""
    _, secret = issue(user_id=user.id, name="A program", scopes=scopes, expires_at=None, now=now())
    return with_token(app, secret)


def with_token(app: Flask, secret: str) -> Client:
    """A program with this token."""
    made = app.test_client()
    assert isinstance(made, Client)
    made.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {secret}"
    return made


def limit_to(monkeypatch: pytest.MonkeyPatch, quota: Quota, limit: int) -> None:
    """Have the settings name another number for this quota."""
    monkeypatch.setitem(settings.current().quotas, quota.name, f"{limit}/{quota.default_period}")
