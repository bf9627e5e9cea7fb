"""One running site and one Chromium for all journeys, one browser window for each reader."""

from __future__ import annotations

import dataclasses
import shutil
import tempfile
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect, sync_playwright

from campus.platform import embedded
from tests import chromium
from tests import servers as test_servers
from tests.browser.site import Site
from tests.browser.watching import Watch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, BrowserContext, Page

    from campus.media.variants import Processed
    from campus.platform.embedded import Endpoints

    NewPage = Callable[..., Page]

HERE = Path(__file__).parent
QUIET = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-sync",
    "--no-first-run",
    "--no-pings",
)
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 900}
PATIENCE = 30_000  # milliseconds, on a machine with other things to do
COOKIE = "campus"
DATABASE, REDIS_INDEX = "campus_browser", 14
OPEN = ExitStack()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All of this folder drive a browser."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def site(servers: Endpoints, pictures: dict[int, Processed]) -> Iterator[Site]:
    """The running site, with a database of its own."""
    database = embedded.create_database(servers, DATABASE, template=test_servers.TEMPLATE)
    redis_url = f"{servers.redis_url.partition('?')[0]}?db={REDIS_INDEX}"
    var = Path(tempfile.mkdtemp(prefix="photocampus-site-"))
    made = Site(dataclasses.replace(servers, database_url=database, redis_url=redis_url), var)
    try:
        made.start(pictures)
        yield made
    finally:
        made.stop()
        shutil.rmtree(var, ignore_errors=True)


@contextmanager
def launched() -> Iterator[Browser]:
    """A Chromium that talks to nobody but the site."""
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.find(), args=list(QUIET))
        yield browser
        browser.close()


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(nextitem: pytest.Item | None) -> None:
    """Chromium is closed after the last test of this folder: Playwright's loop must not stay in others' way."""
    if nextitem is None or HERE not in nextitem.path.parents:
        OPEN.close()


@pytest.fixture(scope="session")
def chrome() -> Browser:
    """The Chromium of all journeys. It is left open between them, not to the end of the run."""
    return OPEN.enter_context(launched())


@pytest.fixture
def watch() -> Iterator[Watch]:
    """What went wrong on any page of this test; nothing may."""
    watching = Watch()
    yield watching
    assert not watching.problems


@pytest.fixture
def window(chrome: Browser, site: Site, watch: Watch) -> Iterator[NewPage]:
    """A factory of pages, each in a browser window of its own that knows nobody: `window(viewport=PHONE)`."""
    opened: list[BrowserContext] = []

    def open_window(**options: Any) -> Page:
        context = chrome.new_context(**{"base_url": site.url, "viewport": DESK, "locale": "en-GB", **options})
        context.set_default_timeout(PATIENCE)
        opened.append(context)
        watch.over(context)
        return context.new_page()

    yield open_window
    for context in opened:
        context.close()


@pytest.fixture
def signed_in(window: NewPage, site: Site) -> NewPage:
    """A factory of pages of somebody who is signed in: `signed_in("mira.halvorsen@northbridge.example")`."""

    def open_page(address: str, **options: Any) -> Page:
        page = window(**options)
        page.context.add_cookies([{"name": COOKIE, "value": site.token_of(address), "url": site.url}])
        return page

    return open_page


def sign_in(page: Page, address: str, password: str) -> None:
    """By the form, as everybody does who is no guest of `signed_in`."""
    page.goto("/login")
    page.get_by_label("E-mail").fill(address)
    page.get_by_label("Password", exact=True).fill(password)
    page.locator("main").get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/")
