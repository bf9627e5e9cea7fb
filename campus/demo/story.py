"""The posts of the small demo: a month of announcements, exhibitions, shootings and walks home, for every kind of audience."""

from __future__ import annotations

from datetime import timedelta
from itertools import cycle
from typing import TYPE_CHECKING

from campus.demo.cases import hold_one
from campus.demo.cast import PERSONAS
from campus.demo.houses import HALIDE, NORTHBRIDGE, OLD_MILL, ORGANIZATIONS, TIDEWATER, WESTMERE
from campus.demo.pieces import PIECES, Piece, Voice
from campus.demo.scenes.catalogue import SHOTS
from campus.demo.texts import write
from campus.demo.world import Planned
from campus.organizations.models import MembershipStatus, Role
from campus.posts.models import Audience, PostState
from campus.quotas import POSTS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from campus.demo.dice import Dice
    from campus.demo.world import World

DRAWN = 36  # the pictures of the catalogue that the small demo uses
MONTH = timedelta(days=30)
OFFICIAL = {Role.OWNER, Role.ADMIN, Role.EDITOR}
VOICES = {NORTHBRIDGE: Voice.UNIVERSITY, WESTMERE: Voice.UNIVERSITY, HALIDE: Voice.STUDIO, TIDEWATER: Voice.COMPANY}
HOW_MANY = {NORTHBRIDGE: 34, WESTMERE: 28, HALIDE: 18, TIDEWATER: 12}
OWN_POSTS = 70
PUBLIC, MEMBERS, DEPARTMENT = Audience.PUBLIC, Audience.ORGANIZATION, Audience.DEPARTMENT
FOLLOWERS, ONLY_ME = Audience.FOLLOWERS, Audience.ONLY_ME
LAYOUTS = (1, 2, 1, 3, 1, 4, 2, 5, 1, 3, 1, 7)  # photos of the posts that have any, in turn

TODAY = (
    "Frame {n}: the tram depot, before anybody is awake.",
    "Frame {n}: my neighbour's hands, folding a map.",
    "Frame {n}: one chair in the courtyard, nobody on it.",
    "Frame {n}: the same window as an hour ago, other light.",
    "Frame {n}: somebody's reflection, somebody's hat.",
    "Frame {n}: steam over the canteen roof.",
)

OLD_NEWS = (
    ("The autumn list", "Four books this season, each in {n} copies. The paper is from the mill next door."),
    ("Type specimen", "Eleven sizes of one face on a single sheet. We are keeping {n} for visitors."),
    ("Closed until further notice", "The press needs a new bearing. {n} weeks, says the foundry."),
)


def tell(world: World, dice: Dice, busy: int) -> list[Planned]:
    """Every post in the order of publication, numbered from 1."""
    posts = [*_of_organizations(world, dice), *_of_people(world, dice, busy), *_old_news(world), *_marathon(world, busy)]
    posts += _of_the_suspended(world)
    posts.sort(key=lambda post: post.published_at)
    for number, post in enumerate(posts, start=1):
        post.id = number
    _special_cases(posts, world.now)
    return posts


def _of_organizations(world: World, dice: Dice) -> Iterator[Planned]:
    for organization, count in HOW_MANY.items():
        departments = _departments(organization)
        audiences = cycle(
            (PUBLIC, MEMBERS, PUBLIC) if not departments else (PUBLIC, MEMBERS, PUBLIC, DEPARTMENT, PUBLIC, DEPARTMENT)
        )
        pieces = {voice: _endless(dice, PIECES[voice]) for voice in (VOICES[organization], Voice.DEPARTMENT)}
        layouts = cycle(LAYOUTS)
        for turn, moment in enumerate(_moments(dice, world.now, count)):
            audience = next(audiences)
            number, field = (
                dice.choice(departments) if audience is DEPARTMENT or (departments and turn % 5 == 0) else (None, None)
            )
            official = number is None and turn % 3 != 1
            author = dice.choice(_authors(world, organization, number, official=official))
            piece = next(pieces[Voice.DEPARTMENT if number else VOICES[organization]])
            title, text = write(dice, piece, field)
            place = ORGANIZATIONS[organization - 1].place if dice.chance(0.4) else ""
            yield Planned(
                *(0, author, moment, audience, title, text, organization, number, official),
                location=place,
                shots=_shots(dice, piece, next(layouts)),
            )


