"""Being forgotten: in no table, in no file, and every counter right afterwards."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import LargeBinary, cast, func, select
from sqlalchemy import Text as SqlText

from campus.accounts import mailing, queries
from campus.accounts.actions import LastAdministrator, hash_of, reinstate, start_session, suspend
from campus.accounts.models import User
from campus.audit.queries import verify
from campus.interactions import actions as interactions
from campus.interactions import counts
from campus.moderation import actions as moderate
from campus.moderation.actions import report
from campus.moderation.kinds import Action, Category, DecisionDraft, Measure, ReportDraft, Target, TargetKind
from campus.organizations.actions import LastOwner, Terms, invite_addresses
from campus.organizations.models import Role
from campus.platform import settings
from campus.platform.clock import now
from campus.platform.db import Base, session, transaction
from campus.posts.actions import edit, publish
from campus.posts.models import Post
from campus.rights import erasure
from campus.rights.erasure import GRACE
from campus.rights.memory import PLACE
from campus.rights.nameless import NOBODY
from tests.factories import make_email, make_follow, make_member, make_post, make_token, make_user
from tests.posts.making import draft, upload, viewer_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.personas import World

CANARY = "zqcanary"


@pytest.fixture
def ada(world: World, drain: Callable[[], int]) -> User:
    """A person who has left a trace wherever one can be left."""
    with transaction():
        person = make_user(handle=f"{CANARY}_h", name=f"{CANARY} name", bio=f"{CANARY} bio", email=f"{CANARY}@example.org")
        make_email(user=person, address=f"second.{CANARY}@example.org")
        make_member(user=person, organization=world.northbridge, department=world.physics, role=Role.EDITOR)
        for other in (world.alice, world.bob):
            make_follow(follower=other, target=person)
            make_follow(follower=person, target=other)
        mailing.queue_reset(f"{CANARY}@example.org")
    mailed = [f"second.{CANARY}@example.org"]
    invite_addresses(viewer_id=world.dana.id, organization_id=world.northbridge.id, addresses=mailed, terms=Terms(), now=now())
    start_session(user_id=person.id, user_agent=f"{CANARY} agent", now=now())
    make_token(user=person)
    viewer = viewer_of(person)
    said = {"title": f"{CANARY} title", "text": f"{CANARY} text", "location": f"{CANARY} place"}
    photo = upload(alt=f"{CANARY} alt", filename=f"{CANARY}.jpg", credit=f"{CANARY} credit")
    post = publish(viewer=viewer, draft=draft(photos=(photo,), **said), now=now())
    drain()
    edit(viewer=viewer, post_id=post.id, draft=draft(text=f"{CANARY} edited"), now=now())
    theirs = make_post(author=world.alice)
    interactions.like(viewer=viewer, post_id=theirs.id, now=now())
    interactions.comment(viewer=viewer, post_id=theirs.id, text=f"{CANARY} comment", now=now())
    interactions.comment(viewer=viewer_of(world.bob), post_id=post.id, text="Well said", now=now())
    blamed = ReportDraft(Category.SPAM, note=f"{CANARY} note")
    report(viewer=viewer, target=Target(TargetKind.POST, theirs.id), draft=blamed, now=now())
    judged(world, person, post)
    drain()
    return person


def judged(world: World, person: User, post: Post) -> None:
    """What others write of her."""
    spam = ReportDraft(Category.SPAM, note=f"{CANARY} is at it again")
    case_id = report(viewer=viewer_of(world.bob), target=Target(TargetKind.POST, post.id), draft=spam, now=now()).case_id
    reason = f"{CANARY} said it before"
    moderate.add_note(viewer=viewer_of(world.root), case_id=case_id, text=reason, now=now())
    warned = DecisionDraft(reason, (Measure(Action.WARN),), Category.SPAM)
    moderate.decide(viewer=viewer_of(world.root), case_id=case_id, draft=warned, now=now())
    moderate.reopen(viewer=viewer_of(world.root), case_id=case_id, reason=reason, now=now())
    suspend(person.id, reason=reason, now=now())
    reinstate(person.id)


def found_in_tables(word: str) -> set[str]:
    """The columns in which a word stands, of every kind that can hold text."""
    found = set()
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            told = func.encode(column, "escape") if isinstance(column.type, LargeBinary) else cast(column, SqlText)
            if session.scalar(select(func.count()).select_from(table).where(told.ilike(f"%{word}%"))):
                found.add(f"{table.name}.{column.name}")
    return found


def files() -> set[Path]:
    media = settings.current().media_url
    root = _folder(media)
    found = {file for file in root.rglob("*") if file.is_file()}
    return {file for file in found if not file.relative_to(root).as_posix().startswith(PLACE)}


def _folder(url: str) -> Any:
    return settings.current().var / "media" if not url.startswith("/") else type(settings.current().var)(url)


def test_she_is_in_no_table_and_in_no_file(world: World, ada: User) -> None:
    assert {
        "user.name",
        "post.text",
        "photo.alt",
        "comment.text",
        "report.note",
        "case_snapshot.text",
        "invitation.address",
        "audit_reason.text",
        "decision.reason",
    } <= found_in_tables(CANARY)
    hers, user_id, bob_id = files(), ada.id, world.bob.id
    assert hers
    done = erasure.erase(user_id, now=now())
    session.expire_all()
    assert (done["posts"], done["likes"], done["comments"]) == (1, 1, 1)
    assert found_in_tables(CANARY) == set()
    assert files() == set()
    assert erasure.traces(user_id) == {}
    assert list(verify()) == []
    assert counts.check() == dict.fromkeys(counts.COUNTERS, 0)
    assert session.get(User, bob_id)


def test_official_posts_stay_without_her_name(world: World, ada: User, drain: Callable[[], int]) -> None:
    said = draft(text="The library is open.", official=True, audience="organization", organization_id=world.northbridge.id)
    official = publish(viewer=viewer_of(ada), draft=said, now=now())
    erasure.erase(ada.id, now=now())
    session.expire_all()
    drain()
    kept = session.get_one(Post, official.id)
    author = session.get_one(User, kept.author_id)
    assert (kept.text, author.name) == ("The library is open.", NOBODY)
    assert found_in_tables(CANARY) == set()
    assert erasure.traces(ada.id) == {"post": 1, "user": 1}


def test_days_of_grace_pass_first_and_she_may_come_back(world: World, ada: User) -> None:
    due = erasure.request(user_id=ada.id, now=now())
    assert erasure.request(user_id=ada.id, now=now() + timedelta(days=3)) == due
    assert erasure.erase_due(now=due - timedelta(minutes=1)) == 0
    assert erasure.take_back(user_id=ada.id, now=now())
    assert not erasure.take_back(user_id=ada.id, now=now())
    session.expire_all()
    assert session.get_one(User, ada.id).suspended_at is None
    erasure.request(user_id=ada.id, now=now())
    reinstate(ada.id)
    assert session.get_one(User, ada.id).suspended_at is None
    assert erasure.erase_due(now=now() + GRACE + timedelta(minutes=1)) == 1
    assert found_in_tables(CANARY) == set()


def test_a_suspension_and_an_erasure_end_each_by_itself(world: World, ada: User) -> None:
    suspend(ada.id, now=now())
    due = erasure.request(user_id=ada.id, now=now())
    reinstate(ada.id)  # its days are over, or the decision was taken back
    session.expire_all()
    assert not may_sign_in(ada)
    suspend(ada.id, now=now())
    erasure.take_back(user_id=ada.id, now=now())
    session.expire_all()
    assert not may_sign_in(ada)
    reinstate(ada.id)
    session.expire_all()
    assert may_sign_in(ada)
    due = erasure.request(user_id=ada.id, now=now())
    assert erasure.erase_due(now=due) == 1
    assert found_in_tables(CANARY) == set()


def may_sign_in(person: User) -> bool:
    return queries.signed_in(hash_of(start_session(user_id=person.id, now=now())), now=now()) is not None


def test_who_is_needed_stays(world: World, root: User) -> None:
    with transaction():
        make_member(user=world.charlie, organization=world.studio, role=Role.OWNER)
    with pytest.raises(LastOwner):
        erasure.erase(world.charlie.id, now=now())
    with pytest.raises(LastAdministrator):
        erasure.request(user_id=root.id, now=now())
    session.expire_all()
    assert session.get_one(User, world.charlie.id).present


def test_nobody_waits_for_somebody_who_is_needed(world: World, ada: User) -> None:
    asked = now()
    erasure.request(user_id=world.charlie.id, now=asked - timedelta(hours=1))
    erasure.request(user_id=ada.id, now=asked)
    with transaction():
        make_member(user=world.charlie, organization=world.studio, role=Role.OWNER)
    with pytest.raises(LastOwner):
        erasure.erase_due(now=asked + GRACE)
    assert found_in_tables(CANARY) == set()


def test_what_was_begun_is_finished_by_the_next_run(world: World, ada: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def dies(*_args: object, **_options: object) -> int:
        raise ConnectionError

    with monkeypatch.context() as broken:
        broken.setattr("campus.rights.erasure.outbox.drain", dies)
        with pytest.raises(ConnectionError):
            erasure.erase(ada.id, now=now())
    assert erasure.erase_due(now=now()) == 1
    assert found_in_tables(CANARY) == set()
    assert files() == set()


def test_a_restored_backup_brings_nobody_back(world: World, ada: User) -> None:
    number, made = ada.id, ada.created_at
    erasure.erase(number, now=now())
    session.expunge_all()
    make_user(id=number, created_at=made, handle="ada", name="Ada")
    assert erasure.erase_due(now=now()) == 1
    session.expunge_all()
    assert session.get(User, number) is None
    make_user(id=number, handle="ada", name="Another")
    assert erasure.erase_due(now=now()) == 0


def test_a_nameless_account_is_not_erased_again(world: World, ada: User) -> None:
    said = draft(text="The library is open.", official=True, audience="organization", organization_id=world.northbridge.id)
    publish(viewer=viewer_of(ada), draft=said, now=now())
    erasure.erase(ada.id, now=now())
    assert erasure.erase_due(now=now()) == 0
