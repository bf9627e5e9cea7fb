"""What a person does for her programs: makes a token, uses it, revokes it; reads the documentation and tries a request."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.barriers import barriers
from tests.browser.conftest import DESK, PHONE
from tests.browser.steps import CHIARA

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import NewPage
    from tests.browser.site import Site
    from tests.browser.watching import Watch

TOKENS = "/settings/tokens"


def me(page: Page, site: Site, token: str) -> int:
    """The status a program gets that shows a token."""
    return page.request.get(f"{site.url}/api/me/", headers={"Authorization": f"Bearer {token}"}).status


@pytest.mark.parametrize(
    "options", [{}, {"viewport": PHONE, "java_script_enabled": False}], ids=["desk", "phone without scripts"]
)
def test_a_token_is_made_used_and_revoked(signed_in: NewPage, site: Site, options: dict[str, object], watch: Watch) -> None:
    watch.expect_refusal("/api/me/")
    page = signed_in(CHIARA, **options)
    page.goto("/settings")
    page.get_by_role("link", name="Personal tokens").click()
    page.get_by_label("What is it for?").fill("Photo archive")
    page.get_by_label("Write:").check()
    page.get_by_role("button", name="Make the token").click()
    token = page.get_by_label("Token", exact=True).input_value()
    assert me(page, site, token) == 200
    page.get_by_role("link", name="Revoke Photo archive").first.click()
    page.get_by_role("button", name="Revoke it").click()
    expect(page.get_by_text("The token is revoked.")).to_be_visible()
    assert me(page, site, token) == 401


@pytest.mark.parametrize("viewport", [PHONE, pytest.param(DESK, marks=pytest.mark.long)], ids=["phone", "desk"])
def test_the_pages_of_tokens_have_no_barriers(signed_in: NewPage, viewport: dict[str, int]) -> None:
    page = signed_in(CHIARA, viewport=viewport)
    page.goto(TOKENS)
    assert barriers(page) == []
    page.get_by_label("What is it for?").fill("Archive")
    page.get_by_role("button", name="Make the token").click()
    assert barriers(page) == []
    page.get_by_role("link", name="Revoke Archive").first.click()
    page.wait_for_url("**/revoke")
    assert barriers(page) == []


def test_the_documentation_works_from_an_installed_package_under_the_sites_policy(signed_in: NewPage) -> None:
    page = signed_in(CHIARA)
    page.goto("/api/docs/")
    expect(page.locator(".opblock-tag").first).to_be_visible()
    expect(page.locator(".opblock")).to_have_count(0)  # the groups are closed: a page of all operations is slow
    page.get_by_label("Find an operation").fill("Who you are")
    operation = page.locator(".opblock-get", has_text="Read who you are here")
    expect(page.locator(".opblock")).to_have_count(1)
    operation.locator(".opblock-summary").click()
    operation.get_by_role("button", name="Try it out").click()
    operation.get_by_role("button", name="Execute").click()
    expect(operation.locator(".live-responses-table .response .response-col_status")).to_contain_text("200")
