"""Announcements: seen by whom they are for, until they end or she dismisses them; a page costs nothing while there is none."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from campus.admin import announcements
from campus.admin.announcements import AnnouncementNotFound
from campus.platform.clock import now
from campus.platform.errors import Invalid

if TYPE_CHECKING:
    from tests.personas import World

DAY = timedelta(days=1)


def announced(title: str = "Exams begin", *, begins: datetime | None = None, days: int = 2, **more: Any) -> int:
    begins = begins or now() - timedelta(minutes=1)
    return announcements.create(title=title, body="", begins_at=begins, ends_at=begins + days * DAY, now=now(), **more).id


def test_it_stands_above_every_page_until_it_is_dismissed(world: World, client_as: Any) -> None:
    number = announced()
    hers, his = client_as(world.alice), client_as(world.charlie)
    assert "Exams begin" in hers.get("/settings").text
    assert hers.post(f"/announcements/{number}/dismiss").status_code == 303
    assert hers.send(f"/announcements/{number}/dismiss").status_code == 200  # twice is once
    assert "Exams begin" not in hers.get("/settings").text
    assert "Exams begin" in his.get("/explore").text


def test_members_alone_see_what_is_for_them(world: World, client_as: Any) -> None:
    number = announced(organization_id=world.northbridge.id)
    assert "Exams begin" in client_as(world.alice).get("/settings").text
    assert "Exams begin" not in client_as(world.charlie).get("/settings").text
    with pytest.raises(AnnouncementNotFound):
        announcements.dismiss(viewer_id=world.charlie.id, announcement_id=number, now=now())


def test_it_begins_and_ends(world: World, client_as: Any) -> None:
    coming = announced("Soon", begins=now() + DAY)
    shown = announced("Now")
    page = client_as(world.bob).get("/settings").text
    assert ("Now" in page, "Soon" in page) == (True, False)
    assert announcements.end(announcement_id=shown, now=now())
    assert not announcements.end(announcement_id=shown, now=now() + DAY)
    assert announcements.end(announcement_id=coming, now=now())  # never shown: it is gone
    with pytest.raises(AnnouncementNotFound):
        announcements.end(announcement_id=coming, now=now())
    with pytest.raises(Invalid):
        announced("Past", begins=now() - 9 * DAY)


def test_a_page_costs_no_statement_while_there_is_none(world: World, client_as: Any, count_queries: Any) -> None:
    browser, numbers = client_as(world.bob), []
    for _ in range(2):
        browser.get("/explore")
        with count_queries() as statements:
            browser.get("/explore")
        numbers.append(len(statements))
        announced()
    assert numbers[1] == numbers[0] + 1


def test_a_form_that_is_refused_keeps_what_was_typed(world: World, client_as: Any) -> None:
    browser = client_as(world.root)
    typed = {
        "title": "Kept",
        "body": "Words",
        "organization": "nowhere",
        "begins": "2030-01-01T10:00",
        "ends": "2030-01-02T10:00",
    }
    refused = browser.post("/admin/announcements", data=typed)
    assert (refused.status_code, "Kept" in refused.text, "No organization has this short name" in refused.text) == (
        422,
        True,
        True,
    )
    assert browser.post("/admin/announcements", data=typed | {"organization": "northbridge"}).status_code == 303
    assert browser.post("/admin/announcements", data=typed | {"begins": "soon", "organization": ""}).status_code == 422
