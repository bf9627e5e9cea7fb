"""`flask org …`: each command's sentence, its JSON, its rehearsal, its refusals."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from campus.organizations import queries
from campus.organizations.actions import add_domain
from campus.organizations.models import JoinPolicy, MemberKind, Organization, OrganizationKind, Role
from campus.platform.db import session
from tests.factories import make_member

if TYPE_CHECKING:
    from click.testing import Result
    from flask import Flask

    from campus.accounts.models import User
    from campus.organizations.models import Company, University

CREATE = ("create", "university", "North Bridge", "--slug", "bridge", "--domain", "bridge.edu")


@pytest.fixture
def run(app: Flask) -> Any:
    def command(*arguments: str) -> Result:
        result = app.test_cli_runner().invoke(args=["org", *arguments])
        session.expire_all()
        return result

    return command


def count() -> int:
    return session.scalar(select(func.count()).select_from(Organization)) or 0


def test_create_answers_in_json(run: Any) -> None:
    answer = json.loads(run(*CREATE, "--json").output)
    made = queries.by_slug("bridge")
    assert answer == {
        "id": made.id,
        "slug": "bridge",
        "kind": "university",
        "name": "North Bridge",
        "verified": False,
        "join": "domain",
        "domains": ["bridge.edu"],
        "claims": [],
        "departments": [],
        "members": 0,
    }


def test_create_makes_a_company_to_join_as_said(run: Any) -> None:
    result = run("create", "company", "Lumen", "--slug", "lumen", "--join", "open")
    made = queries.by_slug("lumen")
    assert (result.exit_code, result.output) == (0, f"Created Lumen at /o/lumen, id {made.id}.\n")
    assert (made.kind, made.join_policy) == (OrganizationKind.COMPANY, JoinPolicy.OPEN)


def test_a_rehearsal_changes_nothing(run: Any, northbridge: University, charlie: User, alice: User) -> None:
    before = count()
    add_domain(organization_id=northbridge.id, domain="old.edu")
    for arguments in (
        CREATE,
        ("add-department", "northbridge", "Biology", "--slug", "biology"),
        ("add-domain", "northbridge", "north.edu"),
        ("remove-domain", "northbridge", "old.edu"),
        ("verify", "northbridge"),
        ("members", "add", "northbridge", "charlie@example.org"),
        ("members", "remove", "northbridge", "alice@example.org"),
    ):
        result = run(*arguments, "--dry-run")
        assert (result.exit_code, result.output.endswith("(dry run: nothing was changed)\n")) == (0, True), result.output
        assert json.loads(run(*arguments, "--dry-run", "--json").output)["dry_run"] is True
    assert count() == before
    assert "biology" not in [place.slug for place in queries.departments_of(northbridge.id)]
    assert queries.domains_of(northbridge.id) == ["old.edu"]
    assert not queries.by_slug("northbridge").verified
    assert queries.role_in(northbridge.id, charlie.id) is None
    assert queries.role_in(northbridge.id, alice.id) is Role.MEMBER


@pytest.mark.parametrize(
    "arguments",
    [
        ("create", "university", "Again", "--slug", "northbridge"),
        ("create", "company", "Bad", "--slug", "Not A Slug"),
        ("create", "company", "Bad", "--slug", "bad", "--domain", "gmail.com"),
        ("add-department", "missing", "Biology", "--slug", "biology"),
        ("add-department", "studio", "Biology", "--slug", "biology"),
        ("add-department", "northbridge", "Physics", "--slug", "physics"),
        ("show", "missing"),
        ("members", "add", "missing", "alice@example.org"),
        ("members", "add", "northbridge", "nobody@example.org"),
        ("members", "add", "northbridge", "charlie@example.org", "--department", "missing"),
        ("members", "add", "northbridge", "charlie@example.org", "--until", "2020-01-01"),
        ("members", "remove", "northbridge", "charlie@example.org"),
        ("members", "remove", "northbridge", "eve@example.org"),
    ],
    ids=" ".join,
)
def test_what_is_refused_says_why_and_exits_1(run: Any, northbridge: University, arguments: tuple[str, ...]) -> None:
    before = count()
    result = run(*arguments)
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: ")
    assert count() == before


@pytest.mark.parametrize(
    "arguments",
    [
        ("create", "club", "Chess", "--slug", "chess"),
        ("create", "company", "Chess"),
        ("members", "add", "northbridge", "charlie@example.org", "--role", "king"),
        ("members", "add", "northbridge", "charlie@example.org", "--until", "soon"),
        ("members", "add", "northbridge"),
    ],
    ids=" ".join,
)
def test_a_wrong_command_line_exits_2(run: Any, northbridge: University, arguments: tuple[str, ...]) -> None:
    assert run(*arguments).exit_code == 2


def test_departments_and_domains_and_the_badge(run: Any, northbridge: University) -> None:
    answer = json.loads(run("add-department", "northbridge", "Biology", "--slug", "biology", "--json").output)
    assert (answer["slug"], answer["organization"]) == ("biology", "northbridge")
    assert run("add-domain", "northbridge", "North.edu").output == "Northbridge University has north.edu.\n"
    assert run("add-domain", "northbridge", "north.edu").exit_code == 0
    assert run("verify", "northbridge").output == "Northbridge University is verified.\n"
    facts = json.loads(run("show", "northbridge", "--json").output)
    assert (facts["verified"], facts["domains"], facts["members"]) == (True, ["north.edu"], 4)
    assert facts["departments"] == ["biology", "chemistry", "physics"]
    assert run("remove-domain", "northbridge", "north.edu").output == "Northbridge University has no longer north.edu.\n"
    assert json.loads(run("remove-domain", "northbridge", "north.edu", "--json").output)["changed"] is False
    run("verify", "northbridge", "--remove")
    assert "no\n" in run("show", "northbridge").output


def test_members_come_with_everything_said(run: Any, northbridge: University, charlie: User) -> None:
    options = ("--role", "editor", "--kind", "staff", "--department", "physics", "--until", "2999-06-30")
    result = run("members", "add", "northbridge", "Charlie@Example.org", *options)
    assert result.output == "@charlie is editor of Northbridge University in Physics.\n"
    (mine,) = queries.may_post_in(charlie.id)
    assert (mine.membership.role, mine.membership.member_kind) == (Role.EDITOR, MemberKind.STAFF)
    assert mine.membership.until is not None
    assert mine.membership.until.isoformat() == "2999-07-01T00:00:00+00:00"
    assert [place.slug for place in mine.departments] == ["physics"]


def test_members_added_again_keep_what_is_not_said(run: Any, northbridge: University, dana: User) -> None:
    answer = json.loads(run("members", "add", "northbridge", "dana@example.org", "--kind", "staff", "--json").output)
    assert answer == {
        "organization": "northbridge",
        "user_id": dana.id,
        "role": "admin",
        "kind": "staff",
        "until": None,
        "department": None,
    }


def test_members_go(run: Any, northbridge: University, alice: User, studio: Company, bob: User) -> None:
    make_member(user=bob, organization=studio, role=Role.OWNER)
    assert run("members", "remove", "northbridge", "alice@example.org").exit_code == 0
    assert queries.role_in(northbridge.id, alice.id) is None
    refused = run("members", "remove", "studio", "bob@example.org")
    assert refused.exit_code == 1
    assert "last owner" in refused.stderr


def test_the_list_has_everybody_and_every_command_has_help(run: Any, northbridge: University, studio: Company) -> None:
    rows = json.loads(run("list", "--json").output)
    assert [(row["slug"], row["members"]) for row in rows] == [("northbridge", 4), ("studio", 0)]
    assert "northbridge" in run("list").output
    for arguments in ((), ("create",), ("add-department",), ("members",), ("members", "add"), ("members", "remove"), ("show",)):
        assert "Usage:" in run(*arguments, "--help").output
