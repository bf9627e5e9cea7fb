"""Coming and going: a new account finds its first posts, and whoever leaves sees nothing more, the open page included."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.browser.conftest import sign_in
from tests.browser.steps import CARDS, LATEST, WANDA, card_of, draw_photo, publish, scroll_to

if TYPE_CHECKING:
    from pathlib import Path

    from tests.browser.conftest import NewPage
    from tests.browser.site import Site
    from tests.browser.watching import Watch

NEWCOMER, PASSWORD = "vera.lindqvist@northbridge.example", "quiet-heron-counts-lamps"
INSIDE = "Members of the organization"


def test_who_leaves_sees_nothing_more_of_it(signed_in: NewPage, watch: Watch, tmp_path: Path) -> None:
    """The feed stays open in one tab while she leaves in another: the next page, the post, its photo are without it at once."""
    author, reader = signed_in(WANDA), signed_in("emil.sorensen@westmere.example")
    path = publish(
        author, owner="Tidewater Robotics", audience=INSIDE, text="Not yet for others.", photo=draw_photo(tmp_path / "a.jpg")
    )
    reader.goto("/u/wanda_petrov")
    photo = card_of(reader, path).get_by_role("img", name="Photo without a description").evaluate("(image) => image.currentSrc")
    assert reader.request.get(photo).ok

    reader.goto(LATEST)
    others = reader.context.new_page()
    others.goto("/o/tidewater")
    others.get_by_role("button", name="Leave").click()
    expect(others.get_by_role("main").get_by_role("button", name="Join")).to_be_visible()

    before = reader.locator(CARDS).count()
    scroll_to(reader, before + 10)
    new = reader.locator(CARDS).nth(before - 1).locator("xpath=following-sibling::article")
    inside = new.filter(has=reader.get_by_text("Members of Tidewater Robotics"))
    expect(inside).to_have_count(0)
    assert reader.request.get(photo).status == 404
    watch.expect_refusal(path)
    assert (answer := others.goto(path))
    assert answer.status == 404


def test_a_new_account_finds_its_first_posts(window: NewPage, site: Site) -> None:
    page = window()
    page.goto("/")
    page.get_by_role("link", name="Create an account").click()
    page.get_by_label("Name", exact=True).fill("Vera Lindqvist")
    page.get_by_label("E-mail").fill(NEWCOMER)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Create account").click()
    expect(page.get_by_text(f"We sent a mail to {NEWCOMER}")).to_be_visible()

    page.goto(site.link_to(NEWCOMER))
    page.get_by_role("button", name="Confirm this address").click()
    expect(page.get_by_text("your address is confirmed")).to_be_visible()
    sign_in(page, NEWCOMER, PASSWORD)
    page.goto("/?scope=following")
    expect(page.get_by_role("heading", name="Your feed starts here")).to_be_visible()

    suggested = page.get_by_role("listitem").filter(has_text="Northbridge University")
    suggested.get_by_role("button", name="Join").click()
    page.goto("/?scope=following")
    expect(page.locator(CARDS)).to_have_count(10)
    expect(page.locator(CARDS).first).to_contain_text(re.compile("Northbridge"))


def test_an_address_that_is_not_confirmed_says_so(window: NewPage, watch: Watch) -> None:
    watch.expect_refusal("/signup")
    page = window()
    page.goto("/signup")
    page.get_by_label("Name", exact=True).fill("Vera Lindqvist")
    page.get_by_label("E-mail").fill("vera@elsewhere.example")
    page.get_by_label("Password").fill("campus")
    page.get_by_role("button", name="Create account").click()
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_label("E-mail")).to_have_value("vera@elsewhere.example")
