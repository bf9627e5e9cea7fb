"""GET /about: what the site is, for everybody, and nothing of anybody."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from campus.platform import settings
from campus.platform.settings import Registration
from tests.factories import make_company, make_post, make_university

if TYPE_CHECKING:
    from collections.abc import Callable

    from campus.accounts.models import User
    from tests.conftest import Client


def test_a_visitor_reads_about_the_site_and_of_nobody(client: Client, alice: User) -> None:
    make_university(name="Secret Academy", verified=True)
    make_company(name="Hidden Works", verified=True)
    make_post(author=alice, audience="public", text="A public word")
    with settings.override(replace(settings.current(), site_name="Our Campus")):
        answer = client.get("/about")
    assert answer.status_code == 200
    assert "<h1" in answer.text
    assert "2 universities and companies here are verified" in answer.text
    assert 'href="/login"' in answer.text
    for private in ("Secret Academy", "Hidden Works", "Alice", "A public word", "northbridge"):
        assert private not in answer.text


@pytest.mark.parametrize(
    ("mode", "words", "sign_up"),
    [
        (Registration.OPEN, "Everybody may create an account", True),
        (Registration.DOMAINS, "only those are taken", True),
        (Registration.INVITATION, "by invitation", False),
        (Registration.APPROVAL, "An administrator looks at each", True),
        (Registration.CLOSED, "made by the administrators", False),
    ],
)
def test_it_says_how_one_joins(client: Client, mode: Registration, words: str, *, sign_up: bool) -> None:
    with settings.override(replace(settings.current(), registration=mode)):
        page = client.get("/about").text
    assert words in page
    assert ('href="/signup"' in page) is sign_up


def test_every_page_of_a_visitor_leads_there_and_so_does_a_members_menu(
    client: Client, client_as: Callable[[User], Client], alice: User
) -> None:
    for page in ("/login", "/signup", "/reset", "/about"):
        assert 'href="/about"' in client.get(page).text
    home = client_as(alice).get("/about").text
    assert 'href="/about"' in home
    assert 'href="/signup"' not in home


def test_one_statement_counts_what_is_verified(client: Client, count_queries: Callable[[], Any]) -> None:
    client.get("/about")
    with count_queries() as statements:
        client.get("/about")
    assert len(statements) == 1
