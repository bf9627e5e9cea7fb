"""Reporting: a dialog and a page, what comes back when it is refused, and what a reporter sees of what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from campus import quotas
from campus.moderation.kinds import Action, Category
from campus.moderation.models import Report
from campus.platform import limits
from campus.platform.clock import now
from campus.platform.db import session, transaction
from campus.posts.models import Audience
from tests.factories import make_comment, make_photo, make_post
from tests.moderation.court import decide, post_target, report

if TYPE_CHECKING:
    from collections.abc import Callable

    from campus.accounts.models import User
    from campus.posts.models import Post
    from tests.conftest import Client
    from tests.personas import World

BUDGET = 16


@pytest.fixture
def post(world: World) -> Post:
    with transaction():
        made = make_post(author=world.bob, organization=world.northbridge, audience=Audience.ORGANIZATION, title="Roof works")
        make_photo(post=made, position=1)
        make_photo(post=made, position=2)
    return made


def reports() -> int:
    return session.scalar(select(func.count()).select_from(Report)) or 0


def test_everything_has_its_page_and_its_dialog(world: World, post: Post, client_as: Callable[[User], Client]) -> None:
    with transaction():
        comment = make_comment(post=post, author=world.bob)
    alice = client_as(world.alice)
    for path in (f"/posts/{post.id}", f"/posts/{post.id}/report?photo=2", f"/comments/{comment.id}", "/u/bob", "/o/studio"):
        url = path if "report" in path else f"{path}/report"
        page, dialog = alice.get(url).text, alice.fragment(url).text
        assert "<title>" in page
        assert "<title>" not in dialog
        for shown in (page, dialog):
            assert f'action="{url}"' in shown
            assert "never learns who reported it" in shown
        assert ("I am in this photo" in page) is ("/posts/" in url)


def test_a_report_is_acknowledged_and_listed_with_what_came_of_it(
    world: World, post: Post, mina: User, client_as: Callable[[User], Client]
) -> None:
    alice = client_as(world.alice)
    answer = alice.post(f"/posts/{post.id}/report", data={"category": "spam", "note": "Again and again", "photos": ["2", "9"]})
    assert answer.location == "/reports"
    page = alice.get("/reports").text
    assert "Thank you." in page
    assert "Again and again" in page
    assert "Waits to be looked at" in page
    kept = session.scalars(select(Report)).one()
    assert kept.photos == [2]

    decide(mina, kept.case_id, Action.HIDE)
    page = alice.get("/reports").text
    assert "We acted on it" in page
    assert f"/posts/{post.id}" not in page
    assert "Again and again" not in client_as(world.bob).get("/reports").text


def test_reporting_again_shows_the_first_report_and_replaces_it(
    world: World, post: Post, client_as: Callable[[User], Client]
) -> None:
    alice, url = client_as(world.alice), f"/posts/{post.id}/report"
    alice.post(url, data={"category": "spam", "note": "First words"})
    page = alice.get(url).text
    assert "takes the place of what you said then" in page
    assert "First words" in page
    alice.send(url, data={"category": "hate", "note": "Other words"})
    kept = session.scalars(select(Report).execution_options(populate_existing=True)).one()
    assert (kept.category, kept.note) == (Category.HATE, "Other words")


def test_what_is_refused_comes_back_with_its_words(world: World, post: Post, client_as: Callable[[User], Client]) -> None:
    alice, url = client_as(world.alice), f"/posts/{post.id}/report"
    for data in ({"note": "No category"}, {"category": "boredom", "note": "No category"}):
        for answer in (alice.post(url, data=data), alice.send(url, data=data)):
            assert answer.status_code == 422
            assert "Choose what is wrong with it." in answer.text
            assert "No category" in answer.text
    assert "<header>" not in alice.send(url, data={}).text
    with transaction():
        for _ in range(quotas.REPORTS.limit):
            limits.spend(quotas.REPORTS, world.alice.id, now=now())
    answer = alice.post(url, data={"category": "spam", "note": "One too many"})
    assert answer.status_code == 429
    assert "One too many" in answer.text
    assert "You have used 20 of 20 reports today" in answer.text
    assert reports() == 0


def test_who_reports_may_keep_away_from_its_author(world: World, post: Post, client_as: Callable[[User], Client]) -> None:
    alice = client_as(world.alice)
    done = alice.send(f"/posts/{post.id}/report", data={"category": "harassment", "block": "y", "mute": "y"})
    assert 'id="dialog-title"' in done.text
    assert alice.get(f"/posts/{post.id}").status_code == 404
    assert reports() == 1


def test_ones_own_is_not_reported_and_what_is_not_seen_is_missing(
    world: World, post: Post, client_as: Callable[[User], Client]
) -> None:
    assert client_as(world.bob).get(f"/posts/{post.id}/report").status_code == 403
    assert client_as(world.bob).post(f"/posts/{post.id}/report", data={"category": "spam"}).status_code == 403
    for path in (f"/posts/{post.id}", f"/posts/{post.id}/report?photo=1", "/comments/1", "/u/sam", "/o/nowhere"):
        url = path if "report" in path else f"{path}/report"
        assert client_as(world.charlie).get(url).status_code == 404
        assert client_as(world.charlie).post(url, data={"category": "spam"}).status_code == 404
    assert client_as(world.alice).get(f"/posts/{post.id}/report?photo=7").status_code == 404


def test_cards_comments_people_and_organizations_have_the_entry(
    world: World, post: Post, client_as: Callable[[User], Client]
) -> None:
    with transaction():
        comment = make_comment(post=post, author=world.bob)
    alice = client_as(world.alice)
    page = alice.get(f"/posts/{post.id}").text
    assert f'href="/posts/{post.id}/report"' in page
    assert f'href="/comments/{comment.id}/report"' in page
    assert f'href="/posts/{post.id}/report?photo=1"' in alice.get(f"/posts/{post.id}/photos/1").text
    assert 'href="/u/bob/report"' in alice.get("/u/bob").text
    assert 'href="/o/studio/report"' in alice.get("/o/studio").text
    mine = client_as(world.bob).get(f"/posts/{post.id}").text
    assert '/report"' not in mine


def test_an_author_reads_why_her_post_is_hidden(
    world: World, post: Post, mina: User, readers: list[User], client_as: Callable[[User], Client]
) -> None:
    bob = client_as(world.bob)
    assert bob.get(f"/posts/{post.id}/decision").status_code == 404
    cases = [report(reader, post_target(post)).case_id for reader in readers[:3]]
    assert f'href="/posts/{post.id}/decision"' in bob.get(f"/posts/{post.id}").text
    assert "is being reviewed" in bob.get(f"/posts/{post.id}/decision").text
    decision = decide(mina, cases[0], Action.HIDE)
    assert bob.get(f"/posts/{post.id}/decision").location == f"/moderation/letters/{decision.letter}"
    assert client_as(world.alice).get(f"/posts/{post.id}/decision").status_code == 404


def test_the_pages_ask_a_bounded_number_of_statements(
    world: World, post: Post, client_as: Callable[[User], Client], count_queries: Callable[[], Any]
) -> None:
    alice = client_as(world.alice)
    alice.post(f"/posts/{post.id}/report", data={"category": "spam"})
    for url in (f"/posts/{post.id}/report", "/reports"):
        with count_queries() as statements:
            alice.get(url)
        assert len(statements) <= BUDGET, url
