"""POST /o/<slug>/join and /leave."""

from __future__ import annotations

from typing import TYPE_CHECKING

from campus.organizations import queries
from campus.organizations.models import JoinPolicy, Role
from tests.factories import make_company, make_member, make_post

if TYPE_CHECKING:
    from collections.abc import Callable

    from campus.accounts.models import User
    from campus.organizations.models import Company, University
    from tests.conftest import Client

    SignIn = Callable[[User], Client]


def test_joining_an_open_organization(client_as: SignIn, charlie: User) -> None:
    club = make_company(slug="club", name="Club", join_policy=JoinPolicy.OPEN)
    browser = client_as(charlie)

    answer = browser.post("/o/club/join")
    assert (answer.status_code, answer.location) == (303, "/o/club")
    assert queries.role_in(club.id, charlie.id) is Role.MEMBER
    assert "You are a member of Club now." in browser.get("/o/club").text


def test_htmx_loads_the_page_anew(client_as: SignIn, charlie: User) -> None:
    make_company(slug="club", join_policy=JoinPolicy.OPEN)

    answer = client_as(charlie).send("/o/club/join")
    assert answer.headers["HX-Redirect"] == "/o/club"


def test_asking_to_join_waits(client_as: SignIn, charlie: User, northbridge: University) -> None:
    browser = client_as(charlie)
    private = make_post(organization=northbridge, audience="organization", text="among ourselves")

    browser.post("/o/northbridge/join")
    page = browser.get("/o/northbridge")
    assert "Asked to join" in page.text
    assert "among ourselves" not in page.text
    assert browser.get(f"/posts/{private.id}").status_code == 404


def test_a_closed_organization_says_so(client_as: SignIn, charlie: User) -> None:
    make_company(slug="closed", join_policy=JoinPolicy.CLOSED)

    assert client_as(charlie).post("/o/closed/join").status_code == 403


def test_whoever_leaves_sees_nothing_private_on_the_next_request(client_as: SignIn, alice: User, northbridge: University) -> None:
    private = make_post(organization=northbridge, audience="organization", text="among ourselves")
    browser = client_as(alice)
    assert "among ourselves" in browser.get("/o/northbridge").text

    assert browser.post("/o/northbridge/leave").location == "/o/northbridge"
    assert "among ourselves" not in browser.get("/o/northbridge").text
    assert browser.get(f"/posts/{private.id}").status_code == 404
    assert browser.send(f"/posts/{private.id}/like", data={"state": "on"}).status_code == 404


def test_the_last_owner_is_told_why_she_stays(client_as: SignIn, alice: User, studio: Company) -> None:
    make_member(user=alice, organization=studio, role=Role.OWNER)

    answer = client_as(alice).post("/o/studio/leave")
    assert answer.status_code == 409
    assert "last owner" in answer.text


def test_what_is_not_there_and_who_is_not_signed_in(client_as: SignIn, client: Client, alice: User) -> None:
    for verb in ("join", "leave"):
        assert client_as(alice).post(f"/o/missing/{verb}").status_code == 404
        assert client.post(f"/o/northbridge/{verb}").location.startswith("/login")
