"""The way from moderation to people: notices that cannot be switched off, on the site and by mail, also to who is suspended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from campus.notifications.actions import send_notice

if TYPE_CHECKING:
    from datetime import datetime

    from campus.moderation.letters import Letter


def send(letter: Letter, *, user_id: int, key: str, now: datetime) -> None:
    """Tell a person, in the open transaction; once for each key."""
    send_notice(user_id=user_id, key=key, title=letter.title, text=letter.text, url=letter.url, now=now)
