"""Reading the home feed as a browser does: which cards a page has, and where it leads next."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from campus.platform import settings

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from tests.conftest import Client

ARTICLE = re.compile(r'<article[^>]*\bid="post-(\d+)"')
NEXT = re.compile(r'rel="next"\s+href="([^"]+)"')


def ids(page: str) -> list[int]:
    """The posts of a page or fragment, in order."""
    return [int(found) for found in ARTICLE.findall(page)]


def next_url(page: str) -> str | None:
    """Where "load more" leads."""
    found = NEXT.search(page)
    return html.unescape(found.group(1)) if found else None


def get(browser: Client, url: str = "/") -> str:
    """A page that must be there."""
    answer = browser.get(url)
    assert answer.status_code == 200, (url, answer.status_code)
    return answer.text


def shown(browser: Client, url: str = "/") -> list[int]:
    """The posts a page shows."""
    return ids(get(browser, url))


def scroll(browser: Client, url: str = "/", *, pages: int = 100) -> list[int]:
    """Every post from here to the end."""
    found: list[int] = []
    at: str | None = url
    while at and pages:
        page = get(browser, at)
        found += ids(page)
        at, pages = next_url(page), pages - 1
    return found


def feed_settings(**changed: Any) -> AbstractContextManager[Any]:
    """A block under other `FEED_*` settings."""
    now = settings.current()
    return settings.override(replace(now, feed=replace(now.feed, **changed)))
