"""What holds for every command: --help explains it, --dry-run changes nothing, what is wrong is told in the right way."""

from __future__ import annotations

import getpass
from typing import TYPE_CHECKING, Any

import click
import pytest
from sqlalchemy import null, text

from campus.admin import announcements
from campus.audit import chain
from campus.audit import queries as audit
from campus.audit.queries import Filter
from campus.moderation import actions
from campus.moderation.kinds import Action, Category, DecisionDraft, Measure, ReportDraft, Target, TargetKind
from campus.organizations.models import Role
from campus.platform import redis
from campus.platform.clock import now
from campus.platform.db import Base, db, on_database, session, transaction
from campus.platform.outbox import Job, JobState
from campus.posts.models import Post
from campus.rights import erasure
from campus.rights.erasure import GRACE
from tests.cli.tree import Told, commands
from tests.factories import make_comment, make_follow, make_like, make_member, make_photo, make_post, make_token, make_user
from tests.posts.making import viewer_of

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result
    from flask import Flask

    from tests.personas import World

EVERY = list(commands())


@pytest.fixture
def filled(world: World) -> dict[str, str]:
    """Something of everything, and drift in it; the ids that calls name."""
    moment = now()
    with transaction():
        make_user(handle="waiting", approved_at=null())
        make_user(handle="unverified", verified=False)
        make_user(handle="second", is_admin=True)
        owner = make_user(handle="owner")
        make_member(user=owner, organization=world.northbridge, role=Role.OWNER)
        make_member(user=owner, organization=world.studio, role=Role.OWNER)
        world.studio.verified = True
        post = make_post(author=world.alice, organization=world.northbridge, audience="organization")
        make_photo(post=post)
        make_like(post=post, user=world.bob)
        make_comment(post=make_post(author=world.charlie), author=world.alice)
        make_follow(follower=world.bob, target=world.alice)
        session.add(Job(kind="distribute_post", key="1", payload={"post_id": 1}, state=JobState.DEAD, last_error="Boom"))
        session.add(Job(kind="distribute_post", key=str(post.id), payload={"post_id": post.id}))
        session.execute(text("UPDATE post SET like_count = like_count + 7"))
    make_token(user=world.alice)
    case, decided, appealed = (reported(world, make_post(author=world.charlie)) for _ in range(3))
    spam = DecisionDraft("Spam", (Measure(Action.HIDE),), Category.SPAM)
    made = [actions.decide(viewer=None, case_id=each, draft=spam, now=moment) for each in (decided, appealed)]
    actions.appeal(letter=made[-1].letter, text="It is none", now=moment)
    erasure.request(user_id=make_user(handle="leaving").id, now=moment)
    told = announcements.create(title="Hello", body="", begins_at=moment, ends_at=moment + GRACE, now=moment)
    session.expire_all()
    dead = session.query(Job.id).filter(Job.state == JobState.DEAD).scalar()
    token = session.execute(text("SELECT id FROM access_token")).scalar_one()
    assert session.get_one(Post, post.id).like_count == 8
    return {
        "case": str(case),
        "decided": str(decided),
        "appealed": str(appealed),
        "announcement": str(told.id),
        "post": str(post.id),
        "target": f"post:{post.id}",
        "job": str(dead),
        "token": str(token),
    }


def reported(world: World, post: Post) -> int:
    """The case that bob's report opens."""
    draft = ReportDraft(Category.SPAM)
    made = actions.report(viewer=viewer_of(world.bob), target=Target(TargetKind.POST, post.id), draft=draft, now=now())
    actions.take_over(viewer=None, case_id=made.case_id, now=now())
    return made.case_id


def digest() -> dict[str, Any]:
    """How many rows each table has, and a sum over all that is in them."""
    session.rollback()
    found = {}
    with db.engine.connect() as connection:
        for table in Base.metadata.sorted_tables:
            summed = f'SELECT count(*), sum(hashtextextended(each::text, 0)) FROM "{table.name}" AS each'  # noqa: S608 - its own
            found[table.name] = tuple(connection.execute(text(summed)).one())
    return found


def call(app: Flask, told: Told, words: list[str], ids: dict[str, str]) -> Result:
    given = [word.format(**ids) if word.startswith("{") else word for word in words]
    return app.test_cli_runner().invoke(args=[*told.path, *given])


def test_a_rehearsal_changes_nothing(app: Flask, filled: dict[str, str]) -> None:
    before, anchors = digest(), chain.anchors_file().read_bytes()
    changed, refused = {}, {}
    for told in (each for each in EVERY if each.rehearses):
        for words in told.ways():
            result = call(app, told, [*words, "--dry-run"], filled)
            after = digest()
            if after != before:
                changed[f"{told.name} {words}"] = [name for name, value in after.items() if before[name] != value]
                before = after
            if result.exit_code not in {0, 1} or (result.exit_code and told.name not in {"counts check", "feed check"}):
                refused[f"{told.name} {words}"] = result.output
    assert (changed, refused) == ({}, {})
    assert chain.anchors_file().read_bytes() == anchors


