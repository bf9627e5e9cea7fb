"""One effect for a request that is sent again: under concurrency, after a crash, for photos too; and the sweep of old answers."""

from __future__ import annotations

import io
import threading
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from PIL import Image
from sqlalchemy import func, select, text

from campus import quotas
from campus.api import idempotency
from campus.api.models import IdempotentAnswer
from campus.organizations.models import Invitation
from campus.platform import outbox, sealing
from campus.platform.clock import now
from campus.platform.db import db, session
from campus.platform.limits import usage
from campus.posts.models import Post
from tests.factories import make_post

if TYPE_CHECKING:
    from collections.abc import Callable

    from campus.accounts.models import User
    from campus.organizations.models import University
    from tests.api.conftest import Program

POSTS = "/api/posts/"
KEY = {"Idempotency-Key": "the-key"}


def count(table: type[Post | IdempotentAnswer | outbox.Job]) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


def test_a_crash_between_effect_and_answer_leaves_neither(
    program: Callable[..., Program], alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(idempotency, "_keep", dies)
        with pytest.raises(KeyboardInterrupt):
            program(alice).post(POSTS, json={"text": "Once"}, headers=KEY)
    assert count(Post) == 0
    assert count(outbox.Job) == 0
    assert usage(quotas.POSTS, alice.id, now=now()).used == 0
    assert program(alice).post(POSTS, json={"text": "Once"}, headers=KEY).status_code == 201
    assert count(Post) == 1


def test_sent_twice_at_once_it_is_carried_out_once(program: Callable[..., Program], alice: User) -> None:
    clients = [program(alice) for _ in range(6)]
    together = threading.Barrier(len(clients))
    statuses: list[int] = []

    def send(client: Program) -> None:
        together.wait()
        statuses.append(client.post(POSTS, json={"text": "Once"}, headers=KEY).status_code)

    threads = [threading.Thread(target=send, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(statuses) <= {201, 409}
    assert 201 in statuses
    assert count(Post) == 1
    assert usage(quotas.POSTS, alice.id, now=now()).used == 1


def test_while_the_first_is_carried_out_the_second_is_told_so(program: Callable[..., Program], alice: User) -> None:
    with db.engine.begin() as elsewhere:
        elsewhere.execute(
            text("SELECT pg_advisory_xact_lock(:key)"), {"key": idempotency._lock(alice.id, KEY["Idempotency-Key"])}
        )
        waiting = program(alice).post(POSTS, json={"text": "Once"}, headers=KEY)
    assert waiting.status_code == 409
    assert program(alice).post(POSTS, json={"text": "Once"}, headers=KEY).status_code == 201


def picture() -> io.BytesIO:
    data = io.BytesIO()
    Image.new("RGB", (32, 32), "teal").save(data, "PNG")
    data.seek(0)
    return data


def test_photos_sent_again_are_the_same_request_whatever_the_boundary(program: Callable[..., Program], alice: User) -> None:
    answers = [
        program(alice).post(POSTS, data={"post": '{"text": "x"}', "photos": [(picture(), "a.png")]}, headers=KEY)
        for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].data == answers[1].data
    assert count(Post) == 1
    other = program(alice).post(POSTS, data={"post": '{"text": "y"}', "photos": [(picture(), "a.png")]}, headers=KEY)
    assert other.status_code == 422


def test_an_empty_answer_is_kept_too(program: Callable[..., Program], alice: User) -> None:
    post = make_post(author=alice, audience="public")
    for _ in range(2):
        gone = program(alice).delete(f"{POSTS}{post.id}/", headers=KEY)
        assert (gone.status_code, gone.data) == (204, b"")


def test_answers_go_after_a_day(program: Callable[..., Program], alice: User) -> None:
    program(alice).post(POSTS, json={"text": "Once"}, headers=KEY)
    assert idempotency.forget_old(now=now() + timedelta(hours=23)) == 0
    assert count(IdempotentAnswer) == 1
    assert idempotency.forget_old(now=now() + timedelta(hours=25)) == 1
    assert program(alice).post(POSTS, json={"text": "Once"}, headers=KEY).status_code == 201
    assert count(Post) == 2


def test_where_her_access_ended_an_answer_is_not_told_again(program: Callable[..., Program], alice: User) -> None:
    client = program(alice)
    client.post(POSTS, json={"text": "Once"}, headers=KEY)
    client.token = "pct_gone"
    assert client.post(POSTS, json={"text": "Once"}, headers=KEY).status_code == 401


def test_what_is_kept_is_read_by_who_has_the_key_alone(
    program: Callable[..., Program], northbridge: University, dana: User
) -> None:
    url, words = f"/api/organizations/{northbridge.slug}/invitations/", {"uses": 3}
    first, again = (program(dana).post(url, json=words, headers=KEY) for _ in range(2))
    assert (first.status_code, again.headers["Idempotency-Replayed"], again.data) == (200, "true", first.data)
    assert session.scalar(select(func.count()).select_from(Invitation)) == 1
    row = session.scalars(select(IdempotentAnswer)).one()
    secret = first.get_json()["url"].rpartition("/")[2]
    lies = b"\n".join((row.key.encode(), row.body, row.request_digest))
    assert [each for each in (secret.encode(), b"invitations", KEY["Idempotency-Key"].encode()) if each in lies] == []
    with pytest.raises(sealing.Broken):
        sealing.unseal(idempotency.PURPOSE, idempotency._hers(dana.id, "another-key"), row.body)
