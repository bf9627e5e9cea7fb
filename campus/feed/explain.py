"""Why a post is in a feed, in words and in points."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import literal, select

from campus.feed import ranking
from campus.feed.ranking import RELEVANCE, Reason, Signals
from campus.platform.db import session
from campus.posts import queries as posts
from campus.posts.models import Post

if TYPE_CHECKING:
    from datetime import datetime

    from campus.posts.cards import PostCard


@dataclass(frozen=True)
class Part:
    """One summand of the score."""

    label: str
    points: float
    explanation: str


@dataclass(frozen=True)
class Why:
    """The answer to "Why am I seeing this?": the relation, and the parts of the score at this moment."""

    card: PostCard
    sentence: str
    parts: tuple[Part, ...]
    total: float


def sentence(reason: Reason, card: PostCard, viewer_id: int) -> str:
    """The relation that carries a post to a viewer, in one sentence."""
    if card.author.id == viewer_id:
        return "You posted this"
    owner = card.owner.name if card.owner else ""
    name = card.signed_by.name if card.signed_by else ""
    sentences = {
        Reason.DEPARTMENT: f"From your department, {card.department.name if card.department else owner}",
        Reason.COMPANY: f"You are a member of {owner}",
        Reason.UNIVERSITY: f"You are a member of {owner}",
        Reason.FOLLOWED_AUTHOR: f"You follow {name or f'somebody at {owner}'}",
        Reason.FOLLOWED_ORGANIZATION: f"You follow {owner}",
        Reason.COLLEAGUE: f"{name or f'Somebody at {owner}'} is in one of your organizations",
        Reason.NONE: "Public on this campus",
    }
    return sentences[reason]


def why(viewer_id: int, post_id: int, *, now: datetime) -> Why:
    """Explain a post to a viewer.

    Raises:
        PostNotFound: there is none, or not for her.
    """
    card = posts.card(viewer_id, post_id)
    reason = Reason(session.scalar(select(ranking.reason_sql(literal(viewer_id))).where(Post.id == post_id)) or 0)
    published = card.published_at or now
    signals = Signals(card.id, viewer_id, published, card.like_count, card.comment_count, card.share_count, reason)
    return Why(card, sentence(reason, card, viewer_id), _parts(signals, now), ranking.score(signals, now))


def _parts(signals: Signals, now: datetime) -> tuple[Part, ...]:
    likes, comments, shares = signals.likes, signals.comments, signals.shares
    days = max(0.0, (now - signals.published_at).total_seconds() / 86_400)
    return (
        Part(
            "Recency", ranking.recency(signals.published_at, now), f"10 points when new, 0 after seven days; {days:.1f} days old"
        ),
        Part(
            "Engagement",
            ranking.engagement(likes, comments, shares),
            f"{likes} likes, {comments} comments, {shares} shares; at most 5 points",
        ),
        Part("Relevance", float(RELEVANCE[signals.reason]), _relevance(signals.reason)),
        Part(
            "Tie-break",
            ranking.tie_break(signals.post_id, signals.viewer_id),
            "a fixed number below 0.01 that keeps the order stable",
        ),
    )


def _relevance(reason: Reason) -> str:
    return {
        Reason.DEPARTMENT: "your own department",
        Reason.COMPANY: "a company you are a member of",
        Reason.UNIVERSITY: "your own university",
        Reason.FOLLOWED_AUTHOR: "you follow the author",
        Reason.FOLLOWED_ORGANIZATION: "you follow the organization",
        Reason.COLLEAGUE: "the author shares an organization with you",
        Reason.NONE: "no relation",
    }[reason]
