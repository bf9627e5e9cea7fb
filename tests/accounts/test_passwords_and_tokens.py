"""A new password and the personal tokens: a reset ends them, a change does on request."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from campus.accounts import mailing, passwords
from campus.accounts.actions import reset_password
from campus.accounts.models import OneTimeToken, Purpose, TokenScope
from campus.accounts.queries import addresses
from campus.platform.clock import now
from campus.platform.db import session, transaction
from campus.platform.tokens import sign
from tests.factories import make_token, make_user

if TYPE_CHECKING:
    from collections.abc import Callable

    from campus.accounts.models import User
    from tests.conftest import Client

    SignIn = Callable[[User], Client]

OLD, NEW = "quiet-heron-counts-lamps", "loud-otter-hides-stones"


@pytest.fixture
def person(app: object) -> User:
    return make_user(password_hash=passwords.hashed(OLD))


def works(client: Client, token: str) -> bool:
    return client.get("/api/me/", headers={"Authorization": f"Bearer {token}"}).status_code == 200


def test_a_reset_ends_every_token(client: Client, person: User) -> None:
    tokens = [make_token(user=person, scopes=(TokenScope.READ,)) for _ in range(3)]
    others = make_token(user=make_user())
    assert all(works(client, token) for token in tokens)
    seed = "drawn"
    with transaction():
        session.add(
            OneTimeToken(
                token_hash=mailing.token_hash(seed),
                purpose=Purpose.RESET,
                user_id=person.id,
                email_id=addresses(person.id)[0].id,
                expires_at=now() + mailing.LIFETIME[Purpose.RESET],
            )
        )
    reset_password(token=sign(Purpose.RESET, {"seed": seed}), password=NEW, now=now())
    assert not any(works(client, token) for token in tokens)
    assert works(client, others)


@pytest.mark.parametrize("ticked", [True, False])
def test_a_changed_password_ends_them_on_request(client_as: SignIn, client: Client, person: User, *, ticked: bool) -> None:
    token = make_token(user=person)
    form = {"current": OLD, "password": NEW} | ({"revoke_tokens": "y"} if ticked else {})
    assert client_as(person).post("/settings/password", data=form).status_code == 303
    assert works(client, token) is not ticked
