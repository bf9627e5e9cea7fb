"""Personal tokens: made, shown once, found, refused, revoked; and who stands behind one at the doors for programs."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from campus.accounts import actions, tokens
from campus.accounts.models import AccessToken, TokenScope, User
from campus.platform.clock import now
from campus.platform.db import session
from campus.platform.errors import Invalid
from tests.factories import make_token, make_user

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from tests.conftest import Client

READ = (TokenScope.READ,)
HOME = "/api/posts/home_feed/"
POSTS = "/api/posts/"


def bearer(client: FlaskClient, secret: str, path: str = HOME, *, method: str = "GET", **more: object) -> TestResponse:
    return client.open(path, method=method, headers={"Authorization": f"Bearer {secret}"}, **more)  # type: ignore[arg-type]


def issued(user: User, **more: object) -> tuple[AccessToken, str]:
    values = {"name": "Archive", "scopes": READ, "expires_at": None, "now": now()} | more
    return tokens.issue(user_id=user.id, **values)  # type: ignore[arg-type]


def test_a_token_has_its_form_and_only_its_hash_is_kept(app: object) -> None:
    row, secret = issued(make_user())
    assert len(secret) == 47
    assert tokens.has_form(secret)
    assert secret.encode() not in row.token_hash
    assert secret not in str(session.scalars(select(AccessToken)).one().__dict__)


@pytest.mark.parametrize("place", [0, 4, 20, 46])
def test_a_slip_of_the_hand_is_seen_without_asking_the_database(
    app: object, place: int, count_queries: Callable[[], object]
) -> None:
    _, secret = issued(make_user())
    wrong = secret[:place] + ("x" if secret[place] != "x" else "y") + secret[place + 1 :]
    with count_queries() as statements:  # type: ignore[attr-defined]
        assert tokens.found(wrong, now=now()) is None
    assert statements == []


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("name", {"name": " "}),
        ("name", {"name": "x" * 81}),
        ("name", {"name": "a\0b"}),
        ("scopes", {"scopes": ()}),
        ("expires_at", {"expires_at": now() - timedelta(days=1)}),
        ("expires_at", {"expires_at": now() + timedelta(days=40_000)}),
    ],
)
def test_what_makes_no_sense_is_refused_by_field(app: object, field: str, wrong: dict[str, object]) -> None:
    with pytest.raises(Invalid) as refused:
        issued(make_user(), **wrong)
    assert refused.value.field == field


def test_nobody_has_more_than_so_many(app: object) -> None:
    user = make_user()
    for _ in range(tokens.MOST):
        issued(user)
    with pytest.raises(tokens.TooManyTokens):
        issued(user)


def test_a_token_lets_a_program_in(client: Client, alice: User) -> None:
    assert bearer(client, make_token(user=alice, scopes=READ)).status_code == 200


def test_its_use_is_noted_once_a_minute(client: Client, alice: User) -> None:
    row, secret = issued(alice)
    bearer(client, secret)
    session.refresh(row)
    first = row.last_used_at
    assert first is not None
    bearer(client, secret)
    session.refresh(row)
    assert row.last_used_at == first
    assert tokens.found(secret, now=first + timedelta(seconds=61)) is not None
    session.refresh(row)
    assert row.last_used_at == first + timedelta(seconds=61)


def refused(response: TestResponse) -> None:
    assert response.status_code == 401
    assert response.mimetype == "application/problem+json"
    assert "Authorization: Bearer pct_" in response.get_json()["detail"]
    assert response.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("header", ["Bearer", "Bearer ", "Bearer nonsense", "Basic YTpi", "", "Bearer pct_\xff", "Token pct_1"])
def test_a_header_that_is_no_token_is_refused_and_never_falls_back_to_the_cookie(
    client_as: Callable[[User], Client], alice: User, header: str
) -> None:
    refused(client_as(alice).get(HOME, headers={"Authorization": header}))


def test_an_expired_token_is_refused(client: Client, alice: User) -> None:
    row, secret = issued(alice, expires_at=now() + timedelta(seconds=30))
    assert row.expires_at is not None
    assert tokens.found(secret, now=row.expires_at - timedelta(seconds=1)) is not None
    assert tokens.found(secret, now=row.expires_at) is None


def test_revoking_acts_on_the_next_request(client: Client, alice: User) -> None:
    row, secret = issued(alice)
    assert bearer(client, secret).status_code == 200
    tokens.revoke(user_id=alice.id, token_id=row.id, now=now())
    refused(bearer(client, secret))


def test_suspension_acts_on_the_next_request(client: Client, alice: User) -> None:
    secret = make_token(user=alice)
    assert bearer(client, secret).status_code == 200
    actions.suspend(alice.id, now=now())
    refused(bearer(client, secret))
    actions.reinstate(alice.id)
    assert bearer(client, secret).status_code == 200


def test_nobody_revokes_what_is_not_hers(app: object, alice: User, bob: User) -> None:
    row, _ = issued(alice)
    with pytest.raises(tokens.TokenNotFound):
        tokens.revoke(user_id=bob.id, token_id=row.id, now=now())


def test_pages_know_no_tokens(client: Client, alice: User) -> None:
    response = bearer(client, make_token(user=alice), "/settings")
    assert response.status_code == 303
    assert response.headers["Location"].startswith("/login")


def test_a_token_that_only_reads_writes_nothing(client: Client, alice: User) -> None:
    response = bearer(client, make_token(user=alice, scopes=READ), POSTS, method="POST", json={"text": "No"})
    assert response.status_code == 403
    assert "'write'" in response.get_json()["detail"]
    assert 'scope="write"' in response.headers["WWW-Authenticate"]


def test_a_token_that_only_writes_reads_nothing(client: Client, alice: User) -> None:
    response = bearer(client, make_token(user=alice, scopes=(TokenScope.WRITE,)))
    assert response.status_code == 403