UNTOLD = {"audit_entry", "audit_reason", "job", "task_run"}  # the log itself, and what tasks leave behind
LAST = ("user delete",)  # whom others name
ENDS_EVERYTHING = ("demo remove", "backup create")  # tests/cli/test_demo.py and tests/demo/test_drill.py


def test_whatever_changes_something_is_on_record_with_the_operator(
    app: Flask, filled: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One after the other, in one world: what one has ended, another may not find any more."""
    monkeypatch.chdir(tmp_path)
    operator, untold = f"cli:{getpass.getuser()}", []
    for told in sorted((each for each in EVERY if each.rehearses), key=lambda each: each.name in LAST):
        for words in told.ways() if told.name not in ENDS_EVERYTHING else []:
            before, known = digest(), recorded(operator)
            call(app, told, words, filled)
            changed = {name for name, value in digest().items() if before[name] != value} - UNTOLD
            if changed and recorded(operator) == known:
                untold.append(f"{told.name} {words}: {changed}")
    assert untold == []
    assert EXPECTED - {entry.act for entry in audit.everything(Filter(actor=operator))} == set()
    assert list(audit.verify()) == []


EXPECTED = {
    "cache.clear",
    "case.decide",
    "counts.fix",
    "feed.cleanup",
    "feed.fix",
    "feed.rebuild",
    "job.retry_all",
    "job.run_all",
    "task.run",
    "token.create",
    "user.create",
    "user.erase",
    "user.reset_password",
}


def recorded(actor: str) -> int:
    """How many entries say that this actor did something."""
    session.rollback()
    session.expire_all()
    return sum(1 for _ in audit.everything(Filter(actor=actor)))


@pytest.mark.parametrize(
    ("database", "expected"),
    [("nowhere", "does not answer"), ("postgres", "`flask db upgrade` first")],
    ids=["away", "not migrated"],
)
def test_a_database_that_does_not_do_is_told_in_one_sentence(app: Flask, database: str, expected: str) -> None:
    """By every command but the doctor, which examines it, and those of backups."""
    elsewhere = db.engine.url.set(database=database).render_as_string(hide_password=False)
    wrong = {}
    for told in (each for each in EVERY if each.name not in APART):
        for words in told.ways()[:1]:
            with on_database(elsewhere):
                result = call(app, told, words, ANY)
            sentence = result.stderr.strip()
            if result.exit_code != 1 or not sentence.startswith("Error: ") or expected not in sentence or "\n" in sentence:
                wrong[f"{told.name} {words}"] = (result.exit_code, result.output, repr(result.exception))
    assert wrong == {}


APART = {"doctor", "backup create", "backup verify", "backup restore"}  # PostgreSQL's programs go where the settings say
ANY = dict.fromkeys(("announcement", "post", "case", "job", "token", "appealed", "decided"), "1") | {"target": "post:1"}


@pytest.mark.parametrize("told", EVERY, ids=lambda each: each.name)
def test_each_explains_itself_and_refuses_a_wrong_flag(app: Flask, told: Told) -> None:
    helped = app.test_cli_runner().invoke(args=[*told.path, "--help"])
    assert helped.exit_code == 0
    assert told.command.help
    silent = [each.opts for each in told.command.params if isinstance(each, click.Option) and not each.help]
    assert silent == []
    assert any("--json" in each.opts for each in told.command.params) is (told.name != "audit export")  # which writes CSV
    wrong = app.test_cli_runner().invoke(args=[*told.path, "--no-such-flag"])
    assert wrong.exit_code == 2
    assert "No such option" in wrong.output + wrong.stderr


def test_what_is_not_there_is_told_in_one_sentence(app: Flask, filled: dict[str, str]) -> None:
    wrong = {}
    for told in EVERY:
        for words in told.lost():
            result = call(app, told, words, filled)
            sentence = result.stderr.strip()
            if result.exit_code != 1 or not sentence.startswith("Error: ") or "\n" in sentence or result.stdout:
                wrong[f"{told.name} {words}"] = (result.exit_code, result.output, result.stderr)
    assert wrong == {}


def test_a_redis_that_is_away_is_told_in_one_sentence(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redis, "client", lambda: redis.client_of("unix:///nowhere/at/all.sock"))
    result = app.test_cli_runner().invoke(args=["cache", "clear"])
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("Error: Redis does not answer (")
    assert result.stderr.count("\n") == 1
