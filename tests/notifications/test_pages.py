"""The pages of notifications: the lines, the bell, reading, wishing; with scripts and without."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from campus.follows.actions import follow
from campus.interactions import actions
from campus.notifications import queries
from campus.notifications.actions import send_notice, set_wish
from campus.notifications.models import Topic
from campus.notifications.views import PAGE
from campus.platform.clock import now
from tests.factories import make_post, make_user
from tests.posts.making import viewer_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from campus.accounts.models import User
    from tests.conftest import Client

    Sign = Callable[[User], Client]

WORDS = re.compile(r"<[^>]*>|\s+")


def words(html: str) -> str:
    return " ".join(WORDS.sub(" ", html).split())


@pytest.fixture
def told(alice: User, bob: User, drain: Callable[[], int]) -> queries.Line:
    """Alice's one line: Bob likes her post."""
    actions.like(viewer=viewer_of(bob), post_id=make_post(author=alice, title="The roof").id, now=now())
    drain()
    ((line,), _) = queries.page(alice.id)
    return line


def test_a_line_says_who_did_what_and_leads_there(client_as: Sign, alice: User, told: queries.Line) -> None:
    page = client_as(alice).get("/notifications").text
    assert "Unread: Bob liked your post The roof" in words(page)
    assert f'href="/posts/{told.post_id}"' in page
    assert "Mark all read" in page


def test_the_bell_asks_by_itself_and_says_nothing_when_there_is_nothing(
    client_as: Sign, alice: User, bob: User, told: object
) -> None:
    assert 'hx-get="/notifications/count"' in client_as(alice).get("/settings").text
    assert words(client_as(alice).fragment("/notifications/count").text) == "1 unread"
    assert "hidden" in client_as(bob).fragment("/notifications/count").text


def test_opening_a_line_reads_it(client_as: Sign, alice: User, told: queries.Line) -> None:
    answer = client_as(alice).send(f"/notifications/{told.id}/read", data={"open": "1"})
    assert answer.headers["HX-Redirect"] == f"/posts/{told.post_id}"
    assert queries.unread(alice.id).count == 0


def test_a_line_is_read_in_its_place_and_the_bell_follows(client_as: Sign, alice: User, told: queries.Line) -> None:
    piece = client_as(alice).send(f"/notifications/{told.id}/read").text
    assert f'id="notification-{told.id}"' in piece
    assert "Unread:" not in piece
    assert 'hx-swap-oob="true"' in piece


def test_without_scripts_buttons_lead_back(client_as: Sign, alice: User, told: queries.Line) -> None:
    browser = client_as(alice)
    assert browser.post(f"/notifications/{told.id}/read").location == "/notifications"
    assert "Nothing unread" in browser.get("/notifications?show=unread").text
    assert browser.post("/notifications/read", data={"until": "nonsense"}).location == "/notifications"


def test_what_came_while_she_looked_stays_unread(client_as: Sign, alice: User, told: queries.Line) -> None:
    browser = client_as(alice)
    until = re.search(r'name="until" value="([^"]+)"', browser.get("/notifications").text)
    assert until
    send_notice(user_id=alice.id, key="later", title="Later", text="", url="/", mail=False, now=now())
    browser.post("/notifications/read", data={"until": until[1]})
    assert [line.title for line in queries.page(alice.id, unread=True)[0]] == ["Later"]


def test_others_lines_are_missing(client_as: Sign, charlie: User, told: queries.Line) -> None:
    for which in (told.id, 987_654_321, 2**70):
        assert client_as(charlie).post(f"/notifications/{which}/read").status_code == 404


