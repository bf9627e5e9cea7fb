"""The rule of visibility in both directions, against a reading of it in plain Python, on random worlds.

The Python below is written from the product's text (section 5), not from the SQL.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as tuned
from hypothesis import strategies as st
from sqlalchemy import exists, insert, select

from campus.accounts.models import User
from campus.follows.models import Block, Follow, FollowStatus
from campus.organizations.models import (
    Department,
    DepartmentMembership,
    MembershipStatus,
    Organization,
    OrganizationKind,
    OrganizationMembership,
    Role,
)
from campus.platform.clock import now
from campus.platform.db import session, transaction
from campus.posts.composing import audience_size
from campus.posts.models import Audience, Post, PostState
from campus.posts.visibility import Facts, visible_to
from tests.conftest import _empty_tables

if TYPE_CHECKING:
    from collections.abc import Iterable

    from flask import Flask

PEOPLE, POSTS = range(1, 9), 30
UNIVERSITIES, COMPANIES = (1, 2), (3,)
DEPARTMENTS = {1: 1, 2: 1, 3: 2}  # department → its university
ORGANIZATIONS = (*UNIVERSITIES, *COMPANIES)
PAST, FUTURE = timedelta(days=-1), timedelta(days=1)


@dataclass
class World:
    """Who belongs to what, knows whom and wrote what, as plain values."""

    suspended: set[int]
    memberships: dict[tuple[int, int], tuple[Role, MembershipStatus, timedelta | None]]
    departments: set[tuple[int, int]]  # (person, department)
    follows: dict[tuple[int, int], FollowStatus]
    blocks: set[tuple[int, int]]
    posts: list[dict[str, Any]] = field(default_factory=list)

    def is_member(self, person: int, organization: int | None, roles: Iterable[Role] = tuple(Role)) -> bool:
        """An active membership whose end has not passed."""
        if organization is None or (person, organization) not in self.memberships:
            return False
        role, status, until = self.memberships[person, organization]
        return status == MembershipStatus.ACTIVE and until in (None, FUTURE) and role in roles

    def sees(self, person: int, post: dict[str, Any]) -> bool:
        """Section 5 of the product, read aloud: both numbered clauses."""
        return self._stands(person, post) and self._reaches(person, post)

    def _stands(self, person: int, post: dict[str, Any]) -> bool:
        """Published; unless official, its author is not suspended and neither has blocked the other."""
        author = post["author_id"]
        apart = (person, author) in self.blocks or (author, person) in self.blocks
        return post["state"] == PostState.PUBLISHED and (post["official"] or (author not in self.suspended and not apart))

    def _reaches(self, person: int, post: dict[str, Any]) -> bool:
        """Her own, public, for her as a member or follower, or in an organization she moderates."""
        author, organization, audience = post["author_id"], post["organization_id"], post["audience"]
        reached = {
            Audience.PUBLIC: True,
            Audience.ORGANIZATION: self.is_member(person, organization),
            Audience.DEPARTMENT: self.is_member(person, organization) and (person, post["department_id"]) in self.departments,
            Audience.FOLLOWERS: self.follows.get((person, author)) == FollowStatus.ACCEPTED,
            Audience.ONLY_ME: False,
        }[audience]
        moderates = self.is_member(person, organization, (Role.OWNER, Role.ADMIN, Role.MODERATOR))
        return person == author or reached or (moderates and audience != Audience.ONLY_ME)


people = st.sampled_from(PEOPLE)
pairs = st.tuples(people, people).filter(lambda pair: pair[0] != pair[1])
mostly_active = st.sampled_from([MembershipStatus.ACTIVE] * 5 + list(MembershipStatus))
mostly_published = st.sampled_from([PostState.PUBLISHED] * 6 + list(PostState))
ends = st.sampled_from([None, None, FUTURE, PAST])


@st.composite
def posts(draw: st.DrawFn) -> dict[str, Any]:
    """A post as the database allows it, whether or not an author could have made it."""
    organization = draw(st.sampled_from([None, *ORGANIZATIONS]))
    inside = [department for department, owner in DEPARTMENTS.items() if owner == organization]
    department = draw(st.sampled_from([None, *inside]))
    fitting = [Audience.PUBLIC, Audience.ONLY_ME]
    fitting += [Audience.FOLLOWERS] if organization is None else [Audience.ORGANIZATION] * 2
    fitting += [Audience.DEPARTMENT] * 2 if department else []
    return {
        "author_id": draw(people),
        "organization_id": organization,
        "department_id": department,
        "official": organization is not None and draw(st.booleans()),
        "audience": draw(st.sampled_from(fitting)),
        "state": draw(mostly_published),
    }


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Eight people, three organizations, thirty posts."""
    belonging = st.tuples(people, st.sampled_from(ORGANIZATIONS))
    details = st.tuples(st.sampled_from(list(Role)), mostly_active, ends)
    memberships = draw(st.dictionaries(belonging, details, min_size=6, max_size=20))
    possible = [
        (person, department)
        for person, organization in memberships
        for department, owner in DEPARTMENTS.items()
        if owner == organization
    ]
    return World(
        suspended=draw(st.sets(people, max_size=2)),
        memberships=memberships,
        departments=draw(st.sets(st.sampled_from(possible))) if possible else set(),
        follows=draw(st.dictionaries(pairs, st.sampled_from([FollowStatus.ACCEPTED, *FollowStatus]), max_size=20)),
        blocks=draw(st.sets(pairs, max_size=4)),
        posts=draw(st.lists(posts(), min_size=POSTS, max_size=POSTS)),
    )


