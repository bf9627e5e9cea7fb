"""Named reads of the marks on posts: likes and comments as one viewer sees them.

`dress` is on the way of every page with posts on it: one statement for all its cards, built once, without database objects.
Comments of people who are suspended, whom the viewer has blocked or who have blocked her are not shown; a post's `comment_count`
counts them, since it is the same for everybody.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ARRAY, JSON, BigInteger, and_, bindparam, column, exists, func, select, true, type_coerce
from sqlalchemy.dialects.postgresql import aggregate_order_by

from campus.accounts.models import User
from campus.follows.queries import not_blocked
from campus.interactions.models import Comment, Like
from campus.platform.db import session
from campus.platform.errors import NotFound
from campus.platform.prepared import Prepared
from campus.posts.cards import PersonView
from campus.posts.queries import PostNotFound, reachable_post, visible_post

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import ColumnElement, Row

    from campus.posts.cards import PostCard
    from campus.posts.models import Post

NEWEST = 2
BIGGEST = 2**63 - 1


class CommentNotFound(NotFound):
    """There is no such comment for this viewer."""

    title = "There is no such comment"


@dataclass(frozen=True, slots=True)
class Mark:
    """What the viewer has done with a post."""

    liked: bool


@dataclass(frozen=True, slots=True)
class CommentView:
    """A comment; `mine` when the viewer wrote it."""

    id: int
    author: PersonView
    text: str
    created_at: datetime
    mine: bool


@dataclass(frozen=True, slots=True)
class FullCard:
    """A post with what belongs to one viewer: her mark, and the newest comments she may see, the oldest of them first."""

    post: PostCard
    mark: Mark
    comments: tuple[CommentView, ...]


@dataclass(frozen=True, slots=True)
class CommentsFound:
    """Some comments of a post, the newest first, and whether there are earlier ones."""

    items: tuple[CommentView, ...]
    more: bool


@dataclass(frozen=True, slots=True)
class CommentsPage:
    """Some comments, the oldest first, and where the earlier ones are, if there are any."""

    items: tuple[CommentView, ...]
    older_url: str | None


# The comment is there for whoever may see its post and its author, and counts: it is neither deleted nor hidden by moderators.
STANDS = and_(Comment.deleted_at.is_(None), Comment.hidden_at.is_(None))
_VIEWER = bindparam("viewer", type_=BigInteger)
_SHOWN: tuple[ColumnElement[bool], ...] = (
    and_(STANDS, User.present),
    not_blocked(_VIEWER, Comment.author_id),
)
_FIELDS = (Comment.id, Comment.author_id, User.handle, User.name, User.avatar_token, Comment.text, Comment.created_at)

_asked = (
    func.unnest(bindparam("ids", type_=ARRAY(BigInteger))).table_valued(column("id", BigInteger), name="asked").render_derived()
)
_newest = (
    select(*_FIELDS)
    .join(User, User.id == Comment.author_id)
    .where(Comment.post_id == _asked.c.id, *_SHOWN)
    .order_by(Comment.id.desc())
    .limit(NEWEST)
    .correlate(_asked)
    .subquery("newest")
)
_as_json = type_coerce(func.json_agg(aggregate_order_by(func.json_build_array(*_newest.c), _newest.c.id)), JSON).label("comments")
_comments = select(_as_json).select_from(_newest).lateral("comments")
_DRESS = Prepared(
    select(
        _asked.c.id,
        exists().where(Like.post_id == _asked.c.id, Like.user_id == _VIEWER),
        _comments.c.comments,
    ).select_from(_asked.join(_comments, true()))
)

_BEFORE, _MOST = bindparam("before", type_=BigInteger), bindparam("limit", type_=BigInteger)
_earlier = (
    select(*_FIELDS)
    .join(User, User.id == Comment.author_id)
    .where(Comment.post_id == _asked.c.id, Comment.id < _BEFORE, *_SHOWN)
    .order_by(Comment.id.desc())
    .limit(_MOST)
    .correlate(_asked)
    .lateral("earlier")
)
_NEWEST_OF = Prepared(
    select(_asked.c.id, *_earlier.c).select_from(_asked.join(_earlier, true())).order_by(_asked.c.id, _earlier.c.id.desc())
)

_PAGE = (
    select(*_FIELDS)
    .join(User, User.id == Comment.author_id)
    .where(
        Comment.post_id == bindparam("post", type_=BigInteger),
        Comment.id < _BEFORE,
        *_SHOWN,
    )
    .order_by(Comment.id.desc())
    .limit(_MOST)
)


def dress(viewer_id: int, cards: Sequence[PostCard]) -> list[FullCard]:
    """The cards with the viewer's marks and the newest comments, in the same order. One statement whatever their number.

    The caller has got the cards through the rule of visibility.
    """
    if not cards:
        return []
    found = {row[0]: row for row in _DRESS.rows(viewer=viewer_id, ids=[card.id for card in cards])}
    return [_full(viewer_id, card, found[card.id]) for card in cards]


def comments_page(
    viewer_id: int, post_id: int, before_id: int | None = None, limit: int = 20
) -> tuple[tuple[CommentView, ...], int | None]:
    """Up to `limit` comments earlier than `before_id` (or the newest), the oldest first, and the id to go on before, if any.

    The caller has got the post through the rule of visibility.
    """
    values = {"viewer": viewer_id, "post": post_id, "before": before_id or BIGGEST, "limit": limit + 1}
    rows = session.execute(_PAGE, values).all()
    shown = tuple(_comment(viewer_id, *row) for row in reversed(rows[:limit]))
    return shown, shown[0].id if len(rows) > limit else None


def newest_of(viewer_id: int, post_ids: Sequence[int], before_id: int | None = None, limit: int = 20) -> dict[int, CommentsFound]:
    """For each of these posts up to `limit` comments earlier than `before_id` (or the newest). One statement for all.

    The caller has got the posts through the rule of visibility.
    """
    found: dict[int, list[CommentView]] = {post_id: [] for post_id in post_ids}
    for post_id, *values in _NEWEST_OF.rows(viewer=viewer_id, ids=list(post_ids), before=before_id or BIGGEST, limit=limit + 1):
        found[post_id].append(_comment(viewer_id, *values))
    return {post_id: CommentsFound(tuple(some[:limit]), len(some) > limit) for post_id, some in found.items()}


def comment_view(viewer_id: int, comment_id: int) -> CommentView | None:
    """One comment, if the viewer may see it. The caller has got its post through the rule of visibility."""
    one = select(*_FIELDS).join(User, User.id == Comment.author_id).where(Comment.id == comment_id, *_SHOWN)
    row = session.execute(one, {"viewer": viewer_id}).first()
    return _comment(viewer_id, *row) if row else None


def visible_comment(viewer_id: int, comment_id: int) -> Comment:
    """The comment, if this viewer may see its post, and neither its author nor she has blocked the other.

    Raises:
        CommentNotFound: there is none for her.
    """
    found, _ = _found(viewer_id, comment_id, visible_post)
    return found


def reachable_comment(viewer_id: int, comment_id: int) -> CommentView:
    """The comment as it is shown; also one under her own post that others do not see. Otherwise like `visible_comment`."""
    _, shown = _found(viewer_id, comment_id, reachable_post)
    return shown


def _found(viewer_id: int, comment_id: int, post: Callable[[int, int], Post]) -> tuple[Comment, CommentView]:
    """The comment, looked up through its post."""
    found = session.get(Comment, comment_id, populate_existing=True) if 0 < comment_id <= BIGGEST else None
    if found is None or found.deleted_at is not None or found.hidden_at is not None:
        raise CommentNotFound
    try:
        post(viewer_id, found.post_id)
    except PostNotFound as error:
        raise CommentNotFound from error
    shown = comment_view(viewer_id, comment_id)
    if shown is None:
        raise CommentNotFound
    return found, shown


def has_liked(viewer_id: int, post_id: int) -> bool:
    """The viewer likes the post."""
    mine = select(Like.post_id).where(Like.post_id == post_id, Like.user_id == viewer_id)
    return session.scalar(mine) is not None


def _full(viewer_id: int, card: PostCard, row: Row[*tuple[Any, ...]]) -> FullCard:
    _, liked, comments = row
    parsed = ((*values[:6], datetime.fromisoformat(values[6])) for values in comments or ())
    return FullCard(card, Mark(liked), tuple(_comment(viewer_id, *values) for values in parsed))


def _comment(viewer_id: int, comment_id: int, author_id: int, *rest: Any) -> CommentView:
    handle, name, avatar_token, text, created_at = rest
    author = PersonView(author_id, handle, name, avatar_token)
    return CommentView(comment_id, author, text, created_at, mine=author_id == viewer_id)
