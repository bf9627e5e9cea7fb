"""What axe and a ruler find on a page, and in which widths it is looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import pytest
from axe_playwright_python.base import AXE_SCRIPT

from tests.browser.conftest import DESK, PHONE

if TYPE_CHECKING:
    from playwright.sync_api import Page

# Nothing is fetched for two rules alone: on how devices are held, which is experimental, and on sounds, which no page makes.
WHOLE: dict[str, object] = {"resultTypes": ["violations"], "preload": False}
COLOURS = WHOLE | {"runOnly": ["color-contrast"]}  # all that another scheme changes
SCHEMES: tuple[tuple[Literal["light", "dark"], dict[str, object]], ...] = (("light", WHOLE), ("dark", COLOURS))
RUN = """(options) => axe.run(document, options).then(({ violations }) =>
    violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id} at ${target.join(" ")}`)))"""


def barriers(page: Page) -> list[str]:
    """What axe finds, in light and in dark; what the page hides to the right."""
    found = []
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    for scheme, options in SCHEMES:
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # a colour on its way to another is neither
        found += [f"{page.url} {scheme}: {violation}" for violation in page.evaluate(RUN, options)]
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        found.append(f"{page.url}: wider than the window")
    return found


def _half(name: str, viewport: dict[str, int], every_run: int) -> tuple[Any, Any]:
    whole = pytest.param(viewport, 1 - every_run, id=f"{name}, the other half", marks=pytest.mark.long)
    return pytest.param(viewport, every_run, id=name), whole


# Every other page is looked at on a phone in every run, the rest on a desk; the long form turns them round. A test takes
# `pages[half::2]` of its pages.
in_half_the_widths = pytest.mark.parametrize(("viewport", "half"), [*_half("phone", PHONE, 0), *_half("desk", DESK, 1)])
