"""The people and organizations of the campus and large demos: as many as the benchmarks want, in the shapes that campuses have.

Follows, memberships of companies and popularity follow power laws; everything else is spread evenly. A larger campus has more
organizations, not larger ones.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from typing import TYPE_CHECKING

from campus.accounts.models import EmailAddress, Scope, User
from campus.demo import bulk
from campus.demo.dice import Dice, zipf
from campus.demo.words import BIOS, FIELDS, FIRST, LAST, TOWNS, TRADES, handle_of
from campus.demo.world import Demo, World
from campus.feed.models import FeedState, FeedStatus
from campus.follows.models import Block, Follow, FollowStatus, Mute
from campus.organizations.models import (
    Department,
    DepartmentMembership,
    JoinPolicy,
    MemberKind,
    MembershipStatus,
    Organization,
    OrganizationDomain,
    OrganizationKind,
    OrganizationMembership,
    Role,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from campus.demo.copying import Row

PEOPLE = 20_000
UNIVERSITIES = 10
DEPARTMENTS_EACH = 8
COMPANIES = 20
LARGEST_COMPANY, COMPANY_EXPONENT = 900, 1.04  # the twentieth has 40
COMPANY_ONLY = 0.3  # of a company's people have no university
SECOND_UNIVERSITY = 0.25
MOST_MEMBERSHIPS = 3
FOLLOWED_PEOPLE = 33.0  # the mean, before the tail is cut off and those drawn twice are counted once; together 30
FOLLOWED_ORGANIZATIONS = (45, 30, 15, 10)  # how often none, one, two, three
MOST_FOLLOWED = 2_000
POPULARITY = 0.87  # exponent: the most popular few of 20,000 people have more than 5,000 followers
LOCKED, SUSPENDED, BLOCKS, MUTES = 0.03, 0.001, 0.02, 0.03  # for each person
VISITS = ((0, 7), (7, 30), (30, 90))  # days since the feed was read
VISITORS = (55, 25, 20)  # percent


@dataclass(frozen=True)
class Circles:
    """Who belongs where: memberships as (organization, person, role), departments as (department, person, organization)."""

    memberships: list[tuple[int, int, Role]]
    departments: list[tuple[int, int, int]]


def crowd(seed: int, now: datetime, password_hash: str, scale: int = 1) -> Demo:
    """A campus of `scale` times 20,000 people, 30 organizations and 60,000 posts; `scale` is 10 at most, as towns have names."""
    people, universities, companies = PEOPLE * scale, UNIVERSITIES * scale, COMPANIES * scale
    world = World(now, range(1, people + 1), universities)
    circles = _circles(Dice(seed, "memberships"), people, scale)
    _enter(world, circles)
    locked = frozenset(Dice(seed, "locked").sample(world.actors, int(LOCKED * people)))
    follows = _follows(Dice(seed, "follows"), people, locked, world)
    world.posts = bulk.plan(world, Dice(seed, "posts"), _officers(circles), scale)
    names = _names(Dice(seed, "names"), people)
    homes = _homes(circles)
    return Demo(
        world,
        [
            (User, _user_rows(Dice(seed, "people"), names, (locked, password_hash), now)),
            (
                EmailAddress,
                (
                    (n, n, f"{handle}@{_slug(homes[n], universities)}.example", True, now, now)
                    for n, (handle, _) in enumerate(names, 1)
                ),
            ),
            (Organization, _organization_rows(universities, companies, now)),
            (
                OrganizationDomain,
                ((f"{_slug(number, universities)}.example", number) for number in range(1, universities + companies + 1)),
            ),
            (Department, _departments(universities)),
            (OrganizationMembership, _membership_rows(Dice(seed, "kinds"), circles, universities, now)),
            (DepartmentMembership, circles.departments),
            (Follow, _follow_rows(Dice(seed, "followed"), follows, locked, now)),
            (Block, _pairs(Dice(seed, "blocks"), people, int(BLOCKS * people), now)),
            (Mute, _mute_rows(Dice(seed, "mutes"), people, now)),
            (FeedState, _state_rows(Dice(seed, "visits"), people, now)),
        ],
    )


def _circles(dice: Dice, people: int, scale: int) -> Circles:
    """Companies first, by size; then a university for everybody but a third of the companies' people; then a second for some."""
    belongs: list[list[int]] = [[] for _ in range(people + 1)]
    universities = UNIVERSITIES * scale
    for number in range(COMPANIES * scale):
        size = round(LARGEST_COMPANY / (number // scale + 1) ** COMPANY_EXPONENT)
        free = [n for n in dice.sample(range(1, people + 1), 2 * size) if len(belongs[n]) < MOST_MEMBERSHIPS - 1]
        for person in free[:size]:
            belongs[person].append(universities + number + 1)
    weights = zipf(universities, 0.35)
    for mine in belongs[1:]:
        if not mine or not dice.chance(COMPANY_ONLY):
            chosen = dice.choices(range(1, universities + 1), cum_weights=weights, k=1 + dice.chance(SECOND_UNIVERSITY))
            mine.extend(dict.fromkeys(chosen))
    departments = [
        (_department(organization, place), person, organization)
        for person, mine in enumerate(belongs)
        for organization in mine[:MOST_MEMBERSHIPS]
        if organization <= universities
        for place in dice.sample(range(DEPARTMENTS_EACH), 1 + dice.chance(0.1))
    ]
    return Circles(_with_roles(dice, belongs), departments)


def _with_roles(dice: Dice, belongs: list[list[int]]) -> list[tuple[int, int, Role]]:
    """In each organization an owner, two administrators, then one in a hundred an editor and one a moderator."""
    rising = Counter[int]()
    first = (Role.OWNER, Role.ADMIN, Role.ADMIN, Role.EDITOR, Role.MODERATOR)
    memberships = []
    for person, mine in enumerate(belongs):
        for organization in mine[:MOST_MEMBERSHIPS]:
            taken = rising[organization]
            rising[organization] += 1
            common = dice.choices((Role.EDITOR, Role.MODERATOR, Role.MEMBER), (1, 1, 98))[0]
            memberships.append((organization, person, first[taken] if taken < len(first) else common))
    return memberships


def _enter(world: World, circles: Circles) -> None:
    for organization, person, _ in circles.memberships:
        world.members.setdefault(organization, []).append(person)
    for department, person, _ in circles.departments:
        world.departments.setdefault(department, []).append(person)


def _officers(circles: Circles) -> dict[int, list[int]]:
    """Who posts officially, by organization."""
    officers: dict[int, list[int]] = {}
    for organization, person, role in circles.memberships:
        if role in {Role.OWNER, Role.ADMIN, Role.EDITOR}:
            officers.setdefault(organization, []).append(person)
    return officers


def _homes(circles: Circles) -> dict[int, int]:
    """The organization whose domain a person's address has."""
    return {person: organization for organization, person, _ in reversed(circles.memberships)}


def _follows(dice: Dice, people: int, locked: frozenset[int], world: World) -> Iterator[tuple[int, Sequence[int], Sequence[int]]]:
    """(follower, people, organizations) for everybody. Enters whoever is accepted at once into the world's followers."""
    ranking = dice.sample(world.actors, people)  # who is how popular
    weights = zipf(people, POPULARITY)
    belonging = [organization for organization, members in sorted(world.members.items()) for _ in members]
    made = []
    for person in world.actors:
        wanted = 1 + dice.tail(FOLLOWED_PEOPLE, MOST_FOLLOWED)
        chosen = dict.fromkeys(dice.choices(ranking, cum_weights=weights, k=wanted + wanted // 5))
        chosen.pop(person, None)
        followed = list(chosen)[:wanted]
        for one in followed:
            if one not in locked:
                world.followers.setdefault(one, []).append(person)
        several = dice.choices(range(len(FOLLOWED_ORGANIZATIONS)), FOLLOWED_ORGANIZATIONS)[0]
        made.append((person, followed, list(dict.fromkeys(dice.choices(belonging, k=several)))))  # the larger, the more followed
    return iter(made)


def _follow_rows(
    dice: Dice, follows: Iterator[tuple[int, Sequence[int], Sequence[int]]], locked: frozenset[int], now: datetime
) -> Iterator[Row]:
    """Rows of `Follow`. Of the followers of locked accounts a third still wait."""
    number = count(1)
    for person, followed, organizations in follows:
        since = now - timedelta(days=dice.uniform(1, 700))
        for one in followed:
            waits = one in locked and dice.chance(1 / 3)
            yield next(number), person, one, None, FollowStatus.REQUESTED if waits else FollowStatus.ACCEPTED, since
        for organization in organizations:
            yield next(number), person, None, organization, FollowStatus.ACCEPTED, since


def _names(dice: Dice, people: int) -> list[tuple[str, str]]:
    """(handle, name) for everybody; a handle that is taken gets a number."""
    taken = Counter[str]()
    names = []
    for _ in range(people):
        first, last = dice.choice(FIRST), dice.choice(LAST)
        handle = handle_of(first, last)
        taken[handle] += 1
        names.append((handle if taken[handle] == 1 else f"{handle}_{taken[handle]}", f"{first} {last}"))
    return names


def _user_rows(dice: Dice, names: list[tuple[str, str]], kept: tuple[frozenset[int], str], now: datetime) -> Iterator[Row]:
    locked, password_hash = kept
    for number, (handle, name) in enumerate(names, start=1):
        joined = now - timedelta(days=dice.uniform(60, 1400))
        suspended = now - timedelta(days=2) if number > 1 and dice.chance(SUSPENDED) else None
        flags = (number in locked, number == 1, True, password_hash, suspended, Scope.ALL)
        yield (number, handle, name, dice.choice(BIOS), *flags, joined, joined)


def _slug(organization: int, universities: int) -> str:
    """A university's is its town; ten towns have twenty companies, each of a trade of its own there."""
    if organization <= universities:
        return TOWNS[organization - 1].lower()
    region, rank = divmod(organization - universities - 1, COMPANIES)
    return f"{TOWNS[10 * region + 3 * rank % 10]}-{TRADES[(rank + rank // 10) % len(TRADES)]}".lower()


def _organization_rows(universities: int, companies: int, now: datetime) -> Iterator[Row]:
    founded = now - timedelta(days=1500)
    for number in range(1, universities + 1):
        town = TOWNS[number - 1]
        about = f"The university of {town}: {DEPARTMENTS_EACH} departments, one canteen, many bicycles."
        described = (about, town, True, JoinPolicy.DOMAIN, "organization")
        yield (
            number,
            OrganizationKind.UNIVERSITY,
            _slug(number, universities),
            f"University of {town}",
            *described,
            True,
            founded,
        )
    for number in range(universities + 1, universities + companies + 1):
        name = _slug(number, universities).replace("-", " ").title()
        described = (
            f"{name} works with the universities around it.",
            name.split()[0],
            number % 3 > 0,
            JoinPolicy.APPROVAL,
            "public",
        )
        yield (number, OrganizationKind.COMPANY, _slug(number, universities), name, *described, True, founded)


def _department(organization: int, place: int) -> int:
    return (organization - 1) * DEPARTMENTS_EACH + place + 1


def field_of(department: int) -> str:
    """What a department is about."""
    organization, place = divmod(department - 1, DEPARTMENTS_EACH)
    return FIELDS[(3 * organization + place) % len(FIELDS)]


def _departments(universities: int) -> Iterator[Row]:
    for department in range(1, universities * DEPARTMENTS_EACH + 1):
        name = field_of(department)
        yield department, (department - 1) // DEPARTMENTS_EACH + 1, name.lower().replace(" ", "-"), name


def _membership_rows(dice: Dice, circles: Circles, universities: int, now: datetime) -> Iterator[Row]:
    """Rows of `OrganizationMembership`."""
    university = (tuple(MemberKind), (75, 8, 9, 5, 2, 1))
    company = ((MemberKind.STAFF, MemberKind.PARTNER, MemberKind.STUDENT), (80, 8, 12))
    for organization, person, role in circles.memberships:
        kinds, weights = university if organization <= universities else company
        since = now - timedelta(days=dice.uniform(40, 1300))
        yield organization, person, role, dice.choices(kinds, weights)[0], MembershipStatus.ACTIVE, since, None


def _pairs(dice: Dice, people: int, many: int, now: datetime) -> Iterator[Row]:
    """So many different pairs of different people, each with a moment."""
    found = dict.fromkeys((dice.randint(1, people), dice.randint(1, people)) for _ in range(many))
    for one, other in found:
        if one != other:
            yield one, other, now - timedelta(days=dice.uniform(1, 300))


def _mute_rows(dice: Dice, people: int, now: datetime) -> Iterator[Row]:
    for number, (one, other, since) in enumerate(_pairs(dice, people, int(MUTES * people), now), start=1):
        yield number, one, other, None, since


def _state_rows(dice: Dice, people: int, now: datetime) -> Iterator[Row]:
    for person in range(1, people + 1):
        days = dice.uniform(*dice.choices(VISITS, VISITORS)[0])
        yield person, FeedStatus.ABSENT, now - timedelta(days=days)
