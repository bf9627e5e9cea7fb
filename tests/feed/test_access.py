"""What she may see is asked at every request: after leaving, blocking, muting, narrowing; in pages, cursors, caches, files."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from campus.accounts.actions import suspend
from campus.feed import upkeep
from campus.follows.actions import block, follow, mute, unfollow
from campus.organizations.actions import join, leave, remove_member
from campus.organizations.models import JoinPolicy
from campus.platform.clock import now
from campus.platform.db import session, transaction
from campus.posts.actions import delete, edit, reinstate, withdraw
from campus.posts.models import Audience
from campus.posts.queries import reachable_card
from tests.factories import make_company, make_follow, make_post, make_user
from tests.feed.pages import get, ids, next_url, scroll, shown
from tests.posts.making import draft, published, upload, viewer_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from campus.accounts.models import User
    from campus.organizations.models import University
    from campus.posts.models import Post
    from tests.conftest import Client


@pytest.fixture
def posts(bob: User, northbridge: University) -> list[Post]:
    """Fifteen posts of Bob for the members of Northbridge, the newest first."""
    moment = now()
    with transaction():
        return [
            make_post(author=bob, organization=northbridge, audience="organization", published_at=moment - timedelta(hours=n))
            for n in range(15)
        ]


def change(what: str, posts: list[Post], alice: User, northbridge: University) -> None:
    """Take every one of the posts from Alice, in one of the ways there are."""
    author = session.get_one(type(alice), posts[0].author_id)
    ways: dict[str, Callable[[], object]] = {
        "leaves": lambda: leave(viewer_id=alice.id, organization_id=northbridge.id),
        "removed": lambda: remove_member(organization_id=northbridge.id, user_id=alice.id),
        "blocks": lambda: block(viewer_id=alice.id, user_id=author.id, now=now()),
        "blocked": lambda: block(viewer_id=author.id, user_id=alice.id, now=now()),
        "mutes": lambda: mute(viewer_id=alice.id, user_id=author.id, now=now()),
        "mutes owner": lambda: mute(viewer_id=alice.id, organization_id=northbridge.id, now=now()),
        "suspended": lambda: suspend(author.id, now=now()),
        "withdrawn": lambda: [withdraw(viewer=viewer_of(author), post_id=post.id, now=now()) for post in posts],
        "deleted": lambda: _each(posts, lambda post: delete(viewer=viewer_of(author), post_id=post.id, now=now())),
        "narrowed": lambda: _each(posts, lambda post: _narrow(post, author)),
    }
    ways[what]()


def _each(posts: list[Post], act: Callable[[Post], None]) -> None:
    for post in posts:
        act(post)


def _narrow(post: Post, author: User) -> None:
    wanted = draft(organization_id=post.organization_id, audience=Audience.ONLY_ME)
    edit(viewer=viewer_of(author), post_id=post.id, draft=wanted, now=now())


CHANGES = ["leaves", "removed", "blocks", "blocked", "mutes", "mutes owner", "suspended", "withdrawn", "deleted", "narrowed"]


@pytest.mark.parametrize("what", CHANGES)
def test_a_change_empties_the_very_next_request(
    what: str,
    client_as: Callable[[User], Client],
    posts: list[Post],
    alice: User,
    northbridge: University,
    drain: Callable[[], int],
) -> None:
    """Nothing has delivered or taken back anything yet, and all caches are warm: the rule alone decides."""
    upkeep.rebuild(alice.id, now=now())
    reader = client_as(alice)
    first = get(reader)
    cursor = next_url(first) or ""
    assert len(ids(first)) == 10
    assert len(shown(reader, cursor)) == 5
    change(what, posts, alice, northbridge)
    for url in ("/", cursor, "/?algorithm=chronological&scope=following", "/?algorithm=engagement", "/?page_size=50"):
        assert shown(reader, url) == [], (what, url)
        assert ids(reader.fragment(url).text) == []
    drain()
    assert scroll(reader) == scroll(reader, "/?new=1") == []


def test_a_lost_membership_takes_the_photo_files_too(
    client_as: Callable[[User], Client], alice: User, bob: User, northbridge: University, drain: Callable[[], int]
) -> None:
    post = published(bob, organization_id=northbridge.id, audience=Audience.ORGANIZATION, photos=(upload(), upload()))
    drain()
    reader = client_as(alice)
    page = get(reader)
    assert ids(page) == [post.id]
    files = [f"/media/{photo.token}/{width}.webp" for photo in reachable_card(bob.id, post.id).photos for width in photo.widths]
    assert files[0] in page
    etags = {}
    for url in files:
        with reader.get(url) as served:
            assert served.status_code == 200
            etags[url] = served.headers["ETag"]
    leave(viewer_id=alice.id, organization_id=northbridge.id)
    assert shown(reader) == []
    for url, etag in etags.items():
        assert reader.get(url).status_code == 404
        assert reader.get(url, headers={"If-None-Match": etag}).status_code == 404
    for url in (f"/posts/{post.id}", f"/posts/{post.id}/photos/1", f"/posts/{post.id}/why"):
        assert reader.get(url).status_code == 404
    with client_as(bob).get(files[0]) as served:
        assert served.status_code == 200


def test_unfollowing_empties_an_open_scroll_of_what_one_follows(
    client_as: Callable[[User], Client], alice: User, charlie: User
) -> None:
    moment = now()
    with transaction():
        make_follow(follower=alice, target=charlie)
        for n in range(12):
            make_post(author=charlie, audience="followers" if n % 2 else "public", published_at=moment - timedelta(hours=n))
    reader = client_as(alice)
    cursor = next_url(get(reader, "/?scope=following")) or ""
    assert len(shown(reader, cursor)) == 2
    unfollow(viewer_id=alice.id, user_id=charlie.id)
    assert shown(reader, cursor) == []
    assert shown(reader, "/?scope=following") == []
    assert len(scroll(reader, "/?scope=all")) == 6  # what is public stays public


@pytest.mark.parametrize("kept", [False, True])
def test_what_one_follows_or_joins_appears_at_once(
    client_as: Callable[[User], Client],
    alice: User,
    charlie: User,
    kept: bool,  # noqa: FBT001
) -> None:
    with transaction():
        club = make_company(join_policy=JoinPolicy.OPEN)
        theirs = make_post(author=charlie, audience="followers")
        clubs = make_post(organization=club, audience="organization")
    if kept:
        upkeep.rebuild(alice.id, now=now())
    reader = client_as(alice)
    assert shown(reader) == shown(reader, "/?scope=following") == []
    follow(viewer_id=alice.id, user_id=charlie.id, now=now())
    assert shown(reader) == shown(reader, "/?scope=following") == [theirs.id]
    join(viewer_id=alice.id, organization_id=club.id, now=now())
    assert set(shown(reader)) == set(shown(reader, "/?scope=following")) == {theirs.id, clubs.id}


@pytest.mark.parametrize("kept", [False, True])
def test_ones_own_new_post_and_a_colleagues_appear_at_once(
    client_as: Callable[[User], Client],
    alice: User,
    bob: User,
    northbridge: University,
    kept: bool,  # noqa: FBT001
) -> None:
    """No worker has run: reading never waits for one."""
    if kept:
        upkeep.rebuild(alice.id, now=now())
    reader = client_as(alice)
    assert shown(reader) == []
    mine = published(alice, audience=Audience.ONLY_ME)
    assert shown(reader) == [mine.id]
    theirs = published(bob, organization_id=northbridge.id, audience=Audience.ORGANIZATION)
    assert set(shown(reader)) == {mine.id, theirs.id}


def test_a_widened_and_a_reinstated_post_reach_their_audience(
    client_as: Callable[[User], Client], alice: User, bob: User, northbridge: University, drain: Callable[[], int]
) -> None:
    upkeep.rebuild(alice.id, now=now())
    post = published(bob, organization_id=northbridge.id, audience=Audience.ONLY_ME)
    drain()
    reader = client_as(alice)
    assert shown(reader, "/?new=1") == []
    edit(
        viewer=viewer_of(bob),
        post_id=post.id,
        draft=draft(organization_id=northbridge.id, audience=Audience.ORGANIZATION),
        now=now(),
    )
    assert shown(reader, "/?new=1") == [post.id]  # before the worker has run
    drain()
    assert shown(reader, "/?new=1") == [post.id]
    withdraw(viewer=viewer_of(bob), post_id=post.id, now=now())
    assert shown(reader) == []
    reinstate(viewer=viewer_of(bob), post_id=post.id, now=now())
    assert shown(reader, "/?new=1") == [post.id]


def test_two_people_never_share_a_page(client_as: Callable[[User], Client], alice: User, bob: User, charlie: User) -> None:
    with transaction():
        secrets = {person.id: make_post(author=person, audience="only_me").id for person in (alice, bob, charlie)}
        for _ in range(11):
            make_post(author=make_user())
    everybody = {person.id: client_as(person) for person in (alice, bob, charlie)}
    for _ in range(2):  # cold, then warm
        for person_id, browser in everybody.items():
            seen = scroll(browser)
            assert len(seen) == 12
            assert set(secrets.values()) & set(seen) == {secrets[person_id]}
    cursors = {person_id: next_url(get(browser)) or "" for person_id, browser in everybody.items()}
    for person_id, browser in everybody.items():
        for owner, cursor in cursors.items():
            assert browser.get(cursor).status_code == (200 if owner == person_id else 400)


def test_a_session_that_ended_reads_nothing_more(client_as: Callable[[User], Client], alice: User, posts: list[Post]) -> None:
    reader = client_as(alice)
    cursor = next_url(get(reader)) or ""
    suspend(alice.id, now=now())
    for url in ("/", cursor, f"/posts/{posts[0].id}/why"):
        assert reader.get(url).status_code in {302, 303}
