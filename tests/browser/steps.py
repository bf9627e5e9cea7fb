"""What readers do again and again, and where things are on the pages."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from PIL import Image, ImageDraw
from playwright.sync_api import expect

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Locator, Page

CARDS = "#feed > article"
LATEST = "/?algorithm=chronological"

# People of the demo; each journey that changes something uses others.
MIRA = "mira.halvorsen@northbridge.example"
ELIF = "elif.kaplan@northbridge.example"
MARCO = "marco.bellini@northbridge.example"
AMARA = "amara.diallo@westmere.example"
CHIARA = "chiara.okonjo@westmere.example"
WANDA = "wanda.petrov@tidewater.example"
RAVI = "ravi.menon@northbridge.example"
TOMAS = "tomas.brandt@northbridge.example"
OSKAR = "oskar.lindholm@newcomer.example"
NOOR = "noor.adeyemi@westmere.example"


def draw_photo(path: Path, hue: int = 30) -> Path:
    """A sunset, 900 by 600 pixels."""
    picture = Image.new("HSV", (900, 600))
    brush = ImageDraw.Draw(picture)
    for y in range(600):
        brush.line((0, y, 900, y), fill=((hue + y // 12) % 256, 150, 240 - y // 6))
    brush.ellipse((380, 240, 520, 380), fill=(hue, 60, 255))
    picture.convert("RGB").save(path, quality=88)
    return path


def ids(page: Page) -> list[str]:
    """The ids of the cards, from the top."""
    found: list[str] = page.locator(CARDS).evaluate_all("cards => cards.map((card) => card.id)")
    return found


def scroll_to(page: Page, count: int) -> None:
    """Down, until there are so many cards."""
    for _ in range(100):
        if page.locator(CARDS).count() >= count:
            return
        page.mouse.wheel(0, 3000)
        page.wait_for_timeout(100)
    raise AssertionError(f"only {page.locator(CARDS).count()} cards came")


def card_of(page: Page, path: str) -> Locator:
    """The card of a post whose page is at `path`; read again until it is there, as somebody who waits for it would."""
    found = page.locator(f"{CARDS}#post-{path.rpartition('/')[2]}")
    for _ in range(60):
        if found.count():
            return found
        page.wait_for_timeout(500)
        page.reload()
    raise AssertionError(f"{path} did not come")


def is_drawn(image: Locator) -> bool:
    """Whether the browser has the picture, not the sign for a broken one."""
    image.scroll_into_view_if_needed()
    expect(image).to_be_visible()
    drawn: bool = image.evaluate("async (image) => { await image.decode().catch(() => 0); return image.naturalWidth > 0; }")
    return drawn


def publish(page: Page, *, text: str, audience: str, owner: str = "Myself", photo: Path | None = None, alt: str = "") -> str:
    """Write a post; the path of its page."""
    page.goto("/posts/new")
    page.get_by_label("Text", exact=True).fill(text)
    page.get_by_label("Post as").select_option(owner)
    page.get_by_label("Who may see this").select_option(audience)
    if photo:
        page.get_by_label("Add photos").set_input_files(photo)
        page.get_by_label("Describe photo 1").fill(alt)
    page.get_by_role("button", name="Publish").click()
    page.wait_for_url(re.compile(r"/posts/\d+$"), wait_until="domcontentloaded")
    return urlsplit(page.url).path
