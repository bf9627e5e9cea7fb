"""GET /u/<handle>, /followers, /following."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from campus.platform.clock import now
from tests.factories import make_block, make_comment, make_follow, make_post, make_user

if TYPE_CHECKING:
    from collections.abc import Callable

    from campus.accounts.models import User
    from campus.organizations.models import Company, University
    from tests.conftest import Client

    SignIn = Callable[[User], Client]


def test_a_page_shows_what_this_viewer_may_see(
    client_as: SignIn, alice: User, bob: User, charlie: User, northbridge: University
) -> None:
    make_post(author=alice, text="for everybody")
    make_post(author=alice, organization=northbridge, audience="organization", text="among ourselves")
    make_post(author=alice, audience="followers", text="for followers")
    make_post(author=alice, audience="only_me", text="dear diary")

    texts = ("for everybody", "among ourselves", "for followers", "dear diary")
    seen = {user.handle: [text in client_as(user).get("/u/alice").text for text in texts] for user in (alice, bob, charlie)}
    assert seen == {
        "alice": [True, True, True, True],
        "bob": [True, True, False, False],
        "charlie": [True, False, False, False],
    }
    assert "<strong>1</strong> post<" in client_as(charlie).get("/u/alice").text


def test_the_suspended_the_blocking_and_the_missing_are_the_same(client_as: SignIn, alice: User, bob: User, sam: User) -> None:
    make_block(blocker=bob, blocked=alice)

    for handle in ("bob", "sam", "nobody_at_all", "Bad%20Handle"):
        for path in ("", "/followers", "/following"):
            assert client_as(alice).get(f"/u/{handle}{path}").status_code == 404


def test_nobody_signed_in_is_sent_to_sign_in(client: Client, alice: User) -> None:
    assert client.get("/u/alice").location.startswith("/login?next=")


def test_organizations_are_shown_to_those_who_share_them(client_as: SignIn, alice: User, bob: User, charlie: User) -> None:
    assert "Northbridge University" in client_as(bob).get("/u/alice").text
    assert "Northbridge University" not in client_as(charlie).get("/u/alice").text


def test_posts_come_in_pages_without_gap_or_repeat(client_as: SignIn, alice: User, charlie: User) -> None:
    moment = now()
    made = [make_post(author=alice, published_at=moment - timedelta(minutes=n // 2)) for n in range(23)]
    browser = client_as(charlie)

    seen: list[int] = []
    url = "/u/alice"
    for n in range(3):
        page = browser.get(url) if n != 1 else browser.fragment(url)
        assert ("<html" in page.text) is (n != 1)
        found = [part.split('"')[0] for part in page.text.split('<article class="card"\n         id="post-')[1:]]
        seen += [int(number) for number in found]
        if n < 2:
            url = page.text.split('rel="next"')[1].split('href="')[1].split('"')[0]
    assert len(seen) == len(set(seen)) == 23
    assert set(seen) == {post.id for post in made}
    assert 'rel="next"' not in page.text


@pytest.mark.parametrize("cursor", ["x", "1", "1-", "-1-2", "1-2-3", f"{2**70}-1", f"{2**63 - 1}-1", "1-\u0661"])
def test_a_damaged_cursor_is_a_clear_error(client_as: SignIn, alice: User, cursor: str) -> None:
    assert client_as(alice).get("/u/alice", query_string={"before": cursor}).status_code == 400
    assert client_as(alice).get("/u/alice/followers", query_string={"before": "x"}).status_code == 400


def test_a_person_page_costs_the_same_whatever_the_data(
    client_as: SignIn, alice: User, bob: User, count_queries: Callable[[], Any]
) -> None:
    browser = client_as(alice)
    make_post(author=bob)
    with count_queries() as few:
        browser.get("/u/bob")
    for _ in range(9):
        post = make_post(author=bob)
        make_comment(post=post)
        make_follow(follower=make_user(), target=bob)
    with count_queries() as many:
        browser.get("/u/bob")
    assert len(many) == len(few) <= 11, many


def test_followers_and_following(client_as: SignIn, alice: User, bob: User, charlie: User, studio: Company) -> None:
    make_follow(follower=alice, target=bob)
    make_follow(follower=charlie, target=bob)
    make_follow(follower=bob, target=studio)
    browser = client_as(alice)

    page = browser.get("/u/bob/followers").text
    assert page.index('href="/u/charlie"') < page.index('href="/u/alice"', page.index("<main"))
    assert "Studio Lumen" in browser.get("/u/bob/following").text
    assert 'href="/u/bob"' in browser.get("/u/alice/following").text


def test_a_locked_accounts_lists_are_for_its_followers(client_as: SignIn, alice: User, bob: User) -> None:
    shy = make_user(handle="shy", locked=True)
    make_follow(follower=bob, target=shy)

    assert client_as(alice).get("/u/shy/followers").status_code == 403
    assert client_as(alice).get("/u/shy").status_code == 200
    for user in (bob, shy):
        assert client_as(user).get("/u/shy/followers").status_code == 200
        assert client_as(user).get("/u/shy/following").status_code == 200
