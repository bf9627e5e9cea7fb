"""Named reads of whom a person has blocked and muted: her own lists, which nobody else sees."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import exists, literal, or_, select, tuple_
from sqlalchemy.orm import aliased

from campus.accounts.models import User
from campus.follows.models import Block, Mute
from campus.follows.queries import FollowedOrganization, Person
from campus.organizations.models import Organization
from campus.platform.db import session

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import ColumnElement


@dataclass(frozen=True, slots=True)
class Muted:
    """Somebody, or an organization, out of the home feed."""

    id: int
    person: Person | None
    organization: FollowedOrganization | None


def blocked(
    viewer_id: int, before: tuple[datetime, int] | None = None, limit: int = 30
) -> tuple[list[Person], tuple[datetime, int] | None]:
    """Up to `limit` people the viewer has blocked, the latest first, and the key (when, id) to go on before, if there are more.

    One who does not exist for her, suspended or having blocked her too, is left out.
    """
    rows = (
        select(Block.created_at, User.id, User.handle, User.name, User.avatar_token)
        .join(User, User.id == Block.blocked_id)
        .where(Block.blocker_id == viewer_id, _there(viewer_id))
        .order_by(Block.created_at.desc(), Block.blocked_id.desc())
        .limit(limit + 1)
    )
    if before is not None:
        rows = rows.where(tuple_(Block.created_at, Block.blocked_id) < tuple_(literal(before[0]), literal(before[1])))
    found = session.execute(rows).all()
    people = [Person(*row[1:]) for row in found[:limit]]
    return people, (found[limit - 1][0], found[limit - 1][1]) if len(found) > limit else None


def muted(viewer_id: int, before: int | None = None, limit: int = 30) -> tuple[list[Muted], int | None]:
    """Up to `limit` people and organizations the viewer has muted, the latest first, and the key to go on before, if any."""
    rows = (
        select(Mute.id, User, Organization)
        .outerjoin(User, User.id == Mute.user_id)
        .outerjoin(Organization, Organization.id == Mute.organization_id)
        .where(Mute.muter_id == viewer_id, or_(Mute.organization_id.is_not(None), _there(viewer_id)))
        .order_by(Mute.id.desc())
        .limit(limit + 1)
    )
    if before is not None:
        rows = rows.where(Mute.id < before)
    found = [Muted(number, _person(user), _organization(place)) for number, user, place in session.execute(rows)]
    return found[:limit], found[limit - 1].id if len(found) > limit else None


def _there(viewer_id: int) -> ColumnElement[bool]:
    block = aliased(Block)
    hers = exists().where(block.blocker_id == User.id, block.blocked_id == viewer_id).correlate(User)
    return User.present & User.approved_at.is_not(None) & ~hers


def _person(user: User | None) -> Person | None:
    return Person(user.id, user.handle, user.name, user.avatar_token) if user is not None else None


def _organization(found: Organization | None) -> FollowedOrganization | None:
    if found is None:
        return None
    return FollowedOrganization(found.id, found.slug, found.name, found.kind, found.verified, found.logo_token)
