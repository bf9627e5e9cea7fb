"""The small demo: the cast, their classmates, a celebrity's crowd; who follows, blocks and mutes whom."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from campus.accounts.models import EmailAddress, Scope, User
from campus.demo import story
from campus.demo.cast import PERSONAS, Belonging, Persona
from campus.demo.dice import Dice
from campus.demo.houses import HALIDE, NORTHBRIDGE, ORGANIZATIONS, TIDEWATER, WESTMERE
from campus.demo.words import BIOS, FIRST, LAST, handle_of
from campus.demo.world import Demo, World
from campus.feed.models import FeedState, FeedStatus
from campus.follows.models import Block, Follow, FollowStatus, Mute
from campus.organizations.models import (
    Department,
    DepartmentMembership,
    MemberKind,
    MembershipStatus,
    OrganizationDomain,
    OrganizationMembership,
    Role,
)
from campus.organizations.models import Organization as OrganizationRow
from campus.platform import settings
from campus.platform.limits import QuotaUse
from campus.quotas import POSTS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from campus.demo.copying import Row

CLASSMATES = 34
OVER_THE_THRESHOLD = 100  # followers of the celebrity beyond it
NEWCOMERS = 0.25  # of those who only follow: the share that came within the last ninety days, which charts show
PERSON = {persona.name: number for number, persona in enumerate(PERSONAS, start=1)}
CELEBRITY = PERSON["Celia Marchetti"]
BUSY = PERSON["Noor Adeyemi"]
HOMES = {"northbridge": NORTHBRIDGE, "westmere": WESTMERE}
DEPARTMENTS = [
    (organization, slug, name) for organization, it in enumerate(ORGANIZATIONS, start=1) for slug, name in it.departments
]
DEPARTMENT = {(organization, slug): number for number, (organization, slug, _) in enumerate(DEPARTMENTS, start=1)}


def small(seed: int, now: datetime, password_hash: str) -> Demo:
    """The small demo of a seed, as of `now`."""
    people = [*PERSONAS, *_classmates(Dice(seed, "classmates"))]
    crowd = range(len(people) + 1, len(people) + 1 + settings.current().feed.celebrity_threshold + OVER_THE_THRESHOLD)
    follows = _follows(Dice(seed, "follows"), people, crowd)
    world = _world(now, people, follows)
    world.joined = _joined(Dice(seed, "sign-ups"), crowd, now)
    world.posts = story.tell(world, Dice(seed, "story"), BUSY)
    _give_marks(world, Dice(seed, "marks"), crowd)
    used = sum(1 for post in world.posts if post.author_id == BUSY and post.published_at >= POSTS.period.start(now))
    return Demo(
        world,
        [
            (User, _user_rows(people, world.joined, Dice(seed, "crowd"), (now, password_hash))),
            (EmailAddress, _address_rows(people, now)),
            (OrganizationRow, _organization_rows(now)),
            (OrganizationDomain, ((it.domain, number) for number, it in enumerate(ORGANIZATIONS, start=1))),
            (Department, ((number, *rest) for number, rest in enumerate(DEPARTMENTS, start=1))),
            (OrganizationMembership, _membership_rows(people, now)),
            (DepartmentMembership, _department_rows(people)),
            (Follow, _follow_rows(follows, world)),
            (Block, [(PERSON["Ravi Menon"], PERSON["Hanna Weiss"], now - timedelta(days=12))]),
            (Mute, _mute_rows(now)),
            (FeedState, _state_rows(Dice(seed, "visits"), people, now)),
            (QuotaUse, [(str(BUSY), POSTS.name, POSTS.period.start(now), used)]),
        ],
    )


def _classmates(dice: Dice) -> Iterator[Persona]:
    """People beyond the personas: students, staff and a few colleagues, with names of their own."""
    names = {persona.name for persona in PERSONAS}
    while len(names) < len(PERSONAS) + CLASSMATES:
        name = f"{dice.choice(FIRST)} {dice.choice(LAST)}"
        if name in names:
            continue
        names.add(name)
        home = dice.choice(tuple(HOMES))
        department = dice.choice(ORGANIZATIONS[HOMES[home] - 1].departments)[0]
        kind = dice.choices((MemberKind.STUDENT, MemberKind.FACULTY, MemberKind.STAFF), (8, 2, 1))[0]
        belongs = [Belonging(HOMES[home], kind=kind, department=department)]
        if dice.chance(0.3):
            company = dice.choice((HALIDE, TIDEWATER))
            belongs.append(Belonging(company, dice.choice((Role.MEMBER, Role.MEMBER, Role.MODERATOR)), MemberKind.STAFF))
        yield Persona(name, home, dice.choice(BIOS), "", tuple(belongs))


def _follows(dice: Dice, people: list[Persona], crowd: range) -> list[tuple[int, int | None, int | None, FollowStatus]]:
    """(follower, person, organization, status), each pair once."""
    found: dict[tuple[int, int | None, int | None], FollowStatus] = {}
    for number, person in enumerate(people, start=1):
        if person.alone:
            continue
        others = [n for n in range(1, len(people) + 1) if n != number and not people[n - 1].alone]
        for other in dice.some(others, 26 if number == 1 else dice.randrange(3, 16)):
            found[number, other, None] = FollowStatus.ACCEPTED
        for organization in dice.some((NORTHBRIDGE, WESTMERE, HALIDE, TIDEWATER), dice.randrange(0, 3)):
            found[number, None, organization] = FollowStatus.ACCEPTED
    found |= {(person, CELEBRITY, None): FollowStatus.ACCEPTED for person in crowd}
    found[PERSON["Emil Sorensen"], PERSON["Yara Haddad"], None] = FollowStatus.ACCEPTED
    found[PERSON["Kaya Demir"], PERSON["Luca Ferrante"], None] = FollowStatus.REQUESTED
    for blocker, blocked in (("Ravi Menon", "Hanna Weiss"), ("Hanna Weiss", "Ravi Menon")):
        found.pop((PERSON[blocker], PERSON[blocked], None), None)  # a block ends both follows
    return [(*key, status) for key, status in found.items()]


def _world(now: datetime, people: list[Persona], follows: list[tuple[int, int | None, int | None, FollowStatus]]) -> World:
    """The circles: memberships and follows that count."""
    acting = [number for number, person in enumerate(people, start=1) if not person.suspended and not person.alone]
    world = World(now, acting)
    ravi, hanna = PERSON["Ravi Menon"], PERSON["Hanna Weiss"]
    world.apart = {(ravi, hanna), (hanna, ravi)}
    world.silenced = {number for number, person in enumerate(people, start=1) if person.suspended}
    for number in acting:
        for belonging in people[number - 1].belongs:
            if belonging.status is MembershipStatus.ACTIVE and (belonging.days is None or belonging.days > 0):
                world.members.setdefault(belonging.organization, []).append(number)
                if belonging.department:
                    department = DEPARTMENT[belonging.organization, belonging.department]
                    world.departments.setdefault(department, []).append(number)
    for follower, person, _, status in follows:
        if person is not None and status is FollowStatus.ACCEPTED:
            world.followers.setdefault(person, []).append(follower)
    return world


def _give_marks(world: World, dice: Dice, crowd: range) -> None:
    """How much each post is liked, discussed and shared: a little everywhere, a lot here and there."""
    for post in world.posts:
        reach = len(world.circle(post))
        celebrated = post.author_id == CELEBRITY and reach > len(crowd)
        post.likes = min(reach, dice.randrange(180, 620) if celebrated else dice.tail(9, 48))
        post.comments = min(12, dice.tail(4 if celebrated else 2, 12)) if reach and not post.comments_locked else 0
        post.shares = dice.tail(6 if celebrated else 1, 30) if reach else 0


def _joined(dice: Dice, crowd: range, now: datetime) -> dict[int, datetime]:
    """When each of those who only follow signed up: some every day, more of late."""
    return {
        number: now - timedelta(days=90 * dice.random() ** 1.4 if dice.chance(NEWCOMERS) else dice.uniform(90, 400))
        for number in crowd
    }


def _follow_rows(follows: list[tuple[int, int | None, int | None, FollowStatus]], world: World) -> Iterator[Row]:
    """Those who only follow came for that."""
    for number, follow in enumerate(follows, start=1):
        yield number, *follow, world.joined.get(follow[0], world.now - timedelta(days=40 + number % 300))


def _user_rows(people: list[Persona], crowd: dict[int, datetime], dice: Dice, kept: tuple[datetime, str]) -> Iterator[Row]:
    now, password_hash = kept
    joined = now - timedelta(days=400)
    for number, person in enumerate(people, start=1):
        handle = person.handle if number <= len(PERSONAS) else handle_of(*person.name.split(maxsplit=1)).replace(" ", "_")
        gone = now - timedelta(days=3) if person.suspended else None
        flags = (person.locked, person.admin, True, password_hash, gone, person.scope)
        yield (number, handle, person.name, person.bio, *flags, joined, joined)
    for number, came in crowd.items():  # they only follow: without a password or address nobody can sign in as them
        name = f"{dice.choice(FIRST)} {dice.choice(LAST)}"
        handle = f"{handle_of(*name.split())}_{number}"
        yield (number, handle, name, "", False, False, True, None, None, Scope.ALL, came, came)


def _address_rows(people: list[Persona], now: datetime) -> Iterator[Row]:
    joined = now - timedelta(days=400)
    for number, person in enumerate(people, start=1):
        yield number, number, person.address, True, joined, joined


def _organization_rows(now: datetime) -> Iterator[Row]:
    founded = now - timedelta(days=900)
    for number, it in enumerate(ORGANIZATIONS, start=1):
        described = (it.about, it.place, it.verified, it.join_policy, it.default_audience)
        yield (number, it.kind, it.slug, it.name, *described, True, founded)


def _membership_rows(people: list[Persona], now: datetime) -> Iterator[Row]:
    since = now - timedelta(days=380)
    for number, person in enumerate(people, start=1):
        for it in person.belongs:
            until = None if it.days is None else now + timedelta(days=it.days)
            yield it.organization, number, it.role, it.kind, it.status, since, until


def _department_rows(people: list[Persona]) -> Iterator[Row]:
    for number, person in enumerate(people, start=1):
        for it in person.belongs:
            if it.department:
                yield DEPARTMENT[it.organization, it.department], number, it.organization


def _mute_rows(now: datetime) -> list[Row]:
    emil, since = PERSON["Emil Sorensen"], now - timedelta(days=9)
    return [(1, emil, PERSON["Yara Haddad"], None, since), (2, emil, None, TIDEWATER, since)]


def _state_rows(dice: Dice, people: list[Persona], now: datetime) -> Iterator[Row]:
    """When everybody last read: most this week, some this month, a few not for long."""
    for number in range(1, len(people) + 1):
        days = dice.choices((dice.uniform(0, 6.5), dice.uniform(7.5, 29), dice.uniform(31, 80)), (75, 15, 10))[0]
        yield number, FeedStatus.ABSENT, now - timedelta(days=0 if number == 1 else days)
