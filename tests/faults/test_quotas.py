"""Quotas through the doors people and programs use, all at once; and a Redis that is emptied meanwhile."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from campus.interactions.models import Comment
from campus.platform import redis
from campus.platform.db import session
from campus.posts.models import Post
from tests.factories import make_post, make_token

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from campus.accounts.models import User
    from tests.conftest import Client

THREADS = 32
TRIES = 64


@pytest.mark.faults
def test_thirty_two_browsers_publish_exactly_twenty_posts(client_as: Callable[[User], Client], alice: User) -> None:
    browsers = [client_as(alice) for _ in range(THREADS)]

    def publish(number: int) -> int:
        if number % 8 == 0:
            redis.client().flushdb()
        fields = {"text": f"Post {number}", "owner": "", "audience": "public", "submission": str(uuid.uuid4())}
        return browsers[number % THREADS].post("/posts/new", data=fields).status_code

    with ThreadPoolExecutor(THREADS) as pool:
        statuses = list(pool.map(publish, range(TRIES)))
    assert sorted(set(statuses)) == [303, 429]
    assert statuses.count(303) == 20
    assert session.scalar(select(func.count(Post.id))) == 20


CREATE = "mutation($text: String!) { createPost(input: {text: $text, audience: PUBLIC}) { post { id } } }"


def by_graphql(client: Client, headers: dict[str, str], query: str, **variables: Any) -> int:
    """What a mutation comes to, as REST would say it."""
    told = client.post("/graphql", json={"query": query, "variables": variables}, headers=headers).get_json()
    return int(told["errors"][0]["extensions"]["status"]) if "errors" in told else 201


@pytest.mark.faults
def test_three_doors_at_once_have_one_quota(
    client: Client, client_as: Callable[[User], Client], alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pages, REST and GraphQL, each with eleven threads and its own credential: twenty posts, and not one more."""
    monkeypatch.setattr("campus.platform.rates.throttle", lambda *_: None)
    browsers = [client_as(alice) for _ in range(11)]
    headers = {"Authorization": f"Bearer {make_token(user=alice)}"}

    def publish(number: int) -> int:
        text, browser = f"Post {number}", browsers[number % 11]
        match number % 3:
            case 0:
                fields = {"text": text, "owner": "", "audience": "public", "submission": str(uuid.uuid4())}
                return {303: 201}.get(status := browser.post("/posts/new", data=fields).status_code, status)
            case 1:
                return client.post("/api/posts/", json={"text": text}, headers=headers).status_code
            case _:
                return by_graphql(client, headers, CREATE, text=text)

    with ThreadPoolExecutor(33) as pool:
        statuses = list(pool.map(publish, range(66)))
    assert sorted(set(statuses)) == [201, 429]
    assert statuses.count(201) == 20
    assert session.scalar(select(func.count(Post.id))) == 20


@pytest.mark.faults
def test_the_same_request_at_once_has_one_effect(client: Client, alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("campus.platform.rates.throttle", lambda *_: None)
    post = make_post()
    headers = {"Authorization": f"Bearer {make_token(user=alice)}", "Idempotency-Key": "once"}

    def comment(_number: int) -> tuple[int, bytes]:
        answer = client.post(f"/api/posts/{post.id}/comments/", json={"text": "Well seen"}, headers=headers)
        return answer.status_code, answer.data if answer.status_code == 201 else b""

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(comment, range(48)))
    assert {status for status, _ in answers} <= {201, 409}
    assert len({body for status, body in answers if status == 201}) == 1
    assert session.scalar(select(func.count(Comment.id))) == 1
