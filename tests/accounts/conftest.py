from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.accounts.people import make_ada, sent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

    from campus.accounts.models import User


@pytest.fixture
def ada(app: Flask) -> User:
    """Somebody with a password and a confirmed address."""
    return make_ada()


@pytest.fixture(autouse=True)
def no_old_mail(request: pytest.FixtureRequest, db_clean: None) -> Iterator[None]:
    yield
    if "app" in request.fixturenames:
        sent()
