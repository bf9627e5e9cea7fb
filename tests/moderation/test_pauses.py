"""Moderators of an organization pause somebody's posting there: what that stops, what not, how long, and what does not end it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from campus.accounts.actions import PostingPaused
from campus.audit import queries as audit
from campus.audit.models import AuditEntry
from campus.interactions.actions import comment, like
from campus.moderation import actions, fitting
from campus.moderation.actions.telling import sent
from campus.moderation.fitting import DoesNotFit
from campus.moderation.kinds import Action, Measure, Target, TargetKind
from campus.moderation.models import Effect
from campus.moderation.queries.letters import letter_page
from campus.moderation.seats import seat_of
from campus.organizations.actions import add_member, join, leave, remove_member
from campus.organizations.models import JoinPolicy, Organization, PostingPause, Role
from campus.platform.clock import now
from campus.platform.db import session, transaction
from campus.posts.actions import edit, publish
from campus.posts.models import Audience
from campus.rights import erasure
from tests.factories import make_comment, make_member, make_post
from tests.moderation.court import case_of, decide, draft, post_target, report, world_now
from tests.posts.making import draft as post_draft
from tests.posts.making import published, viewer_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from campus.accounts.models import User
    from campus.posts.models import Post
    from tests.conftest import Client
    from tests.personas import World

DESK = "/o/northbridge/manage/moderation"
THREE_DAYS = Measure(Action.PAUSE_HERE, days=3)
SENTENCE = "Moderators have paused your posting in Northbridge University until"


@pytest.fixture
def ours(world: World) -> Post:
    return make_post(author=world.alice, organization=world.northbridge, audience="public", text="Buy now")


@pytest.fixture
def case_id(world: World, ours: Post) -> int:
    return report(world.bob, post_target(ours)).case_id


@pytest.fixture
def paused(mina: User, case_id: int) -> int:
    """Alice's posting is paused in Northbridge for three days; the case."""
    decide(mina, case_id, THREE_DAYS)
    return case_id


def inside(world: World, **fields: Any) -> Any:
    return post_draft(organization_id=world.northbridge.id, **fields)


def may_post(world: World, user: User, at: datetime | None = None, **fields: Any) -> bool:
    """Whether she may publish this in Northbridge; then she has."""
    try:
        publish(viewer=viewer_of(user), draft=inside(world, **fields), now=at or now())
    except PostingPaused:
        return False
    return True


def pauses() -> list[tuple[int, int]]:
    return [(row.organization_id, row.user_id) for row in session.scalars(select(PostingPause))]


@pytest.mark.usefixtures("paused")
def test_she_neither_posts_nor_comments_there_and_elsewhere_she_does(world: World, ours: Post) -> None:
    with transaction():
        make_member(user=world.alice, organization=world.studio)
        hers = make_post(author=world.bob)
    alice = viewer_of(world.alice)
    for fields in ({}, {"department_id": world.physics.id, "audience": Audience.DEPARTMENT}, {"audience": Audience.ONLY_ME}):
        assert not may_post(world, world.alice, **fields)
    with pytest.raises(PostingPaused, match="Northbridge University"):
        comment(viewer=alice, post_id=ours.id, text="No.", now=now())
    assert like(viewer=alice, post_id=ours.id, now=now()).liked
    elsewhere = publish(viewer=alice, draft=post_draft(organization_id=world.studio.id), now=now())
    own = publish(viewer=alice, draft=post_draft(text="Of my own"), now=now())
    comment(viewer=alice, post_id=hers.id, text="Fine.", now=now())
    for post in (own, elsewhere):  # what is written elsewhere is not brought in
        with pytest.raises(PostingPaused) as refused:
            edit(viewer=alice, post_id=post.id, draft=inside(world, text="Brought in"), now=now())
        assert refused.value.field == "owner"
    assert may_post(world, world.bob)


@pytest.mark.usefixtures("paused")
def test_an_editor_does_not_post_officially_meanwhile(world: World) -> None:
    add_member(organization_id=world.northbridge.id, user_id=world.alice.id, role=Role.EDITOR, now=now())
    assert not may_post(world, world.alice, official=True)
    assert not may_post(world, world.alice, official=True, department_id=world.chemistry.id)


def test_it_ends_by_itself(world: World, paused: int) -> None:
    later = now() + timedelta(days=3, minutes=1)
    assert not may_post(world, world.alice, now() + timedelta(days=2, hours=23))
    assert may_post(world, world.alice, later)
    assert actions.end_due(now=later)["ended"] == 1
    assert pauses() == []
    ended = select(AuditEntry.target).where(AuditEntry.act == "moderation.pause_here.ended")
    assert session.scalars(ended).all() == [f"user:{world.alice.id}"]
    assert case_of(paused).state == "decided"


