"""Named reads of digests: who was not there, and what she missed of her own feed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from sqlalchemy import exists, func, select

from campus.accounts.models import EmailAddress, User
from campus.digest.models import WeeklyDigest
from campus.feed.models import FeedState
from campus.feed.queries import newest_of_many
from campus.notifications.models import NotificationWish, Topic
from campus.organizations.models import Organization
from campus.platform.db import session
from campus.platform.prepared import Prepared
from campus.posts.models import Audience, Post

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Select

WEEK = timedelta(days=7)
MOST = 99  # posts that are counted; more are "more than"
MOST_NAMED = 5  # organizations and titles


@dataclass(frozen=True, slots=True)
class Missed:
    """What a week brought: how many posts, `more` if they were not all counted, and of them how many each organization's.

    `titles` are of posts that everybody may see; nothing else that somebody wrote is here.
    """

    posts: int
    more: bool
    organizations: tuple[tuple[str, int], ...]
    titles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reader:
    """Whom a digest is for, and where it goes."""

    user_id: int
    name: str
    address: str


def due(now: datetime) -> Select[int]:
    """The people who were not there for a week, wish for a digest, and got none within it; by their ids."""
    return select(User.id).where(*_away(now), ~exists().where(WeeklyDigest.user_id == User.id, WeeklyDigest.at > now - WEEK))


def how_many_are_due(now: datetime) -> int:
    """How many people `due` are."""
    return session.scalar(select(func.count()).select_from(due(now).subquery())) or 0


def readers(at: datetime, *, after: int, upto: int, now: datetime) -> list[Reader]:
    """Those of the people after an id, up to another, whose week ended `at`, whom a digest still is for: by their ids.

    They did not come back since, nor change their minds, and may sign in.
    """
    address = select(EmailAddress.address).where(EmailAddress.user_id == User.id, EmailAddress.is_primary)
    rows = select(User.id, User.name, address.scalar_subquery().label("address"))
    taken = (WeeklyDigest.user_id == User.id, WeeklyDigest.at == at, User.id > after, User.id <= upto)
    here = rows.where(exists().where(*taken), User.id > after, User.id <= upto, *_away(now, at - WEEK))
    return [Reader(row.id, row.name, row.address) for row in session.execute(here.order_by(User.id))]


def missed(user_ids: Sequence[int], *, since: datetime) -> dict[int, Missed]:
    """What reached each of these people by a relation since a moment, of what she may see now; who missed nothing is not in it.

    One statement.
    """
    found = _NEWEST.rows(ids=list(user_ids), moment=since)
    return {user_id: _counted(list(hers)) for user_id, hers in groupby(found, key=attrgetter("user_id"))}


def _counted(found: Sequence[Any]) -> Missed:
    counted = found[:MOST]
    houses = Counter(row.name for row in counted if row.name)
    titles = [row.title for row in counted if row.title and row.audience == Audience.PUBLIC]
    return Missed(len(counted), len(found) > MOST, tuple(houses.most_common(MOST_NAMED)), tuple(titles[:MOST_NAMED]))


def _away(now: datetime, since: datetime | None = None) -> tuple[Any, ...]:
    """Conditions on `User`."""
    proved = (EmailAddress.user_id == User.id, EmailAddress.is_primary, EmailAddress.verified_at.is_not(None))
    wish = NotificationWish
    unwished = (wish.user_id == User.id, wish.topic == Topic.DIGEST, wish.by_mail.is_(False))
    read = select(FeedState.last_read_at).where(FeedState.user_id == User.id).correlate(User).scalar_subquery()
    return (
        User.present,
        User.approved_at.is_not(None),
        User.is_demo.is_(False),
        func.coalesce(read, User.created_at) <= (since or now - WEEK),
        exists().where(*proved),
        ~exists().where(*unwished),
    )


def _newest() -> Select[Any]:
    """(user_id, name of the organization, audience, title) of what is newest to each reader, one post more than are counted."""
    hers = newest_of_many(MOST + 1).subquery("hers")
    first = (Post.published_at.desc(), Post.id.desc())
    place = func.row_number().over(partition_by=hers.c.user_id, order_by=first).label("place")
    told = select(hers.c.user_id, Organization.name, Post.audience, Post.title, place).select_from(hers)
    told = told.join(Post, Post.id == hers.c.post_id).outerjoin(Organization, Organization.id == Post.organization_id)
    numbered = told.subquery("numbered")
    return select(numbered).where(numbered.c.place <= MOST + 1).order_by(numbered.c.user_id, numbered.c.place)


_NEWEST = Prepared(_newest())
