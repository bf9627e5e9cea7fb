"""The transaction: reads cannot write, nesting joins, callbacks follow the commit."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import InternalError

from campus.accounts.models import User
from campus.platform.db import after_commit, session, transaction
from tests.factories import make_user

pytestmark = pytest.mark.usefixtures("app")


class Mishap(Exception):
    pass


def make_user_and_fail() -> None:
    make_user()
    raise Mishap


def count() -> int:
    return session.scalar(select(func.count(User.id))) or 0


def test_a_read_outside_a_transaction_is_read_only_at_the_server() -> None:
    make_user()
    with pytest.raises(InternalError, match="read-only transaction"):
        session.execute(update(User).values(name="changed"))


def test_a_transaction_commits_what_it_wrote() -> None:
    with transaction():
        make_user()
    assert count() == 1


def test_an_error_takes_everything_back() -> None:
    with pytest.raises(Mishap), transaction():
        make_user_and_fail()
    assert count() == 0


def test_a_nested_transaction_joins_the_outer_one() -> None:
    def nested() -> None:
        with transaction():
            make_user()
        raise Mishap

    with pytest.raises(Mishap), transaction():
        nested()
    assert count() == 0


def test_a_write_is_visible_to_the_next_read_of_the_same_request() -> None:
    user = make_user()
    assert session.scalar(select(User.handle).where(User.id == user.id)) == user.handle


def test_callbacks_run_once_per_key_after_the_commit_and_see_it() -> None:
    seen: list[int] = []
    with transaction():
        make_user()
        for _ in range(3):
            after_commit(lambda: seen.append(count()), key="count")
        assert seen == []
    assert seen == [1]


def test_callbacks_of_a_nested_transaction_wait_for_the_outer_commit() -> None:
    seen: list[str] = []
    with transaction():
        with transaction():
            after_commit(lambda: seen.append("done"))
        assert seen == []
    assert seen == ["done"]


def test_a_rollback_drops_the_callbacks() -> None:
    seen: list[str] = []

    def promise() -> None:
        after_commit(lambda: seen.append("done"))
        raise Mishap

    with pytest.raises(Mishap), transaction():
        promise()
    with transaction():
        make_user()
    assert seen == []


def test_a_failing_callback_does_not_stop_the_others() -> None:
    seen: list[str] = []
    with transaction():
        after_commit(make_user_and_fail)
        after_commit(lambda: seen.append("done"))
    assert seen == ["done"]


def test_after_commit_needs_a_transaction() -> None:
    with pytest.raises(RuntimeError, match="open transaction"):
        after_commit(lambda: None)
