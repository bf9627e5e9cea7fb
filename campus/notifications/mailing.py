"""The mails of notifications, and the job that sends them.

A mail's Message-ID is made of what it is about, so that one sent twice, by a worker that died before it could say so, is one
mail to whoever receives it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from campus.accounts.queries import verified_address
from campus.notifications.actions import MAIL_NOTIFICATION
from campus.notifications.models import Notification
from campus.platform import mail, settings
from campus.platform.db import session

if TYPE_CHECKING:
    from campus.platform.outbox import Handler, Lease


def send(lease: Lease) -> None:
    """The job: mail one notification to the person it is for, if she has proved an address. Payload: `notification_id`."""
    told = session.get(Notification, int(lease.payload["notification_id"]), populate_existing=True)
    address = verified_address(told.user_id) if told else None
    if told is None or address is None:
        return
    site = settings.current()
    text = f"{told.text}\n\n{site.site_url}{told.url}\n\n-- \n{site.site_name}\n{site.site_url}\n"
    key = f"notice-{told.user_id}-{told.key}"
    mail.send(mail.Mail(key=key, to=address, subject=f"{told.title} · {site.site_name}", text=text))


HANDLERS: dict[str, Handler] = {MAIL_NOTIFICATION: send}
