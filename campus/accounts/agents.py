"""What browsers call themselves, in words that people know."""

from __future__ import annotations

import re

# The first that stands in the text is it: most browsers name those they are like, the plainest last.
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("CriOS/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)
_PROGRAM = re.compile(r"[\w.-]{1,40}(?=/)")


def spoken(user_agent: str) -> str:
    """A browser and where it runs, as in "Firefox on Windows"; a program by the name it begins with; empty if it says nothing."""
    browser = _first(_BROWSERS, user_agent)
    if not browser:
        program = _PROGRAM.match(user_agent)
        return program[0] if program and program[0] != "Mozilla" else user_agent[:40]
    system = _first(_SYSTEMS, user_agent)
    return f"{browser} on {system}" if system else browser


def _first(known: tuple[tuple[str, str], ...], user_agent: str) -> str:
    return next((name for mark, name in known if mark in user_agent), "")
