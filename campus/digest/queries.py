"""Named reads of digests: who was not there, and what she missed of her own feed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import exists, func, select

from campus.accounts.models import Algorithm, EmailAddress, Scope, User
from campus.digest.models import WeeklyDigest
from campus.feed import snapshots
from campus.feed.models import FeedState
from campus.feed.streams import Kind
from campus.notifications.models import NotificationWish, Topic
from campus.organizations.models import Organization
from campus.platform.db import session
from campus.posts.models import Audience, Post
from campus.posts.visibility import visible_to

if TYPE_CHECKING:
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


def due(now: datetime) -> Select[int]:
    """The people who were not there for a week, wish for a digest, and got none within it; by their ids."""
    return select(User.id).where(*_away(now), ~exists().where(WeeklyDigest.user_id == User.id, WeeklyDigest.at > now - WEEK))


def how_many_are_due(now: datetime) -> int:
    """How many people `due` are."""
    return session.scalar(select(func.count()).select_from(due(now).subquery())) or 0


def still_away(user_id: int, since: datetime, now: datetime) -> bool:
    """Whether a digest still is for her: she did not come back `since`, nor change her mind, and may sign in."""
    return session.scalar(select(User.id).where(User.id == user_id, *_away(now, since))) is not None


def missed(user_id: int, *, since: datetime, now: datetime) -> Missed:
    """What reached her by a relation since a moment, of what she may see at this one. Three statements."""
    kind = Kind(Algorithm.CHRONOLOGICAL, Scope.FOLLOWING, snapshots.entries_complete(user_id))
    ids, _, _ = snapshots.order(user_id, kind, now=now, wanted=MOST + 1, at_least=MOST + 1)
    rows = (
        select(Organization.name, Post.audience, Post.title)
        .select_from(Post)
        .outerjoin(Organization, Organization.id == Post.organization_id)
        .where(Post.id.in_(ids), Post.published_at > since, Post.author_id != user_id, visible_to(user_id))
        .order_by(Post.published_at.desc(), Post.id.desc())
    )
    found = session.execute(rows).all()
    houses = Counter(row.name for row in found if row.name)
    titles = [row.title for row in found if row.title and row.audience is Audience.PUBLIC]
    return Missed(min(len(found), MOST), len(found) > MOST, tuple(houses.most_common(MOST_NAMED)), tuple(titles[:MOST_NAMED]))


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
