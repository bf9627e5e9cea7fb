"""A post that reaches somebody late is in her feed at her next visit, although a moment ago she was shown a feed without it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from campus.accounts.actions import reinstate as let_in
from campus.accounts.actions import suspend
from campus.feed import queries
from campus.platform.clock import now
from campus.platform.db import session, transaction
from campus.posts import actions
from campus.posts.models import Audience, Post
from tests.factories import make_follow, make_post
from tests.feed.pages import shown
from tests.posts.making import draft, viewer_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from campus.accounts.models import User
    from campus.organizations.models import University
    from campus.posts.drafts import PostDraft
    from tests.conftest import Client

TWENTY_DAYS = timedelta(days=20)


@pytest.fixture
def warm(client_as: Callable[[User], Client], alice: User, bob: User) -> Client:
    """Alice's browser, her feed read twice so that the second reading was of the cache."""
    make_follow(follower=alice, target=bob)
    reader = client_as(alice)
    assert shown(reader, "/") == shown(reader, "/")
    return reader


def edited(author: User, post: Post, wanted: PostDraft) -> None:
    actions.edit(viewer=viewer_of(author), post_id=post.id, draft=wanted, now=now())


def test_an_old_post_opened_to_others_is_there_at_once(warm: Client, bob: User) -> None:
    with transaction():
        post = make_post(author=bob, audience=Audience.ONLY_ME, published_at=now() - TWENTY_DAYS)
    assert shown(warm) == []
    edited(bob, post, draft(audience=Audience.FOLLOWERS))
    assert shown(warm) == [post.id]


def test_an_old_post_put_back_is_there_at_once(warm: Client, bob: User) -> None:
    with transaction():
        post = make_post(author=bob, published_at=now() - TWENTY_DAYS)
    actions.withdraw(viewer=viewer_of(bob), post_id=post.id, now=now())
    assert shown(warm) == []
    actions.reinstate(viewer=viewer_of(bob), post_id=post.id, now=now())
    assert shown(warm) == [post.id]


def test_an_old_post_moved_to_her_organization_is_there_at_once(warm: Client, bob: User, northbridge: University) -> None:
    with transaction():
        post = make_post(author=bob, audience=Audience.ONLY_ME, published_at=now() - TWENTY_DAYS)
    assert shown(warm) == []
    edited(bob, post, draft(audience=Audience.ORGANIZATION, organization_id=northbridge.id))
    assert shown(warm) == [post.id]


def test_the_posts_of_an_author_who_is_let_in_again_are_there_at_once(warm: Client, bob: User, drain: Callable[[], int]) -> None:
    with transaction():
        post = make_post(author=bob, published_at=now() - TWENTY_DAYS)
    suspend(bob.id, now=now())
    assert shown(warm) == []
    let_in(bob.id)
    drain()
    assert shown(warm) == [post.id]


def test_other_words_alone_reach_nobody_anew(bob: User) -> None:
    with transaction():
        post = make_post(author=bob, published_at=now() - TWENTY_DAYS)
    edited(bob, post, replace(draft(), text="Other words"))
    assert session.get_one(Post, post.id).resurfaced_at is None


def test_what_she_knows_and_what_is_not_for_her_is_no_reason_to_look_again(alice: User, bob: User, charlie: User) -> None:
    moment = now()
    make_follow(follower=alice, target=bob)
    with transaction():
        old = moment - TWENTY_DAYS
        known = make_post(author=bob, published_at=old, resurfaced_at=moment)
        make_post(author=bob, audience=Audience.ONLY_ME, published_at=old, resurfaced_at=moment)
        make_post(author=charlie, published_at=old, resurfaced_at=moment)  # no relation carries it
        make_post(author=bob, published_at=old, resurfaced_at=moment - timedelta(minutes=2))  # she was shown it since
    assert not queries.reached_since(alice.id, moment - timedelta(minutes=1), [known.id])
    assert queries.reached_since(alice.id, moment - timedelta(minutes=1), [])
