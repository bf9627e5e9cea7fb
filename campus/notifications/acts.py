"""Rows of what people are told: joined to the line that is still unread, or the first of a new one; taken back with the act."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING

from sqlalchemy import delete, exists, func, select, tuple_
from sqlalchemy.dialects.postgresql import insert

from campus.notifications.actions import MAIL_NOTIFICATION
from campus.notifications.models import Kind, Notification, NotificationAct, NotificationWish
from campus.notifications.sight import TOPIC_OF
from campus.platform import outbox
from campus.platform.db import session

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

UNSYNCED = {"synchronize_session": False}


@dataclass(frozen=True, slots=True, order=True)
class Act:
    """Somebody is to be told, or was, that something was done; `comment_id` is 0 where there is none."""

    user_id: int
    kind: Kind
    comment_id: int
    at: datetime = field(compare=False)


def hold(actor_id: int, thing_id: int) -> None:
    """Let no other worker look at what this person did to this thing until the transaction ends."""
    key = func.hashtextextended(f"told:{actor_id}:{thing_id}", 0)
    session.execute(select(func.pg_advisory_xact_lock(key)))


def told(actor_id: int, post_id: int, user_id: int | None = None) -> set[Act]:
    """What was told of this person's acts about a post (0: about none), to everybody or to one."""
    row = NotificationAct
    found = select(row.user_id, row.kind, row.comment_id, row.at).where(row.actor_id == actor_id, row.post_id == post_id)
    if user_id is not None:
        found = found.where(row.user_id == user_id)
    return {Act(*values) for values in session.execute(found)}


def tell(actor_id: int, post_id: int, new: Iterable[Act], *, now: datetime) -> None:
    """Add acts to the unread lines of those who are to be told, in the open transaction. Nobody is told of her own."""
    others = sorted(act for act in new if act.user_id != actor_id)
    if not others:
        return
    wishes = _wishes({act.user_id for act in others})
    for (user_id, kind), some in groupby(others, key=lambda act: (act.user_id, act.kind)):
        on_site, by_mail = wishes.get((user_id, TOPIC_OF[kind]), (True, False))
        if not on_site and not by_mail:
            continue
        line_id, is_new = _line(user_id, kind, post_id or None, now)
        shared = {"kind": kind, "actor_id": actor_id, "post_id": post_id, "notification_id": line_id}
        rows = [{**shared, "user_id": user_id, "comment_id": act.comment_id, "at": act.at} for act in some]
        session.execute(insert(NotificationAct).values(rows).on_conflict_do_nothing())
        if is_new and by_mail:
            outbox.record(MAIL_NOTIFICATION, line_id, {"notification_id": line_id})


def untell(actor_id: int, post_id: int, gone: set[Act]) -> None:
    """Take acts back in the open transaction, and the lines that tell of nothing more."""
    if not gone:
        return
    row = NotificationAct
    keys = [(act.user_id, act.kind, act.comment_id) for act in sorted(gone)]
    these = (row.actor_id == actor_id, row.post_id == post_id, tuple_(row.user_id, row.kind, row.comment_id).in_(keys))
    lines = select(Notification.id).where(Notification.id.in_(select(row.notification_id).where(*these)))
    # Held before they are looked at: an act that another worker adds meanwhile is seen, or finds its line gone and makes one.
    held = session.scalars(lines.order_by(Notification.user_id, Notification.kind).with_for_update()).all()
    session.execute(delete(row).where(*these), execution_options=UNSYNCED)
    empty = ~exists().where(row.notification_id == Notification.id)
    session.execute(delete(Notification).where(Notification.id.in_(held), empty), execution_options=UNSYNCED)


def _line(user_id: int, kind: Kind, post_id: int | None, now: datetime) -> tuple[int, bool]:
    """The unread line of this person about this thing, and whether it begins now."""
    row = insert(Notification).values(user_id=user_id, kind=kind, post_id=post_id, created_at=now, changed_at=now)
    joined = row.on_conflict_do_update(
        index_elements=["user_id", "kind", "post_id"],
        index_where=Notification.read_at.is_(None) & Notification.key.is_(None),
        set_={"changed_at": func.greatest(Notification.changed_at, row.excluded.changed_at)},
    )
    line_id, begun_at = session.execute(joined.returning(Notification.id, Notification.created_at)).one()
    return line_id, begun_at == now


def _wishes(user_ids: set[int]) -> dict[tuple[int, str], tuple[bool, bool]]:
    """What these people wish, where it is not the usual: (person, topic) → on the site, by mail."""
    row = NotificationWish
    found = select(row.user_id, row.topic, row.on_site, row.by_mail).where(row.user_id.in_(user_ids))
    return {(user_id, topic): (on_site, by_mail) for user_id, topic, on_site, by_mail in session.execute(found)}
