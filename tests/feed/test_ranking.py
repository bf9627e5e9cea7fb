"""The score, twice: plain arithmetic against SQL, and against points worked out by hand."""

from __future__ import annotations

from datetime import timedelta
from math import log
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import BigInteger, DateTime, Integer, literal, select

from campus.feed import ranking
from campus.feed.ranking import Reason, Signals
from campus.platform import clock
from campus.platform.db import session
from campus.posts.models import Post
from tests.factories import make_post

if TYPE_CHECKING:
    from campus.accounts.models import User

NOW = clock.now()


@pytest.mark.parametrize(
    ("age", "points"), [(timedelta(0), 10.0), (timedelta(days=3.5), 5.0), (timedelta(days=7), 0.0), (timedelta(days=20), 0.0)]
)
def test_recency_falls_in_a_line_for_seven_days(age: timedelta, points: float) -> None:
    assert ranking.recency(NOW - age, NOW) == pytest.approx(points)


@pytest.mark.parametrize(("marks", "points"), [((0, 0, 0), 0.0), ((1, 2, 3), log(15)), ((10_000, 0, 0), 5.0)])
def test_engagement_is_a_logarithm_up_to_five(marks: tuple[int, int, int], points: float) -> None:
    assert ranking.engagement(*marks) == pytest.approx(points)


def test_the_tie_break_is_small_stable_and_spread() -> None:
    drawn = [ranking.tie_break(post, 17) for post in range(1, 2001)]
    assert all(0 <= each < ranking.TIE for each in drawn)
    assert len(set(drawn)) == len(drawn)
    assert drawn == [ranking.tie_break(post, 17) for post in range(1, 2001)]


@pytest.mark.parametrize("reason", list(Reason))
def test_both_forms_agree(charlie: User, reason: Reason) -> None:
    for hours, marks in [(0, (0, 0, 0)), (5, (3, 1, 0)), (167, (40, 9, 2)), (169, (1, 0, 0)), (700, (900, 3, 1))]:
        likes, comments, shares = marks
        published = NOW - timedelta(hours=hours)
        post = make_post(author=charlie, published_at=published, like_count=likes, comment_count=comments, share_count=shares)
        viewer = literal(123_456, BigInteger)
        rest = ranking.at_rest_sql(viewer, literal(NOW, DateTime(timezone=True)))
        score = rest + ranking.relevance_sql(literal(int(reason), Integer))
        in_sql = session.scalar(select(score).where(Post.id == post.id))
        signals = Signals(post.id, 123_456, published, likes, comments, shares, reason)
        assert in_sql == pytest.approx(ranking.score(signals, NOW), abs=1e-12)
