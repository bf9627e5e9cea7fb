"""The pages of those who look after the site, as axe sees them; and what they do there without scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect
from sqlalchemy import null

from campus.accounts.models import User
from campus.platform.db import session, transaction
from campus.platform.outbox import Job, JobState
from tests.browser.barriers import barriers, in_half_the_widths
from tests.browser.conftest import PHONE

if TYPE_CHECKING:
    from tests.browser.conftest import NewPage
    from tests.browser.site import Site
    from tests.browser.watching import Watch

ADMINISTRATOR = "greta.solberg@photocampus.example"
MISSING = "/admin/people/nobody_at_all"
PAGES = (
    "/admin",
    "/admin/people",
    "/admin/people/celia_marchetti",
    "/admin/people/celia_marchetti/promote",
    "/admin/people/celia_marchetti/sign-out",
    "/admin/people/celia_marchetti/revoke-tokens",
    "/admin/people/greta_solberg/demote",
    "/admin/people?q=nobody-at-all",
    MISSING,
    "/admin/organizations",
    "/admin/organizations/northbridge",
    "/admin/organizations/northbridge/domains/northbridge.example/remove",
    "/admin/tasks",
    "/admin/jobs",
    "/admin/storage",
    "/admin/settings",
    "/admin/system",
    "/admin/announcements",
)


@in_half_the_widths
def test_no_page_of_administration_has_a_barrier(signed_in: NewPage, watch: Watch, viewport: dict[str, int], half: int) -> None:
    watch.expect_refusal(MISSING)
    found = []
    page = signed_in(ADMINISTRATOR, viewport=viewport, reduced_motion="reduce")
    for path in PAGES[half::2]:
        page.goto(path)
        found += barriers(page)
    assert found == []


def test_without_script_a_task_is_run_and_something_announced_and_ended(signed_in: NewPage) -> None:
    page = signed_in(ADMINISTRATOR, viewport=PHONE, java_script_enabled=False)
    page.goto("/admin/tasks")
    row = page.locator("#tasks li").filter(has_text="tidy_up")
    row.get_by_role("button", name="Run now").click()
    expect(page.get_by_text("The worker is asked to run tidy_up.")).to_be_visible()
    page.goto("/admin/announcements")
    page.get_by_label("Title").fill("The library closes at noon")
    page.get_by_role("button", name="Announce").click()
    expect(page.get_by_text("The library closes at noon").first).to_be_visible()
    page.locator("main li").filter(has_text="The library closes at noon").get_by_role("button", name="End now").click()
    expect(page.get_by_text("It is shown no longer.")).to_be_visible()


def a_dead_job(site: Site) -> int:
    """The number of one that was given up."""
    with site.inside(), transaction():
        job = Job(kind="weekly_digest", key="0", payload={}, state=JobState.DEAD, last_error="x" * 120)
        session.add(job)
        session.flush()
        return job.id


def somebody_who_waits(site: Site) -> None:
    """For an administrator to let her in."""
    with site.inside(), transaction():
        session.add(User(handle="thea_nordahl", name="Thea Nordahl", approved_at=null()))


def test_after_a_look_a_sign_up_is_declined_and_a_dead_job_discarded(signed_in: NewPage, site: Site) -> None:
    page, job = signed_in(ADMINISTRATOR, viewport=PHONE, reduced_motion="reduce"), a_dead_job(site)
    page.goto("/admin/jobs")
    page.locator(f'a[href$="/{job}/discard"]').click()
    expect(page.get_by_role("heading", name=f"Discard job {job}?")).to_be_visible()
    found = barriers(page)
    page.get_by_role("button", name="Discard").click()
    expect(page.get_by_text(f"Job {job} is discarded.")).to_be_visible()

    somebody_who_waits(site)
    page.goto("/admin/people/thea_nordahl")
    page.get_by_role("link", name="Decline").click()
    expect(page.get_by_role("heading", name="Decline the sign-up of Thea Nordahl?")).to_be_visible()
    found += barriers(page)
    page.get_by_role("button", name="Decline and erase").click()
    expect(page.get_by_text("The sign-up of Thea Nordahl is declined and erased.")).to_be_visible()
    assert found == []
