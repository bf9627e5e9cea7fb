"""The mails of notifications, and the job that sends them.

A mail's Message-ID is made of what it is about, so that one sent twice, by a worker that died before it could say so, is one
mail to whoever receives it. Who did what stands in it, and a link; never what was written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from campus.accounts.models import User
from campus.accounts.queries import verified_address
from campus.notifications import queries, wording
from campus.notifications.actions import MAIL_NOTIFICATION
from campus.notifications.models import Kind, Notification, Topic
from campus.notifications.sight import TOPIC_OF
from campus.platform import mail, settings, tokens
from campus.platform.db import session

if TYPE_CHECKING:
    from campus.platform.outbox import Handler, Lease

UNSUBSCRIBE = "unsubscribe"
LINK_LASTS = 2 * 365 * 24 * 3600  # seconds
TOLD = {
    Topic.LIKES: "likes",
    Topic.COMMENTS: "comments on your posts",
    Topic.REPLIES: "comments after yours",
    Topic.MENTIONS: "mentions",
    Topic.FOLLOWS: "followers",
    Topic.DIGEST: "what you missed",
}


def send(lease: Lease) -> None:
    """The job: mail one notification to the person it is for, if she has proved an address. Payload: `notification_id`."""
    told = session.get(Notification, int(lease.payload["notification_id"]), populate_existing=True)
    address = verified_address(told.user_id) if told else None
    if told is None or address is None:
        return
    letter = _notice(told, address) if told.kind is Kind.NOTICE else _about_acts(told, address)
    if letter:
        mail.send(letter)


def unsubscribe_url(user_id: int, topic: Topic) -> str:
    """The address that ends mails about a topic, whoever opens it: it is in her mail alone."""
    signed = tokens.sign(UNSUBSCRIBE, {"user": user_id, "topic": topic})
    return f"{settings.current().site_url}/unsubscribe/{signed}"


def unsubscribing(token: str) -> tuple[int, Topic]:
    """Whose mails about what such an address ends.

    Raises:
        BadToken, ExpiredToken: it is not one of this site, or too old.
    """
    payload = tokens.unsign(UNSUBSCRIBE, token, max_age=LINK_LASTS)
    return int(payload["user"]), Topic(payload["topic"])


def _notice(told: Notification, address: str) -> mail.Mail:
    text = f"{told.text}\n\n{settings.current().site_url}{told.url}"
    return _mail(f"notice-{told.user_id}-{told.key}", address, told.title, text)


def _about_acts(told: Notification, address: str) -> mail.Mail | None:
    """What people did, if it is still so, still unread, and still for her to know by mail."""
    reader = session.get_one(User, told.user_id, populate_existing=True)
    topic = TOPIC_OF[told.kind]
    if not reader.present or told.read_at or not queries.wish(reader.id, topic).by_mail:
        return None
    try:
        line = queries.line(reader.id, told.id)
    except queries.NotificationNotFound:
        return None
    sentence = wording.sentence(line)
    stop = unsubscribe_url(reader.id, topic)
    text = f"{sentence}:\n\n{settings.current().site_url}{wording.leads_to(line, reader.handle)}\n\n"
    text += f"You wished for mails about {TOLD[topic]}. To have no more of them:\n{stop}"
    return _mail(f"notification-{told.id}", address, sentence, text, unsubscribe=stop)


def _mail(key: str, to: str, subject: str, text: str, *, unsubscribe: str = "") -> mail.Mail:
    site = settings.current()
    signed = f"{text}\n\n-- \n{site.site_name}\n{site.site_url}\n"
    return mail.Mail(key=key, to=to, subject=f"{subject} · {site.site_name}", text=signed, unsubscribe=unsubscribe)


HANDLERS: dict[str, Handler] = {MAIL_NOTIFICATION: send}
