"""A post is written, seen to become ready without a hand, and its photos are put in order, added and taken out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.browser.barriers import barriers
from tests.browser.steps import draw_photo, is_drawn, publish

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

    from tests.browser.conftest import NewPage
    from tests.browser.watching import Watch

BEATRIX = "beatrix.kowal@northbridge.example"


def described(page: Page) -> list[str]:
    """What the photos of the post show, in order."""
    found: list[str] = page.locator(".photos img").evaluate_all("images => images.map((image) => image.alt)")
    return found


def test_photos_appear_by_themselves_and_are_edited(signed_in: NewPage, tmp_path: Path) -> None:
    page = signed_in(BEATRIX)
    path = publish(page, text="The flood of that year.", audience="only_me", photo=draw_photo(tmp_path / "a.jpg"), alt="First")
    expect(page.locator("[data-quiet]")).to_have_count(0)  # nothing is reloaded: the page has asked
    assert is_drawn(page.get_by_alt_text("First"))
    expect(page.get_by_role("button", name="Withdraw")).to_be_visible()

    page.get_by_role("link", name="Edit").last.click()
    page.get_by_label("Add photos").set_input_files([draw_photo(tmp_path / "b.jpg", 90), draw_photo(tmp_path / "c.jpg", 180)])
    page.get_by_label("Describe photo 2").fill("Second")
    page.get_by_label("Describe photo 3").fill("Third")
    page.get_by_role("button", name="Move photo 3 earlier").click()
    expect(page.get_by_label("Describe photo 2")).to_have_value("Third")
    page.get_by_role("button", name="Move photo 1 later").click()
    page.get_by_role("button", name="Save").click()
    page.wait_for_url(f"**{path}")
    expect(page.locator(".photos img")).to_have_count(3)
    assert described(page) == ["Third", "First", "Second"]

    page.get_by_role("link", name="Edit").last.click()
    page.get_by_label("Leave out").nth(1).check()
    page.get_by_role("button", name="Save").click()
    page.wait_for_url(f"**{path}")
    assert described(page) == ["Third", "Second"]
    assert is_drawn(page.get_by_alt_text("Third"))


def test_two_windows_do_not_overwrite_each_other(signed_in: NewPage, watch: Watch) -> None:
    one = signed_in(BEATRIX)
    path = publish(one, text="Before", audience="only_me")
    watch.expect_refusal(f"{path}/edit")
    two = one.context.new_page()
    for page, words in ((one, "By the first"), (two, "By the second")):
        page.goto(f"{path}/edit")
        page.get_by_label("Text", exact=True).fill(words)
    one.get_by_role("button", name="Save").click()
    one.wait_for_url(f"**{path}")

    two.get_by_role("button", name="Save").click()
    expect(two.get_by_role("heading", name="What it says now")).to_be_visible()
    expect(two.get_by_text("By the first")).to_be_visible()
    expect(two.get_by_label("Text", exact=True)).to_have_value("By the second")
    assert barriers(two) == []
    two.get_by_role("button", name="Save").click()
    two.wait_for_url(f"**{path}")
    expect(two.get_by_text("By the second")).to_be_visible()
