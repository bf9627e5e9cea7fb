"""Every page as axe sees it: no barriers in any width or colour."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from campus.notifications.mailing import unsubscribe_url
from campus.notifications.models import Topic
from tests.browser.barriers import barriers, in_half_the_widths
from tests.browser.conftest import PHONE
from tests.browser.steps import MIRA, NOOR, OSKAR, draw_photo

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

    from tests.browser.conftest import NewPage
    from tests.browser.site import Site
    from tests.browser.watching import Watch

DOORS = ("/login", "/signup", "/reset", "/verify", "/no/such/page", "/verify/a-link", "/about")
ROOMS = (
    "/",
    "/posts/new",
    "/u/celia_marchetti",
    "/u/celia_marchetti/followers",
    "/u/celia_marchetti/following",
    "/o/northbridge",
    "/o/northbridge/people",
    "/o/northbridge/about",
    "/o/northbridge/d/physics",
    "/explore",
    "/search",
    "/search?q=light",
    "/search?q=ma&kind=people",
    "/search?q=!",
    "/settings",
    "/notifications",
    "/settings/notifications",
    "/settings/blocked",
    "/posts/999999999",
)
MISSING = ("/no/such/page", "/posts/999999999", "/search?q=!")


def with_a_photo(page: Page) -> str:
    """The address of the first post of the feed that has a photo."""
    page.goto("/")
    return page.locator("article:has(picture) .stamp").first.get_attribute("href") or ""


@in_half_the_widths
def test_no_page_around_ones_own_post_has_a_barrier(signed_in: NewPage, viewport: dict[str, int], half: int) -> None:
    page, found = signed_in(MIRA, viewport=viewport, reduced_motion="reduce"), []
    page.goto("/u/mira_halvorsen")
    post = page.locator("article .stamp").first.get_attribute("href") or ""
    for path in [f"{post}/{what}" for what in ("edit", "history", "delete", "why")][half::2]:
        answer = page.goto(path)
        assert answer
        assert answer.ok, path
        found += barriers(page)
    assert found == []


@in_half_the_widths
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


@in_half_the_widths
def test_no_link_of_a_mail_leads_to_a_barrier(window: NewPage, site: Site, viewport: dict[str, int], half: int) -> None:
    page = window(viewport=viewport, reduced_motion="reduce")
    address = f"{'jonas.okafor' if viewport == PHONE else 'leila.farouk'}@northbridge.example"  # each link is the newest
    if half:
        page.goto("/reset")
        page.get_by_label("E-mail").fill(address)
        page.locator("main").get_by_role("button").click()
        page.wait_for_url("**/login")
        page.goto(site.link_to(address))
        expect(page.get_by_label("password")).to_be_visible()
    else:
        with site.inside():
            link = unsubscribe_url(1, Topic.LIKES)
        page.goto(link)
        expect(page.get_by_role("main").get_by_role("button")).to_be_visible()
    assert barriers(page) == []


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
