"""Administrators who shut each other out at the same moment: one waits for the other, nobody for ever, and one of them stays."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from campus.accounts.actions import LastAdministrator, promote, reinstate, suspend
from campus.accounts.models import User
from campus.audit.queries import verify
from campus.organizations.actions import LastOwner
from campus.organizations.models import Role
from campus.platform.clock import now
from campus.platform.db import session, transaction
from campus.platform.errors import CampusError
from campus.rights import erasure
from tests.factories import make_comment, make_company, make_like, make_member, make_post, make_user

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from tests.personas import World

    Verb = Callable[[int], object]

ROUNDS = 4


def shut_out(user_id: int) -> object:
    return suspend(user_id, now=now())


def demote(user_id: int) -> object:
    return promote(user_id=user_id, admin=False)


def ask_to_delete(user_id: int) -> object:
    return erasure.request(user_id=user_id, now=now())


def delete_now(user_id: int) -> object:
    return erasure.erase(user_id, now=now())


def at_once(app: Flask, *calls: tuple[Verb, int]) -> list[type[CampusError] | None]:
    """What each met with: a refusal, or nothing; a deadlock fails the test."""
    start = threading.Barrier(len(calls))

    def alone(call: tuple[Verb, int]) -> type[CampusError] | None:
        verb, user_id = call
        with app.app_context():
            start.wait()
            try:
                verb(user_id)
            except CampusError as error:
                return type(error)
            return None

    with ThreadPoolExecutor(len(calls)) as pool:
        fates = list(pool.map(alone, calls))
    session.expire_all()
    return fates


@pytest.mark.parametrize("first", [shut_out, ask_to_delete, demote, delete_now])
@pytest.mark.parametrize("second", [shut_out, ask_to_delete, delete_now])
def test_of_two_administrators_who_shut_each_other_out_one_stays(app: Flask, world: World, first: Verb, second: Verb) -> None:
    for number in range(ROUNDS):
        with transaction():
            one, two = (make_user(handle=f"chief{number}{each}", is_admin=True) for each in "ab")
            session.get_one(User, world.root.id).is_admin = False
            for post in [make_post(author=each) for each in (one, two, world.alice)]:
                for each in (one, two):
                    make_like(post=post, user=each)
                    make_comment(post=post, author=each)
        fates = at_once(app, (first, one.id), (second, two.id))
        assert sorted(fates, key=str) == [LastAdministrator, None]
        able = select(User.id).where(User.is_admin, User.present)
        assert len(session.scalars(able).all()) == 1
        with transaction():
            session.get_one(User, world.root.id).is_admin = True
            for each in session.scalars(select(User).where(User.handle.startswith("chief"))):
                each.is_admin = False
    assert list(verify()) == []


def test_many_administrators_are_deleted_at_once(app: Flask, world: World) -> None:
    """None is the last: all go, whoever waits for whom."""
    for number in range(ROUNDS):
        with transaction():
            chiefs = [make_user(handle=f"chief{number}{each}", is_admin=True) for each in "abcd"]
            for post in [make_post(author=world.alice) for _ in range(5)]:
                for each in chiefs:
                    make_like(post=post, user=each)
                    make_comment(post=post, author=each)
        verbs = (delete_now, ask_to_delete, shut_out, delete_now)
        assert at_once(app, *zip(verbs, [each.id for each in chiefs], strict=True)) == [None] * 4
    assert list(verify()) == []


def test_of_two_owners_who_leave_the_site_at_once_one_stays(app: Flask, world: World) -> None:
    for verb in (ask_to_delete, delete_now) * ROUNDS:
        with transaction():
            firms = [make_company() for _ in range(2)]
            owners = [make_user() for _ in range(2)]
            for firm in firms:
                for owner in owners:
                    make_member(user=owner, organization=firm, role=Role.OWNER)
        fates = at_once(app, *[(verb, owner.id) for owner in owners])
        assert sorted(fates, key=str) == [LastOwner, None]
    assert reinstate(world.sam.id)