def test_leaving_and_coming_back_does_not_end_it(world: World, paused: int) -> None:
    alice, here = world.alice.id, world.northbridge.id
    with transaction():
        session.get_one(Organization, here).join_policy = JoinPolicy.OPEN
    leave(viewer_id=alice, organization_id=here)
    assert join(viewer_id=alice, organization_id=here, now=now()) == "active"
    assert not may_post(world, world.alice)
    remove_member(user_id=alice, organization_id=here)
    add_member(user_id=alice, organization_id=here, now=now())
    assert not may_post(world, world.alice)
    leave(viewer_id=alice, organization_id=here)
    actions.undo(viewer=None, case_id=paused, now=now())  # nor does it need her to be there
    assert join(viewer_id=alice, organization_id=here, now=now()) == "active"
    assert may_post(world, world.alice)


def test_who_is_no_member_is_kept_from_commenting(world: World, mina: User, ours: Post) -> None:
    said = make_comment(post=ours, author=world.charlie)
    case_id = report(world.bob, Target(TargetKind.COMMENT, said.id)).case_id
    decide(mina, case_id, THREE_DAYS, Action.HIDE)
    with pytest.raises(PostingPaused):
        comment(viewer=viewer_of(world.charlie), post_id=ours.id, text="Again.", now=now())
    published(world.charlie, text="Of my own")


def test_it_is_offered_where_there_is_an_organization(world: World, mina: User, case_id: int) -> None:
    def offered(who: User, about: int) -> set[Action]:
        return {Action.PAUSE, Action.PAUSE_HERE}.intersection(fitting.actions_for(seat_of(viewer_of(who)), case_of(about)))

    personal = report(world.bob, post_target(make_post(author=world.alice))).case_id
    person = report(world.bob, Target(TargetKind.USER, world.alice.id)).case_id
    assert offered(mina, case_id) == {Action.PAUSE_HERE}
    assert offered(world.root, case_id) == {Action.PAUSE, Action.PAUSE_HERE}
    assert offered(world.root, personal) == offered(world.root, person) == {Action.PAUSE}
    for wrong in (Measure(Action.PAUSE, days=1), Measure(Action.PAUSE_HERE, days=2), Action.PAUSE_HERE):
        with pytest.raises(DoesNotFit):
            decide(mina, case_id, wrong)
    with pytest.raises(DoesNotFit):
        decide(world.root, personal, THREE_DAYS)


def test_what_it_comes_to_is_told_before_and_after(world: World, mina: User, case_id: int) -> None:
    chosen = draft(THREE_DAYS)
    [weighed] = actions.consequences(viewer=viewer_of(mina), case_id=case_id, draft=chosen).sentences
    assert weighed.startswith("The author neither posts nor comments in Northbridge University for 3 days, even after leaving")
    previewed = actions.letters(viewer=viewer_of(mina), case_id=case_id, draft=chosen, now=now()).author
    made = decide(mina, case_id, THREE_DAYS)
    letter = sent(letter_page(made.letter, now=now()))
    assert previewed is not None
    assert previewed.text == letter.text
    assert "You can neither post nor comment in Northbridge University for 3 days, from" in letter.text
    assert "The moderators of Northbridge University reviewed your post." in letter.text
    [effect] = session.scalars(select(Effect))
    assert (effect.organization_id, effect.before, effect.ends_at) == (
        world.northbridge.id,
        {"until": None},
        made.at + timedelta(days=3),
    )
    entry = session.scalars(select(AuditEntry).where(AuditEntry.act == "moderation.pause_here")).one()
    assert (entry.target, entry.organization_id) == (f"user:{world.alice.id}", world.northbridge.id)


@pytest.mark.parametrize("back", ["undone", "overturned"])
def test_it_is_taken_back(world: World, mina: User, case_id: int, back: str) -> None:
    before = world_now()
    decision = decide(mina, case_id, THREE_DAYS, Action.REMOVE_MEMBER)
    assert world_now() != before
    if back == "undone":
        actions.undo(viewer=viewer_of(mina), case_id=case_id, now=now() + timedelta(days=2))
    else:
        actions.appeal(letter=decision.letter, text="No.", now=now())
        actions.decide_appeal(viewer=viewer_of(world.dana), case_id=case_id, overturn=True, reason="Yes.", now=now())
    assert world_now() == before
    assert may_post(world, world.alice)
    assert list(audit.verify()) == []


