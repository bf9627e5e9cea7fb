"""The work at a desk: the queue, a case, a decision with its preview, who is too late, appeals, undoing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from campus.audit.models import AuditEntry
from campus.moderation.kinds import Action, CaseState, Target, TargetKind
from campus.moderation.models import Decision
from campus.notifications.models import Notification
from campus.platform.db import session, transaction
from campus.posts.models import Audience, PostState
from tests.factories import make_photo, make_post
from tests.moderation.court import case_of, decide, feeds_and_counters_are_right, fresh, post_target, report

if TYPE_CHECKING:
    from collections.abc import Callable

    from campus.accounts.models import User
    from campus.posts.models import Post
    from tests.conftest import Client
    from tests.personas import World

DESK = "/o/northbridge/manage/moderation"
CHOICE = {"measures": ["hide", "warn"], "rule": "spam", "reason": "Advertising is not for here.", "tell_reporters": "y"}
QUEUE_BUDGET, CASE_BUDGET = 10, 34


@pytest.fixture
def post(world: World) -> Post:
    with transaction():
        made = make_post(
            author=world.bob, organization=world.northbridge, audience=Audience.ORGANIZATION, title="Cheap lamps", text="Buy now"
        )
        make_photo(post=made, position=1, alt="A lamp")
    return made


@pytest.fixture
def case_id(post: Post, readers: list[User]) -> int:
    """Three people report the post: it is held."""
    return [report(reader, post_target(post)).case_id for reader in readers[:3]][-1]


def flat(text: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def test_the_queue_shows_what_waits_with_its_marks_and_says_when_nothing_does(
    world: World, mina: User, case_id: int, client_as: Callable[[User], Client], count_queries: Callable[[], Any]
) -> None:
    browser = client_as(mina)
    with count_queries() as statements:
        page = browser.get(DESK).text
    assert len(statements) <= QUEUE_BUDGET
    assert "(1)" in page[: page.index("</title>")]
    for words in ("Post by Bob", "Cheap lamps", "Spam or advertising", "3 reports", "Hidden for review"):
        assert words in flat(page)
    assert f'href="{DESK}/cases/{case_id}"' in page
    assert "Post by Bob" not in flat(browser.get(f"{DESK}?category=hate").text)
    assert browser.get(f"{DESK}?category=boredom").status_code == 422
    browser.post(f"{DESK}/cases/{case_id}/claim")
    assert "Nothing waiting." in browser.get(DESK).text
    assert "Post by Bob" in flat(browser.get(f"{DESK}?tab=mine").text)
    decide(mina, case_id, Action.NO_ACTION)
    assert "Last case closed:" in browser.get(DESK).text
    assert "Post by Bob" in flat(browser.get(f"{DESK}?tab=closed").text)
    del world


def test_the_list_of_keys_is_that_of_the_desk(world: World, mina: User, client_as: Callable[[User], Client]) -> None:
    browser, staff = client_as(mina), client_as(world.root)
    for page in (browser.get(DESK), browser.get(f"{DESK}/health"), staff.get("/moderation")):
        assert "Next case" in page.text
        assert "Next post" not in page.text
    feed = browser.get("/").text
    assert "Next post" in feed
    assert "Next case" not in feed


def test_a_long_queue_goes_on(world: World, mina: User, readers: list[User], client_as: Callable[[User], Client]) -> None:
    with transaction():
        posts = [make_post(author=world.bob, organization=world.northbridge) for _ in range(23)]
    for place, each in enumerate(posts):
        report(readers[place % 4], post_target(each))
    browser, url, seen = client_as(mina), DESK, []
    while url:
        page = browser.fragment(url).text
        seen += re.findall(r'id="case-(\d+)"', page)
        following = re.search(r'rel="next"\s+href="([^"]+)"', page)
        url = following[1].replace("&amp;", "&") if following else ""
    assert len(seen) == len(set(seen)) == 23


def test_the_page_of_a_case_has_everything_around_it(
    mina: User, case_id: int, client_as: Callable[[User], Client], count_queries: Callable[[], Any]
) -> None:
    browser = client_as(mina)
    browser.post(f"{DESK}/cases/{case_id}/notes", data={"text": "The third time this week."})
    with count_queries() as statements:
        page = browser.get(f"{DESK}/cases/{case_id}").text
    assert len(statements) <= CASE_BUDGET
    told = flat(page)
    for words in (
        "It belongs to Northbridge University: its moderators review it.",
        "Buy now",
        "It says the same.",
        "Reader 0",
        "no earlier report decided",
        "The third time this week.",
        "0 decisions stand",
        "reported it",
    ):
        assert words in told, words
    assert browser.post(f"{DESK}/cases/{case_id}/notes", data={"text": " "}).status_code == 422


def test_a_decision_shows_what_it_will_do_before_it_does_it(
    world: World, post: Post, mina: User, case_id: int, client_as: Callable[[User], Client], drain: Callable[[], int]
) -> None:
    browser, url = client_as(mina), f"{DESK}/cases/{case_id}"
    page = browser.post(f"{url}/decide/review", data=CHOICE).text
    told = flat(page)
    for words in ("at once.", "The author is warned.", "To the author", "Advertising is not for here.", "you can appeal until"):
        assert words in told, words
    assert "We reviewed the post you reported and acted on it." in told
    assert fresh(post).state is PostState.HELD
    again = browser.post(f"{url}/decide/review", data=CHOICE | {"edit": "yes"}).text
    assert "Advertising is not for here." in again

    assert browser.post(f"{url}/decide", data=CHOICE).location == url
    drain()
    assert fresh(post).state is PostState.HIDDEN
    notices = session.scalars(select(Notification.text).where(Notification.user_id == world.bob.id)).all()
    assert any("Advertising is not for here." in str(text) for text in notices)
    told = flat(browser.get(url).text)
    assert "Take the decision back" in told
    assert "stands" in told


def test_a_refused_decision_keeps_its_words(mina: User, case_id: int, client_as: Callable[[User], Client]) -> None:
    browser, url = client_as(mina), f"{DESK}/cases/{case_id}/decide"
    faults: list[dict[str, Any]] = [{"reason": ""}, {"measures": []}, {"measures": ["no_action", "hide"]}, {"rule": ""}]
    for wrong in [*faults, {"measures": ["suspend"]}]:
        for path in (url, f"{url}/review"):
            answer = browser.post(path, data=CHOICE | wrong)
            assert answer.status_code == 422, wrong
            assert "Please look at this again." in answer.text
            assert wrong == {"reason": ""} or "Advertising is not for here." in answer.text


def test_who_is_too_late_gets_her_words_and_the_way_on(
    world: World, mina: User, case_id: int, client_as: Callable[[User], Client]
) -> None:
    mina_s, dana_s, url = client_as(mina), client_as(world.dana), f"{DESK}/cases/{case_id}"
    mina_s.post(f"{url}/claim")
    assert dana_s.post(f"{url}/claim").status_code == 409
    for data in (CHOICE, CHOICE):
        answer = dana_s.post(f"{url}/decide", data=data)
        assert answer.status_code == 409
        assert "Advertising is not for here." in answer.text
        assert f'href="{url}"' in answer.text
        mina_s.post(f"{url}/decide", data=CHOICE)
    assert len(session.scalars(select(Decision)).all()) == 1
    assert dana_s.get(f"{url}/decide").location == url


def test_several_cases_of_spam_at_once(
    world: World, mina: User, readers: list[User], client_as: Callable[[User], Client]
) -> None:
    with transaction():
        posts = [make_post(author=world.bob, organization=world.northbridge) for _ in range(3)]
        other = make_post(author=world.charlie)
    ids = [report(readers[0], post_target(each)).case_id for each in posts]
    elsewhere = report(readers[0], post_target(other)).case_id
    browser, chosen = client_as(mina), [str(each) for each in ids]
    assert browser.post(f"{DESK}/bulk", data={"act": "hide", "cases": [*chosen, str(elsewhere)]}).status_code == 404
    asked = browser.post(f"{DESK}/bulk", data={"act": "hide", "cases": chosen}).text
    assert "Hide 3 things as spam?" in asked
    assert {fresh(each).state for each in posts} == {PostState.PUBLISHED}
    browser.post(f"{DESK}/bulk", data={"act": "hide", "cases": chosen, "sure": "yes", "reason": "Spam."})
    assert {fresh(each).state for each in posts} == {PostState.HIDDEN}
    assert case_of(elsewhere).state is CaseState.OPEN
    assert browser.post(f"{DESK}/bulk", data={"act": "hide"}).location == DESK


def test_an_appeal_without_a_session_is_decided_by_another_and_everything_is_as_before(
    world: World, post: Post, mina: User, case_id: int, client_as: Callable[[User], Client], drain: Any
) -> None:
    client = client_as(world.sam)  # a session that counts no more
    mina_s, dana_s, url = client_as(mina), client_as(world.dana), f"{DESK}/cases/{case_id}"
    mina_s.post(f"{url}/decide", data=CHOICE)
    letter = f"/moderation/letters/{session.scalars(select(Decision.letter)).one()}"
    refused = client.post(f"{letter}/appeal", data={"text": " "})
    assert refused.status_code == 422
    client.post(f"{letter}/appeal", data={"text": "It was a lecture about lamps."})
    assert "It was a lecture about lamps." in client.get(letter).text
    assert client.post(f"{letter}/appeal", data={"text": "Once more."}).status_code == 409

    assert mina_s.get(url).status_code == 404
    assert mina_s.post(f"{url}/appeal", data={"outcome": "upheld", "reason": "No."}).status_code == 404
    assert "It was a lecture about lamps." in dana_s.get(url).text
    assert "Post by Bob" in flat(dana_s.get(f"{DESK}?tab=appeals").text)
    assert dana_s.post(f"{url}/appeal", data={"outcome": "perhaps", "reason": "Hm."}).status_code == 422
    kept = dana_s.post(f"{url}/appeal", data={"outcome": "overturned", "reason": ""})
    assert kept.status_code == 422
    dana_s.post(f"{url}/appeal", data={"outcome": "overturned", "reason": "It was indeed."})
    drain()
    assert fresh(post).state is PostState.PUBLISHED
    assert "Granted" in client.get(letter).text
    assert feeds_and_counters_are_right()


def test_undoing_and_opening_again(post: Post, mina: User, case_id: int, client_as: Callable[[User], Client]) -> None:
    browser, url = client_as(mina), f"{DESK}/cases/{case_id}"
    browser.post(f"{url}/decide", data=CHOICE)
    browser.post(f"{url}/undo")
    assert fresh(post).state is PostState.PUBLISHED
    assert case_of(case_id).state is CaseState.REOPENED
    browser.post(f"{url}/decide", data=CHOICE | {"measures": ["no_action"]})
    assert browser.post(f"{url}/reopen", data={"reason": ""}).status_code == 422
    browser.post(f"{url}/reopen", data={"reason": "New facts."})
    assert "New facts." in browser.get(url).text


def test_an_appeal_is_made_by_who_is_signed_in_or_by_whoever_has_the_letter(
    world: World, staff: User, client: Client, client_as: Callable[[User], Client]
) -> None:
    northbridge = Target(TargetKind.ORGANIZATION, world.northbridge.id)
    made = [decide(world.root, report(world.charlie, northbridge).case_id, Action.WARN) for _ in range(2)]
    for browser, decision in zip((client, client_as(world.dana)), made, strict=True):
        browser.post(f"/moderation/letters/{decision.letter}/appeal", data={"text": "We did not."})
    entries = select(AuditEntry.actor).where(AuditEntry.act == "case.appeal").order_by(AuditEntry.seq)
    assert session.scalars(entries).all() == [f"letter:{made[0].id}", f"user:{world.dana.id}"]
    told = flat(client_as(staff).get(f"/moderation/cases/{made[0].case_id}").text)
    assert "Its people appealed" in told
    assert f"letter:{made[0].id}" in client_as(staff).get("/admin/audit?act=case.appeal").text


def test_a_case_is_handed_to_the_sites_staff_with_a_word_why(
    world: World, mina: User, case_id: int, client_as: Callable[[User], Client]
) -> None:
    browser, url = client_as(mina), f"{DESK}/cases/{case_id}"
    assert browser.post(f"{url}/escalate", data={"reason": ""}).status_code == 422
    browser.post(f"{url}/escalate", data={"reason": "I know him too well."})
    assert browser.get(url).status_code == 404
    root = client_as(world.root)
    assert "I know him too well." in root.get(f"/moderation/cases/{case_id}").text
    assert "Post by Bob" in flat(root.get("/moderation?tab=escalated").text)
    assert root.post(f"/moderation/cases/{case_id}/take-over").status_code == 303


def test_photos_of_a_case_are_for_those_who_handle_it(
    world: World, mina: User, post: Post, case_id: int, client_as: Callable[[User], Client]
) -> None:
    page = client_as(mina).get(f"{DESK}/cases/{case_id}").text
    found = re.search(rf'src="({DESK}/cases/{case_id}/photos/[^"]+)"', page)
    assert found
    for stranger in (world.alice, world.bob):
        assert client_as(stranger).get(found[1]).status_code == 404
    del post


def test_the_health_of_moderation_has_its_figures_in_a_table_too(
    world: World, mina: User, case_id: int, client_as: Callable[[User], Client]
) -> None:
    decide(mina, case_id, Action.NO_ACTION)
    for browser, base in ((client_as(mina), DESK), (client_as(world.root), "/moderation")):
        page = browser.get(f"{base}/health").text
        assert '<svg class="chart"' in page
        assert "<table" in page
        assert "1 case decided in 90 days" in flat(page)
