"""The campus demo, at a fiftieth of its size: its sums are exact, its shapes are those it names, the tables are as they were."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, inspect, select

from campus.demo import bulk, crowds, loading
from campus.demo.bulk import apportion
from campus.demo.copying import LONGEST
from campus.demo.loading import Size, load
from campus.demo.removal import remove
from campus.demo.signins import sign_ins
from campus.interactions.models import Comment, Like, Share
from campus.organizations.models import Organization, OrganizationKind, OrganizationMembership
from campus.platform.db import db, session
from campus.posts.models import Audience, Post

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from campus.demo.world import Demo
    from campus.media.variants import Processed

SMALLER = {
    crowds: {"PEOPLE": 400, "LARGEST_COMPANY": 60},
    bulk: {"POSTS": 600, "BY_UNIVERSITIES": 240, "BY_COMPANIES": 120, "LIKES": 6_000, "COMMENTS": 1_200, "SHARES": 300},
    loading: {"MANY": 100},
}


@pytest.fixture
def campus(media: Path, pictures: dict[int, Processed], now: datetime, monkeypatch: pytest.MonkeyPatch) -> Path:
    for module, values in SMALLER.items():
        for name, value in values.items():
            monkeypatch.setattr(module, name, value)
    some = {number: pictures[number % len(pictures)] for number in range(60)}
    load(size=Size.CAMPUS, seed=3, now=now, pictures=some)
    return media


def total(*what: Any) -> int:
    return session.scalar(select(func.count()).select_from(*what)) or 0


def structure() -> list[object]:
    """Indexes and foreign keys of the tables that are filled bare."""
    with db.engine.connect() as connection:
        seen = inspect(connection)
        return [
            sorted(map(str, (*seen.get_indexes(model.__tablename__), *seen.get_foreign_keys(model.__tablename__))))
            for model in LONGEST
        ]


def test_the_sums_are_exact_and_counters_equal_their_rows(campus: Path) -> None:
    assert (total(Post), total(Like), total(Comment), total(Share)) == (600, 6_000, 1_200, 300)
    for counter, row in ((Post.like_count, Like), (Post.comment_count, Comment), (Post.share_count, Share)):
        counted = select(func.count()).where(row.post_id == Post.id).correlate(Post).scalar_subquery()
        assert session.scalar(select(func.count()).where(counter != counted)) == 0


def test_the_shares_are_those_of_the_workload(campus: Path) -> None:
    def posts(*conditions: Any) -> int:
        return session.scalar(select(func.count()).select_from(Post).where(*conditions)) or 0

    universities = select(Organization.id).where(Organization.kind == OrganizationKind.UNIVERSITY)
    assert posts(Post.organization_id.is_(None)) == 240
    assert posts(Post.organization_id.in_(universities)) == 240
    assert 0.18 < posts(Post.audience != Audience.PUBLIC) / 600 < 0.32
    each = (
        select(func.count().label("many")).select_from(OrganizationMembership).group_by(OrganizationMembership.user_id).subquery()
    )
    fewest, most = session.execute(select(func.min(each.c.many), func.max(each.c.many))).one()
    assert (fewest, most) == (1, 3)


def test_someone_stands_out_to_sign_in_as(campus: Path) -> None:
    assert [person.shows for person in sign_ins()][:3] == ["a site administrator", "has the most followers", "follows the most"]


def test_indexes_and_foreign_keys_are_back_and_removal_leaves_no_file(media: Path, campus: Path) -> None:
    loaded = structure()
    assert list(media.rglob("photos/*/*"))
    remove()
    assert structure() == loaded
    assert all("CASCADE" in str(each) and "ix_" in str(each) for each in loaded)
    assert not list(media.rglob("photos/*/*"))


def test_apportioning_keeps_to_sum_and_caps() -> None:
    shares = apportion(100, [50.0, 1.0, 1.0, 0.0], [60, 30, 30, 30])
    assert sum(shares) == 100
    assert shares[0] == 60
    assert shares[3] == 0
    with pytest.raises(ValueError, match="cannot be shared out"):
        apportion(10, [1.0], [9])


def test_a_larger_campus_has_more_organizations_not_larger_ones(monkeypatch: pytest.MonkeyPatch, now: datetime) -> None:
    for module in (crowds, bulk):
        for name, value in SMALLER[module].items():
            monkeypatch.setattr(module, name, value)
    monkeypatch.setattr(crowds, "PEOPLE", 1_000)  # so many that no department is empty
    one, ten = (crowds.crowd(3, now, "x", scale) for scale in (1, 10))
    slugs = [row[2] for model, rows in ten.tables if model is Organization for row in rows]
    assert (len(slugs), len(set(slugs)), ten.world.universities) == (300, 300, 100)
    assert slugs[:10] == [row[2] for model, rows in one.tables if model is Organization for row in rows][:10]
    members, posts = ([total_of(demo) / len(demo.world.members) for demo in (one, ten)] for total_of in (_memberships, _owned))
    assert members == [pytest.approx(members[0], rel=0.05)] * 2
    assert posts == [12, 12]


def _memberships(demo: Demo) -> int:
    return sum(len(people) for people in demo.world.members.values())


def _owned(demo: Demo) -> int:
    return sum(post.organization_id is not None for post in demo.world.posts)
