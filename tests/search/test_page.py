"""GET /search."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from campus.platform.clock import now
from campus.platform.db import transaction
from campus.search import queries
from tests.factories import make_block, make_comment, make_company, make_follow, make_like, make_photo, make_post, make_user
from tests.feed.pages import ids, next_url

UNUSABLE = [("a", "at least 2 letters"), ("!? ,", "at least 2 letters"), ("x" * 101, "at most 100")]
ODD = ["o'hara", "100%", r"back\slash", ":colon %s %(words)s", '"; DROP TABLE post; --', "a:* & !b", "\u202e rtl"]

if TYPE_CHECKING:
    from collections.abc import Callable

    from campus.accounts.models import User
    from campus.organizations.models import University
    from tests.conftest import Client

    SignIn = Callable[[User], Client]


def test_without_words_it_is_a_form(client_as: SignIn, alice: User) -> None:
    page = client_as(alice).get("/search")
    assert page.status_code == 200
    assert 'role="search"' in page.text
    assert "Look for words" in page.text
    assert client_as(alice).get("/search?q=%20%20&kind=people").status_code == 200


def test_nobody_signed_in_is_sent_to_sign_in(client: Client) -> None:
    assert client.get("/search?q=light").location.startswith("/login?next=")


def test_every_page_has_a_way_to_search(client_as: SignIn, alice: User) -> None:
    page = client_as(alice).get("/explore").text
    assert 'action="/search"' in page
    assert 'href="/search"' in page


def test_posts_are_found_the_newest_first_and_dressed(client_as: SignIn, alice: User, bob: User) -> None:
    older = make_post(author=bob, text="Lasers on the bench", published_at=now() - timedelta(hours=1))
    newer = make_post(author=bob, title="The laser", text="is on")
    make_post(author=bob, text="Something else")
    make_like(post=newer, user=alice)
    make_comment(post=newer, author=alice, text="How bright!")

    page = client_as(alice).get("/search?q=laser").text
    assert ids(page) == [newer.id, older.id]
    assert "How bright!" in page
    assert next_url(page) is None


def test_more_posts_come_as_a_page_and_as_a_fragment(client_as: SignIn, alice: User, bob: User) -> None:
    for n in range(23):
        make_post(author=bob, text=f"light {n}", published_at=now() - timedelta(minutes=n))
    browser = client_as(alice)
    page = browser.get("/search?q=light").text
    shown = ids(page)
    url = next_url(page)
    assert url
    fragment = browser.fragment(url)
    assert "<html" not in fragment.text
    assert 'hx-swap-oob="beforeend:#feed"' in fragment.text
    second = browser.get(url).text
    assert ids(second) == ids(fragment.text)
    third = browser.get(next_url(second) or "").text
    shown += ids(second) + ids(third)
    assert len(shown) == len(set(shown)) == 23
    assert next_url(third) is None


def test_people_those_followed_first_and_none_behind_a_block(client_as: SignIn, alice: User) -> None:
    make_user(handle="robin_a", name="Robin Adeyemi")
    followed = make_user(handle="robin_z", name="Robin Zhou")
    blocking = make_user(handle="robin_x", name="Robin Blocking")
    blocked = make_user(handle="robin_y", name="Robin Blocked")
    make_user(handle="robin_s", name="Robin Suspended", suspended_at=now())
    waiting = make_user(handle="robin_w", name="Robin Waiting")
    with transaction():
        waiting.approved_at = None
    make_follow(follower=alice, target=followed)
    make_block(blocker=blocking, blocked=alice)
    make_block(blocker=alice, blocked=blocked)

    page = client_as(alice).get("/search?q=robin&kind=people").text
    assert re.findall(r'class="name" href="/u/(\w+)"', page) == ["robin_z", "robin_a"]
    assert 'href="/u/robin_a"' in client_as(alice).get("/search?q=adey&kind=people").text


def test_people_come_in_pages(client_as: SignIn, alice: User) -> None:
    for n in range(70):
        make_user(name=f"Robin {n % 5}")
    browser = client_as(alice)
    url: str | None = "/search?q=robin&kind=people"
    shown: list[str] = []
    pages = 0
    while url:
        page = browser.get(url).text
        shown += re.findall(r'class="name" href="/u/(\w+)"', page)
        url = next_url(page)
        pages += 1
    assert len(shown) == len(set(shown)) == 70
    assert pages == 3


def test_organizations_those_named_so_first(client_as: SignIn, alice: User, northbridge: University) -> None:
    studio = make_company(name="A Studio", about="Near the bridge, and close to Northbridge.")
    make_company(name="Somebody else")

    page = client_as(alice).get("/search?q=northb&kind=organizations").text
    assert page.index('href="/o/northbridge"') < page.index(f'href="/o/{studio.slug}"')
    assert "Somebody else" not in page


def test_nothing_found_says_so_for_each_kind(client_as: SignIn, alice: User) -> None:
    browser = client_as(alice)
    assert "There is no post with these words" in browser.get("/search?q=zebra").text
    assert "There is nobody with this name" in browser.get("/search?q=zebra&kind=people").text
    assert "There is no organization" in browser.get("/search?q=zebra&kind=organizations").text


@pytest.mark.parametrize(("text", "sentence"), UNUSABLE)
def test_unusable_words_are_kept_and_told(client_as: SignIn, alice: User, text: str, sentence: str) -> None:
    page = client_as(alice).get("/search", query_string={"q": text})
    assert page.status_code == 422
    assert sentence in page.text
    assert f'value="{text[:100]}"' in page.text
    assert 'aria-invalid="true"' in page.text


@pytest.mark.parametrize("text", ODD)
def test_odd_characters_are_only_words(client_as: SignIn, alice: User, text: str) -> None:
    found = make_post(text=f"Before {text} after")
    for kind in ("posts", "people", "organizations"):
        page = client_as(alice).get("/search", query_string={"q": text, "kind": kind})
        assert page.status_code == 200
        assert kind != "posts" or ids(page.text) == [found.id]


def test_an_unknown_kind_is_refused(client_as: SignIn, alice: User) -> None:
    page = client_as(alice).get("/search?q=light&kind=secrets")
    assert page.status_code == 422
    assert "expected posts | people | organizations" in page.text


def test_a_cursor_is_good_for_its_own_search_alone(client_as: SignIn, alice: User, bob: User) -> None:
    for n in range(12):
        make_post(text=f"light on {n}")
    url = next_url(client_as(alice).get("/search?q=light").text)
    assert url
    cursor = url.split("cursor=")[1]
    assert client_as(alice).get(url).status_code == 200
    assert client_as(bob).get(url).status_code == 400
    assert client_as(alice).get(f"/search?q=on&cursor={cursor}").status_code == 400
    assert client_as(alice).get(f"/search?q=light&kind=people&cursor={cursor}").status_code == 400
    for forged in (cursor[:-2], "x", f"{cursor}a", "%27"):
        assert client_as(alice).get(f"/search?q=light&cursor={forged}").status_code == 400


@pytest.mark.parametrize("frequent", [0, 1000])
def test_a_page_looks_at_a_bounded_number_of_posts(
    client_as: SignIn, alice: User, charlie: User, monkeypatch: pytest.MonkeyPatch, frequent: int
) -> None:
    """Where she may see none of the newest, the page says so and leads further back."""
    monkeypatch.setattr(queries, "FREQUENT", frequent)
    monkeypatch.setattr(queries, "_BY_TIME", queries._by_time(8, 5))
    monkeypatch.setattr(queries, "_BY_WORDS", queries._by_words(5))
    seen = make_post(text="light", published_at=now() - timedelta(days=1))
    for n in range(12):
        make_post(author=alice, audience="only_me", text="light", published_at=now() - timedelta(minutes=n))
    browser = client_as(charlie)
    page = browser.get("/search?q=light").text
    assert "Older ones may be" in page
    second = browser.get(next_url(page) or "").text
    assert ids(page) == ids(second) == []
    assert ids(browser.get(next_url(second) or "").text) == [seen.id]


def test_a_search_costs_the_same_whatever_it_finds(
    client_as: SignIn, alice: User, bob: User, count_queries: Callable[[], Any]
) -> None:
    browser = client_as(alice)

    def cost(url: str) -> int:
        with count_queries() as statements:
            assert browser.get(url).status_code == 200
        return len(statements)

    for n in range(3):
        make_post(author=bob, text=f"light {n}")
    few = cost("/search?q=light")
    for n in range(30):
        post = make_post(author=bob, text=f"light {n}")
        make_photo(post=post)
        make_like(post=post)
        make_user(name=f"Light {n}")
        make_company(name=f"Light {n}")
    assert cost("/search?q=light") <= few <= 6  # who she is, how frequent, which posts, where they end, the cards, their marks
    assert cost("/search?q=light&kind=people") <= 2
    assert cost("/search?q=light&kind=organizations") <= 3
