"""What is done with notifications: sending a notice, reading, wishing to be told or not, forgetting.

Whether a line is read changes nothing but the line: what it tells of is asked anew on every read.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, or_, update
from sqlalchemy.dialects.postgresql import insert

from campus.accounts.models import User
from campus.notifications import queries
from campus.notifications.models import Kind, Notification, NotificationWish, Topic
from campus.platform import outbox
from campus.platform.db import session, transaction
from campus.platform.errors import Invalid

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import ColumnElement

    from campus.notifications.queries import Line, Wish

MAIL_NOTIFICATION = "mail_notification"
READ_KEPT = timedelta(days=90)
UNREAD_KEPT = timedelta(days=365)
_UNSYNCED = {"synchronize_session": False}


class NoticesStay(Invalid):
    """One is told of decisions that concern one, whether one likes it or not."""

    title = "Notices cannot be switched off"


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


def mark_read(*, viewer_id: int, notification_id: int, now: datetime) -> Line:
    """Note that a line was read; reading twice is reading once. Returns the line, which says where it leads.

    Raises:
        NotificationNotFound: there is none for her.
    """
    with transaction():
        found = queries.line(viewer_id, notification_id)
        _read(Notification.id == notification_id, viewer_id=viewer_id, now=now)
        return found


def mark_all_read(*, viewer_id: int, until: datetime | None = None, now: datetime) -> int:
    """Note that everything was read that she was told until a moment (now); what came while she looked stays unread.

    Returns how many lines were unread.
    """
    with transaction():
        return _read(Notification.changed_at <= min(until or now, now), viewer_id=viewer_id, now=now)


def set_wish(*, user_id: int, topic: Topic, on_site: bool | None = None, by_mail: bool | None = None) -> Wish:
    """Wish to be told of a topic, or not, on the site and by mail; what is not given stays as it is.

    Raises:
        NoticesStay: notices always reach her.
    """
    with transaction():
        before = queries.wish(user_id, topic)
        after = (before.on_site if on_site is None else on_site, before.by_mail if by_mail is None else by_mail)
        if before.fixed and after != (before.on_site, before.by_mail):
            raise NoticesStay("They tell of decisions that concern you, and how to appeal.", field=topic)
        if before.fixed:
            return before
        values = dict(zip(("on_site", "by_mail"), after, strict=True))
        row = insert(NotificationWish).values(user_id=user_id, topic=topic, **values)
        session.execute(row.on_conflict_do_update(index_elements=["user_id", "topic"], set_=values))
        return queries.wish(user_id, topic)


def stop_mails(*, user_id: int, topic: Topic) -> None:
    """End mails about a topic, as the link in one of them asks; for an account that is gone there is nothing to end."""
    with transaction():
        if session.get(User, user_id) is not None:
            set_wish(user_id=user_id, topic=topic, by_mail=False)


def forget_old(*, now: datetime) -> int:
    """Delete what was read 90 days ago, and what nobody read for a year. Returns how many lines."""
    old = or_(
        Notification.read_at < now - READ_KEPT,
        (Notification.read_at.is_(None) & (Notification.changed_at < now - UNREAD_KEPT)),
    )
    with transaction():
        gone = session.execute(delete(Notification).where(old), execution_options=_UNSYNCED)
        return int(gone.rowcount)  # type: ignore[attr-defined]  # a DELETE's result has it


def _read(which: ColumnElement[bool], *, viewer_id: int, now: datetime) -> int:
    unread = update(Notification).where(Notification.user_id == viewer_id, Notification.read_at.is_(None), which)
    done = session.execute(unread.values(read_at=now), execution_options=_UNSYNCED)
    return int(done.rowcount)  # type: ignore[attr-defined]  # an UPDATE's result has it
