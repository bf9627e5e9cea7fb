"""Running an organization: somebody is invited by link, joins, posts, is removed, and sees nothing private from then on."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.browser.barriers import barriers, in_half_the_widths
from tests.browser.conftest import PHONE
from tests.browser.hands import KEYBOARD, PLAIN
from tests.browser.steps import CARDS, LATEST, card_of, draw_photo, publish, scroll_to
from tests.feed.pages import next_url

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Locator, Page

    from tests.browser.conftest import NewPage
    from tests.browser.hands import Mouse
    from tests.browser.watching import Watch

STUDIO_OWNER = "celia.marchetti@halide.example"
OWNER = "simon.achterberg@tidewater.example"
GUEST, HER_NAME = "salma.rahimi@westmere.example", "Salma Rahimi"
STUDIO = "/o/halide/manage"
PLACE, MANAGE = "Tidewater Robotics", "/o/tidewater/manage"
PRIVATE = f"Members of {PLACE}"
INSIDE = "Members of the organization"
HELLO = "Glad to be on board."


def invite(page: Page) -> str:
    """Make a link for one person; where it leads."""
    page.goto(f"{MANAGE}/invitations")
    page.get_by_label("They are").select_option("partner")
    page.get_by_role("button", name="Make the link").click()
    expect(page.locator("#secret").get_by_role("status")).to_be_focused()  # what is shown only once is told first
    assert barriers(page) == []
    link = page.get_by_label("Link", exact=True).input_value()
    page.goto(f"{MANAGE}/invitations")
    expect(page.get_by_text("A link for one more person").first).to_be_visible()
    expect(page.get_by_text(link)).to_have_count(0)
    return link


def accept(page: Page, link: str) -> None:
    """Follow the link, and join."""
    page.goto(link)
    expect(page.get_by_role("heading", name=f"You are invited to {PLACE}")).to_be_visible()
    assert barriers(page) == []
    page.get_by_role("button", name="Accept and join").click()
    expect(page.get_by_text(f"You are a member of {PLACE} now.")).to_be_visible()


def remove(page: Page) -> None:
    """Find her among the members, and remove her, after a look at what that means."""
    page.goto(f"{MANAGE}/members")
    page.get_by_label("Name or handle").fill("salma")
    page.get_by_role("button", name="Show", exact=True).click()
    page.get_by_role("link", name=f"Open the membership of {HER_NAME}").click()
    page.get_by_role("link", name="Remove from the organization").click()
    expect(page.get_by_role("heading", name=f"Remove {HER_NAME}?")).to_be_visible()
    assert barriers(page) == []
    page.get_by_role("button", name="Remove", exact=True).click()
    expect(page.get_by_text(f"{HER_NAME} is not a member any more.")).to_be_visible()


def private_of_others(page: Page, *, after: int = 0) -> Locator:
    """The cards for members of the organization, but her own; those below the first `after` cards."""
    cards = page.locator(CARDS) if not after else page.locator(CARDS).nth(after - 1).locator("xpath=following-sibling::article")
    return cards.filter(has=page.get_by_text(PRIVATE)).filter(has_not_text=HELLO)


def cursor_to_something_private(page: Page) -> str:
    """The cursor of a later page of her feed that has posts for members."""
    at = next_url(page.request.get(LATEST).text())
    while at:
        text = page.request.get(at).text()
        if PRIVATE in text:
            return at
        at = next_url(text)
    raise AssertionError("no later page of her feed has a post for members")


def test_who_is_invited_and_removed_sees_nothing_private_from_then_on(signed_in: NewPage, watch: Watch, tmp_path: Path) -> None:
    """The feed stays open in one tab meanwhile: what is loaded next, the post, its photo, an old cursor are without it."""
    owner, guest = signed_in(OWNER), signed_in(GUEST)
    inside = publish(owner, owner=PLACE, audience=INSIDE, text="Not yet for others.", photo=draw_photo(tmp_path / "a.jpg"))
    watch.expect_refusal(inside)
    assert (answer := guest.goto(inside))
    assert answer.status == 404

    accept(guest, invite(owner))
    hers = publish(guest, owner=PLACE, audience=INSIDE, text=HELLO)
    owner.goto(hers)
    expect(owner.get_by_text(HELLO)).to_be_visible()

    guest.goto(LATEST)
    photo = card_of(guest, inside).get_by_role("img", name="Photo without a description").evaluate("(image) => image.currentSrc")
    assert guest.request.get(photo).ok
    cursor = cursor_to_something_private(guest)

    remove(owner)
    before = guest.locator(CARDS).count()
    scroll_to(guest, before + 10)
    expect(private_of_others(guest, after=before)).to_have_count(0)
    guest.goto(LATEST)
    expect(guest.locator(CARDS).first).to_be_visible()
    expect(private_of_others(guest)).to_have_count(0)
    assert PRIVATE not in guest.request.get(cursor).text()
    assert guest.request.get(photo).status == 404
    assert (answer := guest.goto(inside))
    assert answer.status == 404
    guest.goto("/o/tidewater")
    expect(guest.locator("main").get_by_role("button", name="Join", exact=True)).to_be_visible()


def ask_to_join(page: Page) -> None:
    """The studio, whose owner answers."""
    page.goto("/o/halide")
    page.get_by_role("main").get_by_role("button", name="Ask to join").click()
    expect(page.get_by_text("Halide Studio has your request.")).to_be_visible()


def approve(page: Page, name: str, hand: Mouse) -> None:
    """One of those who ask."""
    page.goto(f"{STUDIO}/requests")
    hand.press(page.get_by_role("button", name=f"Approve {name}"))
    expect(page.get_by_text("One person is a member now.")).to_be_visible()
    expect(page.get_by_text(name)).to_have_count(0)


def test_who_asks_to_join_is_turned_down(signed_in: NewPage) -> None:
    ask_to_join(signed_in("hanna.weiss@northbridge.example", **PLAIN.options))
    page = signed_in(STUDIO_OWNER, viewport=PHONE)
    page.goto(f"{STUDIO}/requests")
    assert barriers(page) == []
    page.get_by_role("button", name="Reject Hanna Weiss").click()
    expect(page.get_by_text("One person is turned down.")).to_be_visible()
    assert barriers(page) == []


def test_by_keyboard_alone_who_asks_to_join_is_let_in(signed_in: NewPage) -> None:
    ask_to_join(signed_in("hanna.weiss@northbridge.example", **PLAIN.options))
    approve(signed_in(STUDIO_OWNER), "Hanna Weiss", KEYBOARD)


def test_without_scripts_an_organization_is_run(signed_in: NewPage) -> None:
    """Somebody is let in and made an editor; the organization says where it is."""
    ask_to_join(signed_in("samuel.otieno@northbridge.example", **PLAIN.options))
    page = signed_in(STUDIO_OWNER, **PLAIN.options)
    approve(page, "Samuel Otieno", PLAIN)
    page.goto(f"{STUDIO}/members/samuel_otieno")
    page.get_by_label("Role").select_option("editor")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The membership of Samuel Otieno is changed.")).to_be_visible()
    page.goto(f"{STUDIO}/settings")
    page.get_by_label("Place").fill("Westmere, above the old cinema")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    page.goto("/o/halide/people")
    expect(page.get_by_role("main")).to_contain_text("Samuel Otieno")


@in_half_the_widths
def test_no_page_of_management_has_a_barrier(signed_in: NewPage, viewport: dict[str, int], half: int) -> None:
    found = []
    page = signed_in("ingrid.vasquez@northbridge.example", viewport=viewport, reduced_motion="reduce")
    places = ["members", "requests", "invitations", "invitations/addresses", "domains", "departments", "settings"]
    places += ["members/mira_halvorsen", "departments/physics", "domains/remove?domain=northbridge.example"]
    for path in (f"/o/northbridge/manage/{place}" for place in places[half::2]):
        page.goto(path)
        expect(page.locator("main h1")).to_have_text(re.compile(r"\w"))
        found += barriers(page)
    assert found == []
