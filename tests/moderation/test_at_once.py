"""Two who act at once: one waits for the other, nobody for ever, and what remains is right."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select, text

from campus.audit import queries as audit
from campus.audit.actions import record
from campus.interactions.actions import comment, delete_comment
from campus.moderation import actions
from campus.moderation.kinds import Action, Category, Measure, Target, TargetKind
from campus.moderation.models import Effect
from campus.organizations.actions import leave
from campus.platform.clock import now
from campus.platform.db import session, transaction
from campus.platform.errors import CampusError
from campus.posts import actions as posts
from campus.posts.models import Post, PostState
from tests.factories import make_comment, make_photo, make_post
from tests.moderation.court import decide, fresh, post_target, report
from tests.posts.making import viewer_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from campus.accounts.models import User
    from tests.personas import World

ROUNDS = 3
WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted"


@pytest.fixture
def together(app: Flask) -> Callable[..., None]:
    """Runs verbs at once, each in a thread: a refusal is an answer, a deadlock fails the test."""

    def run(*verbs: Callable[[], object]) -> None:
        start = threading.Barrier(len(verbs))

        def alone(verb: Callable[[], object]) -> None:
            with app.app_context(), suppress(CampusError):
                start.wait()
                verb()

        with ThreadPoolExecutor(len(verbs)) as pool:
            list(pool.map(alone, verbs))

    return run


def somebody_waits() -> None:
    """Returns once a transaction waits for another one's lock."""
    for _ in range(500):
        if session.scalar(text(WAITING)):
            return
        time.sleep(0.01)
    pytest.fail("nobody waits")


def test_who_decides_holds_the_audit_log_last_of_all(
    app: Flask, world: World, readers: list[User], together: Callable[..., None]
) -> None:
    """A moderator who withdraws the post has it, and waits for the log: nobody may have that and wait for the post."""
    post = make_post(author=world.alice, organization=world.northbridge)
    case_id = [report(reader, post_target(post)).case_id for reader in readers[:3]][-1]
    held = threading.Event()

    def withdraw() -> None:
        with transaction():
            session.execute(select(Post.id).where(Post.id == post.id).with_for_update())
            held.set()
            somebody_waits()
            record("post.hide", f"post:{post.id}")

    def suspend() -> None:
        held.wait(10)
        decide(world.root, case_id, Action.SUSPEND)

    together(withdraw, suspend)
    assert fresh(post).state is PostState.PUBLISHED
    assert session.scalar(select(func.count()).select_from(Effect).where(Effect.action == Action.SUSPEND)) == 1
    assert list(audit.verify()) == []
    del app


def test_decisions_about_one_post_meet_in_whatever_order(
    world: World, readers: list[User], staff: User, together: Callable[..., None]
) -> None:
    for _ in range(ROUNDS):
        with transaction():
            post = make_post(author=world.alice, organization=world.northbridge)
            photo, said = make_photo(post=post, position=1), make_comment(post=post, author=world.alice)
        named = (post_target(post), Target(TargetKind.PHOTO, photo.id), Target(TargetKind.COMMENT, said.id))
        cases = [report(readers[0], target).case_id for target in named]
        measures = (Action.LOCK_COMMENTS, Measure(Action.PAUSE_HERE, days=1), Action.HIDE, Measure(Action.PAUSE, days=1))
        together(
            lambda: decide(world.root, cases[0], *measures),  # noqa: B023 - it runs within the round
            lambda: decide(staff, cases[1], *reversed(measures)),  # noqa: B023
            lambda: decide(None, cases[2], *measures),  # noqa: B023
            lambda: comment(viewer=viewer_of(world.alice), post_id=post.id, text="No.", now=now()),  # noqa: B023
            lambda: delete_comment(viewer=viewer_of(world.alice), comment_id=said.id, now=now()),  # noqa: B023
        )
        together(*[lambda case_id=case_id: actions.undo(viewer=None, case_id=case_id, now=now()) for case_id in cases])
        assert (fresh(post).state, fresh(post).comments_locked) == (PostState.PUBLISHED, False)
        assert session.scalar(select(func.count()).select_from(Effect).where(Effect.state == "standing")) == 0
    assert list(audit.verify()) == []


def test_what_ends_by_the_clock_is_taken_back_once(world: World, readers: list[User], together: Callable[..., None]) -> None:
    later = now() + timedelta(days=2)
    for place in range(ROUNDS):
        post = make_post(author=world.alice, organization=world.northbridge)
        case_id = report(readers[place], post_target(post)).case_id
        timed = [Measure(each, days=1) for each in (Action.PAUSE, Action.PAUSE_HERE, Action.SUSPEND)]
        measures = (*timed, Measure(Action.HIDE))
        decision = decide(world.root, case_id, *measures)
        together(
            lambda: actions.end_due(now=later),
            lambda: actions.undo(viewer=None, case_id=case_id, now=later),  # noqa: B023
            lambda: actions.appeal(letter=decision.letter, text="No.", now=later),  # noqa: B023
        )
        actions.end_due(now=later)
        with suppress(CampusError):
            actions.undo(viewer=None, case_id=case_id, now=later)
        with suppress(CampusError):
            actions.decide_appeal(viewer=None, case_id=case_id, overturn=True, reason="Yes.", now=later)
        assert fresh(post).state is PostState.PUBLISHED
        assert session.scalar(select(func.count()).select_from(Effect).where(Effect.state == "standing")) == 0


def test_removing_leaving_withdrawing_and_reporting_meet(
    world: World, mina: User, readers: list[User], together: Callable[..., None]
) -> None:
    for place in range(ROUNDS):
        post = make_post(author=world.alice, organization=world.northbridge, audience="public")
        case_id = report(readers[0], post_target(post)).case_id
        together(
            lambda: decide(mina, case_id, Action.HIDE, Action.REMOVE_MEMBER),  # noqa: B023
            lambda: leave(viewer_id=world.alice.id, organization_id=world.northbridge.id),
            lambda: posts.withdraw(viewer=viewer_of(world.dana), post_id=post.id, now=now()),  # noqa: B023
            lambda: report(readers[1 + place % 3], post_target(post), Category.HARASSMENT),  # noqa: B023
        )
    assert list(audit.verify()) == []
