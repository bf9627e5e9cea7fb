"""Sending digests: who is due is written down with the jobs, set by set; the jobs look again, and mail.

One row for each person says when she last got one. It and the job are of one transaction, so that whatever dies, a week has one
job for her; and its mail has one Message-ID, however often it is tried. A job is of some people: what they missed is read in one
statement, and their mails go by one connection, each noted before the next. A job for each would be thousands of open rows, among
which every reader's page and every other claim had to look.
"""

from __future__ import annotations

import logging
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, DateTime, bindparam, literal
from sqlalchemy.dialects.postgresql import insert

from campus.accounts.models import User
from campus.digest import queries, wording
from campus.digest.models import WeeklyDigest
from campus.digest.queries import WEEK
from campus.notifications.mailing import unsubscribe_url
from campus.notifications.models import Topic
from campus.platform import clock, mail, outbox, settings
from campus.platform.db import session, transaction
from campus.platform.jobs import unwaited

if TYPE_CHECKING:
    from collections.abc import Callable

    from campus.digest.queries import Missed, Reader
    from campus.platform.outbox import Handler, Lease

log = logging.getLogger(__name__)

MAIL_DIGEST = "mail_digest"
BATCH = 1000  # people of one transaction
WINDOW = 50  # people of one job


def send_due(*, now: datetime) -> int:
    """Have a digest sent to everybody who is due. Returns to how many; who missed nothing gets none after all."""
    now = now.replace(minute=0, second=0, microsecond=0)  # a task that runs a moment earlier than a week ago is not too early
    count, after = 0, 0
    while True:
        with transaction():
            taken = _taken(after, now)
            windows = [taken[start : start + WINDOW] for start in range(0, len(taken), WINDOW)]
            outbox.record_all(MAIL_DIGEST, dict(_job(each, now) for each in windows))
        count += len(taken)
        if len(taken) < BATCH:
            return count
        after = max(taken)


def send(lease: Lease) -> None:
    """The job: mail some people what each missed, if there is anything and she still was not there.

    Payload: `after` and `upto`, the ids between which they are, and `at`, when their week ended; or `user_id`, of one alone. Whom
    it has come to is in the cursor, so that whoever takes it over goes on there. A mail that is refused for itself is tried again
    in a job of its own.
    """
    at = datetime.fromisoformat(lease.payload["at"])
    after, upto = _between(lease)
    readers = queries.readers(at, after=max(after, lease.cursor), upto=upto, now=clock.now())
    missed = queries.missed([reader.user_id for reader in readers], since=at - WEEK)
    with mail.line() as hand_over:
        for reader in readers:
            if reader.user_id in missed:
                lease = _hand_over(hand_over, _letter(reader, missed[reader.user_id], at), reader, lease)


def _between(lease: Lease) -> tuple[int, int]:
    one = lease.payload.get("user_id")
    return (int(one) - 1, int(one)) if one is not None else (int(lease.payload["after"]), int(lease.payload["upto"]))


def _letter(reader: Reader, missed: Missed, at: datetime) -> mail.Mail:
    site, stop = settings.current(), unsubscribe_url(reader.user_id, Topic.DIGEST)
    return mail.Mail(
        key=f"digest-{reader.user_id}-{at:%Y-%m-%d}",
        to=reader.address,
        subject=f"{wording.heading(missed)} · {site.site_name}",
        text=wording.letter(missed, name=reader.name, url=site.site_url, stop=stop, site=site.site_name),
        unsubscribe=stop,
    )


def _hand_over(hand_over: Callable[[mail.Mail], None], letter: mail.Mail, reader: Reader, lease: Lease) -> Lease:
    """Mail it, and note that, before the next. The note is not waited for: the disk may lose it, then the mail goes once more."""
    try:
        hand_over(letter)
    except mail.ABOUT_ONE:
        if "user_id" in lease.payload:
            raise
        log.info("a digest was refused, and is tried again by itself", exc_info=True)
        with transaction():
            alone = {"user_id": reader.user_id, "at": lease.payload["at"]}
            outbox.record(MAIL_DIGEST, f"{reader.user_id}:{lease.payload['at']}", alone)
            return lease.advance(reader.user_id)
    with transaction():
        unwaited()
        return lease.advance(reader.user_id)


def _job(people: list[int], at: datetime) -> tuple[str, dict[str, object]]:
    """The key and the payload of the job of these people, whose ids ascend."""
    return f"{at:%Y-%m-%dT%H}:{people[0]}-{people[-1]}", {"after": people[0] - 1, "upto": people[-1], "at": at.isoformat()}


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