def _write(world: World, moment: datetime) -> None:
    """The world as rows, with the ids it names."""
    rows: list[tuple[Any, list[dict[str, Any]]]] = [
        (User, [_person(person, world, moment) for person in PEOPLE]),
        (Organization, [_organization(each) for each in ORGANIZATIONS]),
        (Department, [_department(each, owner) for each, owner in DEPARTMENTS.items()]),
        (OrganizationMembership, [_membership(key, value, moment) for key, value in world.memberships.items()]),
        (DepartmentMembership, [_in_department(*pair) for pair in world.departments]),
        (Follow, [{"follower_id": a, "user_id": b, "status": status} for (a, b), status in world.follows.items()]),
        (Block, [{"blocker_id": a, "blocked_id": b} for a, b in world.blocks]),
        (Post, [{"id": at, "published_at": moment} | post for at, post in enumerate(world.posts, start=1)]),
    ]
    with transaction():
        for table, values in rows:
            if values:
                session.execute(insert(table.__table__).values(values))


def _person(person: int, world: World, moment: datetime) -> dict[str, Any]:
    suspended = moment if person in world.suspended else None
    return {"id": person, "handle": f"person{person}", "name": f"Person {person}", "suspended_at": suspended}


def _organization(organization: int) -> dict[str, Any]:
    kind = OrganizationKind.UNIVERSITY if organization in UNIVERSITIES else OrganizationKind.COMPANY
    return {"id": organization, "slug": f"place-{organization}", "name": f"Place {organization}", "kind": kind}


def _department(department: int, owner: int) -> dict[str, Any]:
    return {"id": department, "organization_id": owner, "slug": f"part-{department}", "name": f"Part {department}"}


def _membership(
    pair: tuple[int, int], details: tuple[Role, MembershipStatus, timedelta | None], moment: datetime
) -> dict[str, Any]:
    (person, organization), (role, status, until) = pair, details
    end = moment + until if until else None
    return {"user_id": person, "organization_id": organization, "role": role, "status": status, "until": end}


def _in_department(person: int, department: int) -> dict[str, Any]:
    return {"user_id": person, "department_id": department, "organization_id": DEPARTMENTS[department]}


def _who_sees_by_its_facts(at: int, post: dict[str, Any]) -> Iterable[tuple[int, int]]:
    """(person, post) of everybody whom the rule lets see a post that it is told all about; of nobody, if that is not so."""
    facts = Facts.of(**{name: value for name, value in post.items() if name != "state"})
    still = exists().where(Post.id == at, facts.hold())
    return ((person, at) for person in session.scalars(select(User.id).where(visible_to(User.id, facts), still)))


@tuned(
    max_examples=15,
    deadline=None,
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
    derandomize=True,
)
@given(world=worlds())
def test_both_directions_the_facts_of_a_post_and_plain_python_agree(app: Flask, world: World) -> None:
    session.rollback()
    session.remove()
    _empty_tables()
    _write(world, now())

    expected = {(person, at) for person in PEOPLE for at, post in enumerate(world.posts, start=1) if world.sees(person, post)}
    what_she_sees = {(person, at) for person in PEOPLE for at in session.scalars(select(Post.id).where(visible_to(person)))}
    who_sees_it = {tuple(row) for row in session.execute(select(User.id, Post.id).join(Post, visible_to(User.id)))}

    assert what_she_sees == expected
    assert who_sees_it == expected
    assert {pair for at, post in enumerate(world.posts, start=1) for pair in _who_sees_by_its_facts(at, post)} == expected
    _check_sizes(world)


def _check_sizes(world: World) -> None:
    """The composer's number is how many others the rule would show such a post to."""
    for post in world.posts:
        if post["author_id"] in world.suspended:
            continue
        there = {**post, "state": PostState.PUBLISHED}
        others = [person for person in PEOPLE if person != post["author_id"] and person not in world.suspended]
        size = audience_size(
            post["author_id"], post["organization_id"], post["department_id"], post["audience"], official=post["official"]
        )
        assert size == sum(world.sees(person, there) for person in others), post
