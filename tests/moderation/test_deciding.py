"""What a decision may and may not do, what it comes to, and what becomes of it with time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from campus.accounts.actions import PostingPaused
from campus.accounts.models import User
from campus.interactions.actions import comment
from campus.moderation import actions
from campus.moderation.fitting import DoesNotFit, actions_for
from campus.moderation.kinds import Action, CaseScope, CaseState, EffectState, Measure, Target, TargetKind
from campus.moderation.models import Effect
from campus.moderation.queries.health import health
from campus.moderation.queries.page import case_page
from campus.moderation.seats import seat_of
from campus.notifications.models import Notification
from campus.organizations.models import Role
from campus.organizations.queries import membership
from campus.platform.clock import now
from campus.platform.db import session, transaction
from campus.platform.errors import Conflict, Invalid
from campus.posts.actions import delete, edit, publish
from campus.posts.models import Audience, PostState
from campus.posts.policy import NarrowedByModerators
from tests.factories import make_comment, make_post
from tests.moderation.court import case_of, decide, draft, fresh, post_target, report, world_now
from tests.posts.making import draft as post_draft
from tests.posts.making import viewer_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from campus.posts.models import Post
    from tests.personas import World


@pytest.fixture
def ours(world: World) -> Post:
    return make_post(author=world.alice, organization=world.northbridge, audience="organization", text="Buy now")


@pytest.fixture
def case_id(world: World, ours: Post) -> int:
    return report(world.bob, post_target(ours)).case_id


def test_an_organizations_moderators_remove_from_it_but_do_not_reach_beyond(
    world: World, mina: User, case_id: int, drain: Callable[[], int]
) -> None:
    offered = actions_for(seat_of(viewer_of(mina)), case_of(case_id))
    assert {Action.SUSPEND, Action.PAUSE, Action.REMOVE_PHOTO}.isdisjoint(offered)  # nor is there a photo
    with pytest.raises(DoesNotFit):
        decide(mina, case_id, Action.SUSPEND)
    before = world_now()
    decide(mina, case_id, Action.REMOVE_MEMBER, Action.HIDE)
    assert membership(world.northbridge.id, world.alice.id).status == "removed"  # type: ignore[union-attr]  # it is there
    drain()
    told = session.scalars(select(Notification.title).where(Notification.user_id == world.alice.id)).all()
    assert told == ["A decision about your post"]  # which says it; the organization does not once more
    actions.undo(viewer=viewer_of(mina), case_id=case_id, now=now())
    assert world_now() == before


@pytest.mark.parametrize(
    "measures",
    [
        (),
        (Action.NO_ACTION, Action.WARN),
        (Action.HIDE, Action.DELETE),
        (Action.WARN, Action.WARN),
        (Action.REMOVE_PHOTO,),
        (Measure(Action.PAUSE, days=2),),
        (Action.HOLD,),
    ],
)
def test_decisions_that_cannot_be(world: World, case_id: int, measures: tuple[Measure | Action, ...]) -> None:
    with pytest.raises(DoesNotFit):
        decide(world.root, case_id, *measures)
    assert case_of(case_id).state == CaseState.OPEN


def test_a_decision_needs_a_reason_and_a_rule(world: World, case_id: int) -> None:
    for wrong in (draft(Action.WARN, rule=None), draft(Action.WARN, reason=" ")):
        with pytest.raises(Invalid):
            actions.decide(viewer=viewer_of(world.root), case_id=case_id, draft=wrong, now=now())


def test_what_it_would_come_to_is_told_before(world: World, mina: User, case_id: int) -> None:
    chosen = draft(Action.HIDE, Action.WARN)
    found = actions.consequences(viewer=viewer_of(mina), case_id=case_id, draft=chosen)
    assert found.reach == 3  # bob, dana, mina
    assert found.sentences[0] == "The post is hidden from 3 people, at once."
    both = actions.letters(viewer=viewer_of(mina), case_id=case_id, draft=chosen, now=now())
    assert both.author is not None
    assert both.reporters is not None
    assert "The moderators of Northbridge University" in both.author.text
    assert "It was spam." in both.author.text
    assert "Bob" not in both.author.text
    assert case_of(case_id).state == CaseState.OPEN


def test_of_two_who_decide_at_once_one_wins(app: Flask, world: World, mina: User, case_id: int) -> None:
    def attempt(who: User) -> str:
        with app.app_context():
            try:
                decide(who, case_id, Action.HIDE)
            except Conflict as refused:
                return type(refused).__name__
            return "decided"

    with ThreadPoolExecutor(2) as pool:
        outcomes = sorted(pool.map(attempt, [world.dana, mina]))
    assert outcomes == ["NotInThatState", "decided"]
    assert len(session.scalars(select(Effect)).all()) == 1


def test_what_its_author_did_meanwhile_is_not_overridden(world: World, mina: User, ours: Post, case_id: int) -> None:
    decide(mina, case_id, Action.HIDE)
    delete(viewer=viewer_of(world.alice), post_id=ours.id, now=now())
    [ended] = actions.undo(viewer=viewer_of(mina), case_id=case_id, now=now())
    assert (ended.state, fresh(ours).state) == (EffectState.REVERSED, PostState.DELETED)
    assert "stays as it is" in ended.outcome


def test_a_narrowed_post_is_not_widened_by_its_author(world: World, mina: User) -> None:
    post = make_post(author=world.alice, organization=world.northbridge, text="To all")
    case_id = report(world.bob, post_target(post)).case_id
    decide(mina, case_id, Action.NARROW)
    assert fresh(post).audience is Audience.ORGANIZATION
    wider = post_draft(text="To all", organization_id=world.northbridge.id, audience=Audience.PUBLIC)
    with pytest.raises(NarrowedByModerators):
        edit(viewer=viewer_of(world.alice), post_id=post.id, draft=wider, now=now())
    alone = post_draft(text="To me", organization_id=world.northbridge.id, audience=Audience.ONLY_ME)
    edit(viewer=viewer_of(world.alice), post_id=post.id, draft=alone, now=now())
    actions.undo(viewer=viewer_of(mina), case_id=case_id, now=now())
    assert (fresh(post).audience, fresh(post).narrowed) == (Audience.ONLY_ME, False)


def test_a_pause_stops_posts_and_comments_and_ends_by_itself(world: World, ours: Post, case_id: int) -> None:
    decide(world.root, case_id, Measure(Action.PAUSE, days=1))
    alice = viewer_of(world.alice)
    with pytest.raises(PostingPaused):
        publish(viewer=alice, draft=post_draft(text="Hello"), now=now())
    with pytest.raises(PostingPaused):
        comment(viewer=alice, post_id=ours.id, text="Hello", now=now())
    later = now() + timedelta(days=1, minutes=1)
    publish(viewer=alice, draft=post_draft(text="Hello"), now=later)
    assert actions.end_due(now=later)["ended"] == 1
    assert session.scalar(select(User.posting_paused_until).where(User.id == alice.id)) is None
    assert actions.end_due(now=later)["ended"] == 0


def test_what_was_deleted_is_erased_after_thirty_days_and_can_come_back_until_then(world: World, mina: User, ours: Post) -> None:
    with transaction():
        said = make_comment(post=ours, author=world.alice)
    for target in (Target(TargetKind.COMMENT, said.id), post_target(ours)):
        decide(mina, report(world.bob, target).case_id, Action.DELETE)
    assert (fresh(ours).state, fresh(ours).comment_count) == (PostState.HIDDEN, 0)
    assert actions.end_due(now=now() + timedelta(days=29))["erased"] == 0
    assert actions.end_due(now=now() + timedelta(days=31))["erased"] == 2
    assert (fresh(ours).state, fresh(ours).comment_count) == (PostState.DELETED, 0)


def test_two_cases_about_one_post_do_not_undo_each_other(world: World, mina: User, ours: Post, case_id: int) -> None:
    decide(mina, case_id, Action.HIDE)
    with transaction():
        other = actions.open_case(viewer=None, target=post_target(ours), now=now()).id
    assert other != case_id
    assert case_of(other).silent
    decide(None, other, Action.DELETE)
    actions.undo(viewer=viewer_of(mina), case_id=case_id, now=now())
    assert fresh(ours).state is PostState.HIDDEN
    actions.undo(viewer=None, case_id=other, now=now())
    assert fresh(ours).state is PostState.PUBLISHED


def test_a_case_that_nobody_takes_goes_to_the_staff(world: World, mina: User, case_id: int) -> None:
    urgent = report(world.bob, Target(TargetKind.USER, world.alice.id), "harassment").case_id  # type: ignore[arg-type]  # by value
    assert actions.escalate_due(now=now() + timedelta(minutes=59)) == 0
    assert actions.escalate_due(now=now() + timedelta(minutes=61)) == 1
    assert case_of(urgent).escalated_at is not None
    assert actions.escalate_due(now=now() + timedelta(hours=25)) == 1
    case = case_of(case_id)
    assert case.scope is CaseScope.SITE
    assert "in time" in case.routed_because
    with pytest.raises(actions.NotInThatState):
        actions.release(viewer=viewer_of(world.root), case_id=case_id)
    assert actions.take_over(viewer=viewer_of(world.root), case_id=case_id, now=now()).claimed_by == world.root.id


def test_a_case_that_somebody_took_and_left_lying_goes_to_the_staff_too(world: World, mina: User, case_id: int) -> None:
    taken = now() + timedelta(hours=20)
    actions.claim(viewer=viewer_of(mina), case_id=case_id, now=taken)
    assert actions.escalate_due(now=taken + timedelta(hours=23)) == 0
    assert actions.escalate_due(now=taken + timedelta(hours=25)) == 1
    case = case_of(case_id)
    assert (case.scope, case.state, case.claimed_by) == (CaseScope.SITE, CaseState.OPEN, None)
    assert actions.claim(viewer=viewer_of(world.root), case_id=case_id, now=taken).claimed_by == world.root.id


def test_an_appeal_comes_in_time_while_suspended_and_finds_somebody_else(world: World, staff: User, case_id: int) -> None:
    decision = decide(world.root, case_id, Action.SUSPEND)
    with pytest.raises(actions.TooLate):
        actions.appeal(letter=decision.letter, text="Too late.", now=now() + timedelta(days=21))
    actions.appeal(letter=decision.letter, text="It was not me.", now=now())
    actions.decide_appeal(viewer=viewer_of(staff), case_id=case_id, overturn=False, reason="It was.", now=now())
    assert case_of(case_id).state is CaseState.UPHELD
    with pytest.raises(actions.TooLate):
        actions.undo(viewer=viewer_of(staff), case_id=case_id, now=now() + timedelta(days=31))


def test_what_its_author_took_to_herself_is_read_by_nobody_who_handles_its_case(
    world: World, mina: User, ours: Post, case_id: int
) -> None:
    secret = {"title": "A secret", "text": "for myself", "organization_id": world.northbridge.id}
    edit(viewer=viewer_of(world.alice), post_id=ours.id, draft=post_draft(audience=Audience.ONLY_ME, **secret), now=now())
    for who in (mina, world.root):
        found = case_page(viewer_of(who), case_id)
        assert (found.facts.title, found.facts.text) == ("", "")  # type: ignore[union-attr]  # it is there
        assert found.snapshots[0].text == "Buy now"
    decide(mina, case_id, Action.HIDE)
    assert [each.occasion for each in case_page(viewer_of(mina), case_id).snapshots] == ["report"]


def test_what_happened_elsewhere_is_nothing_to_an_organizations_moderators(world: World, mina: User, case_id: int) -> None:
    with transaction():
        for organization in (world.studio, None):
            elsewhere = make_post(author=world.alice, organization=organization)
            decide(world.root, report(world.bob, post_target(elsewhere)).case_id, Action.WARN)
        here = make_post(author=world.alice, organization=world.northbridge)
    report(world.charlie, Target(TargetKind.USER, world.alice.id))
    decide(mina, report(world.bob, post_target(here)).case_id, Action.WARN)
    chosen = draft(Action.HIDE)
    for who, strikes, undecided, agreed, others in ((mina, 1, 1, 1, 0), (world.root, 3, 2, 3, 1)):
        found = case_page(viewer_of(who), case_id)
        assert (found.history.strikes, found.history.open_cases, len(found.history.earlier)) == (strikes, undecided, strikes)
        assert (found.reports[0].decided, found.reports[0].agreed) == (agreed, agreed)
        weighed = actions.consequences(viewer=viewer_of(who), case_id=case_id, draft=chosen)
        assert weighed.other_cases == others


def test_nothing_is_erased_while_an_appeal_waits(world: World, mina: User, ours: Post, case_id: int) -> None:
    decision = decide(mina, case_id, Action.DELETE)
    actions.appeal(letter=decision.letter, text="It was no advertising.", now=now() + timedelta(days=19))
    assert actions.end_due(now=now() + timedelta(days=31))["erased"] == 0
    later, dana = now() + timedelta(days=32), viewer_of(world.dana)
    actions.decide_appeal(viewer=dana, case_id=case_id, overturn=True, reason="It was none.", now=later)
    assert fresh(ours).state is PostState.PUBLISHED


def test_an_appeal_in_an_organization_with_one_moderator_goes_to_the_staff(world: World, case_id: int) -> None:
    decision = decide(world.dana, case_id, Action.WARN)
    actions.appeal(letter=decision.letter, text="No.", now=now())
    assert case_of(case_id).scope is CaseScope.SITE
    actions.decide_appeal(viewer=viewer_of(world.root), case_id=case_id, overturn=True, reason="Yes.", now=now())
    found = health(world.northbridge.id, now=now())
    assert (found.decided, found.decisions, found.appealed, found.overturned, found.overturn_rate) == (1, 1, 1, 1, 1.0)
    assert found.median_to_decision is not None


def test_health_counts_what_waits_by_age(world: World, case_id: int, count_queries: Any) -> None:
    report(world.bob, Target(TargetKind.USER, world.alice.id), at=now() - timedelta(days=2))
    with count_queries() as statements:
        found = health(now=now())
    assert len(statements) == 3
    assert (found.open.hour, found.open.three_days, found.open.total) == (1, 1, 2)
    assert health(world.northbridge.id, now=now()).open.total == 1
    assert case_of(case_id).state == CaseState.OPEN


def test_the_last_owner_is_not_removed(world: World, case_id: int) -> None:
    with transaction():
        hers = membership(world.northbridge.id, world.alice.id)
        assert hers
        hers.role = Role.OWNER
    with pytest.raises(Conflict):
        decide(world.root, case_id, Action.HIDE, Action.REMOVE_MEMBER)
    assert case_of(case_id).state == CaseState.OPEN
