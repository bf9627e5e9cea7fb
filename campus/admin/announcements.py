"""Announcements: written by administrators, shown above every page to whom they are for, until they end or she dismisses them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import exists, or_, select
from sqlalchemy.dialects.postgresql import insert

from campus.accounts import rules
from campus.accounts.models import Announcement, AnnouncementDismissal
from campus.audit.actions import record
from campus.organizations.models import Organization, OrganizationMembership
from campus.organizations.queries import active
from campus.platform.db import session, transaction
from campus.platform.errors import Invalid, NotFound

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement

MOST_TITLE, MOST_TEXT = 120, 2000
MOST_AT_ONCE = 3  # above a page; the others follow as these are dismissed


class AnnouncementNotFound(NotFound):
    """There is no such announcement."""


@dataclass(frozen=True, slots=True)
class Announced:
    """An announcement as administrators list it. `state` is coming, shown or over; `audience` None means everybody."""

    id: int
    title: str
    text: str
    audience: str | None
    begins_at: datetime
    ends_at: datetime
    state: str


def create(
    *, title: str, body: str, organization_id: int | None = None, begins_at: datetime, ends_at: datetime, now: datetime
) -> Announcement:
    """Announce something from one moment to another.

    Raises:
        Invalid: a title or text of the wrong form, or an end that is over; `field` says which.
    """
    row = Announcement(
        title=_title(title),
        text=_text(body),
        organization_id=organization_id,
        begins_at=begins_at,
        ends_at=ends_at,
        created_at=now,
    )
    if ends_at <= max(begins_at, now):
        raise Invalid("An announcement ends after it begins, and in the future.", field="ends")
    with transaction():
        session.add(row)
        session.flush()
        record("announcement.create", f"announcement:{row.id}", after={"title": row.title}, organization_id=organization_id)
    return row


def end(*, announcement_id: int, now: datetime) -> bool:
    """Show an announcement no longer. False if it was over.

    Raises:
        AnnouncementNotFound: there is none.
    """
    with transaction():
        row = session.get(Announcement, announcement_id, with_for_update=True, populate_existing=True)
        if row is None:
            raise AnnouncementNotFound("There is no such announcement.")
        if row.ends_at <= now:
            return False
        if row.begins_at >= now:
            session.delete(row)
        else:
            row.ends_at = now
        record("announcement.end", f"announcement:{announcement_id}", organization_id=row.organization_id)
    return True


def dismiss(*, viewer_id: int, announcement_id: int, now: datetime) -> None:
    """Show an announcement to her no more; twice is once.

    Raises:
        AnnouncementNotFound: none is shown to her under this number.
    """
    with transaction():
        mine = select(Announcement.id).where(Announcement.id == announcement_id, _shown(viewer_id, now))
        if session.scalar(mine) is None:
            raise AnnouncementNotFound
        row = insert(AnnouncementDismissal).values(announcement_id=announcement_id, user_id=viewer_id)
        session.execute(row.on_conflict_do_nothing())


def for_viewer(viewer_id: int, *, now: datetime) -> Sequence[Announcement]:
    """What is announced to her and she has not dismissed, the newest first. One statement."""
    gone = exists().where(AnnouncementDismissal.announcement_id == Announcement.id, AnnouncementDismissal.user_id == viewer_id)
    mine = select(Announcement).where(_shown(viewer_id, now), ~gone)
    return session.scalars(mine.order_by(Announcement.begins_at.desc(), Announcement.id.desc()).limit(MOST_AT_ONCE)).all()


def _shown(viewer_id: int, now: datetime) -> ColumnElement[bool]:
    hers = select(OrganizationMembership.organization_id).where(OrganizationMembership.user_id == viewer_id, active())
    audience = or_(Announcement.organization_id.is_(None), Announcement.organization_id.in_(hers))
    return (Announcement.begins_at <= now) & (Announcement.ends_at > now) & audience


def listing(*, before: int | None = None, limit: int = 30, now: datetime) -> tuple[list[Announced], int | None]:
    """Announcements, the newest first, with ids below `before`; and the id to go on before, if there are more."""
    rows = select(Announcement, Organization.name).outerjoin(Organization, Organization.id == Announcement.organization_id)
    if before is not None:
        rows = rows.where(Announcement.id < before)
    found = session.execute(rows.order_by(Announcement.id.desc()).limit(limit + 1)).all()
    shown = [
        Announced(row.id, row.title, row.text, audience, row.begins_at, row.ends_at, _state(row, now))
        for row, audience in found[:limit]
    ]
    return shown, shown[-1].id if len(found) > limit else None


def _state(row: Announcement, now: datetime) -> str:
    if row.ends_at <= now:
        return "over"
    return "coming" if row.begins_at > now else "shown"


def _title(raw: str) -> str:
    title = " ".join(rules.plain(raw, field="title").split())
    if not 1 <= len(title) <= MOST_TITLE:
        raise Invalid(f"A title has 1 to {MOST_TITLE} characters.", field="title")
    return title


def _text(raw: str) -> str:
    text = rules.plain(raw.replace("\r\n", "\n"), field="body", lines=True).strip()
    if len(text) > MOST_TEXT:
        raise Invalid(f"The text has at most {MOST_TEXT} characters.", field="body")
    return text
