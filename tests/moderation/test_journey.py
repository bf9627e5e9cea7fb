"""The whole way of a case: reported, held, routed, decided, appealed against, overturned; and the world is as before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from campus.audit import queries as audit
from campus.audit.models import AuditEntry
from campus.moderation import actions
from campus.moderation.kinds import Action, CaseScope, CaseState, EffectState, Measure, Tab
from campus.moderation.models import Decision, Effect
from campus.moderation.queries.finding import CaseNotFound
from campus.moderation.queries.letters import letter_page
from campus.moderation.queries.listing import queue
from campus.moderation.queries.page import case_page
from campus.moderation.seats import NoSeat
from campus.notifications.models import Notification
from campus.platform.clock import now
from campus.platform.db import session, transaction
from campus.posts.models import Audience, PhotoState, PostState
from campus.posts.queries import PostNotFound, card, visible_file
from tests.factories import make_comment, make_photo, make_post
from tests.moderation.court import case_of, decide, feeds_and_counters_are_right, fresh, post_target, report, world_now
from tests.posts.making import viewer_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from campus.accounts.models import User
    from campus.posts.models import Photo, Post
    from tests.personas import World


def notices(user: User) -> list[str]:
    return list(session.scalars(select(Notification.title).where(Notification.user_id == user.id).order_by(Notification.id)))


@dataclass(frozen=True)
class Story:
    """The people of the journey, the post with its photo, and how the world was before."""

    world: World
    mina: User
    reporters: list[User]
    post: Post
    photo: Photo
    before: dict[str, object]

    def held(self) -> int:
        """Three reports hold the post; its case, in the organization's queue."""
        reports = [report(reporter, post_target(self.post)) for reporter in self.reporters]
        assert [each.held for each in reports] == [False, False, True]
        [case_id] = {each.case_id for each in reports}
        assert fresh(self.post).state is PostState.HELD
        with pytest.raises(PostNotFound):
            card(self.world.bob.id, self.post.id)
        assert notices(self.world.alice) == ["Your post is being reviewed"]
        case = case_of(case_id)
        assert (case.scope, case.reporters) == (CaseScope.ORG, 3)
        assert "Northbridge University" in case.routed_because
        assert [line.id for line in queue(viewer_of(self.world.dana), Tab.HELD, now=now()).items] == [case_id]
        return case_id

    def strangers_are_refused(self, case_id: int) -> None:
        for stranger in (self.world.alice, self.world.bob, self.world.charlie):
            with pytest.raises(NoSeat):
                actions.claim(viewer=viewer_of(stranger), case_id=case_id, now=now())

    def decided(self, case_id: int) -> Decision:
        """One claims, the other is refused; two measures at once, and letters to all."""
        actions.claim(viewer=viewer_of(self.world.dana), case_id=case_id, now=now())
        with pytest.raises(actions.ClaimedByAnother):
            decide(self.mina, case_id, Action.WARN)
        narrow = Measure(Action.NARROW, audience=Audience.ONLY_ME)
        decision = decide(self.world.dana, case_id, Measure(Action.REMOVE_PHOTO, photos=(self.photo.id,)), narrow)
        assert (fresh(self.post).state, fresh(self.post).audience) == (PostState.PUBLISHED, Audience.ONLY_ME)
        with pytest.raises(PostNotFound):
            visible_file(self.world.alice.id, self.photo.token)
        assert notices(self.world.alice)[1:] == ["A decision about your post"]
        assert all(notices(reporter) == ["What came of your report"] for reporter in self.reporters)
        return decision

    def overturned(self, case_id: int, decision: Decision) -> None:
        """Appealed against once, and decided by somebody else."""
        assert letter_page(decision.letter, now=now()).appeal_until is not None
        actions.appeal(letter=decision.letter, text="I wrote it myself.", now=now())
        with pytest.raises(actions.AppealedBefore):
            actions.appeal(letter=decision.letter, text="Again.", now=now())
        with pytest.raises(CaseNotFound):
            actions.decide_appeal(viewer=viewer_of(self.world.dana), case_id=case_id, overturn=False, reason="No.", now=now())
        assert [line.id for line in queue(viewer_of(self.mina), Tab.APPEALS, now=now()).items] == [case_id]
        actions.decide_appeal(viewer=viewer_of(self.mina), case_id=case_id, overturn=True, reason="Her own.", now=now())
        assert case_of(case_id).state is CaseState.OVERTURNED
        assert notices(self.world.alice)[2:] == ["Your appeal was granted"]

    def is_over(self, decision: Decision) -> None:
        """Nothing is left of it but the record."""
        assert session.get_one(Decision, decision.id, populate_existing=True).void_at is not None
        assert world_now() == self.before
        assert session.scalar(select(Effect.id).where(Effect.state == EffectState.STANDING)) is None
        assert card(self.world.bob.id, self.post.id).photos[0].state is PhotoState.READY


def test_three_reports_a_decision_of_two_measures_and_an_appeal_that_restores_everything(
    world: World, mina: User, readers: list[User], drain: Callable[[], int]
) -> None:
    with transaction():
        post = make_post(author=world.alice, organization=world.northbridge, audience="organization", text="Buy now")
        photo = make_photo(post=post, position=1)
        make_comment(post=post, author=world.bob)
    drain()
    story = Story(world, mina, readers[:3], post, photo, world_now())
    case_id = story.held()
    story.strangers_are_refused(case_id)
    drain()
    decision = story.decided(case_id)
    drain()
    story.overturned(case_id, decision)
    drain()
    story.is_over(decision)
    assert feeds_and_counters_are_right()
    assert list(session.scalars(select(AuditEntry.act).order_by(AuditEntry.seq))) == ACTS
    assert list(audit.verify()) == []
    page = case_page(viewer_of(mina), case_id)
    assert [moment.what for moment in page.timeline][-2:] == ["appealed", "decided the appeal"]
    assert page.history.void == 1


ACTS = [
    "moderation.hold",
    "case.claim",
    "moderation.hold.reversed",
    "moderation.remove_photo",
    "moderation.narrow",
    "case.decide",
    "case.appeal",
    "moderation.narrow.reversed",
    "moderation.remove_photo.reversed",
    "case.appeal_decide",
]
