"""`flask mod`: operators list, show, decide, answer appeals and take back; a rehearsal changes nothing, refusals are told."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from campus.audit.models import AuditEntry
from campus.moderation import actions
from campus.moderation.kinds import Action, CaseState
from campus.moderation.models import Appeal, Effect
from campus.organizations.models import PostingPause
from campus.platform.clock import now
from campus.platform.db import session
from campus.posts.models import PostState
from tests.factories import make_post
from tests.moderation.court import case_of, decide, fresh, post_target, report

if TYPE_CHECKING:
    from click.testing import Result
    from flask import Flask

    from campus.posts.models import Post
    from tests.personas import World


@pytest.fixture
def post(world: World) -> Post:
    return make_post(author=world.alice, text="Buy now")


@pytest.fixture
def case_id(world: World, post: Post) -> int:
    return report(world.bob, post_target(post)).case_id


def run(app: Flask, *args: object) -> Result:
    return app.test_cli_runner().invoke(args=["mod", *map(str, args)])


def told(app: Flask, *args: object) -> Any:
    result = run(app, *args, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.output)


def test_a_case_is_listed_and_shown(app: Flask, case_id: int, post: Post) -> None:
    [line] = told(app, "queue")
    assert (line["id"], line["target"], line["title"]) == (case_id, f"post:{post.id}", "Buy now")
    assert told(app, "queue", "--tab", "closed") == []
    assert "Nothing waits here." in run(app, "queue", "--tab", "held").output
    shown = told(app, "show", case_id)
    assert (shown["state"], shown["reports"]) == ("open", [{"category": "spam", "note": "Look"}])
    assert "Bob reported it" in run(app, "show", case_id).output


def test_a_case_is_opened_without_a_report_and_decided(app: Flask, post: Post) -> None:
    assert told(app, "open", f"post:{post.id}", "--dry-run")["silent"] is True
    assert told(app, "queue", "--tab", "claimed") == []
    opened = told(app, "open", f"post:{post.id}")
    assert (opened["target"], opened["state"]) == (f"post:{post.id}", "claimed")
    assert told(app, "open", f"post:{post.id}")["case"] == opened["case"]
    assert run(app, "decide", opened["case"], "--measure", "hide", "--rule", "spam", "--reason", "Spam.").exit_code == 0
    assert fresh(post).state is PostState.HIDDEN
    assert run(app, "open", "post:4711").stderr == "Error: There is no such thing\n"


def test_a_decision_is_rehearsed_made_and_taken_back(app: Flask, case_id: int, post: Post) -> None:
    decision = ("decide", case_id, "--measure", "hide", "--measure", "pause:3", "--rule", "spam", "--reason", "Spam.")
    rehearsed = told(app, *decision, "--dry-run")
    assert [effect["action"] for effect in rehearsed["effects"]] == ["hide", "pause"]
    assert fresh(post).state is PostState.PUBLISHED
    assert session.scalar(select(Effect.id)) is None
    assert session.scalar(select(AuditEntry.seq)) is None
    assert "is decided" in run(app, *decision).output
    assert fresh(post).state is PostState.HIDDEN
    actors = set(session.scalars(select(AuditEntry.actor)))
    assert len(actors) == 1
    assert actors.pop().startswith("cli:")
    assert len(told(app, "undo", case_id)["effects"]) == 2
    assert fresh(post).state is PostState.PUBLISHED
    again = run(app, "undo", case_id)
    assert (again.exit_code, again.stderr) == (1, "Error: Only a decision that stands can be taken back.\n")


def test_posting_is_paused_in_the_organization_a_post_is_in(app: Flask, world: World) -> None:
    ours = make_post(author=world.alice, organization=world.northbridge)
    case_id = told(app, "open", f"post:{ours.id}")["case"]
    decision = ("decide", case_id, "--measure", "pause_here:3", "--rule", "spam", "--reason", "Spam.")
    [effect] = told(app, *decision, "--dry-run")["effects"]
    assert (effect["action"], effect["target"], effect["before"]) == ("pause_here", f"user:{world.alice.id}", {"until": None})
    assert session.scalar(select(PostingPause.until)) is None
    assert "neither posts nor comments in Northbridge University for 3 days" in run(app, *decision).output
    assert session.scalar(select(PostingPause.user_id)) == world.alice.id
    assert len(told(app, "undo", case_id)["effects"]) == 1
    assert session.scalar(select(PostingPause.until)) is None


@pytest.mark.parametrize(
    ("flag", "outcome", "state"),
    [("--uphold", "upheld", PostState.HIDDEN), ("--overturn", "overturned", PostState.PUBLISHED)],
)
def test_an_appeal_is_decided(app: Flask, case_id: int, post: Post, flag: str, outcome: str, state: PostState) -> None:
    words = ("appeal", case_id, flag, "--reason", "Looked at again.")
    letter = decide(None, case_id, Action.HIDE).letter
    nothing = run(app, *words)
    assert (nothing.exit_code, nothing.stderr) == (1, "Error: There is no appeal that waits for a decision.\n")
    actions.appeal(letter=letter, text="No.", now=now())
    assert told(app, *words, "--dry-run")["outcome"] == outcome
    assert case_of(case_id).state is CaseState.APPEALED
    assert fresh(post).state is PostState.HIDDEN
    assert "Its author is told." in run(app, *words).output
    assert fresh(post).state is state
    made = session.scalar(select(Appeal).execution_options(populate_existing=True))
    assert made
    assert (made.outcome, made.decided_by, made.reason) == (outcome, None, "Looked at again.")
    assert run(app, "appeal", case_id, "--reason", "So").exit_code == 2  # which of the two?


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (("--measure", "vanish", "--reason", "So"), 2),
        (("--measure", "pause:many", "--reason", "So"), 2),
        (("--measure", "hide"), 2),
        (("--measure", "hide", "--reason", "So"), 1),  # which rule?
        (("--measure", "pause_here:3", "--rule", "spam", "--reason", "So"), 1),  # it is in no organization
        (("--measure", "pause:2", "--rule", "spam", "--reason", "So"), 1),
    ],
)
def test_wrong_decisions_are_refused(app: Flask, case_id: int, wrong: tuple[str, ...], code: int) -> None:
    assert run(app, "decide", case_id, *wrong).exit_code == code


def test_a_case_that_is_not_there(app: Flask, world: World) -> None:
    del world
    assert run(app, "show", 4711).exit_code == 1
    assert run(app, "undo", 4711, "--dry-run").exit_code == 1
