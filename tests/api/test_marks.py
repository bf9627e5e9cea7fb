"""Likes and shares for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from campus import quotas
from campus.interactions.models import Platform
from campus.interactions.queries import has_liked
from campus.platform.db import session
from campus.posts.models import Post
from tests.api.limiting import limit_to
from tests.factories import make_like, make_post

if TYPE_CHECKING:
    from collections.abc import Callable

    from campus.accounts.models import User
    from tests.conftest import Client

    Programs = Callable[..., Client]


def test_a_like_is_put_and_deleted(program: Programs, alice: User) -> None:
    post, caller = make_post(), program(alice)
    make_like(post=post)
    url = f"/api/posts/{post.id}/like/"

    first = caller.put(url)
    assert first.get_json() == {"liked": True, "count": 2}
    assert first.headers["RateLimit-Remaining"] == "199"
    again = caller.put(url)
    assert again.get_json() == {"liked": True, "count": 2}
    assert again.headers["RateLimit-Remaining"] == "199"  # twice is once, and costs nothing
    assert has_liked(alice.id, post.id)
    assert caller.delete(url).get_json() == {"liked": False, "count": 1}
    assert caller.delete(url).get_json() == {"liked": False, "count": 1}
    assert not has_liked(alice.id, post.id)


def test_the_quota_of_likes_is_that_of_the_pages(
    program: Programs, client_as: Programs, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit_to(monkeypatch, quotas.LIKES, 2)
    posts = [make_post() for _ in range(3)]
    assert client_as(alice).post(f"/posts/{posts[0].id}/like").status_code == 303
    caller = program(alice)

    assert caller.put(f"/api/posts/{posts[1].id}/like/").status_code == 200
    refused = caller.put(f"/api/posts/{posts[2].id}/like/")
    assert refused.status_code == 429
    assert refused.mimetype == "application/problem+json"
    assert int(refused.headers["Retry-After"]) > 0
    assert refused.headers["RateLimit-Remaining"] == "0"
    assert "retry_at" in refused.get_json()


def test_the_ways_to_share_count_nothing(program: Programs, alice: User) -> None:
    post = make_post(title="Dawn")

    told = program(alice).get(f"/api/posts/{post.id}/shares/").get_json()
    assert {way["platform"] for way in told} == set(Platform)
    assert {"platform": "link", "url": f"http://localhost/posts/{post.id}"} in told
    assert _fresh(post).share_count == 0


def test_each_share_counts(program: Programs, alice: User) -> None:
    post, caller = make_post(), program(alice)
    url = f"/api/posts/{post.id}/shares/"

    first = caller.post(url, json={"platform": "email"})
    assert first.status_code == 201
    assert first.get_json()["url"].startswith("mailto:?")
    assert caller.post(url, json={"platform": "link"}).get_json()["count"] == 2
    assert _fresh(post).share_count == 2


def test_the_title_of_a_private_post_stays_here(program: Programs, alice: User) -> None:
    post = make_post(author=alice, audience="followers", title="Our secret")

    assert "secret" not in program(alice).get(f"/api/posts/{post.id}/shares/").text


@pytest.mark.parametrize(
    "body", [{}, {"platform": "fax"}, {"platform": 1}, {"platform": None}, {"platform": "x", "count": 9}, []]
)
def test_a_share_of_no_form(program: Programs, alice: User, body: object) -> None:
    post = make_post()

    answer = program(alice).post(f"/api/posts/{post.id}/shares/", json=body)
    assert answer.status_code == 422
    assert answer.get_json()["errors"]
    assert _fresh(post).share_count == 0


def test_marks_on_what_she_may_not_see(program: Programs, alice: User, bob: User) -> None:
    url, caller = f"/api/posts/{make_post(author=bob, audience='only_me').id}", program(alice)

    assert caller.put(f"{url}/like/").status_code == 404
    assert caller.delete(f"{url}/like/").status_code == 404
    assert caller.get(f"{url}/shares/").status_code == 404
    assert caller.post(f"{url}/shares/", json={"platform": "link"}).status_code == 404


def _fresh(post: Post) -> Post:
    session.expire_all()
    return session.get_one(Post, post.id)
