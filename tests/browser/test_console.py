"""The page of `/graphql`: asked without leaving it, without scripts by its form, and without barriers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.browser.barriers import barriers
from tests.browser.conftest import DESK, PHONE
from tests.browser.steps import MIRA

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import NewPage
    from tests.browser.watching import Watch


def answer_of(page: Page) -> dict[str, dict[str, object]]:
    page.locator("#answer:not([hidden])").wait_for()
    found: dict[str, dict[str, object]] = json.loads(page.locator("#answer").inner_text())
    return found


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
def test_a_query_is_asked_and_answered_on_the_page(signed_in: NewPage, viewport: dict[str, int]) -> None:
    page = signed_in(MIRA, viewport=viewport, reduced_motion="reduce")
    page.goto("/graphql")
    page.get_by_role("link", name="Myself, my").click()
    assert "quotas" in page.get_by_label("Query").input_value()
    page.get_by_role("button", name="Run").click()
    assert answer_of(page)["data"]["me"]["name"] == "Mira Halvorsen"  # type: ignore[index]
    assert page.locator("#answer-note").inner_text().startswith("200 · ")
    assert page.url.endswith("/graphql")
    page.get_by_text("What can be asked").click()
    assert barriers(page) == []


def test_what_is_typed_wrongly_is_said(signed_in: NewPage, watch: Watch) -> None:
    watch.expect_refusal("/graphql")
    page = signed_in(MIRA)
    page.goto("/graphql")
    page.get_by_label("Variables").fill("[1")
    page.get_by_role("button", name="Run").click()
    page.get_by_text("Variables (JSON): ").wait_for()
    page.get_by_label("Variables").fill("")
    page.get_by_label("Query").fill("{ nobody }")
    page.get_by_role("button", name="Run").click()
    assert "nobody" in str(answer_of(page)["errors"])


def test_without_scripts_the_form_does_the_same(signed_in: NewPage) -> None:
    page = signed_in(MIRA, java_script_enabled=False)
    page.goto("/graphql")
    page.get_by_role("link", name="Page after page").click()
    assert "homeFeedConnection" in page.get_by_label("Query").input_value()
    page.get_by_role("button", name="Run").click()
    assert answer_of(page)["data"]["homeFeedConnection"]
    assert "homeFeedConnection" in page.get_by_label("Query").input_value()
