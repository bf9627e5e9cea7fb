"""/settings/tokens: a token is made, shown once, listed, and revoked after a question."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from campus.accounts import tokens
from campus.accounts.models import TokenScope
from campus.platform.clock import now
from tests.factories import make_token

if TYPE_CHECKING:
    from collections.abc import Callable

    from campus.accounts.models import User
    from tests.conftest import Client

PAGE = "/settings/tokens"
FORM = {"name": "Photo archive", "scopes": ["read", "write"], "ends": "90"}


@pytest.fixture
def browser(client_as: Callable[[User], Client], alice: User) -> Client:
    return client_as(alice)


def test_the_empty_page_says_what_tokens_are_for(browser: Client) -> None:
    page = browser.get(PAGE)
    assert page.status_code == 200
    assert "You have none." in page.text


def test_a_token_is_shown_once(browser: Client, alice: User) -> None:
    made = browser.post(PAGE, data=FORM)
    assert made.status_code == 201
    assert made.headers["Cache-Control"] == "no-store"
    found = re.search(r"pct_[\w-]{43}", made.text)
    assert found
    holder = tokens.found(found[0], now=now())
    assert holder is not None
    assert (holder.viewer.id, holder.scopes) == (alice.id, frozenset({TokenScope.READ, TokenScope.WRITE}))
    again = browser.get(PAGE).text
    assert "Photo archive" in again
    assert "pct_" not in again


def test_what_is_refused_comes_back_with_its_words(browser: Client) -> None:
    page = browser.post(PAGE, data={"name": "Archive", "ends": "90"})
    assert page.status_code == 422
    assert 'value="Archive"' in page.text
    assert "Tick at least one" in page.text
    assert browser.post(PAGE, data=FORM | {"ends": "1000000"}).status_code == 422
    assert browser.post(PAGE, data=FORM | {"scopes": ["everything"]}).status_code == 422


def test_revoking_asks_first(browser: Client, alice: User) -> None:
    secret = make_token(user=alice)
    [token] = tokens.listing(alice.id)
    question = browser.get(f"{PAGE}/{token.id}/revoke")
    assert token.name in question.text
    assert browser.post(f"{PAGE}/{token.id}/revoke").status_code == 303
    assert tokens.found(secret, now=now()) is None
    assert token.name not in browser.get(PAGE).text


def test_somebody_elses_token_is_not_there(browser: Client, bob: User) -> None:
    make_token(user=bob)
    [token] = tokens.listing(bob.id)
    assert browser.get(f"{PAGE}/{token.id}/revoke").status_code == 404
    assert browser.post(f"{PAGE}/{token.id}/revoke").status_code == 404
    assert len(tokens.listing(bob.id)) == 1
