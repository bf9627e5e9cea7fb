"""Searching: from any page, on a phone too, with or without JavaScript."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESK, PHONE
from tests.browser.steps import CARDS, MIRA, ids, scroll_to

if TYPE_CHECKING:
    from tests.browser.conftest import NewPage


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_from_the_bar_to_posts_people_and_organizations(signed_in: NewPage, script: bool) -> None:  # noqa: FBT001
    page = signed_in(MIRA, java_script_enabled=script)
    page.goto("/explore")
    field = page.get_by_role("banner").get_by_role("searchbox", name="Search")
    field.fill("celia")
    field.press("Enter")
    page.wait_for_url("**/search?q=celia")
    expect(page.get_by_role("main").get_by_role("searchbox", name="Search")).to_have_value("celia")
    page.get_by_role("link", name="People", exact=True).click()
    page.get_by_role("main").get_by_role("link", name="Celia Marchetti").click()
    page.wait_for_url("**/u/celia_marchetti")
    page.goto("/search?q=northbridge&kind=organizations")
    page.get_by_role("link", name="View Northbridge University").click()
    page.wait_for_url("**/o/northbridge")


def test_on_a_phone_a_page_of_its_own_asks(signed_in: NewPage) -> None:
    page = signed_in(MIRA, viewport=PHONE)
    page.goto("/")
    page.get_by_role("banner").get_by_role("link", name="Search").click()
    page.wait_for_url("**/search")
    field = page.get_by_role("searchbox", name="Search")
    expect(field).to_be_focused()
    field.fill("THE LIGH")
    page.get_by_role("main").get_by_role("button", name="Search").click()
    page.wait_for_url(re.compile(r"/search\?q=THE\+LIGH"))
    expect(page.locator(CARDS).first).to_contain_text(re.compile("light", re.IGNORECASE))


def test_more_of_what_was_found_comes_as_in_the_feed(signed_in: NewPage) -> None:
    page = signed_in(MIRA, viewport=DESK)
    page.goto("/search?q=the")
    scroll_to(page, 30)
    page.get_by_role("link", name="Load more posts").click()
    expect(page.locator(CARDS)).to_have_count(40)
    assert len(set(ids(page))) == 40


def test_more_of_what_was_found_comes_as_pages_without_script(signed_in: NewPage) -> None:
    page = signed_in(MIRA, java_script_enabled=False)
    page.goto("/search?q=the")
    first = ids_without_script(page.content())
    page.get_by_role("link", name="Load more posts").click()
    page.wait_for_url("**cursor=*")
    second = ids_without_script(page.content())
    assert len(set(first + second)) == 20


def ids_without_script(text: str) -> list[str]:
    """The posts of a page, read from its source."""
    return re.findall(r'<article[^>]*\bid="(post-\d+)"', text)
