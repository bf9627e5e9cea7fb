"""Who is not signed in, on the page of an organization, where public pages are on."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from campus.platform import settings
from campus.platform.settings import Registration
from tests.factories import make_comment, make_department, make_post

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from campus.accounts.models import User
    from campus.organizations.models import University
    from tests.conftest import Client

TABS = ("/o/northbridge", "/o/northbridge/about", "/o/northbridge/d/optics")


@pytest.fixture(autouse=True)
def _open() -> Iterator[None]:
    with settings.override(replace(settings.current(), public_pages=True)):
        yield


@pytest.fixture
def place(northbridge: University) -> University:
    """With a department and a post for each audience."""
    optics = make_department(organization=northbridge, slug="optics", name="Optics")
    talked = make_post(organization=northbridge, text="for everybody", official=True)
    make_comment(post=talked, text="Well said")
    make_post(organization=northbridge, audience="organization", text="among ourselves")
    make_post(department=optics, audience="department", text="behind the lens")
    return northbridge


def test_a_visitor_reads_it_and_finds_nothing_to_send(client: Client, place: University, alice: User) -> None:
    pages = {path: client.get(path) for path in TABS}
    assert {answer.status_code for answer in pages.values()} == {200}
    assert [path for path, answer in pages.items() if "<form" in answer.text or "csrf" in answer.text] == []
    assert not any("X-Robots-Tag" in answer.headers for answer in pages.values())
    front = pages["/o/northbridge"].text
    assert "for everybody" in front
    assert "Well said" in front
    assert "<strong>1</strong> post<" in front
    for hidden in ("among ourselves", "behind the lens", "member<", "members<", "follower", f"/u/{alice.handle}", "/people"):
        assert not any(hidden in answer.text for answer in pages.values()), hidden
    assert "Everybody, also without an account" in front
    assert "Sign in to follow Northbridge University" in front
    assert 'href="/login?next=/o/northbridge"' in front


@pytest.mark.parametrize(("mode", "offered"), [(Registration.OPEN, True), (Registration.CLOSED, False)])
def test_an_account_is_offered_where_it_is_open(client: Client, place: University, mode: Registration, *, offered: bool) -> None:
    with settings.override(replace(settings.current(), registration=mode)):
        assert ('href="/signup"' in client.get("/o/northbridge").text) is offered


def test_who_writes_in_public_is_told_of_visitors(client_as: Callable[[User], Client], alice: User) -> None:
    page = client_as(alice).get("/posts/audience?owner=&audience=public").text
    assert "besides you, and visitors without an account." in page
    assert "this site" not in page


def test_its_people_and_all_that_is_written_stay_closed(client: Client, place: University) -> None:
    for path in ("/o/northbridge/people", "/explore", "/search?q=north"):
        assert client.get(path).location.startswith("/login?"), path
    for verb in ("join", "follow", "mute"):
        assert client.post(f"/o/northbridge/{verb}").location.startswith("/login?"), verb
    assert client.get("/api/organizations/northbridge/").status_code == 401


def test_where_public_pages_are_off_one_that_is_there_is_like_one_that_never_was(client: Client, place: University) -> None:
    assert client.get("/o/never-was").status_code == 404
    with settings.override(replace(settings.current(), public_pages=False)):
        for slug in ("northbridge", "never-was"):
            assert client.get(f"/o/{slug}").location == f"/login?next=%2Fo%2F{slug}"


def test_a_visit_costs_few_statements(client: Client, place: University, count_queries: Callable[[], Any]) -> None:
    client.get("/o/northbridge")
    with count_queries() as statements:
        client.get("/o/northbridge")
    assert len(statements) <= 12
