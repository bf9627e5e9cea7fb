"""Posting and commenting within one organization, paused by moderators for some days; reading, and writing elsewhere, go on."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from campus.accounts.actions import PostingPaused
from campus.accounts.models import User
from campus.organizations.models import Organization, PostingPause
from campus.platform.db import session, transaction

if TYPE_CHECKING:
    from collections.abc import Mapping

    Value = Mapping[str, Any]


def require_not_paused_in(organization_id: int, user_id: int, *, field: str | None = None, now: datetime) -> None:
    """Go on only if she may post in this organization, and comment on what stands there. `field` is where she chose it.

    Raises:
        PostingPaused: not there, for now.
    """
    hers = select(Organization.name, PostingPause.until).join(PostingPause, PostingPause.organization_id == Organization.id)
    here = (PostingPause.organization_id == organization_id, PostingPause.user_id == user_id, PostingPause.until > now)
    paused = session.execute(hers.where(*here)).one_or_none()
    if paused is not None:
        raise PostingPaused(paused.until, place=paused.name, field=field)


def set_pause_in(*, organization_id: int, user_id: int, to: Value, expected: Value | None = None) -> Value | None:
    """Pause somebody's posting there, or let her post again; whether she is a member or not, now or later.

    Values: `{"until": "2026-11-26T12:00:00+00:00"}` or `{"until": None}`. Returns the value before. None, and nothing is changed:
    there is no such person or organization, or the pause is not the one `expected`.
    """
    with transaction():
        person = session.get(User, user_id, with_for_update={"key_share": True}, populate_existing=True)
        if person is None or session.get(Organization, organization_id) is None:
            return None
        row = session.get(PostingPause, (organization_id, user_id), with_for_update=True, populate_existing=True)
        standing = row.until if row is not None else None
        if expected is not None and _moment(expected["until"]) != standing:
            return None
        _put(row, organization_id, user_id, _moment(to["until"]))
        session.flush()
        return {"until": standing.isoformat() if standing else None}


def _put(row: PostingPause | None, organization_id: int, user_id: int, until: datetime | None) -> None:
    """A row only while there is a pause."""
    if until is None:
        if row is not None:
            session.delete(row)
    elif row is None:
        session.add(PostingPause(organization_id=organization_id, user_id=user_id, until=until))
    else:
        row.until = until


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
