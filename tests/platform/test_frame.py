"""The frame of the tests keeps its promises."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select, update

from campus.accounts.models import User
from campus.platform import cache
from campus.platform.db import session, transaction
from campus.platform.outbox import Job
from tests.factories import make_comment, make_company, make_department, make_follow, make_like, make_photo, make_post, make_share

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import Client
    from tests.personas import World


def people() -> int:
    return session.scalar(select(func.count(User.id))) or 0


def test_a_first_test_leaves_rows_and_keys(world: World) -> None:
    cache.put("left", 1, 60)
    assert people() == 7


def test_a_second_test_finds_none(app: object) -> None:
    assert people() == 0
    assert cache.get("left") is None


def test_a_signed_in_browser_is_somebody(client_as: Callable[[User], Client], alice: User) -> None:
    assert client_as(alice).get("/settings").status_code == 200


def test_a_suspended_person_is_nobody(client_as: Callable[[User], Client], sam: User) -> None:
    assert client_as(sam).get("/settings").status_code == 303


def test_every_factory_makes_what_it_says(world: World, drain: Callable[[], int]) -> None:
    post = make_post(author=world.alice, department=make_department(organization=world.northbridge), audience="department")
    make_photo(post=post)
    make_like(post=post)
    make_comment(post=post)
    make_share(post=post)
    assert (post.like_count, post.comment_count, post.share_count, post.points) == (1, 1, 1, 6)
    make_follow(follower=world.bob, target=make_company())
    assert drain() == 0  # factories go around the verbs, and so record no job
    assert session.scalar(select(func.count(Job.id))) == 0


def test_statements_are_counted_on_both_engines(app: object, count_queries: Callable[[], Any]) -> None:
    with count_queries() as statements:
        people()
        with transaction():
            session.execute(update(User).values(name="changed"))
    assert len(statements) == 2
