"""Somebody is erased while her case is decided, or while she changes her mind: one waits for the other, nobody for ever."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select, text

from campus.accounts.models import User
from campus.audit.queries import verify
from campus.moderation import actions as moderation
from campus.moderation.kinds import Action, CaseState, Measure, Target, TargetKind
from campus.moderation.models import Case, Decision
from campus.organizations.models import Role
from campus.platform.clock import now
from campus.platform.db import session, transaction
from campus.rights import erasure
from tests.factories import make_comment, make_company, make_like, make_member, make_post, make_user
from tests.moderation.court import decide, report
from tests.posts.making import viewer_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from tests.personas import World

    Verb = Callable[[], object]

WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))"
MEASURES = (Measure(Action.SUSPEND), Measure(Action.PAUSE, days=1), Measure(Action.REMOVE_MEMBER))


@pytest.fixture
def meanwhile(app: Flask) -> Callable[[Verb, Verb, Verb], None]:
    """Opens a transaction that does the first thing; once the second, done elsewhere, waits for it or is done, does the third."""

    def run(first: Verb, elsewhere: Verb, then: Verb) -> None:
        begun, done = threading.Event(), threading.Event()

        def here() -> None:
            with app.app_context(), transaction():
                first()
                begun.set()
                while not (done.wait(0.01) or session.scalar(text(WAITING))):
                    pass
                then()

        def there() -> None:
            with app.app_context():
                begun.wait(10)
                try:
                    elsewhere()
                finally:
                    done.set()

        with ThreadPoolExecutor(2) as pool:
            for each in [pool.submit(here), pool.submit(there)]:
                each.result()  # a deadlock fails the test
        session.expunge_all()

    return run


@pytest.fixture
def ada(world: World) -> User:
    """An administrator of the site who owns a company, posts in a university, and commented."""
    with transaction():
        made = make_user(handle="ada", name="Ada", is_admin=True)
        make_member(user=made, organization=world.northbridge)
        firm = make_company()
        for owner in (made, world.bob):
            make_member(user=owner, organization=firm, role=Role.OWNER)
        theirs = make_post(author=world.alice)
        make_like(post=theirs, user=made)
        make_comment(post=theirs, author=made)
    return made


def case_about(author: User, world: World) -> int:
    with transaction():
        post = make_post(author=author, organization=world.northbridge, audience="organization")
    return report(world.alice if author is not world.alice else world.bob, Target(TargetKind.POST, post.id)).case_id


def hold(case_id: int, claimant: User | None = None) -> None:
    """What whoever decides does first."""
    case = session.scalars(select(Case).where(Case.id == case_id).with_for_update()).one()
    if claimant is not None:
        case.state, case.claimed_by, case.claimed_at = CaseState.CLAIMED, claimant.id, now()
        session.flush()


@pytest.mark.parametrize("measure", MEASURES, ids=lambda each: str(each.action))
@pytest.mark.parametrize("asked", [False, True], ids=["reported", "escalated"])
def test_a_decision_about_an_administrator_who_is_erased(
    world: World, ada: User, meanwhile: Callable[..., None], measure: Measure, *, asked: bool
) -> None:
    case_id = case_about(ada, world)
    if asked:
        moderation.escalate(viewer=viewer_of(world.dana), case_id=case_id, reason="She is one of you.", now=now())
    meanwhile(
        lambda: hold(case_id),
        lambda: erasure.erase(ada.id, now=now()),
        lambda: decide(world.root, case_id, measure),
    )
    assert session.scalar(select(func.count()).select_from(Decision)) == 1
    assert erasure.traces(ada.id) == {}
    assert list(verify()) == []


def test_a_decision_of_an_administrator_who_is_erased(world: World, ada: User, meanwhile: Callable[..., None]) -> None:
    case_id = case_about(world.alice, world)
    moderation.claim(viewer=viewer_of(ada), case_id=case_id, now=now())
    meanwhile(
        lambda: hold(case_id),
        lambda: erasure.erase(ada.id, now=now()),
        lambda: decide(ada, case_id, Action.SUSPEND),
    )
    decision = session.scalars(select(Decision)).one()
    assert (decision.by_id, decision.void_at) == (None, None)
    assert erasure.traces(ada.id) == {}


def test_administrators_suspend_two_people_at_once(world: World, ada: User, meanwhile: Callable[..., None]) -> None:
    """Each has claimed a case, and so has herself in it; both hold all administrators before they suspend."""
    cases = [case_about(author, world) for author in (world.alice, world.bob)]

    with transaction():
        made = make_user(handle="ann", name="Ann", is_admin=True)
    meanwhile(
        lambda: hold(cases[0], ada), lambda: decide(made, cases[1], Action.SUSPEND), lambda: decide(ada, cases[0], Action.SUSPEND)
    )
    assert session.scalar(select(func.count()).select_from(Decision)) == 2


def test_she_asks_to_be_erased_while_her_case_is_decided(world: World, ada: User, meanwhile: Callable[..., None]) -> None:
    case_id = case_about(ada, world)
    meanwhile(
        lambda: hold(case_id, world.root),
        lambda: erasure.request(user_id=ada.id, now=now()),
        lambda: decide(world.root, case_id, Action.REMOVE_MEMBER, Action.SUSPEND),
    )
    assert erasure.due(ada.id)


def test_she_changes_her_mind_at_the_last_moment(world: World, ada: User, meanwhile: Callable[..., None]) -> None:
    due = erasure.request(user_id=ada.id, now=now())
    meanwhile(
        lambda: erasure.take_back(user_id=ada.id, now=now()),
        lambda: erasure.erase_due(now=due),
        lambda: None,
    )
    assert session.get_one(User, ada.id).present
    assert erasure.due(ada.id) is None
    del world
