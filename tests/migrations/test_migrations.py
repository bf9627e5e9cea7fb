"""Migrations: the head is the models; every revision goes up, down and up again, over data too."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect, select, text

from campus.accounts.actions import suspend
from campus.admin import announcements
from campus.digest.models import WeeklyDigest
from campus.moderation import actions as moderation
from campus.moderation.kinds import Action, Category, DecisionDraft, Measure, ReportDraft, Target, TargetKind
from campus.moderation.models import Note
from campus.notifications.actions import send_notice
from campus.notifications.models import Kind, Notification, NotificationAct, NotificationWish, Topic
from campus.organizations.models import Invitation, InvitationDepartment, InvitationUse, University
from campus.platform import embedded, settings
from campus.platform.clock import now
from campus.platform.db import Base, db, transaction
from campus.rights import copies, erasure
from campus.search.models import PostWords
from tests import servers as test_servers
from tests.factories import make_comment, make_department, make_follow, make_like, make_member, make_photo, make_post, make_user
from tests.factories.saving import saved
from tests.posts.making import viewer_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from flask import Flask

    from campus.accounts.models import User
    from campus.organizations.models import Department
    from campus.platform.embedded import Endpoints
    from campus.posts.models import Post


@pytest.fixture
def empty(servers: Endpoints, tmp_path: Path) -> Iterator[Flask]:
    """An application on a database of its own, without a table; each worker of a run has another."""
    url = embedded.create_database(servers, f"{urlsplit(servers.database_url).path[1:]}_empty")
    before = settings._Holder.settings
    made = test_servers.application(dataclasses.replace(servers, database_url=url), tmp_path)
    with made.app_context():
        yield made
    test_servers.let_go(made)
    embedded.drop_database(url)
    if before:
        settings.configure(before)


def tables() -> set[str]:
    return set(inspect(db.engine).get_table_names()) - {"alembic_version"}


def test_the_head_is_the_models(empty: Flask) -> None:
    upgrade()
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, Base.metadata) == []
    assert tables() == set(Base.metadata.tables)


def test_up_down_and_up_again_with_data(empty: Flask) -> None:
    upgrade()
    with transaction():
        fill()
    db.session.remove()
    downgrade(revision="base")
    assert tables() == set()
    upgrade()
    with transaction():
        fill()
    db.session.remove()


def test_what_is_written_already_is_taken_into_the_words(empty: Flask) -> None:
    upgrade()
    with transaction():
        fill()
    kept = words()
    assert len(kept) == 2  # of the post, and of its photo
    db.session.remove()
    downgrade(revision="0002")
    upgrade()
    assert words() == kept
    db.session.remove()


def test_a_pause_in_an_organization_stays_as_a_warning(empty: Flask) -> None:
    upgrade()
    with transaction():
        fill()
    db.session.remove()
    downgrade(revision="0019")
    effects = "SELECT DISTINCT action, part, after, ends_at IS NULL FROM effect WHERE action NOT IN ('pause', 'hide')"
    measures = "SELECT DISTINCT one FROM decision, jsonb_array_elements(measures) one WHERE one ->> 'action' = 'warn'"
    with db.engine.connect() as connection:
        assert [tuple(row) for row in connection.execute(text(effects))] == [("warn", "strike", {}, True)]
        [warned] = connection.execute(text(measures)).scalars()
        assert warned == {"action": "warn", "photos": [], "days": None, "audience": None}
    upgrade()
    db.session.remove()


def words() -> list[tuple[int, int, str]]:
    """The words of every piece of every post."""
    kept = select(PostWords.post_id, PostWords.photo_id, PostWords.words).order_by(PostWords.post_id, PostWords.photo_id)
    return [(row[0], row[1], row[2]) for row in db.session.execute(kept)]


def fill() -> None:
    """A row in the tables that others point at."""
    department = make_department()
    post = make_post(department=department, audience="department", author=make_user())
    make_photo(post=post)
    make_like(post=post)
    tell(make_user(), post)
    make_comment(post=post)
    make_follow(follower=make_user(), target=make_user())
    university = department_owner(department.organization_id)
    make_member(user=make_user(), organization=university, department=department)
    invite(university, department)
    judge(make_user())
    pause(post)
    leaving = make_user()
    suspend(leaving.id, reason="Sells spam", now=now())
    erasure.request(user_id=leaving.id, now=now())
    copies.ask(user_id=leaving.id, now=now())
    announcements.create(title="Hello", body="", organization_id=university.id, begins_at=now(), ends_at=tomorrow(), now=now())


def tell(user: User, post: Post) -> None:
    """A notice, and a like somebody is told of."""
    send_notice(user_id=user.id, key="1", title="A notice", text="", url="/", now=now())
    like = saved(Notification(user_id=user.id, kind=Kind.LIKE, post_id=post.id))
    act = {"user_id": user.id, "kind": Kind.LIKE, "post_id": post.id, "comment_id": 0, "actor_id": make_user().id}
    saved(NotificationAct(notification_id=like.id, at=now(), **act))
    saved(NotificationWish(user_id=user.id, topic=Topic.LIKES, by_mail=True))
    saved(NotificationWish(user_id=user.id, topic=Topic.DIGEST, by_mail=False))
    saved(WeeklyDigest(user_id=user.id, at=now()))


def invite(university: University, department: Department) -> None:
    """An invitation to a department, which somebody has followed."""
    here = {"organization_id": university.id, "department_id": department.id}
    made = saved(
        Invitation(
            organization_id=university.id, inviter_id=make_user().id, token_hash=b"hash", uses_left=1, expires_at=tomorrow()
        )
    )
    saved(InvitationDepartment(invitation_id=made.id, **here))
    saved(InvitationUse(invitation_id=made.id, user_id=make_user().id))


def judge(person: User) -> None:
    """Somebody who is reported and decided about, and does not agree."""
    report = ReportDraft(Category.HARASSMENT, "Make it stop")
    target = Target(TargetKind.USER, person.id)
    case_id = moderation.report(viewer=viewer_of(make_user()), target=target, draft=report, now=now()).case_id
    draft = DecisionDraft("Not here.", (Measure(Action.PAUSE, days=3), Measure(Action.WARN)), Category.HARASSMENT)
    decision = moderation.decide(viewer=None, case_id=case_id, draft=draft, now=now())
    moderation.appeal(letter=decision.letter, text="It was a joke.", now=now())
    saved(Note(case_id=case_id, by_id=make_user().id, text="Look at it in daylight.", at=now()))


def pause(post: Post) -> None:
    """The post's author, who is kept from posting in its organization."""
    draft = DecisionDraft("Not here.", (Measure(Action.HIDE), Measure(Action.PAUSE_HERE, days=3)), Category.SPAM)
    case_id = moderation.open_case(viewer=None, target=Target(TargetKind.POST, post.id), now=now()).id
    moderation.decide(viewer=None, case_id=case_id, draft=draft, now=now())


def tomorrow() -> datetime:
    return now() + timedelta(days=1)


def department_owner(organization_id: int) -> University:
    found = db.session.get(University, organization_id)
    assert found
    return found
