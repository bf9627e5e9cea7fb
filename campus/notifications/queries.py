"""Named reads of notifications: pages of lines, their number, what somebody wishes to be told of. What is shown: see `sight`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, DateTime, bindparam, exists, func, or_, select, true, tuple_

from campus.interactions.models import Comment
from campus.notifications.models import Kind, Notification, NotificationWish, Topic
from campus.notifications.sight import MOST_ACTS, people, seen, shown_acts, wished
from campus.organizations.models import Organization
from campus.platform.db import session
from campus.platform.errors import NotFound
from campus.platform.prepared import Prepared
from campus.posts.cards import PersonView
from campus.posts.models import Post

if TYPE_CHECKING:
    from sqlalchemy import Select

    Key = tuple[datetime, int]

MOST_COUNTED = 99  # unread lines; more are "99+"
EXCERPT = 140  # characters of a post or comment shown with a line
BIGGEST = 2**63 - 1
FROM_THE_TOP: Key = (datetime(9999, 1, 1, tzinfo=UTC), BIGGEST)
USUAL = (True, False)  # on the site, by mail
FIXED = (True, True)  # of notices
BY_MAIL_ALONE = (False, True)  # of the digest


class NotificationNotFound(NotFound):
    """There is no such notification of hers, or what it tells of is not for her any more."""

    title = "There is no such notification"


@dataclass(frozen=True, slots=True)
class Signer:
    """The organization in whose name an official post speaks."""

    slug: str
    name: str


@dataclass(frozen=True, slots=True)
class Line:
    """A notification as its reader sees it now.

    `actors` are the latest people, `count` is their number, and `many` says that there are more. `signer` stands instead of them
    where an official post names her. `excerpt` is the beginning of what was written, or of the post; it never leaves in a mail.
    """

    id: int
    kind: Kind
    unread: bool
    at: datetime
    post_id: int | None
    comment_id: int | None
    actors: tuple[PersonView, ...]
    count: int
    many: bool
    signer: Signer | None
    excerpt: str
    title: str
    text: str
    url: str
    key: Key


@dataclass(frozen=True, slots=True)
class Unread:
    """How many lines are unread; `more` when there are more than that."""

    count: int
    more: bool


@dataclass(frozen=True, slots=True)
class Wish:
    """Whether somebody is told of a topic on the site, and by mail; a `fixed` one is not hers to change.

    The digest is a mail, whatever she wishes for the site.
    """

    topic: Topic
    on_site: bool
    by_mail: bool
    fixed: bool

    @property
    def mail_alone(self) -> bool:
        """Whether there is nothing of it on the site."""
        return self.topic is Topic.DIGEST


_acts = people()
_said = select(func.left(Comment.text, EXCERPT)).where(Comment.id == _acts.c.comment_id).correlate(_acts).scalar_subquery()
_EARLIER = tuple_(Notification.changed_at, Notification.id) < tuple_(
    bindparam("at", type_=DateTime(timezone=True)), bindparam("id", type_=BigInteger)
)


def _lines() -> Select[*tuple[Any, ...]]:
    """Everything of a line, in the order `_line` unpacks."""
    table = Notification.__table__
    joined = table.outerjoin(Post.__table__, Post.id == Notification.post_id)
    joined = joined.outerjoin(Organization.__table__, Organization.id == Post.organization_id).join(_acts, true())
    return (
        select(
            Notification.id,
            Notification.kind,
            Notification.created_at,
            Notification.changed_at,
            Notification.read_at,
            Notification.post_id,
            Notification.title,
            Notification.text,
            Notification.url,
            Post.official,
            Organization.slug,
            Organization.name,
            func.left(func.coalesce(func.nullif(Post.title, ""), Post.text), EXCERPT),
            _said,
            _acts.c.people,
            _acts.c.acts,
            _acts.c.at,
            _acts.c.comment_id,
            _acts.c.named,
        )
        .select_from(joined)
        .where(*seen(), or_(Notification.kind == Kind.NOTICE, _acts.c.people > 0))
    )


_PAGE = _lines().where(wished(), _EARLIER).order_by(Notification.changed_at.desc(), Notification.id.desc())
_PAGE = _PAGE.limit(bindparam("limit", type_=BigInteger))
_ALL = Prepared(_PAGE)
_UNREAD = Prepared(_PAGE.where(Notification.read_at.is_(None)))
_ONE = Prepared(_lines().where(Notification.id == bindparam("id", type_=BigInteger)))
_counted = (
    select(Notification.id)
    .select_from(Notification.__table__.outerjoin(Post.__table__, Post.id == Notification.post_id))
    .where(*seen(), wished(), Notification.read_at.is_(None))
    .where(or_(Notification.kind == Kind.NOTICE, exists(shown_acts())))
    .limit(MOST_COUNTED + 1)
)
_COUNT = Prepared(select(func.count()).select_from(_counted.subquery("unread")))


def page(viewer_id: int, before: Key | None = None, limit: int = 20, *, unread: bool = False) -> tuple[list[Line], Key | None]:
    """Up to `limit` lines, the latest first, and the key to go on before, if there are more; only the `unread`, if asked."""
    at, number = before or FROM_THE_TOP
    rows = (_UNREAD if unread else _ALL).rows(viewer=viewer_id, at=at, id=number, limit=limit + 1)
    lines = [_line(*row) for row in rows[:limit]]
    return lines, lines[-1].key if len(rows) > limit else None


def line(viewer_id: int, notification_id: int) -> Line:
    """One line, whether she wishes to be told of such things on the site or not.

    Raises:
        NotificationNotFound: there is none for her.
    """
    rows = _ONE.rows(viewer=viewer_id, id=notification_id) if 0 < notification_id <= BIGGEST else []
    if not rows:
        raise NotificationNotFound
    return _line(*rows[0])


def unread(viewer_id: int) -> Unread:
    """How many lines she has not read, counted up to a bound. One statement."""
    ((number,),) = _COUNT.rows(viewer=viewer_id)
    return Unread(min(number, MOST_COUNTED), more=number > MOST_COUNTED)


def wishes(user_id: int) -> list[Wish]:
    """What a person wishes to be told of, all topics."""
    row = NotificationWish
    found = session.execute(select(row.topic, row.on_site, row.by_mail).where(row.user_id == user_id))
    hers = {Topic.DIGEST: BY_MAIL_ALONE}
    hers |= {topic: (on_site and topic is not Topic.DIGEST, by_mail) for topic, on_site, by_mail in found}
    hers[Topic.NOTICES] = FIXED
    return [Wish(topic, *hers.get(topic, USUAL), fixed=topic is Topic.NOTICES) for topic in Topic]


def wish(user_id: int, topic: Topic) -> Wish:
    """What a person wishes about one topic."""
    return next(each for each in wishes(user_id) if each.topic is topic)


def _line(notification_id: int, kind: str, created_at: datetime, changed_at: datetime, *rest: Any) -> Line:
    read_at, post_id, title, text, url, official, slug, name, post_excerpt, said, count, acts, at, comment_id, named = rest
    signer = Signer(slug, name) if kind == Kind.MENTION and official and not comment_id else None
    return Line(
        id=notification_id,
        kind=Kind(kind),
        unread=read_at is None,
        at=at or created_at,
        post_id=post_id,
        comment_id=comment_id or None,
        actors=() if signer else tuple(PersonView(*values) for values in named or ()),
        count=0 if signer else count,
        many=(acts or 0) >= MOST_ACTS,
        signer=signer,
        excerpt=said or post_excerpt or "",
        title=title,
        text=text,
        url=url,
        key=(changed_at, notification_id),
    )
