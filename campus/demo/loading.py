"""Loading a demo: everything in one transaction, so that there is a whole demo or none."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import exists, func, or_, select

from campus.accounts import passwords
from campus.accounts.models import User
from campus.admin import figures, storage
from campus.demo import crowds, news, town
from campus.demo.cases import write_cases
from campus.demo.cast import PASSWORD, PERSONAS
from campus.demo.copying import COLUMNS, LONGEST, analyze, copy, unindexed
from campus.demo.dice import Dice
from campus.demo.faces import Faces
from campus.demo.gallery import Gallery
from campus.demo.invitations import write_invitations
from campus.demo.pictures import developed
from campus.demo.scenes.catalogue import SHOTS
from campus.demo.story import DRAWN
from campus.demo.writing import comment_rows, edit_rows, like_rows, post_rows, share_rows
from campus.feed import upkeep
from campus.feed.models import CelebrityPostCache, FeedEntry, FeedState
from campus.interactions.models import Comment, Like, Share
from campus.moderation.models import Case
from campus.organizations.models import Invitation, Organization
from campus.platform import settings
from campus.platform.db import Base, session, transaction
from campus.platform.errors import Conflict, Forbidden
from campus.posts.models import Photo, Post, PostEdit

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from campus.demo.copying import Row
    from campus.demo.world import Demo
    from campus.media.variants import Processed

Report = Callable[[str, int, int], None]  # what is being done, how much of it is, of how much
MANY = 10_000  # posts; from so many on the longest tables are filled before they are indexed
LOCK = 7_040_119  # an advisory lock: two loads at once are one load and one refusal


class Size(StrEnum):
    """How large a demo."""

    SMALL = "small"
    CAMPUS = "campus"
    LARGE = "large"


class NotEmpty(Conflict):
    """There are people or organizations already; a demo never mixes with them."""

    title = "The database is not empty"


class NotInProduction(Forbidden):
    """Demo people share a published password."""

    title = "No demo in production"


@dataclass(frozen=True)
class Loaded:
    """What a load made: rows by table."""

    size: Size
    seed: int
    rows: dict[str, int]


def silent(_what: str, _done: int, _of: int) -> None:
    """A report to nobody."""


def is_empty() -> bool:
    """Whether nobody and no organization is there yet."""
    return not session.scalar(select(or_(exists(select(User.id)), exists(select(Organization.id)))))


def require_loadable() -> None:
    """Refuse where a demo has no place.

    Raises:
        NotInProduction: whatever the flags.
        NotEmpty: there are people or organizations.
    """
    if settings.current().is_production:
        raise NotInProduction("The demo's people share a published password: it cannot be loaded in production.")
    if not is_empty():
        raise NotEmpty("There are people or organizations in this database. A demo is only loaded into an empty one.")


def pictures_for(size: Size, seed: int, report: Report = silent) -> dict[int, Processed]:
    """The developed photos a size needs, by their number in the catalogue. Takes about a quarter of a second of a core each."""
    numbers = range(DRAWN if size is Size.SMALL else len(SHOTS))
    made = {}
    for number, picture in zip(numbers, developed(seed, numbers), strict=True):
        made[number] = picture
        report("photos", len(made), len(numbers))
    return made


def load(*, size: Size, seed: int, now: datetime, pictures: Mapping[int, Processed], report: Report = silent) -> Loaded:
    """Load a demo as of `now`, rounded down to the minute: the same rows and files for the same size, seed and moment.

    Raises:
        NotInProduction, NotEmpty: nothing is loaded.
    """
    gallery, faces = Gallery(pictures), Faces(seed)
    try:
        with transaction():
            session.execute(select(func.pg_advisory_xact_lock(LOCK)))
            require_loadable()
            demo = _make(size, seed, now.replace(second=0, microsecond=0))
            rows = _write(demo, seed, gallery, report)
            faces.give()
            if size is Size.SMALL:
                rows["notification"] = news.tell(range(1, len(PERSONAS) + 1), demo.world.now)
                rows[Case.__tablename__] = write_cases(demo.world)
                rows[Invitation.__tablename__] = write_invitations(demo.world)
    except BaseException:
        gallery.discard()
        faces.discard()
        raise
    analyze(COLUMNS)
    _build_feeds(now, report)
    figures.note(now=now)  # so that the first administrator finds charts
    storage.measure(now=now)
    return Loaded(size, seed, rows)


def _make(size: Size, seed: int, now: datetime) -> Demo:
    password_hash = passwords.hashed(PASSWORD)
    if size is Size.SMALL:
        return town.small(seed, now, password_hash)
    return crowds.crowd(seed, now, password_hash, scale=1 if size is Size.CAMPUS else 10)


def _build_feeds(now: datetime, report: Report) -> None:
    """Entries for everybody who reads. A load that is stopped here is whole all the same: feeds without entries are pulled."""
    readers = session.scalar(select(func.count()).select_from(FeedState)) or 0
    built = 0

    def note(batch: int) -> None:
        nonlocal built
        built += batch
        report("feeds", built, readers)

    upkeep.build_all(now=now, progress=note)
    report("feeds", readers, readers)
    analyze([FeedEntry, FeedState, CelebrityPostCache])


def _write(demo: Demo, seed: int, gallery: Gallery, report: Report) -> dict[str, int]:
    world = demo.world
    tables: list[tuple[type[Base], Iterable[Row]]] = [
        *demo.tables,
        (Post, post_rows(world.posts)),
        (PostEdit, edit_rows(world.posts)),
        (Photo, gallery.rows(world.posts, Dice(seed, "photos"))),
        (Like, like_rows(world, seed)),
        (Comment, comment_rows(world, seed)),
        (Share, share_rows(world, seed)),
    ]
    rows, in_bulk = {}, len(world.posts) > MANY
    for done, (model, its_rows) in enumerate(tables):
        name = model.__tablename__
        report(name.replace("_", " "), done, len(tables))
        with unindexed(model) if in_bulk and model in LONGEST else nullcontext():
            rows[name] = copy(model, its_rows)
    report("rows", len(tables), len(tables))
    return rows
