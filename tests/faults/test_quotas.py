"""Quotas through the door people use: thirty-two browsers of one person, and a Redis that is emptied meanwhile."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from campus.platform import redis
from campus.platform.db import session
from campus.posts.models import Post

if TYPE_CHECKING:
    from collections.abc import Callable

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
