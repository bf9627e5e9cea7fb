"""Everything without a mouse."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.browser.steps import CARDS, LATEST, RAVI, TOMAS

if TYPE_CHECKING:
    from tests.browser.conftest import NewPage

FOCUSED = "document.activeElement"


def test_the_first_tab_offers_the_way_to_the_content(signed_in: NewPage) -> None:
    page = signed_in(RAVI)
    page.goto(LATEST)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    expect(page.get_by_role("link", name="Skip to the content")).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()


def test_cards_are_walked_opened_and_loaded_by_single_keys(signed_in: NewPage) -> None:
    page = signed_in(RAVI)
    page.goto(LATEST)
    cards = page.locator(CARDS)
    cards.first.focus()
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(cards.nth(2)).to_be_focused()
    expect(cards.nth(2)).to_be_in_viewport()
    page.keyboard.press("k")
    expect(cards.nth(1)).to_be_focused()
    page.keyboard.press("l")
    expect(cards.nth(10)).to_be_attached()
    left = cards.nth(1).get_attribute("id") or ""
    cards.nth(1).focus()
    page.keyboard.press("o")
    page.wait_for_url(f"**/posts/{left.removeprefix('post-')}")


def test_a_like_by_keyboard_keeps_the_focus(signed_in: NewPage) -> None:
    page = signed_in(TOMAS)
    page.goto(LATEST)
    like = page.locator(CARDS).first.locator("[data-like]")
    pressed = like.get_attribute("aria-pressed") == "true"
    like.focus()
    page.keyboard.press("Enter")
    expect(like).to_have_attribute("aria-pressed", str(not pressed).lower())
    expect(page.locator(CARDS).first.locator("form.like.htmx-request")).to_have_count(0)
    expect(like).to_be_focused()
    page.reload()
    expect(like).to_have_attribute("aria-pressed", str(not pressed).lower())
    like.focus()
    page.keyboard.press("Space")
    expect(like).to_have_attribute("aria-pressed", str(pressed).lower())


def test_single_keys_can_be_switched_off_and_never_disturb_writing(signed_in: NewPage) -> None:
    page = signed_in(RAVI)
    page.goto(LATEST)
    cards = page.locator(CARDS)
    box = cards.first.get_by_role("textbox", name="Write a comment")
    box.focus()
    page.keyboard.type("jolly look")
    expect(box).to_have_value("jolly look")
    cards.first.focus()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.get_by_role("dialog").get_by_role("checkbox").uncheck()
    page.keyboard.press("Escape")
    cards.first.focus()
    page.keyboard.press("j")
    expect(cards.first).to_be_focused()
