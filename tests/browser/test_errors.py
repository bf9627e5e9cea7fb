"""What goes wrong as a reader and axe see it: every error page, and who is not let in."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from playwright.sync_api import expect
from sqlalchemy import select
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import (
    BadRequest,
    Forbidden,
    InternalServerError,
    RequestEntityTooLarge,
    Unauthorized,
)

from campus.accounts.models import User
from campus.demo.cast import PASSWORD
from campus.feed.reading import PURPOSE
from campus.platform import tokens
from campus.platform.db import session
from tests.browser.barriers import barriers, in_half_the_widths
from tests.browser.steps import MIRA

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route

    from tests.browser.conftest import NewPage
    from tests.browser.site import Site
    from tests.browser.watching import Watch

SUSPENDED = "victor.amsel@northbridge.example"
# What no reader can bring about at will. The site's own application answers it, the browser finds the answer at /broken/….
RARE: dict[str, Exception] = {
    "/broken/400": BadRequest(),
    "/broken/401": Unauthorized(),
    "/broken/403": Forbidden(),
    "/broken/413": RequestEntityTooLarge(),
    "/broken/500": InternalServerError(),
    "/broken/503": PoolTimeout(),
}


def answer_with(page: Page, site: Site, path: str, error: Exception) -> None:
    """Have the browser find at `path` what the site answers to an error, headers and all."""
    app = site.application
    with site.inside(), app.test_request_context(path):
        answer = app.process_response(app.make_response(app.handle_user_exception(error)))

    def fulfil(route: Route) -> None:
        route.fulfill(status=answer.status_code, headers=dict(answer.headers), body=answer.get_data())

    page.route(f"**{path}", fulfil)


def old_cursor(site: Site) -> str:
    """The cursor of a scroll session of hers that is no longer kept."""
    with site.inside():
        her = session.scalars(select(User.id).where(User.handle == "mira_halvorsen")).one()
        return tokens.sign(PURPOSE, {"user": her, "snapshot": uuid.uuid4().hex, "position": 10})


def try_to_sign_in(page: Page, address: str, password: str) -> None:
    """By the form; whether it works is another matter."""
    page.get_by_label("E-mail").fill(address)
    page.get_by_label("Password", exact=True).fill(password)
    page.locator("main").get_by_role("button", name="Sign in").click()


@in_half_the_widths
def test_no_error_page_has_a_barrier(window: NewPage, site: Site, watch: Watch, viewport: dict[str, int], half: int) -> None:
    watch.expect_refusal(*RARE)
    page, found = window(viewport=viewport, reduced_motion="reduce"), []
    for path, error in [*RARE.items()][half::2]:
        answer_with(page, site, path, error)
        answer = page.goto(path)
        assert answer
        assert str(answer.status) == path.rpartition("/")[2]
        ways = ["Sign in"] if answer.status == 401 else ["Go to the home feed"]
        expect(page.get_by_role("main").get_by_role("link")).to_have_text((["Try again"] if answer.status >= 500 else []) + ways)
        found += barriers(page)
    assert found == []


@in_half_the_widths
def test_who_is_refused_is_told_why(
    window: NewPage, signed_in: NewPage, site: Site, watch: Watch, viewport: dict[str, int], half: int
) -> None:
    """A wrong password and an old page of the feed on one width, a suspended account and an old form on the other."""
    watch.expect_refusal("/login")
    page = window(viewport=viewport, reduced_motion="reduce")
    page.goto("/login")
    if half:
        try_to_sign_in(page, SUSPENDED, PASSWORD)
        expect(page.get_by_role("alert")).to_contain_text("an administrator has suspended this account")
        found = barriers(page)
        page.locator("main input[name=csrf_token]").evaluate("(token) => token.remove()")
        try_to_sign_in(page, SUSPENDED, PASSWORD)
        expect(page.get_by_role("heading", name="Please send that again")).to_be_visible()
        found += barriers(page)
    else:
        try_to_sign_in(page, MIRA, "campus-domo")
        expect(page.get_by_role("alert")).to_be_focused()
        found = barriers(page)
        path = f"/?cursor={old_cursor(site)}"
        watch.expect_refusal(path)
        page = signed_in(MIRA, viewport=viewport, reduced_motion="reduce")
        page.goto(path)
        expect(page.get_by_role("heading", name="This page of your feed is too old")).to_be_visible()
        found += barriers(page)
    assert found == []
