"""Programs under test: a client that sends a personal token, and one that sends a cookie and the form's token."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from campus.accounts.models import TokenScope
from tests.conftest import Client
from tests.factories import make_token

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from werkzeug.test import TestResponse

    from campus.accounts.models import User


class Program(Client):
    """A client that sends its token with every request."""

    token = ""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        if self.token:
            kwargs["headers"] = {"Authorization": f"Bearer {self.token}"} | dict(kwargs.get("headers") or {})
        return super().open(*args, **kwargs)


@pytest.fixture
def program(app: Flask) -> Callable[..., Program]:
    """A factory of programs: `program(alice).get(…)`, `program(alice, TokenScope.READ)`; without a scope, it has all."""

    def made(user: User | None, *scopes: TokenScope) -> Program:
        client = Program(app)
        client.token = make_token(user=user, scopes=scopes or tuple(TokenScope)) if user else ""
        return client

    return made
