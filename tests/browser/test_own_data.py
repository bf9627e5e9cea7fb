"""One's own data: a copy is asked for and fetched, the account deleted and, the password given again, kept."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from campus.demo.cast import PASSWORD
from tests.browser.barriers import barriers
from tests.browser.conftest import DESK, PHONE

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import NewPage

HER = "salma.rahimi@westmere.example"


def sign_in(page: Page) -> None:
    page.goto("/login")
    page.get_by_label("E-mail").fill(HER)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.locator("main").get_by_role("button", name="Sign in").click()


@pytest.mark.parametrize(("viewport", "script"), [(PHONE, True), (DESK, False)])
def test_she_takes_her_data_along_and_comes_back(window: NewPage, viewport: dict[str, int], *, script: bool) -> None:
    page = window(viewport=viewport, java_script_enabled=script)
    sign_in(page)
    page.goto("/settings/data")
    if script:
        assert barriers(page) == []
    ask, fetch = page.get_by_role("button", name="Ask for a copy"), page.get_by_role("link", name="Download")
    if ask.count():  # the other width of this test may have asked
        ask.click()
    while not script and not fetch.count():
        page.wait_for_timeout(500)
        page.reload()
    expect(fetch).to_be_visible()
    if script:
        assert barriers(page) == []
    with page.expect_download() as fetched:
        fetch.click()
    with zipfile.ZipFile(fetched.value.path()) as inside:
        assert "index.html" in inside.namelist()

    page.get_by_role("link", name="Delete your account").click()
    if script:
        assert barriers(page) == []
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Delete my account").click()
    expect(page.get_by_text("You are signed out everywhere.")).to_be_visible()
    sign_in(page)
    expect(page.get_by_role("heading", name="This account is to be deleted")).to_be_visible()
    if script:
        assert barriers(page) == []
    page.get_by_role("button", name="Keep my account").click()
    expect(page.get_by_text("Your account stays")).to_be_visible()
