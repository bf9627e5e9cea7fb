"""How a reader does things: by mouse, by keyboard alone, or where scripts do not run. The steps of a journey stay the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.browser.barriers import barriers

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

STOPS = 120  # of the Tab key, on the longest page and once around
OPTIONS = 20

IS_FOCUSED = "(element) => element === document.activeElement"
IS_ALIKE_FOCUSED = """(element) => element === document.activeElement || (element.type === "radio" && document.activeElement.name
    === element.name && document.activeElement.form === element.form)"""

IS_PAST_NAVIGATION = "(element) => document.activeElement === document.body && element.closest('main') !== null"


class Mouse:
    """Points at things. `options` are those of the reader's window."""

    script = True

    @property
    def options(self) -> dict[str, bool]:
        """What her browser is opened with."""
        return {"java_script_enabled": self.script}

    def press(self, element: Locator) -> None:
        """A button, a link, a menu."""
        element.click()

    def tick(self, element: Locator) -> None:
        """A box, or one of several options."""
        element.check()

    def write(self, element: Locator, text: str) -> None:
        """Into an empty field."""
        element.fill(text)

    def look(self, page: Page) -> None:
        """Have axe look, which is a script."""
        if self.script:
            assert barriers(page) == []


class Plain(Mouse):
    """Points at things; her browser runs no scripts."""

    script = False


class Keyboard(Mouse):
    """Never points: everything is reached by Tab, as far as it is away."""

    def press(self, element: Locator) -> None:
        """By Enter."""
        self.reach(element)
        element.page.keyboard.press("Enter")

    def tick(self, element: Locator) -> None:
        """By Space; among options of which one is chosen, by the arrows."""
        self.reach(element, IS_ALIKE_FOCUSED)
        keyboard = element.page.keyboard
        keyboard.press("Space")
        for _ in range(OPTIONS):
            if element.is_checked():
                return
            keyboard.press("ArrowDown")
        raise AssertionError(f"{element} is not chosen by the keyboard")

    def write(self, element: Locator, text: str) -> None:
        """By typing."""
        self.reach(element)
        element.page.keyboard.type(text)

    def reach(self, element: Locator, there: str = IS_FOCUSED) -> None:
        """From where the focus is, by Tab; on a page that has just come, past its navigation first, as its first link offers."""
        if element.evaluate(IS_PAST_NAVIGATION):
            element.page.keyboard.press("Tab")
            element.page.keyboard.press("Enter")
        for _ in range(STOPS):
            if element.evaluate(there):
                return
            element.page.keyboard.press("Tab")
        raise AssertionError(f"{element} is not reached by the keyboard")


MOUSE, PLAIN, KEYBOARD = Mouse(), Plain(), Keyboard()
