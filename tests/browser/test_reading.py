"""Reading: the feed goes on, nothing comes twice, and the way back leads to where one was."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import NewPage

MIRA = "mira.halvorsen@northbridge.example"
CARDS = "#feed > article"


def ids(page: Page) -> list[str]:
    return [card.get_attribute("id") or "" for card in page.locator(CARDS).all()]


def scroll_to(page: Page, count: int) -> None:
    """Down, until there are so many cards."""
    for _ in range(60):
        if page.locator(CARDS).count() >= count:
            return
        page.mouse.wheel(0, 3000)
        page.wait_for_timeout(100)
    raise AssertionError(f"only {page.locator(CARDS).count()} cards came")


def test_two_pages_come_by_themselves_then_a_button_brings_the_next(signed_in: NewPage) -> None:
    page = signed_in(MIRA)
    page.goto("/")
    expect(page.locator(CARDS)).to_have_count(10)
    scroll_to(page, 30)
    page.mouse.wheel(0, 50_000)
    page.wait_for_timeout(600)  # a third one would have been asked for by now
    expect(page.locator(CARDS)).to_have_count(30)
    page.get_by_role("link", name="Load more posts").click()
    expect(page.locator(CARDS)).to_have_count(40)
    seen = ids(page)
    assert len(set(seen)) == 40
    assert [card.get_attribute("aria-posinset") for card in page.locator(CARDS).all()] == [str(n) for n in range(1, 41)]
