"""Every link and picture of the pages most people see leads somewhere, as a crawler with somebody's session finds out."""

from __future__ import annotations

from contextlib import closing
from html.parser import HTMLParser
from http.client import HTTPConnection
from typing import TYPE_CHECKING
from urllib.parse import urldefrag, urljoin, urlsplit

import pytest

from tests.browser.conftest import COOKIE
from tests.browser.steps import CHIARA, LATEST, MIRA, OSKAR

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.browser.site import Site

PAGES = ("/", LATEST, "/explore", "/o/westmere", "/o/westmere/about", "/u/celia_marchetti", "/settings")
MOST_LINKS = 60
MOST_REDIRECTS = 2


def read(connection: HTTPConnection, path: str, token: str) -> tuple[int, str]:
    """The status and the text of what is there in the end, for who has this session."""
    for _ in range(MOST_REDIRECTS + 1):
        connection.request("GET", path, headers={"Cookie": f"{COOKIE}={token}"})
        answer = connection.getresponse()
        text = answer.read().decode("utf-8", "replace")
        if not answer.headers["Location"]:
            break
        path = urljoin(path, answer.headers["Location"])
    return answer.status, text


class Links(HTMLParser):
    """Where a page leads, and the pictures it shows: of those in several sizes the largest."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.hrefs: list[str] = []
        self.pictures: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what the tag has of them."""
        given = dict(attrs)
        if tag in {"a", "link"} and (href := given.get("href")):
            self.hrefs.append(href)
        if tag == "img" and (src := given.get("src")):
            self.pictures.append(src)
        if tag in {"img", "source"} and (several := given.get("srcset")):
            self.pictures.append(several.rpartition(",")[2].split()[0])

    def within(self, site: Site, path: str) -> Iterator[str]:
        """Those of the site itself, as paths."""
        for address in self.hrefs + self.pictures:
            url = urldefrag(urljoin(site.url + path, address)).url
            if url.startswith(f"{site.url}/"):
                yield url.removeprefix(site.url)


@pytest.mark.parametrize("address", [MIRA, OSKAR, CHIARA])
def test_no_link_is_dead(site: Site, address: str) -> None:
    token, seen, dead = site.token_of(address), set[str](), []
    with closing(HTTPConnection(urlsplit(site.url).netloc, timeout=30)) as connection:
        for page in PAGES:
            _status, text = read(connection, page, token)
            for path in [path for path in dict.fromkeys(Links(text).within(site, page)) if path not in seen][:MOST_LINKS]:
                seen.add(path)
                status, _text = read(connection, path, token)
                if status != 200:
                    dead.append(f"{status} {path} on {page}")
    assert dead == []
    assert len(seen) > 10
