"""`flask membership …` and `flask org members list`."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from campus.audit.models import AuditEntry
from campus.organizations import actions, invitations, queries
from campus.organizations.models import Role
from campus.organizations.terms import end_of
from campus.platform.clock import now
from campus.platform.db import session
from tests.factories import make_member

if TYPE_CHECKING:
    from click.testing import Result
    from flask import Flask

    from campus.accounts.models import User
    from campus.organizations.models import Company, Department, University


@pytest.fixture
def run(app: Flask) -> Any:
    def command(*arguments: str) -> Result:
        result = app.test_cli_runner().invoke(args=[*arguments])
        session.expire_all()
        return result

    return command


def test_expire_ends_what_is_due_once(run: Any, northbridge: University, charlie: User) -> None:
    make_member(user=charlie, organization=northbridge, until=now() - timedelta(minutes=1))

    assert json.loads(run("membership", "expire", "--dry-run", "--json").output) == {"due": 1, "ended": 0, "dry_run": True}
    assert json.loads(run("membership", "expire", "--json").output) == {"due": 1, "ended": 1}
    assert run("membership", "expire").output == "0 memberships ended.\n"
    acts = session.execute(select(AuditEntry.act, AuditEntry.actor)).all()
    assert [act for act, _ in acts] == ["membership.expire"]
    assert acts[0][1].startswith("cli:")


def test_a_rollover_says_what_a_term_ends_and_then_ends_it(
    run: Any, northbridge: University, physics: Department, studio: Company, charlie: User
) -> None:
    yesterday, later = now().date() - timedelta(days=1), now().date() + timedelta(days=30)
    make_member(user=charlie, organization=studio, role=Role.OWNER, until=end_of(later))
    actions.create_link(viewer_id=charlie.id, organization_id=studio.id, terms=actions.Terms(days=90), now=now())
    make_member(user=charlie, organization=northbridge, department=physics, role=Role.EDITOR, until=end_of(later))

    told = json.loads(run("membership", "rollover", str(later), "--dry-run", "--json").output)
    assert [(each["organization"], each["handle"]) for each in told["leaving"]] == [
        ("northbridge", "charlie"),
        ("studio", "charlie"),
    ]
    assert told["without_owner"] == ["studio"]
    assert told["departments_without_staff"] == ["northbridge/physics"]
    assert [each["organization"] for each in told["invitations"]] == ["studio"]
    assert (
        json.loads(run("membership", "rollover", str(later), "--org", "northbridge", "--dry-run", "--json").output)["invitations"]
        == []
    )
    refused = run("membership", "rollover", str(later))
    assert (refused.exit_code, "is not over" in refused.stderr) == (1, True)
    assert run("membership", "rollover", "soon").exit_code == 2
    assert run("membership", "rollover", str(yesterday), "--org", "missing").exit_code == 1
    assert queries.role_in(studio.id, charlie.id) is Role.OWNER

    assert run("membership", "rollover", str(yesterday)).exit_code == 0
    assert len(invitations.listing(studio.id, now=now())[0]) == 1


def test_members_are_listed(run: Any, northbridge: University, alice: User) -> None:
    rows = json.loads(run("org", "members", "list", "northbridge", "--json").output)
    assert [row["handle"] for row in rows] == ["alice", "bob", "dana", "sam"]
    assert rows[0] | {"id": 0} == {
        "id": 0,
        "handle": "alice",
        "name": "Alice",
        "role": "member",
        "kind": "student",
        "status": "active",
        "departments": ["physics"],
        "last_day": None,
    }
    assert "@dana" in run("org", "members", "list", "northbridge", "--role", "admin").output
    assert json.loads(run("org", "members", "list", "northbridge", "--status", "ended", "--json").output)[0]["handle"] == "eve"
    assert run("org", "members", "list", "missing").exit_code == 1
    for arguments in (("membership",), ("membership", "expire"), ("membership", "rollover"), ("org", "members", "list")):
        assert "Usage:" in run(*arguments, "--help").output
