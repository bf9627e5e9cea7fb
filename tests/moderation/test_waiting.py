"""How long a case waits, from when on, and where it is while it does."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from campus.moderation import actions
from campus.moderation.kinds import Action, CaseScope, CaseState, Tab
from campus.moderation.queries.health import health
from campus.moderation.queries.listing import Filters, queue
from campus.platform.clock import now
from campus.platform.db import transaction
from tests.factories import make_post
from tests.moderation.court import case_of, decide, post_target, report
from tests.posts.making import viewer_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from campus.accounts.models import User
    from tests.conftest import Client
    from tests.personas import World

DESK = "/o/northbridge/manage/moderation"
DAY = timedelta(days=1)


@pytest.fixture
def case_id(world: World) -> int:
    ours = make_post(author=world.alice, organization=world.northbridge, audience="organization", text="Buy now")
    return report(world.bob, post_target(ours)).case_id


@pytest.mark.parametrize("again", ["undone", "reopened"])
def test_a_case_that_is_looked_at_once_more_waits_anew(world: World, mina: User, case_id: int, again: str) -> None:
    later, viewer = now() + 5 * DAY, viewer_of(mina)
    decide(mina, case_id, Action.WARN)
    if again == "undone":
        actions.undo(viewer=viewer, case_id=case_id, now=later)
    else:
        actions.reopen(viewer=viewer, case_id=case_id, reason="New facts.", now=later)
    assert actions.escalate_due(now=later + timedelta(hours=23)) == 0
    [waiting] = queue(viewer, Tab.UNCLAIMED, now=later).items
    assert (waiting.state, waiting.scope, waiting.waiting_since) == (CaseState.REOPENED, CaseScope.ORG, later)
    assert queue(viewer, Tab.UNCLAIMED, Filters(older_than=DAY), now=later).items == ()
    assert health(world.northbridge.id, now=later + timedelta(minutes=1)).open.hour == 1
    assert actions.escalate_due(now=later + timedelta(hours=25)) == 1
    assert case_of(case_id).scope is CaseScope.SITE


def test_taking_a_case_and_giving_it_back_starts_no_new_time(mina: User, case_id: int) -> None:
    taken = now() + timedelta(hours=20)
    actions.claim(viewer=viewer_of(mina), case_id=case_id, now=taken)
    actions.release(viewer=viewer_of(mina), case_id=case_id)
    assert actions.escalate_due(now=taken + timedelta(hours=5)) == 1


def test_who_writes_notes_about_her_case_keeps_it(world: World, mina: User, case_id: int) -> None:
    taken = now() + timedelta(hours=20)
    actions.claim(viewer=viewer_of(mina), case_id=case_id, now=taken)
    actions.add_note(viewer=viewer_of(world.dana), case_id=case_id, text="Still here?", now=taken + timedelta(hours=22))
    actions.add_note(viewer=viewer_of(mina), case_id=case_id, text="I asked her.", now=taken + timedelta(hours=20))
    assert actions.escalate_due(now=taken + timedelta(hours=43)) == 0
    assert actions.escalate_due(now=taken + timedelta(hours=45)) == 1


def test_a_case_with_somebody_of_the_staff_is_found_by_the_others(
    world: World, mina: User, staff: User, case_id: int, client_as: Callable[[User], Client]
) -> None:
    actions.take_over(viewer=viewer_of(world.root), case_id=case_id, now=now())
    browser = client_as(staff)
    assert re.search(r"Claimed\s*<span class=\"tally\">1</span>", browser.get("/moderation").text)
    page = browser.get("/moderation?tab=claimed").text
    assert f"case-{case_id}" in page
    assert "with Root" in page
    assert 'id="bulk"' not in page  # what others have is decided by them
    assert f"case-{case_id}" not in browser.get("/moderation?tab=claimed&category=hate").text
    assert "Nobody has a case." in browser.get("/moderation?tab=claimed&organization=studio").text
    assert "Nothing is hidden for review." in browser.get("/moderation?tab=held").text
    assert "Nobody has a case." in client_as(mina).get(f"{DESK}?tab=claimed").text  # it is the staff's now


def test_what_is_claimed_goes_on(world: World, readers: list[User], staff: User, client_as: Callable[[User], Client]) -> None:
    with transaction():
        posts = [make_post(author=world.bob, organization=world.northbridge) for _ in range(22)]
    for place, each in enumerate(posts):
        actions.take_over(viewer=viewer_of(world.root), case_id=report(readers[place % 4], post_target(each)).case_id, now=now())
    browser, url, seen = client_as(staff), "/moderation?tab=claimed", []
    while url:
        page = browser.fragment(url).text
        seen += re.findall(r'id="case-(\d+)"', page)
        following = re.search(r'rel="next"\s+href="([^"]+)"', page)
        url = following[1].replace("&amp;", "&") if following else ""
    assert len(seen) == len(set(seen)) == 22
