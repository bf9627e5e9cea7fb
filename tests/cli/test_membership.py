"""`flask membership …` and `flask org members list`."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from campus.accounts.models import User
from campus.audit.models import AuditEntry
from campus.organizations import actions, invitations, queries
from campus.organizations.models import MembershipStatus, OrganizationMembership, Role
from campus.organizations.terms import end_of
from campus.platform.clock import now
from campus.platform.db import session, transaction
from tests.factories import make_member, make_user

if TYPE_CHECKING:
    from click.testing import Result
    from flask import Flask

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


def test_a_rollover_ends_one_organizations_term_and_leaves_the_others_alone(
    run: Any, northbridge: University, physics: Department, studio: Company, charlie: User, bob: User
) -> None:
    yesterday, longer_ago = now().date() - timedelta(days=1), now().date() - timedelta(days=3)
    owner = make_user(handle="olga")
    make_member(user=owner, organization=studio, role=Role.OWNER)
    make_member(user=bob, organization=studio, until=end_of(longer_ago))
    _, token = actions.create_link(viewer_id=owner.id, organization_id=studio.id, terms=actions.Terms(days=90), now=now())
    with transaction():
        session.get_one(OrganizationMembership, (studio.id, owner.id)).until = end_of(longer_ago)
        make_member(user=charlie, organization=northbridge, department=physics, role=Role.EDITOR, until=end_of(longer_ago))
        make_member(user=owner, organization=northbridge, until=now())

    whole = ("membership", "rollover", str(yesterday), "--org", "studio")
    before = run(*whole, "--dry-run").output
    assert "2 memberships will be over." in before
    assert ended() == []
    told = json.loads(run(*whole, "--json").output)
    assert [(each["handle"], each["organization"]) for each in told["leaving"]] == [("bob", "studio"), ("olga", "studio")]
    assert (told["without_owner"], len(told["invitations"])) == (["studio"], 1)
    assert ended() == [("bob", studio.id), ("olga", studio.id)]
    with pytest.raises(invitations.InvitationOver):
        invitations.opened(token, now=now())
    session.rollback()
    acts = [tuple(row) for row in session.execute(select(AuditEntry.act, AuditEntry.target).order_by(AuditEntry.seq))]
    assert acts[-2:] == [("membership.expire", f"organization:{studio.id}"), ("invitation.revoke", "site")]

    everywhere = run("membership", "rollover", str(yesterday)).output
    assert "1 memberships are over." in everywhere
    assert "northbridge/physics" in everywhere
    assert ended()[2:] == [("charlie", northbridge.id)]  # olga's time there ended after that day: the worker's to see to
    again = json.loads(run("membership", "rollover", str(yesterday), "--json").output)
    assert again == {"leaving": [], "without_owner": [], "departments_without_staff": [], "invitations": []}


def ended() -> list[tuple[str, int]]:
    """Whose memberships have ended, and where."""
    row = OrganizationMembership
    over = (row.status == MembershipStatus.REMOVED, User.handle != "eve")
    rows = select(User.handle, row.organization_id).join(User, User.id == row.user_id).where(*over)
    return [(handle, place) for handle, place in session.execute(rows.order_by(row.organization_id.desc(), User.handle))]


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