def test_a_long_list_goes_on_without_gaps(client_as: Sign, alice: User, bob: User) -> None:
    for n in range(PAGE + 3):
        send_notice(user_id=alice.id, key=str(n), title=f"Notice-{n}.", text="", url="/", mail=False, now=now())
    browser = client_as(alice)
    first = browser.get("/notifications").text
    further = re.search(r'rel="next"\s+href="([^"]+)"', first)
    assert further
    rest = browser.fragment(further[1].replace("&amp;", "&")).text
    assert "<html" not in rest
    found = re.findall(r"<strong>(Notice-\d+\.)</strong>", first + rest)
    assert found == [f"Notice-{n}." for n in reversed(range(PAGE + 3))]
    assert client_as(bob).get(further[1]).status_code == 422
    assert browser.get("/notifications?cursor=forged").status_code == 422


def test_pages_cost_the_same_whatever_is_on_them(
    client_as: Sign, alice: User, told: queries.Line, drain: Callable[[], int], count_queries: Callable[[], Any]
) -> None:
    for n in range(8):
        person = make_user(name=f"Person {n}")
        actions.like(viewer=viewer_of(person), post_id=make_post(author=alice).id, now=now())
        follow(viewer_id=person.id, user_id=alice.id, now=now())
    drain()
    browser = client_as(alice)
    browser.get("/notifications")
    for address, most in (("/notifications", 2), ("/notifications?show=unread", 2), ("/notifications/count", 2)):
        with count_queries() as statements:
            browser.fragment(address)
        assert len(statements) <= most, statements


def test_wishes_are_kept_and_notices_stay(client_as: Sign, alice: User) -> None:
    browser = client_as(alice)
    assert "always reach you" in browser.get("/settings/notifications").text
    browser.post("/settings/notifications", data={"likes-mail": "on", "comments-site": "on", "notices-site": ""})
    assert {wish.topic: (wish.on_site, wish.by_mail) for wish in queries.wishes(alice.id)} == {
        Topic.LIKES: (False, True),
        Topic.COMMENTS: (True, False),
        Topic.REPLIES: (False, False),
        Topic.MENTIONS: (False, False),
        Topic.FOLLOWS: (False, False),
        Topic.NOTICES: (True, True),
        Topic.DIGEST: (False, False),  # it is by mail alone, and her box is not ticked
    }


def test_programs_read_count_mark_and_wish(program: Any, alice: User, told: queries.Line) -> None:
    client = program(alice)
    (line,) = client.get("/api/notifications/?show=unread").get_json()
    assert (line["sentence"], line["url"], line["unread"]) == ("Bob liked your post", f"/posts/{told.post_id}", True)
    assert client.get("/api/notifications/count/").get_json() == {"unread": 1, "more": False}
    assert client.put(f"/api/notifications/{told.id}/read/").get_json()["unread"] is False
    assert client.post("/api/notifications/read/", json={}).get_json() == {"read": 0}
    assert client.post("/api/notifications/read/", json={"until": "2026-01-01T00:00:00"}).status_code == 422  # in which zone?
    changed = client.patch("/api/notifications/preferences/likes/", json={"by_mail": True}).get_json()
    assert changed == {"topic": "likes", "on_site": True, "by_mail": True, "fixed": False}
    refused = client.patch("/api/notifications/preferences/notices/", json={"by_mail": False})
    assert (refused.status_code, refused.get_json()["errors"][0]["field"]) == (422, "notices")
    assert client.patch("/api/notifications/preferences/weather/", json={}).status_code == 404


def test_a_program_goes_on_in_what_it_asked_for(program: Any, alice: User) -> None:
    for n in range(3):
        send_notice(user_id=alice.id, key=str(n), title=f"N{n}", text="", url="/", mail=False, now=now())
    client = program(alice)
    first = client.get("/api/notifications/?show=unread&page_size=2")
    assert "show=unread" in first.headers["Link"]
    set_wish(user_id=alice.id, topic=Topic.LIKES, on_site=False)
    rest = client.get(first.headers["Link"].partition(">")[0].removeprefix("<"))
    assert [line["sentence"] for line in first.get_json() + rest.get_json()] == ["N2", "N1", "N0"]
