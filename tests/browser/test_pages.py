"""Every page as axe and a crawler see it: no barriers in any width or colour, no dead link, no picture that does not come."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urldefrag

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.conftest import DESK, PHONE
from tests.browser.steps import CHIARA, LATEST, MIRA, NOOR, OSKAR, draw_photo

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Page

    from tests.browser.conftest import NewPage
    from tests.browser.watching import Watch

DOORS = ("/login", "/signup", "/reset", "/verify", "/no/such/page")
ROOMS = (
    "/",
    "/posts/new",
    "/u/celia_marchetti",
    "/u/celia_marchetti/followers",
    "/o/northbridge",
    "/o/northbridge/people",
    "/o/northbridge/about",
    "/explore",
    "/search",
    "/search?q=light",
    "/search?q=ma&kind=people",
    "/search?q=!",
    "/settings",
    "/notifications",
    "/settings/notifications",
    "/posts/999999999",
)
MISSING = ("/no/such/page", "/posts/999999999", "/search?q=!")
MOST_LINKS = 60


def barriers(page: Page) -> list[str]:
    """What axe finds, in light and in dark; what the page hides to the right."""
    found = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # a colour on its way to another is neither
        rules = {} if scheme == "light" else {"runOnly": ["color-contrast"]}
        result = Axe().run(page, options={"resultTypes": ["violations"], **rules}).response
        for violation in result["violations"]:
            found += [f"{page.url} {scheme}: {violation['id']} at {node['target']}" for node in violation["nodes"]]
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        found.append(f"{page.url}: wider than the window")
    return found


def with_a_photo(page: Page) -> str:
    """The address of the first post of the feed that has a photo."""
    page.goto("/")
    return page.locator("article:has(picture) .stamp").first.get_attribute("href") or ""


def widths(*, every_run: int, viewport: dict[str, int], name: str) -> tuple[Any, Any]:
    """One half of the pages in this width in every run, the other half in the long form."""
    other = 1 - every_run
    whole = pytest.param(viewport, other, id=f"{name}, the other half", marks=pytest.mark.long)
    return pytest.param(viewport, every_run, id=name), whole


@pytest.mark.parametrize(
    ("viewport", "half"),
    [*widths(every_run=0, viewport=PHONE, name="phone"), *widths(every_run=1, viewport=DESK, name="desk")],
)
def test_no_page_has_a_barrier(
    window: NewPage, signed_in: NewPage, watch: Watch, tmp_path: Path, viewport: dict[str, int], half: int
) -> None:
    watch.expect_refusal(*MISSING)
    found = []
    page = window(viewport=viewport, reduced_motion="reduce")
    for path in DOORS[half::2]:
        page.goto(path)
        found += barriers(page)
    page = signed_in(MIRA, viewport=viewport, reduced_motion="reduce")
    post = with_a_photo(page)
    for path in (*ROOMS, post, f"{post}/photos/1", f"{post}/shares")[half::2]:
        page.goto(path)
        found += barriers(page)
    page.goto("/posts/new")
    page.get_by_label("Add photos").set_input_files(draw_photo(tmp_path / "a.jpg"))
    found += barriers(page)
    page = signed_in(OSKAR, viewport=viewport, reduced_motion="reduce")
    page.goto("/?scope=following")
    found += barriers(page)
    assert found == []


def test_who_has_written_enough_today_is_told_when_she_may_go_on(signed_in: NewPage, watch: Watch) -> None:
    watch.expect_refusal("/posts/new")
    page = signed_in(NOOR, viewport=PHONE, reduced_motion="reduce")
    for n in (20, 21):
        page.goto("/posts/new")
        page.get_by_label("Text", exact=True).fill(f"Number {n}.")
        page.get_by_label("Who may see this").select_option("only_me")
        page.get_by_role("button", name="Publish").click()
        if n == 20:
            page.wait_for_url(re.compile(r"/posts/\d+$"), wait_until="domcontentloaded")
    page.get_by_text("20 of 20 posts").first.wait_for()
    assert page.get_by_label("Text", exact=True).input_value() == "Number 21."
    expect(page.get_by_role("button", name="Publish")).to_be_enabled()
    assert barriers(page) == []


def links_of(page: Page) -> Iterator[str]:
    """Where the page leads within the site, and the pictures it shows."""
    hrefs: list[str] = page.eval_on_selector_all("a[href], link[href]", "all => all.map((each) => each.href)")
    pictures: list[str] = page.eval_on_selector_all("img[src]", "all => all.map((each) => each.currentSrc || each.src)")
    origin = page.evaluate("location.origin")
    for url in hrefs + pictures:
        if url.startswith(origin):
            yield urldefrag(url).url


@pytest.mark.parametrize("address", [MIRA, OSKAR, CHIARA])
def test_no_link_is_dead(signed_in: NewPage, address: str) -> None:
    page = signed_in(address)
    seen: set[str] = set()
    dead = []
    for path in ("/", LATEST, "/explore", "/o/westmere", "/o/westmere/about", "/u/celia_marchetti", "/settings"):
        page.goto(path)
        for url in [url for url in dict.fromkeys(links_of(page)) if url not in seen][:MOST_LINKS]:
            seen.add(url)
            answer = page.request.get(url, max_redirects=2)
            if answer.status != 200:
                dead.append(f"{answer.status} {url} on {path}")
    assert dead == []
    assert len(seen) > 10
