"""Named reads for those who run an organization: everybody in it, whatever her status, found by whatever one remembers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, func, literal, or_, select, tuple_
from sqlalchemy.orm import aliased

from campus.accounts.models import User
from campus.organizations.models import (
    Department,
    DepartmentMembership,
    MemberKind,
    MembershipStatus,
    OrganizationMembership,
    Role,
)
from campus.organizations.places import DepartmentPlace
from campus.organizations.queries import active
from campus.organizations.terms import last_day
from campus.platform.db import session
from campus.platform.errors import NotFound

if TYPE_CHECKING:
    import uuid
    from collections.abc import Collection, Iterable
    from datetime import date, datetime

    from sqlalchemy import ColumnElement, Row, Select

SOON = timedelta(days=30)
PLAIN = {ord(letter): f"\\{letter}" for letter in "\\%_"}  # what LIKE would read as a pattern


class NotInRoster(NotFound):
    """This person has nothing to do with the organization, or is nobody."""


class Standing(StrEnum):
    """How a person stands to an organization, as its staff sees it: ENDED is removed, or past the end of her time."""

    ACTIVE = "active"
    PENDING = "pending"
    INVITED = "invited"
    ENDED = "ended"
    REJECTED = "rejected"


class Ends(StrEnum):
    """Whether a membership ends by itself: within 30 days, some day, never."""

    SOON = "soon"
    SOME_DAY = "some_day"
    NEVER = "never"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which people of a roster; what is None lets everybody through."""

    words: str = ""
    role: Role | None = None
    kind: MemberKind | None = None
    department_id: int | None = None
    standing: Standing | None = Standing.ACTIVE
    ends: Ends | None = None


@dataclass(frozen=True, slots=True)
class RosterEntry:
    """One person of a roster, with her departments."""

    id: int
    handle: str
    name: str
    avatar_token: uuid.UUID | None
    role: Role
    kind: MemberKind
    standing: Standing
    since: datetime
    until: datetime | None
    suspended: bool
    departments: tuple[DepartmentPlace, ...] = ()

    @property
    def last_day(self) -> date | None:
        """The last day of the membership."""
        return last_day(self.until) if self.until else None


def page(
    organization_id: int, wanted: Wanted, *, after: int | None = None, limit: int = 30
) -> tuple[list[RosterEntry], int | None]:
    """Up to `limit` people by name, those after the person with id `after`, and the id to go on after, if there are more."""
    rows = _people(organization_id).where(*_conditions(wanted)).order_by(func.lower(User.name), User.id).limit(limit + 1)
    if after is not None:
        person = aliased(User)
        name = select(func.lower(person.name)).where(person.id == after).scalar_subquery()
        rows = rows.where(tuple_(func.lower(User.name), User.id) > tuple_(name, literal(after)))
    found = _entries(organization_id, rows)
    return found[:limit], found[limit - 1].id if len(found) > limit else None


def waiting(
    organization_id: int, *, after: tuple[datetime, int] | None = None, limit: int = 30
) -> tuple[list[RosterEntry], tuple[datetime, int] | None]:
    """Up to `limit` people who ask to join, who has waited longest first, and the key (since, id) to go on after, if any.

    Who is suspended, or waits for the approval of her account, is left out.
    """
    order = (OrganizationMembership.since, OrganizationMembership.user_id)
    present = (User.present, User.approved_at.is_not(None))
    rows = _people(organization_id).where(OrganizationMembership.status == MembershipStatus.PENDING, *present)
    if after is not None:
        rows = rows.where(tuple_(*order) > tuple_(literal(after[0]), literal(after[1])))
    found = _entries(organization_id, rows.order_by(*order).limit(limit + 1))
    last = found[limit - 1] if len(found) > limit else None
    return found[:limit], (last.since, last.id) if last else None


def waiting_count(organization_id: int) -> int:
    """How many people ask to join."""
    mine = select(func.count()).where(
        OrganizationMembership.organization_id == organization_id, OrganizationMembership.status == MembershipStatus.PENDING
    )
    return session.scalar(mine) or 0


def count(organization_id: int, wanted: Wanted) -> int:
    """How many people a filter lets through."""
    rows = _people(organization_id).where(*_conditions(wanted)).order_by(None).subquery()
    return session.scalar(select(func.count()).select_from(rows)) or 0


def entry(organization_id: int, handle: str) -> RosterEntry:
    """One person of the roster, by her handle.

    Raises:
        NotInRoster: she has nothing to do with the organization.
    """
    found = _entries(organization_id, _people(organization_id).where(User.handle == handle)) if "\0" not in handle else []
    if not found:
        raise NotInRoster
    return found[0]


