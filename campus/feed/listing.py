"""A feed as rows of figures, for operators and programs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from campus.accounts.models import User
from campus.feed import ranking, snapshots
from campus.feed.explain import sentence
from campus.feed.ranking import Reason, Signals
from campus.feed.streams import Kind
from campus.platform.db import session
from campus.posts import queries as posts

if TYPE_CHECKING:
    from datetime import datetime

    from campus.accounts.models import Algorithm, Scope
    from campus.posts.cards import PostCard


@dataclass(frozen=True)
class Row:
    """One post of a feed; `reason` is the sentence its reader is told."""

    id: int
    score: float
    reason: str
    published_at: datetime
    author: str
    title: str


def feed(user_id: int, algorithm: Algorithm, scope: Scope, *, limit: int, now: datetime) -> list[Row]:
    """The first posts of somebody's feed at this moment. Nothing suspended is shown to a suspended reader either."""
    if not session.scalar(select(User.present).where(User.id == user_id)):
        return []
    kind = Kind(algorithm, scope, snapshots.entries_complete(user_id))
    ids, reasons, _ = snapshots.order(user_id, kind, now=now, wanted=limit, at_least=limit)
    why = dict(zip(ids, reasons, strict=True))
    return [_row(card, Reason(why[card.id]), user_id, now) for card in posts.cards(user_id, ids)]


def _row(card: PostCard, reason: Reason, user_id: int, now: datetime) -> Row:
    published = card.published_at or now
    signals = Signals(card.id, user_id, published, card.like_count, card.comment_count, card.share_count, reason)
    title = (card.title or card.text).partition("\n")[0]
    why = sentence(reason, card, user_id)
    return Row(card.id, ranking.score(signals, now), why, published, card.author.handle, title)
