"""A photo from one person to another: posted, seen, liked, talked about; with script and without."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.steps import AMARA, CHIARA, ELIF, LATEST, MARCO, card_of, draw_photo, is_drawn, publish

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

    from tests.browser.conftest import NewPage
    from tests.browser.watching import Watch

ALT = "A pale sun low over orange haze"


def follow(page: Page, handle: str) -> None:
    page.goto(f"/u/{handle}")
    buttons = page.locator(f"#person-{handle}")
    if buttons.get_by_role("button", name="Follow", exact=True).count():
        buttons.get_by_role("button", name="Follow", exact=True).click()
    expect(buttons.get_by_role("button", name="Following")).to_be_visible()


def test_a_photo_is_posted_seen_by_a_follower_liked_and_commented(signed_in: NewPage, tmp_path: Path) -> None:
    reader, author = signed_in(ELIF), signed_in(MARCO)
    follow(reader, "marco_bellini")
    path = publish(
        author, text="The sun from the roof of the library.", audience="followers", photo=draw_photo(tmp_path / "a.jpg"), alt=ALT
    )
    reader.goto(LATEST)
    card = card_of(reader, path)
    assert is_drawn(card.get_by_alt_text(ALT))

    like = card.locator("[data-like]")
    like.click()
    expect(like).to_have_attribute("aria-pressed", "true")
    expect(like.locator(".number")).to_have_text("1")
    expect(like).to_be_focused()
    card.get_by_role("textbox", name="Write a comment").fill("Which evening was that?")
    card.get_by_role("button", name="Send").click()
    expect(card.locator(".comment")).to_contain_text("Which evening was that?")
    expect(card.get_by_role("textbox", name="Write a comment")).to_have_value("")
    expect(card.locator("[id^=comment-count] .number")).to_have_text("1")

    reader.reload()
    expect(like).to_have_attribute("aria-pressed", "true")
    expect(like.locator(".number")).to_have_text("1")
    author.goto(path)
    expect(author.locator(".comment")).to_contain_text("Which evening was that?")
    like.click()
    expect(like).to_have_attribute("aria-pressed", "false")
    expect(like.locator(".number")).to_have_text("")


def test_without_script_the_same(signed_in: NewPage, tmp_path: Path) -> None:
    author, reader = signed_in(AMARA, java_script_enabled=False), signed_in(CHIARA, java_script_enabled=False)
    follow(reader, "amara_diallo")
    author.goto("/posts/new")
    author.get_by_label("Text", exact=True).fill("Wool, dyed with onions.")
    author.get_by_label("Who may see this").select_option("followers")
    author.get_by_label("Add photos").set_input_files(draw_photo(tmp_path / "b.jpg", hue=90))
    author.locator("noscript summary").click()
    author.locator("noscript #alt-0").fill(ALT)
    author.get_by_role("button", name="Publish").click()
    author.wait_for_url(re.compile(r"/posts/\d+$"))

    reader.goto(LATEST)
    card = card_of(reader, author.url)
    expect(card.get_by_alt_text(ALT)).to_be_visible()
    card.get_by_role("button", name="Like").click()
    expect(card.get_by_role("button", name="Like")).to_have_attribute("aria-pressed", "true")
    expect(card.locator("[data-like] .number")).to_have_text("1")
    card.get_by_role("textbox", name="Write a comment").fill("Only onions?")
    card.get_by_role("button", name="Send").click()
    expect(reader.locator(".comment")).to_contain_text(["Only onions?"])
    reader.goto(LATEST)
    expect(card.locator("[data-like] .number")).to_have_text("1")


@pytest.mark.parametrize("script", [True, False])
def test_a_refused_file_is_named_and_the_words_are_kept(
    signed_in: NewPage, watch: Watch, tmp_path: Path, *, script: bool
) -> None:
    watch.expect_refusal("/posts/new")
    page = signed_in(MARCO, java_script_enabled=script)
    page.goto("/posts/new")
    page.get_by_label("Text", exact=True).fill("Read this anyway.")
    false = tmp_path / "notes.jpg"
    false.write_bytes(b"not a photo at all")
    page.get_by_label("Add photos").set_input_files(false)
    page.get_by_role("button", name="Publish").click()
    expect(page.locator(".error").filter(has_text="notes.jpg")).to_be_visible()
    expect(page.get_by_label("Text", exact=True)).to_have_value("Read this anyway.")
