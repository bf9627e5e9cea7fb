"""Whatever was reported, decided, appealed, taken back, in whatever order: once all is reversed, the world is as before."""

from __future__ import annotations

import contextlib
import random
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from campus.audit import queries as audit
from campus.moderation import actions, fitting
from campus.moderation.kinds import Action, CaseState, Category, EffectState, Measure, Target, TargetKind
from campus.moderation.models import Case, Decision, Effect
from campus.moderation.seats import seat_of
from campus.platform.clock import now
from campus.platform.db import session, transaction
from campus.platform.errors import CampusError
from tests.factories import make_comment, make_photo, make_post
from tests.moderation.court import draft, feeds_and_counters_are_right, report, world_now
from tests.posts.making import viewer_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from campus.accounts.models import User
    from tests.personas import World

STEPS = 25


class Chaos:
    """People who report, decide, appeal and take back at random, a few minutes apart."""

    def __init__(self, seed: int, reporters: Sequence[User], moderators: Sequence[User], targets: Sequence[Target]) -> None:
        self.dice = random.Random(seed)
        self.reporters, self.moderators, self.targets = reporters, moderators, targets
        self.now: datetime = now()

    def step(self) -> None:
        self.now += timedelta(minutes=self.dice.choice([1, 10, 600]))
        act = self.dice.choice(
            [self.report, self.report, self.report, self.decide, self.decide, self.appeal, self.judge, self.undo]
        )
        with contextlib.suppress(CampusError):
            act()
        if self.dice.random() < 0.1:
            actions.end_due(now=self.now)
            actions.escalate_due(now=self.now)

    def report(self) -> None:
        report(self.dice.choice(self.reporters), self.dice.choice(self.targets), self.dice.choice(list(Category)), self.now)

    def decide(self) -> None:
        case, viewer = self._case(), viewer_of(self.dice.choice(self.moderators))
        offered = fitting.actions_for(seat_of(viewer), case)
        chosen = self.dice.sample(offered, k=min(len(offered), self.dice.choice([1, 1, 2, 3])))
        measures = [
            Measure(action, (1,) if action is Action.REMOVE_PHOTO else (), self.dice.choice([1, 3, 7])) for action in chosen
        ]
        actions.decide(viewer=viewer, case_id=case.id, draft=draft(*measures), now=self.now)

    def appeal(self) -> None:
        decision = self.dice.choice(session.scalars(select(Decision)).all() or [None])
        if decision is not None:
            actions.appeal(letter=decision.letter, text="No.", now=self.now)

    def judge(self) -> None:
        viewer, overturn = viewer_of(self.dice.choice(self.moderators)), self.dice.random() < 0.5
        actions.decide_appeal(viewer=viewer, case_id=self._case().id, overturn=overturn, reason="So.", now=self.now)

    def undo(self) -> None:
        viewer, case = viewer_of(self.dice.choice(self.moderators)), self._case()
        if self.dice.random() < 0.5:
            actions.undo(viewer=viewer, case_id=case.id, now=self.now)
        else:
            actions.reopen(viewer=viewer, case_id=case.id, reason="Once more.", now=self.now)

    def _case(self) -> Case:
        found = session.scalars(select(Case).order_by(Case.id)).all()
        if not found:
            raise CampusError
        return self.dice.choice(found)

    def reverse_everything(self) -> None:
        """By an operator: every appeal granted, every decision undone, every hold released, cases in a random order."""
        cases = list(session.scalars(select(Case).order_by(Case.id)))
        self.dice.shuffle(cases)
        for case in cases:
            if case.state == CaseState.APPEALED:
                actions.decide_appeal(viewer=None, case_id=case.id, overturn=True, reason="So.", now=self.now)
            elif case.state in {CaseState.DECIDED, CaseState.UPHELD}:
                with contextlib.suppress(actions.NotInThatState):
                    actions.undo(viewer=None, case_id=case.id, now=self.now)
            elif case.state != CaseState.OVERTURNED:
                actions.take_over(viewer=None, case_id=case.id, now=self.now)
                actions.decide(viewer=None, case_id=case.id, draft=draft(Action.NO_ACTION), now=self.now)


def the_world_is_as_before(
    seed: int, world: World, mina: User, readers: list[User], staff: User, drain: Callable[[], int]
) -> None:
    with transaction():
        ours = make_post(author=world.alice, department=world.physics, audience="organization")
        photos = [make_photo(post=ours, position=place) for place in (1, 2)]
        hers = make_post(author=world.bob)
        comments = [make_comment(post=ours, author=world.bob), make_comment(post=hers, author=world.alice)]
    drain()
    targets = [Target(TargetKind.POST, ours.id), Target(TargetKind.POST, hers.id), Target(TargetKind.PHOTO, photos[0].id)]
    targets += [Target(TargetKind.COMMENT, comment.id) for comment in comments] + [Target(TargetKind.USER, world.alice.id)]
    before = world_now()
    chaos = Chaos(seed, [*readers, world.charlie], [world.dana, mina, world.root, staff], targets)
    for _ in range(STEPS):
        chaos.step()
    chaos.reverse_everything()
    drain()
    for effect in session.scalars(select(Effect)):
        assert effect.state in {EffectState.REVERSED, EffectState.ENDED} or effect.action == Action.NO_ACTION, effect.action
    assert world_now() == before
    assert feeds_and_counters_are_right()
    assert list(audit.verify()) == []


@pytest.mark.parametrize("seed", range(4))
def test_the_world_is_as_before(
    seed: int, world: World, mina: User, readers: list[User], staff: User, drain: Callable[[], int]
) -> None:
    the_world_is_as_before(seed, world, mina, readers, staff, drain)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(100, 160))
def test_the_world_is_as_before_many_times(
    seed: int, world: World, mina: User, readers: list[User], staff: User, drain: Callable[[], int]
) -> None:
    the_world_is_as_before(seed, world, mina, readers, staff, drain)
