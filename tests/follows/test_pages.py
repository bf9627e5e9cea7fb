"""POST /u/<handle>/… and /o/<slug>/…: the buttons between a viewer and people or organizations."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from campus.follows import queries
from campus.follows.models import FollowStatus
from tests.factories import make_block, make_follow, make_user

if TYPE_CHECKING:
    from collections.abc import Callable

    from campus.accounts.models import User
    from campus.organizations.models import University
    from tests.conftest import Client

    SignIn = Callable[[User], Client]

VERBS = ["follow", "unfollow", "block", "unblock", "mute", "unmute", "accept", "reject"]


def test_following_and_unfollowing(client_as: SignIn, alice: User, charlie: User) -> None:
    browser = client_as(alice)

    answer = browser.post("/u/charlie/follow")
    assert (answer.status_code, answer.location) == (303, "/u/charlie")
    assert queries.standing(alice.id, charlie.id).relation is queries.Relation.FOLLOWING
    piece = browser.send("/u/charlie/unfollow")
    assert piece.status_code == 200
    assert 'id="person-charlie"' in piece.text
    assert 'action="/u/charlie/follow"' in piece.text
    assert "<html" not in piece.text


def test_one_comes_back_to_where_the_button_was(client_as: SignIn, alice: User, charlie: User) -> None:
    answer = client_as(alice).post("/u/charlie/follow", headers={"Referer": "http://localhost/explore"})

    assert answer.location == "/explore"


@pytest.mark.parametrize("verb", VERBS)
def test_the_suspended_the_blocking_and_the_missing_are_the_same(
    client_as: SignIn, alice: User, bob: User, sam: User, verb: str
) -> None:
    make_block(blocker=bob, blocked=alice)
    browser = client_as(alice)

    answers = [browser.post(f"/u/{handle}/{verb}") for handle in ("bob", "sam", "nobody_at_all")]
    assert [answer.status_code for answer in answers] == [404, 404, 404]


@pytest.mark.parametrize("verb", VERBS)
def test_nobody_signed_in_is_sent_to_sign_in(client: Client, alice: User, verb: str) -> None:
    assert client.post(f"/u/alice/{verb}").location.startswith("/login")


def test_a_get_changes_nothing(client_as: SignIn, alice: User, charlie: User) -> None:
    assert client_as(alice).get("/u/charlie/follow").status_code == 405


def test_oneself_is_refused(client_as: SignIn, alice: User) -> None:
    assert client_as(alice).post("/u/alice/follow").status_code == 422
    assert client_as(alice).post("/u/alice/block").status_code == 422


def test_a_request_is_accepted_on_ones_own_page_only(client_as: SignIn, alice: User, bob: User) -> None:
    shy = make_user(handle="shy", locked=True)
    asked = client_as(alice).send("/u/shy/follow")
    assert "Requested" in asked.text

    assert "They ask to follow you" in client_as(shy).get("/u/shy/followers").text
    assert client_as(bob).post("/u/alice/accept").status_code == 404
    assert client_as(shy).post("/u/alice/accept").location == "/u/shy/followers"
    assert queries.standing(alice.id, shy.id).relation is queries.Relation.FOLLOWING
    assert "They ask to follow you" not in client_as(shy).get("/u/shy/followers").text


def test_a_request_is_declined(client_as: SignIn, alice: User) -> None:
    shy = make_user(handle="shy", locked=True)
    make_follow(follower=alice, target=shy, status=FollowStatus.REQUESTED)

    client_as(shy).post("/u/alice/reject")
    assert queries.standing(alice.id, shy.id).relation is queries.Relation.NONE


def test_blocking_ends_it_for_both_at_once(client_as: SignIn, alice: User, bob: User) -> None:
    make_follow(follower=bob, target=alice)

    assert client_as(alice).post("/u/bob/block").location == "/u/bob"
    assert client_as(bob).get("/u/alice").status_code == 404
    page = client_as(alice).get("/u/bob")
    assert 'action="/u/bob/unblock"' in page.text
    client_as(alice).post("/u/bob/unblock")
    assert client_as(bob).get("/u/alice").status_code == 200


def test_muting_a_person_and_an_organization(client_as: SignIn, alice: User, bob: User, northbridge: University) -> None:
    browser = client_as(alice)

    assert 'action="/u/bob/unmute"' in browser.send("/u/bob/mute").text
    assert 'action="/o/northbridge/unmute"' in browser.send("/o/northbridge/mute").text
    assert queries.standing(alice.id, bob.id).muted
    assert queries.has_muted_organization(alice.id, northbridge.id)
    assert browser.post("/u/bob/unmute").location == "/u/bob"
    assert browser.post("/o/northbridge/unmute").location == "/o/northbridge"


def test_following_an_organization(client_as: SignIn, charlie: User, northbridge: University) -> None:
    browser = client_as(charlie)

    assert browser.post("/o/northbridge/follow").location == "/o/northbridge"
    assert queries.follows_organization(charlie.id, northbridge.id)
    assert 'action="/o/northbridge/follow"' in browser.send("/o/northbridge/unfollow").text
    for verb in ("follow", "unfollow", "mute", "unmute"):
        assert browser.post(f"/o/missing/{verb}").status_code == 404
