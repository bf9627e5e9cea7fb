"""The client that the specification describes, written anew: pages by number, rendered by a template, until a page is empty."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.browser.steps import MIRA, OSKAR

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route

    from tests.browser.conftest import NewPage
    from tests.browser.watching import Watch

FILES = Path(__file__).parent / "client"
AT = "/small-client/"


def opened(page: Page, query: str = "") -> Page:
    """The client, as if the site itself served it."""

    def serve(route: Route) -> None:
        name = route.request.url.partition("?")[0].rpartition("/")[2] or "index.html"
        route.fulfill(path=FILES / name)

    page.route(f"**{AT}*", serve)
    page.goto(f"{AT}{query}")
    return page


def test_load_more_walks_the_whole_feed(signed_in: NewPage) -> None:
    page = opened(signed_in(MIRA), "?algorithm=chronological")
    more, cards = page.locator("#load-more-btn"), page.locator("#feed-content > article")
    expect(cards).to_have_count(10)
    for _ in range(100):
        before = cards.count()
        more.click()
        page.wait_for_function(
            "n => document.querySelectorAll('article').length > n || document.querySelector('#load-more-btn').hidden", arg=before
        )
        if more.is_hidden():
            break
    expect(page.locator("#feed-message")).to_have_text("You have seen everything.")
    ids: list[str] = cards.evaluate_all("found => found.map((card) => card.id)")
    assert len(ids) == len(set(ids)) > 30
    expect(page.locator("article img:not([hidden])").first).to_be_visible()


def test_nothing_to_show_is_said(signed_in: NewPage) -> None:
    page = opened(signed_in(OSKAR), "?scope=following")
    expect(page.locator("#feed-message")).to_contain_text("Nothing here yet.")
    expect(page.locator("#load-more-btn")).to_be_hidden()


def test_who_is_not_signed_in_is_told_so(window: NewPage, watch: Watch) -> None:
    watch.expect_refusal("/api/posts/home_feed/?page=1&page_size=10")
    page = opened(window())
    expect(page.locator("#feed-message")).to_have_text("Authentication required")
