"""The people of the tests, and their campus. Ask for one by name: each is what a test needs a viewer to be.

alice is a member of Northbridge University and of its department of physics; bob of the same university, department of chemistry;
charlie is a stranger; dana administers the university; eve was removed from it; sam is suspended; root is a site administrator.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from campus.accounts.models import User
from campus.organizations.models import Department, MembershipStatus, Organization, Role
from campus.platform.clock import now
from campus.platform.db import session, transaction
from tests.factories import make_company, make_department, make_member, make_university, make_user
from tests.keeping import kept

if TYPE_CHECKING:
    from flask import Flask

    from campus.organizations.models import Company, University


KINDS: tuple[Any, ...] = (Organization, Department, User)


@dataclass(frozen=True)
class World:
    """Everybody, and the organizations they have to do with."""

    northbridge: University
    physics: Department
    chemistry: Department
    studio: Company
    alice: User
    bob: User
    charlie: User
    dana: User
    eve: User
    sam: User
    root: User


@pytest.fixture
def world(app: Flask) -> World:
    """The campus of the tests: one university with two departments, a company without members, seven people."""
    numbers = kept(_numbers_of_everybody)
    found: dict[str, Any] = {}
    for kind in KINDS:
        rows = {row.id: row for row in session.scalars(select(kind).where(kind.id.in_(numbers[kind].values())))}
        found |= {name: rows[number] for name, number in numbers[kind].items()}
    return World(**found)


def _numbers_of_everybody() -> dict[type, dict[str, int]]:
    """Make the world. Returns the number of each who is in it, by table and name."""
    made = vars(_made()).items()
    return {kind: {name: row.id for name, row in made if isinstance(row, kind)} for kind in KINDS}


def _made() -> World:
    with transaction():
        northbridge = make_university(slug="northbridge", name="Northbridge University")
        made = World(
            northbridge=northbridge,
            physics=make_department(organization=northbridge, slug="physics", name="Physics"),
            chemistry=make_department(organization=northbridge, slug="chemistry", name="Chemistry"),
            studio=make_company(slug="studio", name="Studio Lumen"),
            alice=make_user(handle="alice", name="Alice"),
            bob=make_user(handle="bob", name="Bob"),
            charlie=make_user(handle="charlie", name="Charlie"),
            dana=make_user(handle="dana", name="Dana"),
            eve=make_user(handle="eve", name="Eve"),
            sam=make_user(handle="sam", name="Sam", suspended_at=now()),
            root=make_user(handle="root", name="Root", is_admin=True),
        )
        make_member(user=made.alice, organization=northbridge, department=made.physics)
        make_member(user=made.bob, organization=northbridge, department=made.chemistry)
        make_member(user=made.dana, organization=northbridge, role=Role.ADMIN)
        make_member(user=made.eve, organization=northbridge, status=MembershipStatus.REMOVED)
        make_member(user=made.sam, organization=northbridge)
    return made


@pytest.fixture
def northbridge(world: World) -> University:
    return world.northbridge


@pytest.fixture
def physics(world: World) -> Department:
    return world.physics


@pytest.fixture
def chemistry(world: World) -> Department:
    return world.chemistry


@pytest.fixture
def studio(world: World) -> Company:
    return world.studio


@pytest.fixture
def alice(world: World) -> User:
    return world.alice


@pytest.fixture
def bob(world: World) -> User:
    return world.bob


@pytest.fixture
def charlie(world: World) -> User:
    return world.charlie


@pytest.fixture
def dana(world: World) -> User:
    return world.dana


@pytest.fixture
def eve(world: World) -> User:
    return world.eve


@pytest.fixture
def sam(world: World) -> User:
    return world.sam


@pytest.fixture
def root(world: World) -> User:
    return world.root
