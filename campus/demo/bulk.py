"""The posts of the campus and large demos: how many, whose, for whom, and how much is made of each."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from campus.demo.dice import Dice, zipf
from campus.demo.pieces import PIECES, Piece, Voice
from campus.demo.scenes.catalogue import SHOTS
from campus.demo.texts import write
from campus.demo.world import Planned
from campus.posts.models import Audience

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from campus.demo.world import World

POSTS = 60_000
BY_UNIVERSITIES, BY_COMPANIES = 24_000, 12_000  # and the rest by people, 40 %
DEPARTMENTS_EACH = 8
DAYS = 30
LIKES, COMMENTS, SHARES = 1_200_000, 240_000, 60_000
PRIVATE = 0.25  # of all posts, in each kind
ONLY_ME = 0.15  # of the private personal ones
IN_DEPARTMENT = 0.4  # of a university's posts
OFFICIAL = 0.3  # of an organization's other posts
WITH_PHOTOS = 0.3
PHOTOS = (55, 25, 12, 8)  # how often one, two, three, four
WRITERS = 0.7  # exponent: some people write much more than others
ENTHUSIASM = 0.4  # of those who see a post like it, at most
ATTENTION = 1.15  # shape of the Pareto law of how much is made of a post


def plan(world: World, dice: Dice, officers: dict[int, list[int]], scale: int) -> list[Planned]:
    """Every post in the order of publication, numbered from 1, its counters planned."""
    posts = [*_by_organizations(world, dice, officers, scale), *_by_people(world, dice, scale)]
    dice.shuffle(posts)
    span = timedelta(days=DAYS) - timedelta(minutes=2)
    ages = sorted((dice.random() for _ in posts), reverse=True)
    for number, (post, age) in enumerate(zip(posts, ages, strict=True), start=1):
        post.id, post.published_at = number, world.now - timedelta(minutes=1) - span * age
    _give_marks(world, posts, dice, scale)
    return posts


def _by_organizations(world: World, dice: Dice, officers: dict[int, list[int]], scale: int) -> Iterator[Planned]:
    for first, last, total in (
        (1, world.universities, BY_UNIVERSITIES),
        (world.universities + 1, len(world.members), BY_COMPANIES),
    ):
        organizations = range(first, last + 1)
        counts = apportion(
            total * scale, [len(world.members[one]) for one in organizations], [POSTS * scale] * len(organizations)
        )
        for organization, count in zip(organizations, counts, strict=True):
            members, weights = (
                dice.some(world.members[organization], 2_000),
                zipf(min(2_000, len(world.members[organization])), WRITERS),
            )
            for author in dice.choices(members, cum_weights=weights, k=count):
                yield _of_organization(world, dice, (organization, author), officers[organization])


def _of_organization(world: World, dice: Dice, whose: tuple[int, int], officers: Sequence[int]) -> Planned:
    organization, author = whose
    private, in_department = dice.chance(PRIVATE), organization <= world.universities and dice.chance(IN_DEPARTMENT)
    if in_department:
        department = (organization - 1) * DEPARTMENTS_EACH + 1 + dice.randrange(DEPARTMENTS_EACH)
        narrow = dice.chance(0.6)
        audience = (Audience.DEPARTMENT if narrow else Audience.ORGANIZATION) if private else Audience.PUBLIC
        writer = dice.choice(world.departments[department])
        return _worded(dice, Voice.DEPARTMENT, Planned(0, writer, world.now, audience, "", "", organization, department))
    official = dice.chance(OFFICIAL)
    voice = Voice.UNIVERSITY if organization <= world.universities else Voice.COMPANY
    audience = Audience.ORGANIZATION if private else Audience.PUBLIC
    writer = dice.choice(officers) if official else author
    return _worded(dice, voice, Planned(0, writer, world.now, audience, "", "", organization, None, official))


def _by_people(world: World, dice: Dice, scale: int) -> Iterator[Planned]:
    writers = dice.sample(world.actors, len(world.actors))
    count = (POSTS - BY_UNIVERSITIES - BY_COMPANIES) * scale
    for author in dice.choices(writers, cum_weights=zipf(len(writers), WRITERS), k=count):
        private = Audience.ONLY_ME if dice.chance(ONLY_ME) else Audience.FOLLOWERS
        yield _worded(dice, Voice.PERSON, Planned(0, author, world.now, private if dice.chance(PRIVATE) else Audience.PUBLIC))


def _worded(dice: Dice, voice: Voice, post: Planned) -> Planned:
    piece = dice.choice(PIECES[voice])
    post.title, post.text = write(dice, piece)
    if dice.chance(WITH_PHOTOS):
        post.shots = _shots(dice, piece)
    return post


def _shots(dice: Dice, piece: Piece) -> tuple[int, ...]:
    """One to four pictures that go with a piece, or any where it names none."""
    fitting = _FITTING.get(piece.subjects) or range(len(SHOTS))
    return tuple(dice.some(fitting, dice.choices((1, 2, 3, 4), PHOTOS)[0]))


def _give_marks(world: World, posts: Sequence[Planned], dice: Dice, scale: int) -> None:
    """Likes, comments and shares by a power law over posts, never more likes than there are people to give them."""
    reach = [len(world.circle(post)) for post in posts]
    weights = [dice.paretovariate(ATTENTION) if people else 0.0 for people in reach]
    likes = apportion(LIKES * scale, weights, [round(ENTHUSIASM * people) for people in reach])
    many = [len(posts) if people else 0 for people in reach]
    comments = apportion(COMMENTS * scale, [weight * dice.uniform(0.3, 1.7) for weight in weights], [min(m, 500) for m in many])
    shares = apportion(SHARES * scale, [weight * dice.uniform(0, 2) for weight in weights], [min(m, 300) for m in many])
    for post, *counts in zip(posts, likes, comments, shares, strict=True):
        post.likes, post.comments, post.shares = counts


def apportion(total: int, weights: Sequence[float], caps: Sequence[int]) -> list[int]:
    """Whole numbers with this sum, as near to the proportions of the weights as their caps allow.

    Raises:
        ValueError: the caps together are less than the total.
    """
    if sum(cap for cap, weight in zip(caps, weights, strict=True) if weight) < total:
        raise ValueError(f"{total} cannot be shared out under these caps")
    low, high = 0.0, float(total) / min(weight for weight in weights if weight)
    for _ in range(60):
        factor = (low + high) / 2
        if sum(min(cap, int(weight * factor)) for weight, cap in zip(weights, caps, strict=True)) <= total:
            low = factor
        else:
            high = factor
    shares = [min(cap, int(weight * low)) for weight, cap in zip(weights, caps, strict=True)]
    missing = total - sum(shares)
    for at, (weight, cap) in enumerate(zip(weights, caps, strict=True)):
        if missing and weight and shares[at] < cap:
            shares[at] += 1
            missing -= 1
    return shares


_FITTING = {
    piece.subjects: tuple(shot.number for shot in SHOTS if shot.subject in piece.subjects)
    for pieces in PIECES.values()
    for piece in pieces
}
