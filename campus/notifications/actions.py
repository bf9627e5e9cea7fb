"""What is done with notifications: sending a notice that cannot be switched off."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.dialects.postgresql import insert

from campus.notifications.models import Kind, Notification
from campus.platform import outbox
from campus.platform.db import session, transaction

if TYPE_CHECKING:
    from datetime import datetime

MAIL_NOTIFICATION = "mail_notification"


def send_notice(  # noqa: PLR0913 - what a notice says, to whom, and when
    *, user_id: int, key: str, title: str, text: str, url: str, mail: bool = True, now: datetime
) -> None:
    """Tell a person what she must know: moderation, membership, her account. It cannot be switched off.

    One line on the site and, unless `mail` says no, one mail to her verified primary address, also when she is suspended. Both
    hold `title` (a sentence without full stop), `text` (plain, lines are kept) and the link: `url` is a path of this site, and is
    made whole in the mail. `key` names what it is about (`case:12:decision`): the same again to the same person is nothing.
    """
    row = insert(Notification).values(
        user_id=user_id, kind=Kind.NOTICE, key=key, title=title, text=text, url=url, created_at=now, changed_at=now
    )
    once = row.on_conflict_do_nothing(index_elements=["user_id", "key"], index_where=Notification.key.is_not(None))
    with transaction():
        made = session.scalar(once.returning(Notification.id))
        if made is not None and mail:
            outbox.record(MAIL_NOTIFICATION, made, {"notification_id": made})
