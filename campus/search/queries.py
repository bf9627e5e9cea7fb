"""Named reads of a search: posts the newest first, people she follows before the others, organizations by name.

Each statement holds the words as a constant, so that PostgreSQL knows how frequent they are when it plans: of a frequent word it
walks the newest posts until the page is full, of a rare one it takes the few posts from the index.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from sqlalchemy import BigInteger, Boolean, DateTime, String, Text, bindparam, func, literal_column, not_, select, tuple_
from sqlalchemy.dialects.postgresql import TSQUERY, TSVECTOR

from campus.accounts.models import User
from campus.follows.models import Follow, FollowStatus
from campus.follows.queries import Person, shown_to
from campus.organizations.models import Organization
from campus.organizations.queries import listed
from campus.platform.db import session
from campus.posts.models import Post
from campus.posts.queries import cards
from campus.posts.visibility import visible_to
from campus.search.models import ORGANIZATION_WORDS, PERSON_WORDS, PostWords

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement, Row, Select, SQLColumnExpression

    from campus.organizations.places import Listed
    from campus.posts.cards import PostCard

Item = TypeVar("Item")
Key = TypeVar("Key")
PostKey = tuple[datetime, int]  # when it was published, its id
NameKey = tuple[bool, str, int]  # whether it comes after the preferred ones, the name in lower case, the id

LOOKED_AT = 1000  # posts with the words that one page looks at, whether or not the viewer may see them
FIRST_POST: PostKey = (datetime(9999, 1, 1, tzinfo=UTC), 0)
FIRST_NAME: NameKey = (False, "", 0)


@dataclass(frozen=True, slots=True)
class Hits(Generic[Item, Key]):
    """Some of what was found, in order, and the key to go on after, if there may be more.

    A page of posts may be short, or even empty, and have a key nevertheless: it looked at as many posts as a page may.
    """

    items: list[Item]
    after: Key | None


_QUERY = func.search_query(bindparam("words", type_=Text, literal_execute=True), type_=TSQUERY)
_VIEWER = bindparam("viewer", type_=BigInteger)
_LIMIT = bindparam("limit", type_=BigInteger)
_ID = bindparam("id", type_=BigInteger)


def _matching(words: SQLColumnExpression[str]) -> ColumnElement[bool]:
    return words.op("@@", is_comparison=True)(_QUERY)


def _pieces() -> Select[datetime | None, int]:
    """What has all the words, the newest first: more than one piece of a post may."""
    earlier = tuple_(PostWords.published_at, PostWords.post_id) < tuple_(bindparam("at", type_=DateTime(timezone=True)), _ID)
    newest_first = (PostWords.published_at.desc(), PostWords.post_id.desc())
    return select(PostWords.published_at, PostWords.post_id).where(_matching(PostWords.words), earlier).order_by(*newest_first)


def _visible() -> Select[datetime | None, int]:
    """Posts among those looked at that the rule shows her: asked from the newest downwards, until the page is full."""
    pieces = _pieces().limit(literal_column(str(LOOKED_AT))).cte("piece").prefix_with("MATERIALIZED")
    found = select(pieces).distinct().order_by(pieces.c.published_at.desc(), pieces.c.post_id.desc()).subquery("found")
    seen = select(found.c.published_at, Post.id).join(Post, Post.id == found.c.post_id).where(visible_to(_VIEWER))
    return seen.order_by(found.c.published_at.desc(), found.c.post_id.desc()).limit(_LIMIT)


_POSTS = _visible()
_LAST_LOOKED_AT = _pieces().offset(literal_column(str(LOOKED_AT - 1))).limit(literal_column("1"))


def posts(viewer_id: int, words: str, after: PostKey | None = None, limit: int = 10) -> Hits[PostCard, PostKey]:
    """Up to `limit` posts with all these words, the last of them perhaps only begun, in their text or in that of one photo."""
    at, post_id = after or FIRST_POST
    values = {"words": words, "at": at, "id": post_id}
    rows = session.execute(_POSTS, values | {"viewer": viewer_id, "limit": limit + 1}).all()
    rest = rows[limit - 1] if len(rows) > limit else session.execute(_LAST_LOOKED_AT, values).first()
    found = cards(viewer_id, [post_id for _, post_id in rows[:limit]])
    return Hits(found, (rest[0], rest[1]) if rest and rest[0] else None)


def _people() -> Select[*tuple[Any, ...]]:
    """People as `Person` and their keys, those she follows first, then by name."""
    followed = (
        select(Follow.user_id)
        .where(Follow.follower_id == _VIEWER, Follow.user_id.is_not(None), Follow.status == FollowStatus.ACCEPTED)
        .subquery("followed")
    )
    stranger, name = followed.c.user_id.is_(None), func.lower(User.name)
    return (
        select(User.id, User.handle, User.name, User.avatar_token, stranger, name)
        .select_from(User)
        .outerjoin(followed, followed.c.user_id == User.id)
        .where(_matching(PERSON_WORDS), shown_to(_VIEWER), _later(stranger, name, User.id))
        .order_by(stranger, name, User.id)
        .limit(_LIMIT)
    )


def _later(*order: SQLColumnExpression[Any]) -> ColumnElement[bool]:
    """Comes after the key, in this order."""
    return tuple_(*order) > tuple_(bindparam("late", type_=Boolean), bindparam("name", type_=String), _ID)


_PEOPLE = _people()


def people(viewer_id: int, words: str, after: NameKey | None = None, limit: int = 20) -> Hits[Person, NameKey]:
    """Up to `limit` people with all these words in name and handle, whom the viewer may see."""
    rows = session.execute(_PEOPLE, _values(words, after, limit) | {"viewer": viewer_id}).all()
    return Hits([Person(*row[:4]) for row in rows[:limit]], _key(rows, limit))


def _organizations() -> Select[*tuple[Any, ...]]:
    """Organizations with their keys, those with the words in their names first."""
    elsewhere = not_(_matching(func.search_words(Organization.name, type_=TSVECTOR)))
    name = func.lower(Organization.name)
    found = select(Organization.id, elsewhere, name).where(
        _matching(ORGANIZATION_WORDS), _later(elsewhere, name, Organization.id)
    )
    return found.order_by(elsewhere, name, Organization.id).limit(_LIMIT)


_ORGANIZATIONS = _organizations()


def organizations(words: str, after: NameKey | None = None, limit: int = 20) -> Hits[Listed, NameKey]:
    """Up to `limit` organizations with all these words in name, slug, place and what they say about themselves."""
    rows = session.execute(_ORGANIZATIONS, _values(words, after, limit)).all()
    return Hits(listed([row[0] for row in rows[:limit]]), _key(rows, limit))


def _values(words: str, after: NameKey | None, limit: int) -> dict[str, Any]:
    late, name, last_id = after or FIRST_NAME
    return {"words": words, "late": late, "name": name, "id": last_id, "limit": limit + 1}


def _key(rows: Sequence[Row[*tuple[Any, ...]]], limit: int) -> NameKey | None:
    """The key of the last row shown: its last two columns and its first."""
    if len(rows) <= limit:
        return None
    last = rows[limit - 1]
    return last[-2], last[-1], last[0]
