"""Sending digests: who is due is written down with the jobs, set by set; the jobs look again, and mail.

One row for each person says when she last got one. It and the job are of one transaction, so that whatever dies, a week has one
job for her; and its mail has one Message-ID, however often it is tried.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, DateTime, bindparam, literal
from sqlalchemy.dialects.postgresql import insert

from campus.accounts.models import User
from campus.accounts.queries import verified_address
from campus.digest import queries, wording
from campus.digest.models import WeeklyDigest
from campus.digest.queries import WEEK
from campus.notifications.mailing import unsubscribe_url
from campus.notifications.models import Topic
from campus.platform import clock, mail, outbox, settings
from campus.platform.db import session, transaction

if TYPE_CHECKING:
    from campus.platform.outbox import Handler, Lease

MAIL_DIGEST = "mail_digest"
BATCH = 1000  # people of one transaction


def send_due(*, now: datetime) -> int:
    """Have a digest sent to everybody who is due. Returns to how many; who missed nothing gets none after all."""
    now = now.replace(minute=0, second=0, microsecond=0)  # a task that runs a moment earlier than a week ago is not too early
    count, after = 0, 0
    while True:
        with transaction():
            taken = _taken(after, now)
            outbox.record_all(MAIL_DIGEST, {f"{each}:{now:%Y-%m-%d}": {"user_id": each, "at": now.isoformat()} for each in taken})
        count += len(taken)
        if len(taken) < BATCH:
            return count
        after = max(taken)


def send(lease: Lease) -> None:
    """The job: mail one person what she missed, if there is anything and she still was not there. Payload: `user_id`, `at`."""
    user_id, at, now = int(lease.payload["user_id"]), datetime.fromisoformat(lease.payload["at"]), clock.now()
    address = verified_address(user_id)
    if address is None or not queries.still_away(user_id, at - WEEK, now):
        return
    missed = queries.missed(user_id, since=at - WEEK, now=now)
    if not missed.posts:
        return
    site, stop = settings.current(), unsubscribe_url(user_id, Topic.DIGEST)
    reader = session.get_one(User, user_id, populate_existing=True)
    mail.send(
        mail.Mail(
            key=f"digest-{user_id}-{at:%Y-%m-%d}",
            to=address,
            subject=f"{wording.heading(missed)} · {site.site_name}",
            text=wording.letter(missed, name=reader.name, url=site.site_url, stop=stop, site=site.site_name),
            unsubscribe=stop,
        )
    )


def _taken(after: int, now: datetime) -> list[int]:
    """Up to `BATCH` people who are due, whose week this transaction takes: of two runs at once, one does."""
    people = queries.due(now).where(User.id > bindparam("after", after, type_=BigInteger))
    people = people.order_by(User.id).limit(BATCH)
    chosen = people.add_columns(literal(now, DateTime(timezone=True)))
    row = insert(WeeklyDigest).from_select(["user_id", "at"], chosen)
    again = row.on_conflict_do_update(
        index_elements=["user_id"], set_={"at": row.excluded.at}, where=WeeklyDigest.at <= now - WEEK
    )
    return sorted(session.scalars(again.returning(WeeklyDigest.user_id)))


HANDLERS: dict[str, Handler] = {MAIL_DIGEST: send}
