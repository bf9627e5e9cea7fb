"""Random worlds, drawn from a seed: people, organizations, relations of every state, posts of every audience."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert

from campus.accounts.models import User
from campus.feed.models import FeedState
from campus.follows.models import Block, Follow, Mute
from campus.organizations.models import Company, Department, DepartmentMembership, OrganizationMembership, University
from campus.platform.db import session, transaction
from campus.posts.models import Post

MEMBER = 0.45  # how likely somebody is a member of an organization, whatever has become of it
BELONGS = 0.7  # and then of a department


@dataclass(frozen=True)
class Drawn:
    """The ids of a world."""

    users: list[int]
    organizations: list[int]
    posts: list[int]


def draw(seed: int, *, now: datetime, users: int = 24, posts: int = 300) -> Drawn:
    """Insert a world. The same seed gives the same world, but for the ids."""
    dice = random.Random(seed)
    with transaction():
        people = _insert(
            User,
            [
                {"handle": f"w{seed}_{n}", "name": f"Person {n}", "suspended_at": now if dice.random() < 0.06 else None}
                for n in range(users)
            ],
        )
        organizations = _organizations(dice, seed)
        departments = _departments(dice, organizations)
        members = _members(dice, people, organizations, departments, now)
        _relations(dice, people, [each for each, _ in organizations])
        ids = _posts(dice, people, members, departments, now, posts)
        session.execute(insert(FeedState), [{"user_id": each, "status": "building", "last_read_at": now} for each in people])
    return Drawn(people, [each for each, _ in organizations], ids)


def _insert(model: Any, rows: list[dict[str, Any]]) -> list[int]:
    return list(session.scalars(insert(model).returning(model.id, sort_by_parameter_order=True), rows)) if rows else []


def _fill(model: Any, rows: list[dict[str, Any]]) -> None:
    if rows:
        session.execute(insert(model), rows)


def _organizations(dice: random.Random, seed: int) -> list[tuple[int, str]]:
    kinds = ["university", "university", "company", "company"]
    rows = [{"kind": kind, "slug": f"org-{seed}-{n}", "name": f"Organization {n}"} for n, kind in enumerate(kinds)]
    dice.shuffle(rows)
    models = {"university": University, "company": Company}
    return [(_insert(models[row["kind"]], [row])[0], row["kind"]) for row in rows]


def _departments(dice: random.Random, organizations: list[tuple[int, str]]) -> dict[int, list[int]]:
    universities = [each for each, kind in organizations if kind == "university"]
    return {
        each: _insert(
            Department, [{"organization_id": each, "slug": f"d{n}", "name": f"Dept {n}"} for n in range(dice.randint(1, 3))]
        )
        for each in universities
    }


def _members(
    dice: random.Random,
    people: list[int],
    organizations: list[tuple[int, str]],
    departments: dict[int, list[int]],
    now: datetime,
) -> dict[int, list[int]]:
    pairs = [(person, each) for person in people for each, _ in organizations if dice.random() < MEMBER]
    memberships = [
        {
            "user_id": person,
            "organization_id": organization,
            "role": dice.choice(["member"] * 6 + ["moderator", "editor", "admin", "owner"]),
            "status": dice.choice(["active"] * 8 + ["pending", "removed", "invited"]),
            "until": dice.choice([None] * 5 + [now - timedelta(days=1), now + timedelta(days=300)]),
        }
        for person, organization in pairs
    ]
    belongings = [
        {"user_id": person, "organization_id": organization, "department_id": dice.choice(departments[organization])}
        for person, organization in pairs
        if organization in departments and dice.random() < BELONGS
    ]
    _fill(OrganizationMembership, memberships)
    _fill(DepartmentMembership, belongings)
    members: dict[int, list[int]] = {}
    for person, organization in pairs:
        members.setdefault(organization, []).append(person)
    return members


def _relations(dice: random.Random, people: list[int], organizations: list[int]) -> None:
    def some(of: list[tuple[int, int]], share: float) -> list[tuple[int, int]]:
        return [pair for pair in of if dice.random() < share]

    pairs = [(one, other) for one in people for other in people if one != other]
    outward = [(person, organization) for person in people for organization in organizations]
    statuses = ["accepted"] * 5 + ["requested"]
    _fill(Follow, [{"follower_id": a, "user_id": b, "status": dice.choice(statuses)} for a, b in some(pairs, 0.2)])
    _fill(Follow, [{"follower_id": a, "organization_id": b} for a, b in some(outward, 0.15)])
    _fill(Block, [{"blocker_id": a, "blocked_id": b} for a, b in some(pairs, 0.02)])
    _fill(Mute, [{"muter_id": a, "user_id": b} for a, b in some(pairs, 0.02)])
    _fill(Mute, [{"muter_id": a, "organization_id": b} for a, b in some(outward, 0.04)])


def _posts(
    dice: random.Random,
    people: list[int],
    members: dict[int, list[int]],
    departments: dict[int, list[int]],
    now: datetime,
    count: int,
) -> list[int]:
    rows = []
    for _ in range(count):
        organization = dice.choice([None, *members])
        author = dice.choice(members[organization] if organization else people)
        department = dice.choice([None, *departments.get(organization or 0, [])])
        audiences = ["public", "public", "only_me", *(["organization"] * 2 if organization else ["followers"] * 2)]
        published = now - timedelta(seconds=dice.choice([3600, 86_400, 604_800, 3_000_000]) * dice.random())
        rows.append(
            {
                "author_id": author,
                "organization_id": organization,
                "department_id": department,
                "official": bool(organization) and dice.random() < 0.2,
                "audience": dice.choice([*audiences, "department"] if department else audiences),
                "state": dice.choice(["published"] * 12 + ["withdrawn", "hidden", "held"]),
                "text": "A post",
                "published_at": published,
                "like_count": min(int(dice.paretovariate(0.6)) - 1, 5000) if dice.random() < 0.7 else 0,
                "comment_count": dice.choice([0, 0, 1, 5]),
                "share_count": dice.choice([0, 0, 0, 2]),
            }
        )
    return _insert(Post, rows)