def _of_people(world: World, dice: Dice, busy: int) -> Iterator[Planned]:
    """Personal posts; the celebrity's are many, and all public."""
    celebrity = next(number for number, persona in enumerate(PERSONAS, start=1) if persona.name == "Celia Marchetti")
    writers = [number for number in world.actors if number not in {celebrity, busy}]
    audiences, layouts = cycle((PUBLIC, FOLLOWERS, PUBLIC, FOLLOWERS, PUBLIC, PUBLIC, FOLLOWERS, ONLY_ME)), cycle(LAYOUTS)
    own, staged = _endless(dice, PIECES[Voice.PERSON]), _endless(dice, PIECES[Voice.STUDIO])
    for turn, moment in enumerate(_moments(dice, world.now, OWN_POSTS)):
        starring = turn % 7 == 0
        author = celebrity if starring else dice.choice(writers)
        piece = next(staged if starring else own)
        title, text = write(dice, piece)
        audience = PUBLIC if starring else next(audiences)
        yield Planned(0, author, moment, audience, title, text, shots=_shots(dice, piece, next(layouts)))


def _old_news(world: World) -> Iterator[Planned]:
    """Of the organization with a quiet month: everything is older than that."""
    petra = next(number for number, persona in enumerate(PERSONAS, start=1) if persona.home == "old-mill")
    for turn, (title, text) in enumerate(OLD_NEWS):
        moment = world.now - MONTH - timedelta(days=3 + 11 * turn)
        yield Planned(
            0,
            petra,
            moment,
            MEMBERS,
            title,
            text.format(n=6 + turn),
            OLD_MILL,
            None,
            official=True,
            shots=(16,) if turn == 1 else (),
        )


def _marathon(world: World, busy: int) -> Iterator[Planned]:
    """All but one of today's quota by one person, for her followers; as many as fit since midnight UTC."""
    start = POSTS.period.start(world.now)
    count = POSTS.limit - 1
    for turn in range(count):
        moment = start + (world.now - start) * (turn + 1) / (count + 1)
        text = TODAY[turn % len(TODAY)].format(n=turn + 1)
        yield Planned(0, busy, moment, FOLLOWERS, "", text, shots=((7 * turn) % DRAWN,) if turn % 3 == 0 else ())


def _of_the_suspended(world: World) -> Iterator[Planned]:
    """One public post that nobody sees, because its author is suspended."""
    author = next(number for number, persona in enumerate(PERSONAS, start=1) if persona.suspended)
    yield Planned(0, author, world.now - timedelta(days=5), PUBLIC, "Cheap tickets", "Write to me privately, cash only.")


def _special_cases(posts: Sequence[Planned], now: datetime) -> None:
    """A withdrawn post, an edited one, one whose comments are closed, one that is held for review."""
    official = [post for post in posts if post.official and post.audience is PUBLIC]
    official[3].state = PostState.WITHDRAWN
    official[5].edited_at = min(official[5].published_at + timedelta(hours=2), now)
    official[8].comments_locked = True
    hold_one(list(posts))


def _departments(organization: int) -> list[tuple[int, str]]:
    """(id, name) of its departments, numbered through all organizations."""
    before = sum(len(it.departments) for it in ORGANIZATIONS[: organization - 1])
    return [(before + n, name) for n, (_, name) in enumerate(ORGANIZATIONS[organization - 1].departments, start=1)]


def _authors(world: World, organization: int, department: int | None, *, official: bool) -> list[int]:
    """Who may write there: editors and above for official posts, else its members."""
    if not official:
        return world.departments.get(department, []) if department else world.members[organization]
    return [
        number
        for number, persona in enumerate(PERSONAS, start=1)
        for it in persona.belongs
        if it.organization == organization and it.role in OFFICIAL and it.status is MembershipStatus.ACTIVE
    ]


def _moments(dice: Dice, now: datetime, count: int) -> list[datetime]:
    """So many moments of the last month, spread evenly with some disorder, the newest a few minutes ago."""
    step = (MONTH - timedelta(hours=6)) / count
    return [now - timedelta(minutes=dice.randrange(2, 50)) - step * (turn + dice.random() * 0.8) for turn in range(count)]


def _endless(dice: Dice, pieces: Sequence[Piece]) -> Iterator[Piece]:
    """All pieces in a random order, then all of them in another."""
    while True:
        yield from dice.some(pieces, len(pieces))


def _shots(dice: Dice, piece: Piece, count: int) -> tuple[int, ...]:
    """Numbers of pictures that go with a piece; none where nothing goes with it."""
    fitting = [shot.number for shot in SHOTS[:DRAWN] if shot.subject in piece.subjects]
    return tuple(dice.some(fitting, count)) if fitting and not dice.chance(0.12) else ()
