"""The posts of a day are twenty, however they are sent: by the page, by REST and by GraphQL, all at once."""

from __future__ import annotations

import threading
from collections import Counter
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from campus import quotas
from campus.platform.clock import now
from campus.platform.db import session
from campus.platform.limits import usage
from campus.posts.models import Post

if TYPE_CHECKING:
    from collections.abc import Callable

    from campus.accounts.models import User
    from tests.api.conftest import Program
    from tests.conftest import Client

EACH = 12
MUTATION = 'mutation { createPost(input: {text: "By GraphQL", audience: PUBLIC}) { post { id } } }'


def by_page(browser: Client, _: Program) -> bool:
    sent = browser.post("/posts/new", data={"text": "By the page", "audience": "public", "owner": ""})
    assert sent.status_code in {303, 429}
    return sent.status_code == 303


def by_rest(_: Client, program: Program) -> bool:
    sent = program.post("/api/posts/", json={"text": "By REST"})
    assert sent.status_code in {201, 429}
    return sent.status_code == 201


def by_graphql(_: Client, program: Program) -> bool:
    sent = program.post("/graphql", json={"query": MUTATION}).get_json()
    if "errors" not in sent:
        return True
    assert sent["errors"][0]["extensions"]["status"] == 429, sent
    return False


def test_three_doors_together_let_exactly_twenty_through(
    client_as: Callable[[User], Client], program: Callable[..., Program], alice: User
) -> None:
    doors = (by_page, by_rest, by_graphql)
    clients = [(client_as(alice), program(alice)) for _ in doors]
    through: Counter[str] = Counter()
    together = threading.Barrier(len(doors))

    def send(door: Callable[[Client, Program], bool], browser: Client, sender: Program) -> None:
        together.wait()
        through[door.__name__] = sum(door(browser, sender) for _ in range(EACH))

    threads = [threading.Thread(target=send, args=(door, *pair)) for door, pair in zip(doors, clients, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(through.values()) == 20
    assert session.scalar(select(func.count()).select_from(Post)) == 20
    assert usage(quotas.POSTS, alice.id, now=now()).used == 20
