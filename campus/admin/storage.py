"""How much room photos take, by kind, and which files nothing names: measured by night, because it looks at every file."""

from __future__ import annotations

import re
import uuid
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select, union

from campus.accounts.models import User
from campus.admin import figures
from campus.admin.models import DailyFigure
from campus.organizations.models import Organization
from campus.platform.db import session
from campus.posts.files import storage
from campus.posts.models import KeptPhoto, Photo

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

BATCH = 1000
TOKEN = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}")
KINDS = {
    "webp": "Photos in WebP",
    "jpg": "Photos in JPEG",
    "portraits": "Pictures of people, and logos",
    "incoming": "Uploads that wait",
    "other": "Anything else",
}
ORPHANS = "orphans"


@dataclass(frozen=True, slots=True)
class Room:
    """What one kind of file takes."""

    kind: str
    words: str
    files: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Measured:
    """The last measurement; `day` None if there was none. `orphans` are names of files that nothing has."""

    day: date | None
    rooms: list[Room]
    orphans: int

    @property
    def bytes(self) -> int:
        """Of all kinds together."""
        return sum(room.bytes for room in self.rooms)


def measure(*, now: datetime) -> dict[str, int]:
    """Look at every file, and keep what was found as figures of this day. Returns files, bytes and orphans."""
    files: Counter[str] = Counter()
    sizes: Counter[str] = Counter()
    names: set[str] = set()
    for key, size in storage().sizes():
        kind = _kind(key)
        files[kind] += 1
        sizes[kind] += size
        if found := TOKEN.search(key):
            names.add(found[0])
    orphans, day = _orphans(names), now.date()
    for kind in KINDS:
        figures.keep(f"files_{kind}", {day: files[kind]})
        figures.keep(f"bytes_{kind}", {day: sizes[kind]})
    figures.keep(ORPHANS, {day: orphans})
    figures.keep("storage", {day: sizes.total()})
    return {"files": files.total(), "bytes": sizes.total(), "orphans": orphans}


def last() -> Measured:
    """The last measurement. One statement."""
    day = select(DailyFigure.day).where(DailyFigure.name == ORPHANS).order_by(DailyFigure.day.desc()).limit(1).scalar_subquery()
    rows = session.execute(select(DailyFigure.name, DailyFigure.value, DailyFigure.day).where(DailyFigure.day == day)).all()
    known = {row[0]: row[1] for row in rows}
    rooms = [Room(kind, words, known.get(f"files_{kind}", 0), known.get(f"bytes_{kind}", 0)) for kind, words in KINDS.items()]
    return Measured(rows[0][2] if rows else None, [room for room in rooms if room.files], known.get(ORPHANS, 0))


def _kind(key: str) -> str:
    folder, _, _ = key.partition("/")
    ending = key.rpartition(".")[2]
    return folder if folder in KINDS else ending if ending in KINDS else "other"


def _orphans(names: Iterable[str]) -> int:
    """How many of the names in the storage no photo has, no person, no organization, and nothing that keeps a photo."""
    tokens, lost = [uuid.UUID(name) for name in names], 0
    for start in range(0, len(tokens), BATCH):
        batch = tokens[start : start + BATCH]
        columns = (Photo.token, User.avatar_token, Organization.logo_token, KeptPhoto.token)
        lost += len(batch) - len(session.scalars(union(*(select(each).where(each.in_(batch)) for each in columns))).all())
    return lost
