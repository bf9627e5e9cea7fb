"""Loading and removing: the same every time, whole or not at all, and never where somebody is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from campus.accounts.models import User
from campus.admin.figures import LONGEST, series
from campus.admin.models import DailyFigure
from campus.admin.storage import last
from campus.demo.loading import Loaded, NotEmpty, NotInProduction, Size, load
from campus.demo.removal import remove
from campus.feed.models import FeedEntry
from campus.follows.models import Follow
from campus.interactions.models import Comment, Like, Share
from campus.moderation.kinds import CaseState, Tab
from campus.moderation.models import Case
from campus.moderation.queries.listing import tab_counts
from campus.organizations.models import Organization
from campus.platform import settings
from campus.platform.db import Base, session, transaction
from campus.posts.models import Photo, Post, PostState
from tests.factories import make_like, make_post, make_user

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from campus.media.variants import Processed


def people() -> int:
    return session.scalar(select(func.count()).select_from(User)) or 0


def digest(media: Path) -> dict[str, object]:
    """Everything in the database and the folder, but for what is random on purpose: the salt of the password."""
    rows: dict[str, object] = {}
    for table in Base.metadata.sorted_tables:
        columns = [column for column in table.columns if column.name not in {"password_hash", "built_at"}]
        rows[table.name] = sorted(map(repr, session.execute(select(*columns)).all()))
    files = [*media.rglob("photos/*/*"), *media.rglob("portraits/*/*")]
    rows["files"] = sorted((str(file.relative_to(media)), file.stat().st_size) for file in files)
    return rows


def test_the_same_seed_makes_the_same_demo(small: Loaded, media: Path, pictures: dict[int, Processed], now: datetime) -> None:
    first = digest(media)
    remove()
    load(size=Size.SMALL, seed=small.seed, now=now, pictures=pictures)
    second = digest(media)
    assert first.keys() == second.keys()
    assert [name for name in first if first[name] != second[name] and name != "user"] == []
    remove()
    load(size=Size.SMALL, seed=small.seed + 1, now=now, pictures=pictures)
    assert digest(media)["post"] != first["post"]


def test_nothing_is_loaded_where_somebody_is(app: object, pictures: dict[int, Processed], now: datetime) -> None:
    with transaction():
        make_user()
    with pytest.raises(NotEmpty):
        load(size=Size.SMALL, seed=1, now=now, pictures=pictures)
    assert people() == 1


def test_a_load_that_fails_leaves_nothing(
    media: Path, pictures: dict[int, Processed], now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> object:
        raise RuntimeError("out of comments")

    monkeypatch.setattr("campus.demo.loading.comment_rows", fail)
    with pytest.raises(RuntimeError, match="out of comments"):
        load(size=Size.SMALL, seed=1, now=now, pictures=pictures)
    assert people() == 0
    assert not list(media.rglob("photos/*/*"))


def test_production_has_no_demo(
    app: object, pictures: dict[int, Processed], now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(settings.current()), "is_production", True)
    with pytest.raises(NotInProduction):
        load(size=Size.SMALL, seed=1, now=now, pictures=pictures)


def test_removal_leaves_what_is_not_of_the_demo(small: Loaded, media: Path) -> None:
    with transaction():
        guest = make_user(handle="real_person")
        post = make_post(author=guest)
        make_like(post=post, user=guest)
        make_like(post=post, user=session.get(User, 1))
    removed = remove()
    assert removed["post"] == small.rows["post"]
    assert session.scalars(select(User.handle)).all() == ["real_person"]
    assert [tuple(row) for row in session.execute(select(Post.id, Post.like_count))] == [(post.id, 1)]
    assert not list(media.rglob("photos/*/*"))
    for model in (Organization, Photo, Comment, Share, Follow, FeedEntry, DailyFigure):
        assert not session.scalar(select(func.count()).select_from(model)), model


def test_the_charts_of_administrators_are_filled(small: Loaded, now: datetime) -> None:
    drawn = {each.figure.name: each.total for each in series(LONGEST, now=now)}
    assert drawn["posts"] == session.scalar(select(func.count()).where(Post.state == PostState.PUBLISHED))
    assert drawn["storage"]
    assert last().day == now.date()


def test_people_signed_up_on_most_days_and_did_nothing_before(small: Loaded, now: datetime) -> None:
    [signed_up] = [each.values for each in series(LONGEST, now=now) if each.figure.name == "sign_ups"]
    assert sum(1 for value in signed_up if value) > LONGEST / 2
    assert sum(1 for value in signed_up[-30:] if value) > 20
    for act, person, at in (
        (Like, Like.user_id, Like.created_at),
        (Comment, Comment.author_id, Comment.created_at),
        (Share, Share.user_id, Share.created_at),
        (Follow, Follow.follower_id, Follow.created_at),
        (Post, Post.author_id, Post.published_at),
    ):
        early = select(func.count()).select_from(act).join(User, User.id == person).where(at < User.created_at)
        assert session.scalar(early) == 0


def test_new_rows_go_on_after_the_demo(small: Loaded) -> None:
    with transaction():
        assert make_user().id > small.rows["user"]


def test_a_case_waits_in_each_state(small: Loaded, now: datetime) -> None:
    """Who moderates Northbridge finds cases in every open tab; the site's staff what was handed to it."""
    del small
    states = set(session.scalars(select(Case.state)))
    assert states == set(CaseState) - {CaseState.REOPENED}
    counts = tab_counts(None, now=now)
    assert all(counts[tab] for tab in (Tab.UNCLAIMED, Tab.CLAIMED, Tab.ESCALATED, Tab.HELD, Tab.APPEALS))
    assert not session.scalar(select(Case.id).join(User, User.id == Case.author_id).where(User.is_admin))
    remove()
    assert not session.scalar(select(func.count()).select_from(Case))