def ids_of(organization_id: int, handles: Collection[str]) -> dict[str, int]:
    """The people of the roster among these handles, each with her id."""
    row = OrganizationMembership
    rows = select(User.handle, User.id).join(row, row.user_id == User.id)
    named = [handle for handle in handles if "\0" not in handle]
    found = session.execute(rows.where(row.organization_id == organization_id, User.handle.in_(named)))
    return {each[0]: each[1] for each in found}


def _people(organization_id: int) -> Select[*tuple[Any, ...]]:
    """Everybody with a row, named as the fields of `RosterEntry`."""
    row = OrganizationMembership
    return (
        select(
            User.id,
            User.handle,
            User.name,
            User.avatar_token,
            row.role,
            row.kind,
            row.status,
            row.since,
            row.until,
            (~User.present).label("suspended"),
            active().label("counts"),
        )
        .join(User, User.id == row.user_id)
        .where(row.organization_id == organization_id)
    )


def _entries(organization_id: int, rows: Select[*tuple[Any, ...]]) -> list[RosterEntry]:
    """The people found, each with her departments. Two statements."""
    found = session.execute(rows).all()
    placed = _departments(organization_id, [row[0] for row in found])
    return [_entry(row, placed.get(row.id, ())) for row in found]


def _entry(row: Row[*tuple[Any, ...]], departments: Iterable[DepartmentPlace]) -> RosterEntry:
    return RosterEntry(
        id=row.id,
        handle=row.handle,
        name=row.name,
        avatar_token=row.avatar_token,
        role=row.role,
        kind=row.kind,
        standing=_standing(row.status, counts=row.counts),
        since=row.since,
        until=row.until,
        suspended=row.suspended,
        departments=tuple(departments),
    )


def _standing(status: MembershipStatus, *, counts: bool) -> Standing:
    if status is MembershipStatus.REMOVED or (status is MembershipStatus.ACTIVE and not counts):
        return Standing.ENDED
    return Standing(status.value)


def _departments(organization_id: int, user_ids: list[int]) -> dict[int, list[DepartmentPlace]]:
    if not user_ids:
        return {}
    placed: dict[int, list[DepartmentPlace]] = {}
    rows = (
        select(DepartmentMembership.user_id, Department.id, Department.slug, Department.name)
        .join(Department, Department.id == DepartmentMembership.department_id)
        .where(DepartmentMembership.organization_id == organization_id, DepartmentMembership.user_id.in_(user_ids))
        .order_by(func.lower(Department.name), Department.id)
    )
    for user_id, department_id, slug, name in session.execute(rows):
        placed.setdefault(user_id, []).append(DepartmentPlace(department_id, slug, name))
    return placed


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    row = OrganizationMembership
    conditions: list[ColumnElement[bool]] = [*_with_words(wanted.words), *_standing_as(wanted.standing), *_ending(wanted.ends)]
    if wanted.role is not None:
        conditions.append(row.role == wanted.role)
    if wanted.kind is not None:
        conditions.append(row.kind == wanted.kind)
    if wanted.department_id is not None:
        inside = select(DepartmentMembership.user_id).where(DepartmentMembership.department_id == wanted.department_id)
        conditions.append(row.user_id.in_(inside))
    return conditions


def _with_words(words: str) -> list[ColumnElement[bool]]:
    """Each word begins a word of the name, or the handle."""
    found = []
    for word in words.replace("@", " ").split():
        plain = word.translate(PLAIN)
        found.append(or_(User.name.ilike(f"{plain}%"), User.name.ilike(f"% {plain}%"), User.handle.ilike(f"{plain}%")))
    return found


def _standing_as(standing: Standing | None) -> list[ColumnElement[bool]]:
    row = OrganizationMembership
    if standing is None:
        return []
    if standing is Standing.ACTIVE:
        return [active()]
    if standing is Standing.ENDED:
        past = and_(row.status == MembershipStatus.ACTIVE, row.until <= func.now())
        return [or_(row.status == MembershipStatus.REMOVED, past)]
    return [row.status == MembershipStatus(standing.value)]


def _ending(ends: Ends | None) -> list[ColumnElement[bool]]:
    until = OrganizationMembership.until
    if ends is None:
        return []
    if ends is Ends.NEVER:
        return [until.is_(None)]
    return [until.is_not(None)] if ends is Ends.SOME_DAY else [until <= func.now() + SOON]
