"""GET /api/search/."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from campus.accounts.models import TokenScope
from tests.factories import make_company, make_post, make_user

if TYPE_CHECKING:
    from collections.abc import Callable

    from campus.accounts.models import User
    from campus.organizations.models import University
    from tests.conftest import Client

    Programs = Callable[..., Client]


def next_url(answer: Any) -> str:
    """Where the `Link` header leads."""
    return str(answer.headers.get("Link", "").partition(">")[0].removeprefix("<"))


def test_posts_people_and_organizations(program: Programs, alice: User, northbridge: University) -> None:
    post = make_post(author=alice, text="The northern lights")
    make_post(author=alice, text="Something else")
    person = make_user(name="Norma North", handle="norma")
    caller = program(alice, TokenScope.READ)

    [found] = caller.get("/api/search/?q=north").get_json()
    assert (found["id"], found["viewer"], found["author"]["handle"]) == (post.id, {"liked": False}, "alice")
    assert [each["id"] for each in caller.get("/api/search/?q=north&kind=people").get_json()] == [person.id]
    [organization] = caller.get("/api/search/?q=north&kind=organizations").get_json()
    assert (organization["slug"], organization["member_count"]) == (northbridge.slug, 4)


@pytest.mark.parametrize("kind", ["posts", "people", "organizations"])
def test_the_list_goes_on_where_its_link_leads(program: Programs, alice: User, kind: str) -> None:
    for n in range(7):
        make_post(text=f"light {n}")
        make_user(name=f"Light {n}")
        make_company(name=f"Light {n}")
    caller = program(alice)
    seen: list[int] = []
    url = f"/api/search/?q=light&kind={kind}&page_size=3"
    sizes = []
    while url:
        answer = caller.get(url)
        sizes.append(len(answer.get_json()))
        seen += [each["id"] for each in answer.get_json()]
        url = next_url(answer)
    assert sizes == [3, 3, 1]
    assert len(set(seen)) == 7


def test_the_page_and_the_program_find_the_same(program: Programs, client_as: Callable[[User], Client], alice: User) -> None:
    ids = [make_post(text=f"light {n}").id for n in range(5)]
    page = client_as(alice).get("/search?q=light").text
    told = [each["id"] for each in program(alice).get("/api/search/?q=light").get_json()]
    assert told == ids[::-1]
    assert sorted(told, key=lambda each: page.index(f'id="post-{each}"')) == told


def test_a_cursor_is_good_for_its_search_and_its_reader(program: Programs, alice: User, bob: User) -> None:
    for n in range(3):
        make_post(text=f"light {n}")
    url = next_url(program(alice).get("/api/search/?q=light&page_size=2"))
    assert program(alice).get(url).status_code == 200
    for foreign in (
        program(bob).get(url),
        program(alice).get(url.replace("q=light", "q=lights")),
        program(alice).get(url.replace("kind=posts", "kind=people")),
        program(alice).get("/api/search/?q=light&cursor=12"),
    ):
        assert foreign.status_code == 400
        assert foreign.get_json()["field"] == "cursor"


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("", "q"),
        ("q=", "q"),
        ("q=a", "q"),
        ("q=%21%3F", "q"),
        (f"q={'x' * 101}", "q"),
        ("q=light&q=dark", "q"),
        ("q=light&kind=secrets", "kind"),
        ("q=light&page_size=0", "page_size"),
        ("q=light&page_size=51", "page_size"),
        ("q=light&scope=all", "scope"),
    ],
)
def test_what_cannot_be_looked_for_is_said(program: Programs, alice: User, query: str, field: str) -> None:
    answer = program(alice).get(f"/api/search/?{query}")
    assert answer.status_code == 422
    assert answer.mimetype == "application/problem+json"
    assert answer.get_json()["errors"][0]["field"] == field


def test_nobody_signed_in_finds_nothing(program: Programs) -> None:
    answer = program(None).get("/api/search/?q=light")
    assert (answer.status_code, answer.get_json()) == (401, {"error": "Authentication required"})
