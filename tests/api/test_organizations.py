"""Organizations, departments and memberships for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from campus.organizations.models import JoinPolicy, MembershipStatus, Role
from campus.organizations.queries import role_in
from campus.platform.clock import now
from tests.factories import make_block, make_follow, make_member, make_post, make_university, make_user

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from campus.accounts.models import User
    from campus.organizations.models import Company, Department, University
    from tests.conftest import Client

    Programs = Callable[..., Client]

STANDING = {"relation": "none", "following": False, "muted": False}


def test_organizations_with_the_most_members_come_first(
    program: Programs, alice: User, northbridge: University, studio: Company
) -> None:
    caller = program(alice)

    first = caller.get("/api/organizations/?page_size=1")
    second = caller.get(first.headers["Link"].partition(">")[0].removeprefix("<"))
    [told] = first.get_json()
    assert (told["slug"], told["kind"], told["member_count"], told["join_policy"]) == ("northbridge", "university", 4, "approval")
    assert [each["slug"] for each in second.get_json()] == ["studio"]
    assert "Link" not in second.headers


def test_an_organization_as_the_caller_sees_it(program: Programs, alice: User, northbridge: University) -> None:
    make_follow(follower=alice, target=northbridge)
    make_post(organization=northbridge, audience="organization")
    make_post(organization=northbridge, audience="only_me")

    told = program(alice).get("/api/organizations/northbridge/").get_json()
    assert told["counts"] == {"members": 4, "posts": 1, "followers": 1}
    assert (told["relation"], told["following"], told["muted"]) == ("member", True, False)
    assert [each["slug"] for each in told["departments"]] == ["chemistry", "physics"]


def test_its_posts(
    program: Programs, alice: User, bob: User, charlie: User, northbridge: University, physics: Department
) -> None:
    everybody = make_post(organization=northbridge)
    members = make_post(organization=northbridge, audience="organization")
    physicists = make_post(department=physics, audience="department")

    def ids(viewer: User, path: str = "posts/") -> list[int]:
        return [post["id"] for post in program(viewer).get(f"/api/organizations/northbridge/{path}").get_json()]

    assert ids(alice) == [physicists.id, members.id, everybody.id]
    assert ids(bob) == [members.id, everybody.id]
    assert ids(charlie) == [everybody.id]
    assert ids(alice, "departments/physics/posts/") == [physicists.id]
    assert ids(bob, "departments/physics/posts/") == []


def test_its_posts_come_in_pieces(program: Programs, alice: User, physics: Department) -> None:
    posts = [make_post(department=physics) for _ in range(5)]
    caller = program(alice)

    for start in ("/api/organizations/northbridge/posts/", "/api/organizations/northbridge/departments/physics/posts/"):
        seen, url = [], f"{start}?page_size=2"
        while url:
            answer = caller.get(url)
            seen += [post["id"] for post in answer.get_json()]
            url = answer.headers.get("Link", "").partition(">")[0].removeprefix("<")
        assert seen == [post.id for post in reversed(posts)]


def test_its_departments(program: Programs, charlie: User, physics: Department, studio: Company) -> None:
    caller = program(charlie)

    assert [each["name"] for each in caller.get("/api/organizations/northbridge/departments/").get_json()] == [
        "Chemistry",
        "Physics",
    ]
    told = caller.get("/api/organizations/northbridge/departments/physics/").get_json()
    assert told == {"id": physics.id, "slug": "physics", "name": "Physics"}
    assert caller.get("/api/organizations/studio/departments/").get_json() == []


def test_its_members_are_for_members(program: Programs, alice: User, bob: User, charlie: User, eve: User) -> None:
    caller = program(alice)

    first = caller.get("/api/organizations/northbridge/members/?page_size=2")
    second = caller.get(first.headers["Link"].partition(">")[0].removeprefix("<"))
    told = first.get_json() + second.get_json()
    assert [(each["handle"], each["role"], each["kind"]) for each in told] == [
        ("alice", "member", "student"),
        ("bob", "member", "student"),
        ("dana", "admin", "student"),
    ]
    for stranger in (charlie, eve):
        assert program(stranger).get("/api/organizations/northbridge/members/").status_code == 403
    make_block(blocker=bob, blocked=alice)
    assert "bob" not in caller.get("/api/organizations/northbridge/members/").text


@pytest.mark.parametrize(
    ("policy", "columns", "relation"),
    [
        (JoinPolicy.OPEN, {}, "member"),
        (JoinPolicy.APPROVAL, {}, "pending"),
        (JoinPolicy.OPEN, {"status": MembershipStatus.REMOVED}, "pending"),
        (JoinPolicy.CLOSED, {"status": MembershipStatus.INVITED, "role": Role.EDITOR}, "editor"),
    ],
)
def test_joining(program: Programs, charlie: User, policy: JoinPolicy, columns: dict[str, Any], relation: str) -> None:
    club = make_university(slug="club", join_policy=policy)
    if columns:
        make_member(user=charlie, organization=club, **columns)
    caller, url = program(charlie), "/api/organizations/club/membership/"

    assert caller.put(url).get_json() == STANDING | {"relation": relation}
    assert caller.put(url).get_json() == STANDING | {"relation": relation}
    assert caller.delete(url).get_json() == STANDING
    assert caller.delete(url).get_json() == STANDING
    assert role_in(club.id, charlie.id) is None


@pytest.mark.parametrize("policy", [JoinPolicy.CLOSED, JoinPolicy.DOMAIN])
def test_not_everybody_may_join(program: Programs, charlie: User, policy: JoinPolicy) -> None:
    make_university(slug="club", join_policy=policy)

    assert program(charlie).put("/api/organizations/club/membership/").status_code == 403


def test_the_last_owner_stays(program: Programs, charlie: User) -> None:
    club = make_university(slug="club")
    make_member(user=charlie, organization=club, role=Role.OWNER)

    assert program(charlie).delete("/api/organizations/club/membership/").status_code == 409
    assert role_in(club.id, charlie.id) is Role.OWNER


def test_ones_own_memberships(program: Programs, dana: User, eve: User, studio: Company) -> None:
    until = now().replace(year=2099, microsecond=0)
    make_member(user=dana, organization=studio, until=until)

    university, company = program(dana).get("/api/me/memberships/").get_json()
    assert (university["organization"]["slug"], university["role"], university["until"]) == ("northbridge", "admin", None)
    assert university["may_post_officially"] is True
    assert (company["organization"]["slug"], company["may_post_officially"]) == ("studio", False)
    assert company["until"] == until.isoformat().replace("+00:00", "Z")
    assert program(eve).get("/api/me/memberships/").get_json() == []


@pytest.mark.parametrize(("what", "member"), [("follow", "following"), ("mute", "muted")])
def test_following_and_muting(program: Programs, charlie: User, studio: Company, what: str, member: str) -> None:
    caller, url = program(charlie), f"/api/organizations/studio/{what}/"

    assert caller.put(url).get_json() == STANDING | {member: True}
    assert caller.put(url).get_json() == STANDING | {member: True}
    assert caller.get("/api/organizations/studio/").get_json()[member] is True
    assert caller.delete(url).get_json() == STANDING
    assert caller.delete(url).get_json() == STANDING


@pytest.mark.parametrize("path", ["", "posts/", "members/", "departments/", "departments/physics/", "departments/physics/posts/"])
def test_there_is_no_such_organization(program: Programs, alice: User, path: str) -> None:
    assert program(alice).get(f"/api/organizations/nowhere/{path}").status_code == 404


@pytest.mark.parametrize("what", ["membership", "follow", "mute"])
def test_nothing_is_done_to_no_organization(program: Programs, alice: User, what: str) -> None:
    caller = program(alice)

    assert caller.put(f"/api/organizations/nowhere/{what}/").status_code == 404
    assert caller.delete(f"/api/organizations/nowhere/{what}/").status_code == 404


def test_there_is_no_such_department(program: Programs, alice: User, studio: Company) -> None:
    caller = program(alice)

    assert caller.get("/api/organizations/northbridge/departments/alchemy/").status_code == 404
    assert caller.get("/api/organizations/studio/departments/physics/posts/").status_code == 404


def test_what_there_is_to_discover(program: Programs, charlie: User, alice: User, bob: User, studio: Company) -> None:
    make_follow(follower=bob, target=make_user(handle="known"))
    make_follow(follower=charlie, target=bob)

    told = program(charlie).get("/api/me/suggestions/").get_json()
    assert {"northbridge", "studio"} >= {each["slug"] for each in told["organizations"]}
    assert set(told) == {"organizations", "people"}