def test_each_organization_has_its_own(world: World, mina: User, paused: int) -> None:
    with transaction():
        make_member(user=world.alice, organization=world.studio)
        make_member(user=mina, organization=world.studio, role=Role.MODERATOR)
        there = make_post(author=world.alice, organization=world.studio, audience="public")
    second = report(world.bob, post_target(there)).case_id
    decide(mina, second, Measure(Action.PAUSE_HERE, days=7))
    actions.undo(viewer=viewer_of(mina), case_id=paused, now=now())
    assert pauses() == [(world.studio.id, world.alice.id)]
    assert may_post(world, world.alice)
    actions.undo(viewer=viewer_of(mina), case_id=second, now=now())
    assert pauses() == []


def test_a_longer_pause_is_not_made_shorter_and_the_one_of_the_site_is_another(world: World, paused: int) -> None:
    about_comment = make_comment(post=make_post(author=world.bob, organization=world.northbridge), author=world.alice)
    second = report(world.bob, Target(TargetKind.COMMENT, about_comment.id)).case_id
    decide(world.root, second, Measure(Action.PAUSE_HERE, days=1), Measure(Action.PAUSE, days=1))
    two_days = now() + timedelta(days=2)
    assert not may_post(world, world.alice, two_days)
    publish(viewer=viewer_of(world.alice), draft=post_draft(), now=two_days)
    actions.undo(viewer=None, case_id=paused, now=now())
    actions.undo(viewer=None, case_id=second, now=now())
    assert pauses() == []
    publish(viewer=viewer_of(world.alice), draft=post_draft(), now=now())


def test_she_is_forgotten_with_her_pauses(world: World, paused: int) -> None:
    erasure.erase(world.alice.id, now=now())
    assert pauses() == []
    assert erasure.traces(world.alice.id) == {}
    assert case_of(paused).author_id is None


def test_the_desk_of_an_organization_decides_it(
    world: World, mina: User, case_id: int, client_as: Callable[[User], Client]
) -> None:
    browser, url = client_as(mina), f"{DESK}/cases/{case_id}/decide"
    page = browser.get(url).text
    assert 'value="pause_here"' in page
    assert 'name="pause_here"' in page
    assert 'value="pause"' not in page
    sent_ = {"measures": ["pause_here"], "pause_here": "7", "rule": "spam", "reason": "Enough."}
    review = browser.post(f"{url}/review", data=sent_).text
    assert "in Northbridge University for 7 days" in review
    assert browser.post(url, data=sent_ | {"measures": ["pause"], "pause": "7"}).status_code == 422
    assert pauses() == []
    assert browser.post(url, data=sent_).status_code == 303
    assert pauses() == [(world.northbridge.id, world.alice.id)]
    entry = session.scalars(select(AuditEntry).where(AuditEntry.act == "moderation.pause_here")).one()
    assert entry.actor == f"user:{mina.id}"
    assert "Pause posting in the organization" in browser.get(f"{DESK}/cases/{case_id}").text


@pytest.mark.usefixtures("paused")
def test_the_composer_says_what_is_paused_and_keeps_the_words(
    world: World, ours: Post, client_as: Callable[[User], Client]
) -> None:
    browser, whole = client_as(world.alice), f"o:{world.northbridge.id}"
    page = browser.get("/posts/new").text
    for value in (whole, f"d:{world.physics.id}"):
        option = page.partition(f'<option value="{value}"')[2].partition("</option>")[0]
        assert "disabled" in option
        assert "(paused)" in option
    assert page.count(SENTENCE) == 1
    chosen = browser.get(f"/posts/new?owner={whole}").text  # and is sent as it stands, not as a post of her own
    assert "disabled" not in chosen.partition(f'<option value="{whole}"')[2].partition("</option>")[0]
    assert chosen.count(SENTENCE) == 1
    assert SENTENCE in browser.fragment(f"/posts/audience?owner={whole}&audience=public").text
    answer = browser.post("/posts/new", data={"text": "Kept words", "owner": whole, "audience": "public"})
    assert answer.status_code == 403
    assert "Kept words" in answer.text
    assert 'id="owner-error"' in answer.text
    fixed = {"text": "Mended", "owner": whole, "audience": "public"}
    assert browser.post(f"/posts/{ours.id}/edit", data=fixed).status_code == 303  # what she has posted she may mend
    told = browser.send(f"/posts/{ours.id}/comments", data={"text": "My words"})
    assert told.status_code == 403
    assert "My words" in told.text
    assert SENTENCE in told.text


def test_the_composer_says_so_when_all_posting_is_paused(world: World, case_id: int, client_as: Callable[[User], Client]) -> None:
    decide(world.root, case_id, Measure(Action.PAUSE, days=1))
    page = client_as(world.alice).get("/posts/new").text
    assert "Moderators have paused your posting until" in page
