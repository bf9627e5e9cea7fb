"""GET /o/<slug>, /people, /about, /d/<department>, /explore."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.factories import make_block, make_company, make_member, make_photo, make_post, make_user

if TYPE_CHECKING:
    from collections.abc import Callable

    from campus.accounts.models import User
    from campus.organizations.models import Department, University
    from tests.conftest import Client

    SignIn = Callable[[User], Client]


def test_members_see_more_than_strangers(client_as: SignIn, alice: User, charlie: User, northbridge: University) -> None:
    make_post(organization=northbridge, text="for everybody")
    make_post(organization=northbridge, audience="organization", text="among ourselves")

    assert "among ourselves" in client_as(alice).get("/o/northbridge").text
    page = client_as(charlie).get("/o/northbridge").text
    assert "for everybody" in page
    assert "among ourselves" not in page
    assert "<strong>1</strong> post<" in page


def test_a_removed_and_a_suspended_person_see_nothing_private(client_as: SignIn, eve: User, northbridge: University) -> None:
    make_post(organization=northbridge, audience="organization", text="among ourselves")

    assert "among ourselves" not in client_as(eve).get("/o/northbridge").text
    assert client_as(eve).get("/o/northbridge/people").status_code == 403


def test_people_are_for_members_and_without_those_behind_a_block(
    client_as: SignIn, alice: User, bob: User, charlie: User, northbridge: University
) -> None:
    make_block(blocker=bob, blocked=alice)

    page = client_as(alice).get("/o/northbridge/people").text
    assert "Dana" in page
    assert "Bob" not in page
    assert "Sam" not in page
    refused = client_as(charlie).get("/o/northbridge/people")
    assert refused.status_code == 403
    assert "Dana" not in refused.text
    assert "<strong>4</strong> members" in client_as(charlie).get("/o/northbridge/about").text


def test_people_come_in_pages(client_as: SignIn, alice: User, northbridge: University) -> None:
    for _ in range(40):
        make_member(user=make_user(), organization=northbridge)
    browser = client_as(alice)

    first = browser.get("/o/northbridge/people").text
    url = first.split('rel="next"')[1].split('href="')[1].split('"')[0]
    second = browser.get(url).text
    assert first.count('<p class="small">\n          @') + second.count('<p class="small">\n          @') == 43
    assert browser.get("/o/northbridge/people?after=x").status_code == 400


def test_a_department_shows_its_own_posts(
    client_as: SignIn, alice: User, bob: User, northbridge: University, physics: Department
) -> None:
    make_post(department=physics, audience="department", text="lasers")
    make_post(organization=northbridge, text="not physics")

    page = client_as(alice).get("/o/northbridge/d/physics").text
    assert "lasers" in page
    assert "not physics" not in page
    assert "lasers" not in client_as(bob).get("/o/northbridge/d/physics").text


@pytest.mark.parametrize(
    "path", ["/o/missing", "/o/missing/people", "/o/missing/about", "/o/northbridge/d/missing", "/o/studio/d/physics"]
)
def test_what_is_not_there(client_as: SignIn, alice: User, path: str) -> None:
    assert client_as(alice).get(path).status_code == 404


@pytest.mark.parametrize("path", ["/o/northbridge", "/o/northbridge/people", "/o/northbridge/d/physics", "/explore"])
def test_nobody_signed_in_is_sent_to_sign_in(client: Client, northbridge: University, path: str) -> None:
    assert client.get(path).location.startswith("/login?next=")


def test_an_organization_page_costs_the_same_whatever_the_data(
    client_as: SignIn, alice: User, northbridge: University, count_queries: Callable[[], Any]
) -> None:
    browser = client_as(alice)
    make_post(organization=northbridge)
    with count_queries() as few:
        browser.get("/o/northbridge")
    for _ in range(9):
        make_photo(post=make_post(organization=northbridge))
        make_member(user=make_user(), organization=northbridge)
    with count_queries() as many:
        browser.get("/o/northbridge")
    assert len(many) == len(few) <= 13, many


def test_exploring_finds_organizations_and_popular_photos(client_as: SignIn, charlie: User, northbridge: University) -> None:
    make_photo(post=make_post(text="with a photo"))
    make_post(text="without one")
    hidden = make_post(organization=northbridge, audience="organization", text="private photo")
    make_photo(post=hidden)
    for n in range(14):
        make_company(name=f"Firm {n:02}")
    browser = client_as(charlie)

    page = browser.get("/explore")
    assert page.text.index("Northbridge University") < page.text.index("Firm 00")
    assert "with a photo" in page.text
    assert "without one" not in page.text
    assert "private photo" not in page.text
    url = page.text.split('rel="next"')[1].split('href="')[1].split('"')[0]
    assert "Firm 13" in browser.get(url).text
    assert browser.get("/explore?after=x").status_code == 400
