"""Do the counters of posts equal their rows? Checked and mended set-wise, a range of posts at a time."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from sqlalchemy import func, or_, select, update

from campus.interactions.models import Comment, Like, Share
from campus.platform.db import session, transaction
from campus.posts.models import Post

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import Select, Subquery

RANGE = 5000  # ids of posts looked at in one statement
COUNTED = (Comment.deleted_at.is_(None), Comment.hidden_at.is_(None))  # of comments
COUNTERS = ("like_count", "comment_count", "share_count")


def last_post() -> int:
    """The highest id of a post: how far a check goes."""
    return session.scalar(select(func.max(Post.id))) or 0


def check(*, fix: bool = False, progress: Callable[[int], None] = lambda _: None) -> dict[str, int]:
    """How many posts have a wrong counter, for each counter; with `fix`, they are right afterwards."""
    wrong: Counter[str] = Counter(dict.fromkeys(COUNTERS, 0))
    end = last_post()
    for start in range(0, end, RANGE):
        for row in session.execute(_drifted(start)).mappings():
            wrong.update(name for name in COUNTERS if row[name] != row[f"true_{name}"])
            if fix:
                _mend(row["id"])
        progress(min(RANGE, end - start))
    return dict(wrong)


def _drifted(start: int) -> Select[int, int, int, int, int, int, int]:
    """The posts of a range that have a wrong counter, with what it says and what is true."""
    true = [_counted(table, start) for table in (Like, Comment, Share)]
    numbers = [func.coalesce(each.c.number, 0) for each in true]
    counters = [getattr(Post, name) for name in COUNTERS]
    rows = select(Post.id, *counters, *(number.label(f"true_{name}") for name, number in zip(COUNTERS, numbers, strict=True)))
    for each in true:
        rows = rows.outerjoin(each, each.c.post_id == Post.id)
    here = Post.id.between(start + 1, start + RANGE)
    return rows.where(here, or_(*(counter != number for counter, number in zip(counters, numbers, strict=True))))


def _counted(table: type[Like | Comment | Share], start: int) -> Subquery:
    rows = select(table.post_id, func.count().label("number")).where(table.post_id.between(start + 1, start + RANGE))
    if table is Comment:
        rows = rows.where(*COUNTED)
    return rows.group_by(table.post_id).subquery()


def _mend(post_id: int) -> None:
    """Count the rows of a post again while nobody adds one: whoever does holds the post's row."""
    with transaction():
        session.execute(select(Post.id).where(Post.id == post_id).with_for_update())
        counts = {name: session.scalar(number) or 0 for name, number in zip(COUNTERS, _numbers(post_id), strict=True)}
        session.execute(update(Post).where(Post.id == post_id).values(counts), execution_options={"synchronize_session": False})


def _numbers(post_id: int) -> Sequence[Select[int]]:
    return [
        select(func.count()).select_from(Like).where(Like.post_id == post_id),
        select(func.count()).select_from(Comment).where(Comment.post_id == post_id, *COUNTED),
        select(func.count()).select_from(Share).where(Share.post_id == post_id),
    ]
