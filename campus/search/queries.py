"""Named reads of a search: posts the newest first, people she follows before the others, organizations by name.

What a page of posts costs does not grow with the site. Frequent words are looked for by walking the newest posts, rare ones by
their index; how frequent they are together is counted in a sample first, since PostgreSQL estimates them as if they were
independent. The words are constants of the statement, never parameters of one prepared for whatever words.
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
Way = tuple["Select[datetime, int]", "Select[datetime, int]"]
PostKey = tuple[datetime, int]  # when it was published, its id
NameKey = tuple[bool, str, int]  # whether it comes after the preferred ones, the name in lower case, the id

# Pieces of posts, a text or a photo's.
SAMPLE = 500
FREQUENT = 25  # of the sample: in one of twenty
WALKED = 20_000  # of any words: a thousand with words of that frequency
LOOKED_AT = 1000  # with the words. A page that has looked at so many ends, whether or not the viewer may see any
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


_KEY = (PostWords.published_at, PostWords.post_id)
_NEWEST_FIRST = (PostWords.published_at.desc(), PostWords.post_id.desc())
_EARLIER = tuple_(*_KEY) < tuple_(bindparam("at", type_=DateTime(timezone=True)), _ID)


def _by_time(walked: int, most: int) -> Way:
    """For frequent words: the newest pieces with them among so many of any words, found by the order."""
    newest = select(*_KEY, PostWords.words).where(_EARLIER).order_by(*_NEWEST_FIRST).limit(literal_column(str(walked))).subquery()
    return _among(select(newest.c.published_at, newest.c.post_id).where(_matching(newest.c.words)), most)


def _by_words(most: int) -> Way:
    """For rare words: the newest of all pieces with them, found by the words, because the order and the end stand outside."""
    matching = select(*_KEY).where(_EARLIER, _matching(PostWords.words)).cte().prefix_with("MATERIALIZED")
    return _among(select(matching), most)


def _among(matching: Select[*tuple[Any, ...]], most: int) -> Way:
    """Posts that the rule shows her, asked from the newest on until the page is full; the last piece that may be looked at."""
    published_at, post_id = matching.selected_columns
    newest = matching.order_by(published_at.desc(), post_id.desc()).limit(literal_column(str(most)))
    pieces = newest.cte().prefix_with("MATERIALIZED")
    found = select(pieces).distinct().order_by(*(each.desc() for each in pieces.c)).subquery("found")
    seen = select(found.c.published_at, Post.id).join(Post, Post.id == found.c.post_id).where(visible_to(_VIEWER))
    last = select(pieces).order_by(*(each.desc() for each in pieces.c)).offset(literal_column(str(most - 1)))
    return seen.order_by(found.c.published_at.desc(), found.c.post_id.desc()).limit(_LIMIT), last


_sample = select(PostWords.words).where(_EARLIER).order_by(*_NEWEST_FIRST).limit(literal_column(str(SAMPLE))).subquery("sample")
_FREQUENCY = select(func.count()).select_from(_sample).where(_matching(_sample.c.words))
_BY_TIME = _by_time(WALKED, LOOKED_AT)
_BY_WORDS = _by_words(LOOKED_AT)


def posts(viewer_id: int, words: str, after: PostKey | None = None, limit: int = 10) -> Hits[PostCard, PostKey]:
    """Up to `limit` posts with all these words, the last of them perhaps only begun, in their text or in that of one photo."""
    at, post_id = after or FIRST_POST
    values = {"words": words, "at": at, "id": post_id}
    frequent = (session.scalar(_FREQUENCY, values) or 0) >= FREQUENT
    ids, key = _page(_BY_TIME, viewer_id, values, limit) if frequent else ([], None)
    if key is None:  # not frequent, or not so along all of the way: who looked at less than she might must not be told so
        ids, key = _page(_BY_WORDS, viewer_id, values, limit)
    return Hits(cards(viewer_id, ids), key)


def _page(way: Way, viewer_id: int, values: dict[str, Any], limit: int) -> tuple[list[int], PostKey | None]:
    """What is found on this way, and the key to go on after: of a full page's last post, or of the last that may be looked at."""
    visible, last = way
    rows = session.execute(visible, values | {"viewer": viewer_id, "limit": limit + 1}).all()
    rest = rows[limit - 1] if len(rows) > limit else session.execute(last, values).first()
    return [post_id for _, post_id in rows[:limit]], (rest[0], rest[1]) if rest else None


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
