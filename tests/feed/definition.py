"""The definition of the feed in plain Python over plain rows, written from the product's text and not from the code it tests."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from campus.platform.db import session

if TYPE_CHECKING:
    from datetime import datetime

WEEK = 7 * 24 * 3600.0


@dataclass
class Definition:
    """All rows a feed depends on, loaded once; then `feed(viewer, algorithm, scope)` for anybody."""

    now: datetime
    window_days: int
    posts: list[Any]
    suspended: set[int]
    blocks: set[tuple[int, int]]
    follows: dict[int, set[int]]
    organization_follows: dict[int, set[int]]
    memberships: dict[int, dict[int, str]]
    departments: dict[int, set[int]]
    kinds: dict[int, str]
    muted: dict[int, set[int]]
    muted_organizations: dict[int, set[int]]

    @classmethod
    def load(cls, now: datetime, window_days: int = 30) -> Definition:
        """Read everything there is."""
        follows: dict[int, set[int]] = defaultdict(set)
        organization_follows: dict[int, set[int]] = defaultdict(set)
        for follower, user, organization in _rows(
            "SELECT follower_id, user_id, organization_id FROM follow WHERE status = 'accepted'"
        ):
            (follows if user else organization_follows)[follower].add(user or organization)
        muted: dict[int, set[int]] = defaultdict(set)
        muted_organizations: dict[int, set[int]] = defaultdict(set)
        for muter, user, organization in _rows("SELECT muter_id, user_id, organization_id FROM mute"):
            (muted if user else muted_organizations)[muter].add(user or organization)
        memberships: dict[int, dict[int, str]] = defaultdict(dict)
        for user, organization, role, until in _rows(
            "SELECT user_id, organization_id, role, until FROM organization_membership WHERE status = 'active'"
        ):
            if until is None or until > now:
                memberships[user][organization] = role
        departments: dict[int, set[int]] = defaultdict(set)
        for user, department, organization in _rows("SELECT user_id, department_id, organization_id FROM department_membership"):
            if organization in memberships[user]:
                departments[user].add(department)
        return cls(
            now,
            window_days,
            _rows(
                "SELECT id, author_id, organization_id, department_id, official, audience, state, published_at, "
                "like_count, comment_count, share_count FROM post"
            ),
            {row[0] for row in _rows('SELECT id FROM "user" WHERE suspended_at IS NOT NULL')},
            {(row[0], row[1]) for row in _rows("SELECT blocker_id, blocked_id FROM block")},
            follows,
            organization_follows,
            memberships,
            departments,
            dict(tuple(row) for row in _rows("SELECT id, kind FROM organization")),
            muted,
            muted_organizations,
        )

    def sees(self, viewer: int, post: Any) -> bool:
        """Product, section 5."""
        if post.state != "published":
            return False
        between = (viewer, post.author_id) in self.blocks or (post.author_id, viewer) in self.blocks
        if not post.official and (post.author_id in self.suspended or between):
            return False
        return post.author_id == viewer or self.in_audience(viewer, post)

    def in_audience(self, viewer: int, post: Any) -> bool:
        """The second numbered clause, but for the author."""
        mine = self.memberships[viewer]
        if post.audience != "only_me" and mine.get(post.organization_id) in {"owner", "admin", "moderator"}:
            return True
        return {
            "public": True,
            "organization": post.organization_id in mine,
            "department": post.department_id in self.departments[viewer],
            "followers": post.author_id in self.follows[viewer],
            "only_me": False,
        }[post.audience]

    def reaches(self, viewer: int, post: Any) -> bool:
        """A relation carries the post to her."""
        return (
            post.author_id == viewer
            or post.author_id in self.follows[viewer]
            or post.organization_id in self.organization_follows[viewer]
            or post.organization_id in self.memberships[viewer]
        )

    def selects(self, viewer: int, post: Any, scope: str) -> bool:
        """Product, section 6: the selection."""
        if post.published_at is None or not 0 <= (self.now - post.published_at).total_seconds() < self.window_days * 86_400:
            return False
        if post.author_id in self.muted[viewer] or post.organization_id in self.muted_organizations[viewer]:
            return False
        return self.sees(viewer, post) and (scope == "all" or self.reaches(viewer, post))

    def relevance(self, viewer: int, post: Any) -> int:
        """5, 4, 3, 1 or 0 points."""
        mine = self.memberships[viewer]
        owned_by_mine = post.organization_id in mine
        if post.department_id in self.departments[viewer] or (owned_by_mine and self.kinds[post.organization_id] == "company"):
            return 5
        if owned_by_mine:
            return 4
        if post.author_id in self.follows[viewer] or post.organization_id in self.organization_follows[viewer]:
            return 3
        return 1 if mine.keys() & self.memberships[post.author_id].keys() else 0

    def score(self, viewer: int, post: Any) -> float:
        """The sum of the four parts."""
        age = (self.now - post.published_at).total_seconds()
        points = post.like_count + 2 * post.comment_count + 3 * post.share_count
        mixed = (post.id * 48_271 + viewer * 69_621) % 2_147_483_647
        tie = mixed * 16_807 % 2_147_483_647 / 2_147_483_647 * 0.01
        return float(10 * max(0.0, 1 - age / WEEK) + min(5.0, math.log(1 + points)) + self.relevance(viewer, post) + tie)

    def feed(self, viewer: int, algorithm: str, scope: str) -> list[int]:
        """The ids of the whole selection, in order."""
        return self.ordered(viewer, [post for post in self.posts if self.selects(viewer, post, scope)], algorithm)

    def ordered(self, viewer: int, chosen: list[Any], algorithm: str) -> list[int]:
        """The ids of a selection, in order."""
        keys = {
            "mixed": lambda post: (self.score(viewer, post), post.id),
            "chronological": lambda post: (post.published_at, post.id),
            "engagement": lambda post: (
                post.like_count + 2 * post.comment_count + 3 * post.share_count,
                post.published_at,
                post.id,
            ),
        }
        return [post.id for post in sorted(chosen, key=keys[algorithm], reverse=True)]


def _rows(statement: str) -> list[Any]:
    return list(session.execute(text(statement)).all())
