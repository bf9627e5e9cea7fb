"""What the people who run an organization do with the organization itself: its words, its departments."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from sqlalchemy import delete, literal, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from campus.audit.actions import record
from campus.organizations import queries
from campus.organizations.actions import founding
from campus.organizations.actions.changes import locked, relations_changed
from campus.organizations.models import (
    Department,
    DepartmentMembership,
    JoinPolicy,
    Organization,
)
from campus.organizations.rights import running
from campus.platform.db import session, transaction
from campus.platform.errors import Conflict, Invalid

if TYPE_CHECKING:
    from datetime import datetime

    from campus.organizations.models import Role

MAX_ABOUT, MAX_PLACE = 5000, 120
AUDIENCES = ("public", "organization")
_UNSYNCED = {"synchronize_session": False}


class HasPosts(Conflict):
    """A department with posts stays: their audience would be lost."""

    title = "This department has posts"


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What an organization says about itself, who may join, and who sees a post there unless its author says otherwise."""

    name: str
    about: str
    place: str
    join_policy: JoinPolicy
    default_audience: str


def edit_organization(*, viewer_id: int, organization_id: int, profile: Profile, now: datetime) -> None:
    """Change what an organization says and how one joins it.

    Raises:
        OrganizationNotFound: the viewer does not run it.
        Invalid: a value is too long, or none of the choices.
    """
    with transaction():
        _runs(organization_id, viewer_id, now)
        organization = session.get_one(Organization, organization_id, with_for_update=True, populate_existing=True)
        wanted = asdict(_clean(profile))
        before = {name: getattr(organization, name) for name in wanted if getattr(organization, name) != wanted[name]}
        if not before:
            return
        for name in before:
            setattr(organization, name, wanted[name])
        session.flush()
        _record("edit", organization_id, before=before, after={name: wanted[name] for name in before})


def found_department(*, viewer_id: int, organization_id: int, name: str, slug: str, now: datetime) -> Department:
    """Add a department.

    Raises:
        OrganizationNotFound: the viewer does not run it.
        Invalid, Taken: as `add_department`.
    """
    with transaction():
        _runs(organization_id, viewer_id, now)
        return founding.add_department(organization_id=organization_id, name=name, slug=slug.strip().lower())


def rename_department(*, viewer_id: int, organization_id: int, slug: str, name: str, now: datetime) -> None:
    """Call a department something else. Its slug stays: addresses of its pages lie in mails and bookmarks.

    Raises:
        OrganizationNotFound, DepartmentNotFound: there is none for the viewer.
        Invalid: the name breaks a rule.
    """
    with transaction():
        _runs(organization_id, viewer_id, now)
        place = queries.department_by_slug(organization_id, slug)
        before, place.name = place.name, founding.clean_name(name)
        session.flush()
        _record("rename_department", organization_id, before={"name": before}, after={"name": place.name, "slug": slug})


def remove_department(*, viewer_id: int, organization_id: int, slug: str, move_to: str | None = None, now: datetime) -> None:
    """Remove a department without posts. Its members move to another one, or stay members of the university alone.

    Raises:
        OrganizationNotFound, DepartmentNotFound: there is none for the viewer.
        HasPosts: something was posted there.
        Invalid: it cannot move into itself.
    """
    if move_to == slug:
        raise Invalid("Choose another department.", field="move_to")
    with transaction():
        _runs(organization_id, viewer_id, now)
        place = queries.department_by_slug(organization_id, slug)
        target = queries.department_by_slug(organization_id, move_to) if move_to else None
        members = _members_of(place.id)
        if target is not None:
            _move(place, target)
        _delete(place)
        relations_changed(organization_id, members)
        before = {"slug": slug, "name": place.name, "members": len(members)}
        _record("remove_department", organization_id, before=before, after={"members_to": move_to})


def _runs(organization_id: int, viewer_id: int, now: datetime) -> Role:
    return running(locked(organization_id, viewer_id), now)


def _members_of(department_id: int) -> list[int]:
    mine = select(DepartmentMembership.user_id).where(DepartmentMembership.department_id == department_id)
    return list(session.scalars(mine.order_by(DepartmentMembership.user_id)))


def _move(place: Department, target: Department) -> None:
    row = DepartmentMembership
    there = select(literal(target.id), row.user_id, row.organization_id).where(row.department_id == place.id)
    moved = insert(row).from_select(["department_id", "user_id", "organization_id"], there)
    session.execute(moved.on_conflict_do_nothing())


def _delete(place: Department) -> None:
    try:
        with session.begin_nested():
            session.execute(delete(Department).where(Department.id == place.id), execution_options=_UNSYNCED)
    except IntegrityError:
        raise HasPosts(f"Something was posted in {place.name}: it stays.") from None
    session.expunge(place)


def _clean(profile: Profile) -> Profile:
    about, where = profile.about.replace("\r\n", "\n").strip(), " ".join(profile.place.split())
    if len(about) > MAX_ABOUT:
        raise Invalid(f"Up to {MAX_ABOUT:,} characters, please.", field="about")
    if len(where) > MAX_PLACE:
        raise Invalid(f"Up to {MAX_PLACE} characters, please.", field="place")
    if profile.default_audience not in AUDIENCES:
        raise Invalid("Choose one of these.", field="default_audience")
    return Profile(
        name=founding.clean_name(profile.name),
        about=about,
        place=where,
        join_policy=profile.join_policy,
        default_audience=profile.default_audience,
    )


def _record(act: str, organization_id: int, **changed: dict[str, object]) -> None:
    record(f"organization.{act}", f"organization:{organization_id}", organization_id=organization_id, **changed)
