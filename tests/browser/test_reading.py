"""Reading: the feed goes on, nothing comes twice, and the way back leads to where one was."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.browser.conftest import PHONE
from tests.browser.steps import CARDS, LATEST, MIRA, ids, scroll_to

if TYPE_CHECKING:
    from tests.browser.conftest import NewPage

# Where the parser waits for the next bytes inside a <details>, the browser may draw what came so far: a summary that says
# "Details". What it counts for that (0.0000) nobody sees; a thousandth is a hundredth of what web.dev/cls calls good.
SHIFTS = """() => new Promise((done) => {
  const moved = [];
  new PerformanceObserver((list) => {
    const seen = list.getEntries().filter((entry) => !entry.hadRecentInput && entry.value > 0.001);
    for (const entry of seen) moved.push(...entry.sources.map((source) =>
      `${entry.value.toFixed(4)} ${source.node?.nodeName} .${source.node?.className} #${source.node?.id}` +
      ` from ${JSON.stringify(source.previousRect)} to ${JSON.stringify(source.currentRect)}`));
  }).observe({ type: "layout-shift", buffered: true });
  setTimeout(() => done(moved), 300);
})"""


def test_two_pages_come_by_themselves_then_a_button_brings_the_next(signed_in: NewPage) -> None:
    page = signed_in(MIRA)
    page.goto("/")
    expect(page.locator(CARDS)).to_have_count(10)
    scroll_to(page, 30)
    page.mouse.wheel(0, 50_000)
    page.wait_for_timeout(500)  # a third one would have been asked for by now
    expect(page.locator(CARDS)).to_have_count(30)
    page.get_by_role("link", name="Load more posts").click()
    expect(page.locator(CARDS)).to_have_count(40)
    assert len(set(ids(page))) == 40
    numbers = page.locator(CARDS).evaluate_all("cards => cards.map((card) => card.ariaPosInSet)")
    assert numbers == [str(n) for n in range(1, 41)]
    expect(page.locator(CARDS).nth(30)).to_be_focused()
    expect(page.locator("#live")).to_have_text("10 more posts loaded")


def test_nothing_moves_while_the_feed_loads(signed_in: NewPage) -> None:
    for options in ({}, {"viewport": PHONE, "is_mobile": True, "has_touch": True}):
        page = signed_in(MIRA, **options)
        page.goto("/")
        page.wait_for_load_state("networkidle")
        scroll_to(page, 30) if not options else page.wait_for_timeout(300)
        assert page.evaluate(SHIFTS) == []


def test_the_way_back_leads_to_the_same_card(signed_in: NewPage) -> None:
    page = signed_in(MIRA)
    page.goto(LATEST)
    scroll_to(page, 30)
    card = page.locator(CARDS).nth(24)
    left = card.get_attribute("id")
    card.locator(".stamp").click()
    page.wait_for_url("**/posts/*")
    page.go_back()
    expect(page.locator(f"#{left}")).to_be_in_viewport()


def test_without_script_the_same_feed_is_read_by_links(signed_in: NewPage) -> None:
    scripted, plain = signed_in(MIRA), signed_in(MIRA, java_script_enabled=False)
    scripted.goto(LATEST)
    scroll_to(scripted, 30)
    plain.goto(LATEST)
    found = ids_without_script(plain)
    for _ in range(2):
        plain.get_by_role("link", name="Load more posts").click()
        found += ids_without_script(plain)
    assert found == ids(scripted)


def ids_without_script(page: object) -> list[str]:
    return [card.get_attribute("id") or "" for card in page.locator(CARDS).all()]  # type: ignore[attr-defined]
