"""The home feed's pages: page and fragment, load more, what waits above, why, and the choice that is remembered."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from sqlalchemy import delete

from campus.accounts.models import Algorithm, Scope
from campus.feed.models import FeedSnapshot
from campus.platform.clock import now
from campus.platform.db import session, transaction
from tests.factories import make_follow, make_like, make_mute, make_post, make_user
from tests.feed.pages import feed_settings, get, ids, next_url, scroll, shown

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from campus.accounts.models import User
    from campus.organizations.models import Company, Department, University
    from campus.posts.models import Post
    from tests.conftest import Client


@pytest.fixture
def posts(bob: User, northbridge: University) -> list[Post]:
    """Twenty-five posts of Northbridge, the newest first."""
    moment = now()
    with transaction():
        return [make_post(author=bob, organization=northbridge, published_at=moment - timedelta(hours=n)) for n in range(25)]


def test_a_feed_is_scrolled_from_page_to_page_to_its_end(
    client_as: Callable[[User], Client], alice: User, posts: list[Post]
) -> None:
    reader = client_as(alice)
    first = get(reader)
    assert ids(first) == [post.id for post in posts[:10]]
    assert first.count('role="feed"') == 1
    assert scroll(reader) == [post.id for post in posts]
    assert "You are all caught up" in get(reader, "/?page_size=25")


def test_the_same_address_answers_a_page_and_a_fragment(
    client_as: Callable[[User], Client], alice: User, posts: list[Post]
) -> None:
    reader = client_as(alice)
    following = next_url(get(reader)) or ""
    page, fragment = reader.get(following), reader.fragment(following)
    assert ids(page.text) == ids(fragment.text) == [post.id for post in posts[10:20]]
    assert "<html" in page.text
    assert "<html" not in fragment.text
    assert next_url(page.text)
    for answer in (page, fragment):
        assert {"Cookie", "HX-Request"} <= set(answer.vary)
        assert answer.headers["Cache-Control"] == "private, no-cache"


def test_load_more_keeps_the_page_size_that_was_asked_for(
    client_as: Callable[[User], Client], alice: User, posts: list[Post]
) -> None:
    reader = client_as(alice)
    following = next_url(get(reader, "/?page_size=3")) or ""
    assert shown(reader, following) == [post.id for post in posts[3:6]]
    assert scroll(reader, "/?page_size=50") == [post.id for post in posts]


def test_what_is_new_waits_above_until_it_is_asked_for(
    client_as: Callable[[User], Client], alice: User, posts: list[Post]
) -> None:
    reader, since = client_as(alice), quote(now().isoformat())
    following = next_url(get(reader)) or ""
    assert reader.fragment(f"/feed/new?since={since}").status_code == 204
    with transaction():
        new = [make_post(published_at=now()) for _ in range(2)]
        make_post(author=alice, published_at=now())  # her own she knows of
        hidden = make_user()
        make_post(author=hidden, published_at=now())
        make_mute(muter=alice, target=hidden)
    answer = reader.fragment(f"/feed/new?since={since}")
    assert answer.status_code == 200
    assert "2 new posts" in answer.text
    assert not {post.id for post in new} & set(shown(reader, following))
    assert {post.id for post in new} <= set(shown(reader, "/?new=1&algorithm=chronological"))


def test_a_hundred_new_posts_are_counted_to_ninety_nine(client_as: Callable[[User], Client], alice: User) -> None:
    since = quote((now() - timedelta(minutes=1)).isoformat())
    with transaction():
        author = make_user()
        for _ in range(105):
            make_post(author=author)
    reader = client_as(alice)
    for algorithm in Algorithm:
        button = reader.fragment(f"/feed/new?since={since}&algorithm={algorithm}").text
        assert "99 new posts" in button
        assert "Latest" not in button


@pytest.mark.parametrize("algorithm", ["mixed", "engagement"])
def test_new_posts_that_come_far_down_are_looked_for_where_they_are(
    client_as: Callable[[User], Client], alice: User, bob: User, physics: Department, algorithm: str
) -> None:
    moment = now()

    def loved(at: datetime) -> Post:
        return make_post(author=bob, department=physics, audience="department", like_count=150, published_at=at)

    with transaction():
        dear = [loved(moment - timedelta(hours=n)) for n in range(1, 12)]
    reader, new = client_as(alice), f"/feed/new?algorithm={algorithm}&since={quote(moment.isoformat())}"
    address = f"/?algorithm={algorithm}&new=1"
    assert shown(reader, address) == [post.id for post in dear[:10]]
    with transaction():
        stranger = make_post(published_at=now())
    button = reader.fragment(new).text
    assert "1 new post: see Latest" in button
    assert shown(reader, leads_to(button))[0] == stranger.id
    with transaction():
        top = loved(now())
    button = reader.fragment(new).text
    assert "2 new posts, 1 on top" in " ".join(button.split())
    assert top.id in shown(reader, leads_to(button))
    assert f"algorithm={algorithm}" in button


def leads_to(fragment: str) -> str:
    """The address of the only link."""
    [address] = re.findall(r'href="(/[^"]*)"', fragment)
    return html.unescape(address)


@pytest.mark.parametrize("algorithm", list(Algorithm))
def test_each_order_is_its_own(client_as: Callable[[User], Client], alice: User, algorithm: Algorithm) -> None:
    moment = now()
    with transaction():
        loved = make_post(published_at=moment - timedelta(days=6))
        newest = make_post(published_at=moment)
        near = make_post(author=alice, published_at=moment - timedelta(hours=1))
        friend = make_user()
        make_follow(follower=alice, target=friend)
        followed = make_post(author=friend, published_at=moment - timedelta(hours=2))
        for _ in range(3):
            make_like(post=loved)
    orders = {
        Algorithm.CHRONOLOGICAL: [newest, near, followed, loved],
        Algorithm.ENGAGEMENT: [loved, newest, near, followed],
        Algorithm.MIXED: [followed, near, newest, loved],  # 3 points for following, 1 for an organization in common with herself
    }
    assert shown(client_as(alice), f"/?algorithm={algorithm}") == [post.id for post in orders[algorithm]]


def test_the_choice_of_order_and_scope_is_remembered(client_as: Callable[[User], Client], alice: User, posts: list[Post]) -> None:
    stranger = make_post(published_at=now() - timedelta(days=5))
    reader = client_as(alice)
    assert stranger.id in scroll(reader)
    answer = reader.post("/feed/settings", data={"algorithm": "chronological", "scope": "following"})
    assert answer.status_code == 303
    assert scroll(reader) == [post.id for post in posts]
    assert client_as(alice).get("/").text.count('aria-pressed="true"') == 2


def test_the_choice_leads_back_into_the_site_and_nowhere_else(client_as: Callable[[User], Client], alice: User) -> None:
    for target in ("https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"):
        answer = client_as(alice).post("/feed/settings", data={"algorithm": "mixed", "scope": "all", "next": target})
        assert answer.status_code == 303
        assert "evil" not in answer.headers["Location"]
        assert "javascript" not in answer.headers["Location"]


@pytest.mark.parametrize(
    ("relation", "sentence"),
    [
        ("department", "From your department, Physics"),
        ("university", "You are a member of Northbridge University"),
        ("author", "You follow Charlie"),
        ("organization", "You follow Studio Lumen"),
        ("colleague", "Bob is in one of your organizations"),
        ("none", "Public on this campus"),
        ("own", "You posted this"),
    ],
)
def test_every_card_says_why(  # noqa: PLR0917 - one for each relation
    relation: str,
    sentence: str,
    client_as: Callable[[User], Client],
    alice: User,
    bob: User,
    charlie: User,
    physics: Department,
    studio: Company,
    northbridge: University,
) -> None:
    with transaction():
        if relation in {"author", "organization"}:
            make_follow(follower=alice, target=charlie if relation == "author" else studio)
        post = {
            "department": lambda: make_post(author=bob, department=physics),
            "university": lambda: make_post(author=bob, organization=northbridge),
            "author": lambda: make_post(author=charlie),
            "organization": lambda: make_post(author=charlie, organization=studio),
            "colleague": lambda: make_post(author=bob),
            "none": lambda: make_post(author=charlie),
            "own": lambda: make_post(author=alice),
        }[relation]()
    reader = client_as(alice)
    assert sentence in get(reader)
    why = get(reader, f"/posts/{post.id}/why")
    assert sentence in why
    assert all(part in why for part in ("Recency", "Engagement", "Relevance", "Tie-break"))
    fragment = reader.fragment(f"/posts/{post.id}/why").text
    assert sentence in fragment
    assert "<html" not in fragment


def test_why_is_asked_only_about_what_one_may_see(client_as: Callable[[User], Client], alice: User, charlie: User) -> None:
    secret = make_post(author=alice, audience="only_me")
    denied = client_as(charlie).get(f"/posts/{secret.id}/why")
    missing = client_as(charlie).get(f"/posts/{secret.id + 1}/why")
    assert denied.status_code == missing.status_code == 404
    assert client_as(alice).get(f"/posts/{secret.id}/why").status_code == 200


def test_each_empty_feed_has_its_sentence_and_a_way_on(
    client_as: Callable[[User], Client], alice: User, charlie: User, northbridge: University
) -> None:
    newcomer = make_user(verified=False)
    assert "Confirm your campus address" in get(client_as(newcomer))
    assert "Join your university or company" in get(client_as(charlie))
    assert "Nobody around you has posted" in get(client_as(alice), "/?scope=all")
    nothing = get(client_as(alice), "/?scope=following")
    assert "Nothing from the people and organizations you follow yet." in nothing
    for person in (newcomer, charlie, alice):
        assert '<section class="empty">' in get(client_as(person))


def test_a_first_page_is_there_although_the_database_lost_its_snapshots(
    client_as: Callable[[User], Client], alice: User, bob: User
) -> None:
    with transaction():
        posts = [make_post(author=bob, published_at=now() - timedelta(minutes=n + 1)) for n in range(60)]
    reader, address = client_as(alice), "/?algorithm=chronological&page_size="
    get(reader, f"{address}10")  # Redis keeps the beginning
    with transaction():
        session.execute(delete(FeedSnapshot))
    assert shown(reader, f"{address}50") == [post.id for post in posts[:50]]


@pytest.mark.parametrize("scope", list(Scope))
def test_a_quiet_month_offers_what_came_before(
    client_as: Callable[[User], Client], alice: User, bob: User, northbridge: University, studio: Company, scope: Scope
) -> None:
    with transaction():
        make_post(author=bob, organization=northbridge, audience="organization", published_at=now() - timedelta(days=40))
        make_post(organization=studio, published_at=now() - timedelta(days=35))
    quiet = get(client_as(alice), f"/?scope={scope}")
    assert "A quiet month" in quiet
    assert f'href="/o/{northbridge.slug}">Older posts of {northbridge.name}<' in quiet


def test_suggestions_have_buttons_that_work(
    client_as: Callable[[User], Client], charlie: User, alice: User, bob: User, northbridge: University
) -> None:
    stranger, colleague = client_as(charlie), client_as(alice)
    assert f'action="/o/{northbridge.slug}/' in stranger.fragment("/feed/suggestions").text
    offered = colleague.fragment("/feed/suggestions").text
    assert f'action="/u/{bob.handle}/follow"' in offered
    assert colleague.post(f"/u/{bob.handle}/follow").status_code == 303
    assert f'action="/u/{bob.handle}/follow"' not in colleague.fragment("/feed/suggestions").text


@pytest.mark.parametrize("path", ["/", "/feed/new?since=2026-01-01T00:00:00%2B00:00", "/feed/suggestions", "/posts/1/why"])
def test_nobody_reads_a_feed_without_signing_in(client: Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code in {302, 303}
    assert "/login" in answer.headers["Location"]
    assert client.fragment(path).status_code in {200, 204, 401, 303}


@pytest.mark.parametrize("scope", list(Scope))
def test_a_small_page_size_reaches_everything_too(
    client_as: Callable[[User], Client], alice: User, posts: list[Post], scope: Scope
) -> None:
    with feed_settings(page_size=1):
        assert scroll(client_as(alice), f"/?scope={scope}") == [post.id for post in posts]
