"""Posting and commenting, paused by moderators for some days; reading goes on."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from campus.accounts.models import User
from campus.platform.db import session, transaction
from campus.platform.errors import Forbidden

if TYPE_CHECKING:
    from collections.abc import Mapping

    Value = Mapping[str, Any]


class PostingPaused(Forbidden):
    """She neither posts nor comments for now; with a `place`, the name of an organization, only there."""

    title = "Posting is paused"

    def __init__(self, until: datetime, *, place: str = "", field: str | None = None) -> None:
        where = f" in {place}" if place else ""
        goes_on = "You can go on reading there, and write elsewhere." if place else "You can go on reading."
        super().__init__(f"Moderators have paused your posting{where} until {until:%-d %B %Y, %H:%M} UTC. {goes_on}", field=field)
        self.until = until


def require_not_paused(user_id: int, *, now: datetime) -> None:
    """Go on only if she may post and comment.

    Raises:
        PostingPaused: not for now.
    """
    until = session.scalar(select(User.posting_paused_until).where(User.id == user_id))
    if until is not None and until > now:
        raise PostingPaused(until)


def set_pause(user_id: int, to: Value, *, expected: Value | None = None) -> Value | None:
    """Pause somebody's posting, or let her post again. Values: `{"until": "2026-11-26T12:00:00+00:00"}` or `{"until": None}`.

    Returns the value before. None, and nothing is changed: there is nobody, or the pause is not the one `expected`.
    """
    with transaction():
        person = session.get(User, user_id, with_for_update={"key_share": True}, populate_existing=True)
        if person is None:
            return None
        before = {"until": person.posting_paused_until.isoformat() if person.posting_paused_until else None}
        if expected is not None and not _same(expected["until"], person.posting_paused_until):
            return None
        person.posting_paused_until = datetime.fromisoformat(to["until"]) if to["until"] else None
        return before


def _same(text: str | None, moment: datetime | None) -> bool:
    return (datetime.fromisoformat(text) if text else None) == moment
