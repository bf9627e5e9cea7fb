"""People for programs: who they are to the caller, what they sign, their lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.factories import make_block, make_comment, make_follow, make_like, make_member, make_post, make_user

if TYPE_CHECKING:
    from collections.abc import Callable

    from campus.accounts.models import User
    from campus.organizations.models import Company, University
    from tests.conftest import Client

    Programs = Callable[..., Client]

LISTS = ("followers", "following", "followed_organizations")


def test_a_person_as_the_caller_sees_her(program: Programs, alice: User, charlie: User) -> None:
    anna = make_user(handle="anna", name="Anna Ek", bio="Sees light.")
    make_follow(follower=charlie, target=anna)
    make_follow(follower=anna, target=charlie)
    make_post(author=anna)
    make_post(author=anna, audience="only_me")

    told = program(charlie).get("/api/users/anna/").get_json()
    assert told == {
        "id": anna.id,
        "handle": "anna",
        "name": "Anna Ek",
        "url": "/u/anna",
        "avatar_url": None,
        "bio": "Sees light.",
        "counts": {"posts": 1, "followers": 1, "following": 1},
        "relation": "following",
        "muted": False,
        "follows_me": True,
        "locked": False,
        "organizations": [],
    }


def test_only_members_see_who_belongs_to_an_organization(
    program: Programs, alice: User, bob: User, charlie: User, northbridge: University, studio: Company
) -> None:
    make_member(user=alice, organization=studio)

    def organizations(viewer: User) -> list[str]:
        return [each["slug"] for each in program(viewer).get("/api/users/alice/").get_json()["organizations"]]

    assert organizations(alice) == ["northbridge", "studio"]
    assert organizations(bob) == ["northbridge"]
    assert organizations(charlie) == []


def test_what_she_signs_comes_in_pieces(program: Programs, alice: User, charlie: User) -> None:
    posts = [make_post(author=charlie) for _ in range(3)]
    make_post(author=charlie, audience="followers")
    make_like(post=posts[0], user=alice)
    make_comment(post=posts[0], text="First!")
    caller = program(alice)

    first = caller.get("/api/users/charlie/posts/?page_size=2")
    second = caller.get(first.headers["Link"].partition(">")[0].removeprefix("<"))
    told = first.get_json() + second.get_json()
    assert [post["id"] for post in told] == [post.id for post in reversed(posts)]
    assert "Link" not in second.headers
    assert told[-1]["viewer"]["liked"] is True
    assert [comment["text"] for comment in told[-1]["comments"]] == ["First!"]


def test_the_lists_of_a_person(program: Programs, alice: User, bob: User, charlie: User, studio: Company) -> None:
    make_follow(follower=alice, target=charlie)
    make_follow(follower=alice, target=bob)
    make_follow(follower=alice, target=studio)
    make_follow(follower=bob, target=alice)
    caller = program(charlie)

    def handles(name: str) -> list[str]:
        return [each.get("handle") or each["slug"] for each in caller.get(f"/api/users/alice/{name}/").get_json()]

    assert [handles(name) for name in LISTS] == [["bob"], ["bob", "charlie"], ["studio"]]


@pytest.mark.parametrize("name", LISTS)
def test_the_lists_of_a_locked_account_are_for_followers(
    program: Programs, alice: User, bob: User, charlie: User, name: str
) -> None:
    shy = make_user(handle="shy", locked=True)
    make_follow(follower=alice, target=shy)

    answers = [program(viewer).get(f"/api/users/shy/{name}/").status_code for viewer in (shy, alice, charlie)]
    assert answers == [200, 200, 403]


def test_people_behind_a_block_are_in_no_list(program: Programs, alice: User, bob: User, charlie: User) -> None:
    for other in (bob, charlie):
        make_follow(follower=other, target=alice)
    make_block(blocker=bob, blocked=charlie)

    assert [each["handle"] for each in program(charlie).get("/api/users/alice/followers/").get_json()] == ["charlie"]


@pytest.mark.parametrize("path", ["", "posts/", *(f"{name}/" for name in LISTS)])
def test_the_suspended_the_blocking_and_the_missing_are_the_same(
    program: Programs, alice: User, bob: User, sam: User, path: str
) -> None:
    make_block(blocker=bob, blocked=alice)
    caller = program(alice)

    answers = [caller.get(f"/api/users/{handle}/{path}") for handle in ("bob", "sam", "nobody_at_all")]
    assert [answer.status_code for answer in answers] == [404] * 3
    assert len({answer.get_json()["detail"] for answer in answers}) == 1
