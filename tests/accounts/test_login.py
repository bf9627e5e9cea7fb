"""/login: who may come in, and how it is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from campus.accounts.passwords import hashed
from tests.factories import make_user

if TYPE_CHECKING:
    from flask import Flask

    from campus.accounts.models import User
    from tests.conftest import Client

PASSWORD = "tulip-orbit-lantern-42"


@pytest.fixture
def ada(app: Flask) -> User:
    return make_user(handle="ada", password_hash=hashed(PASSWORD))


def test_the_right_password_opens_the_site(client: Client, ada: User) -> None:
    answer = client.post("/login", data={"email": "Ada@Example.org ", "password": PASSWORD})
    assert (answer.status_code, answer.location) == (303, "/")
    assert client.get("/settings").status_code == 200
