"""Pages of the home feed: what the page, the fragment, and later REST and GraphQL all read.

Ids come from a snapshot; cards come from the rule of visibility, applied after every cache. A position counts what was consumed
of the snapshot, so that what became forbidden vanishes, and nothing is shown twice or skipped.
"""

from __future__ import annotations

import uuid
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import literal

from campus.accounts.models import Algorithm
from campus.feed import pins, snapshots
from campus.feed.explain import sentence
from campus.feed.queries import newer, still_selected, visible
from campus.feed.ranking import Reason
from campus.feed.streams import Kind
from campus.interactions.queries import dress
from campus.platform import metrics, tokens
from campus.platform.db import session
from campus.platform.errors import Invalid
from campus.posts import queries as posts

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from campus.accounts.models import Scope
    from campus.accounts.viewer import Viewer
    from campus.feed.cache import Snapshot
    from campus.feed.pins import Pin
    from campus.interactions.queries import FullCard

PURPOSE = "feed-cursor"
CURSOR_LIVES = 24 * 3600  # seconds
MOST_NEW = 99
DEEPEST = 5_000  # cards that a numbered page may have before it
STRIDE = 50  # cards looked at together at least, on the way to a page: many may have vanished


class BadCursor(Invalid):
    """The cursor was not made here, or not for this person."""

    status = 400
    title = "This link does not lead into your feed"

    def __init__(self) -> None:
        super().__init__("The cursor is not one of yours; expected the one that came with the page before.", field="cursor")


class TooDeep(Invalid):
    """The number of the page lies behind what numbers lead to."""

    def __init__(self) -> None:
        super().__init__(f"Pages are numbered up to {DEEPEST} posts; expected the cursor from there on.", field="page")


@dataclass(frozen=True)
class HomeCard:
    """A card of the home feed, and the relation that carries it to the reader."""

    full: FullCard
    why: str


@dataclass(frozen=True)
class FeedPage:
    """Some cards in order; the cursor of the page after them, if there is one."""

    cards: tuple[HomeCard, ...]
    cursor: str | None
    algorithm: Algorithm
    scope: Scope
    taken_at: datetime


@dataclass(frozen=True)
class Newer:
    """How many posts came in, counted up to 99, and how many of them are on top of the feed; a full page counts as all."""

    count: int
    on_top: int


def first_page(viewer: Viewer, algorithm: Algorithm, scope: Scope, *, size: int, now: datetime) -> FeedPage:
    """The beginning of the feed as it is now, or as it was a moment ago."""
    try:
        with metrics.feed_read("warm"):
            return _page(viewer, snapshots.first(viewer, algorithm, scope, now=now), 0, size)
    except snapshots.SnapshotGone:  # Redis has its beginning, the database lost the rest
        return new_page(viewer, algorithm, scope, size=size, now=now)


def new_page(viewer: Viewer, algorithm: Algorithm, scope: Scope, *, size: int, now: datetime) -> FeedPage:
    """The beginning of the feed as it is now, whatever is cached."""
    with metrics.feed_read("cold"):
        return _page(viewer, snapshots.take(viewer, algorithm, scope, now=now), 0, size)


def next_page(viewer: Viewer, cursor: str, *, size: int) -> FeedPage:
    """The page a cursor leads to. The same cursor leads to the same page.

    Raises:
        BadCursor: it is forged, garbled, or another person's.
        SnapshotGone: it is too old.
    """
    try:
        told = tokens.unsign(PURPOSE, cursor, CURSOR_LIVES)
    except tokens.ExpiredToken:
        raise snapshots.SnapshotGone from None
    except tokens.BadToken:
        raise BadCursor from None
    if told["user"] != viewer.id:
        raise BadCursor
    with metrics.feed_read("next"):
        return _page(viewer, snapshots.find(viewer, uuid.UUID(told["snapshot"])), told["position"], size)


def count_newer(viewer: Viewer, algorithm: Algorithm, scope: Scope, since: datetime, *, size: int, now: datetime) -> Newer:
    """How many posts of others wait above a page taken then, and how many of them a fresh first page would show.

    The latest are on top of the chronological order. In the others some come far down, and nobody is to look for them in vain.
    """
    me = literal(viewer.id)
    count = session.scalar(newer(me, scope, since, MOST_NEW)) or 0
    if not count or algorithm is Algorithm.CHRONOLOGICAL:
        return Newer(count, count)
    kind = Kind(algorithm, scope, snapshots.entries_complete(viewer.id))
    ids, _, _ = snapshots.beginning(viewer.id, kind, now=now, wanted=size, at_least=size)
    on_top = session.scalar(newer(me, scope, since, size, among=ids)) or 0
    return Newer(count, count if on_top == size else on_top)


def page_at(viewer: Viewer, algorithm: Algorithm, scope: Scope, *, offset: int, size: int, now: datetime) -> FeedPage:
    """The page behind `offset` cards of her current scroll session; offset 0 begins one, as `first_page` does.

    It fills up to `size` cards while anything is left, and the offset it ends at goes on exactly there, whatever vanishes or
    comes meanwhile. An offset that no page has ended at is walked to from the nearest one below.

    Raises:
        TooDeep: the feed goes on behind `DEEPEST` cards; cursors lead there.
    """
    pin = pins.find(viewer.id, algorithm, scope)
    if offset and pin:
        with suppress(snapshots.SnapshotGone):
            return _numbered(viewer, snapshots.find(viewer, pin.snapshot_id), pin, offset, size)
    try:
        return _numbered(viewer, snapshots.first(viewer, algorithm, scope, now=now), pin, offset, size)
    except snapshots.SnapshotGone:
        return _numbered(viewer, snapshots.take(viewer, algorithm, scope, now=now), pin, offset, size)


def _numbered(viewer: Viewer, snapshot: Snapshot, pin: Pin | None, offset: int, size: int) -> FeedPage:
    pinned = pin is not None and pin.snapshot_id == snapshot.id
    count, position = pin.nearest(offset) if pin and pinned else (0, 0)
    while count < min(offset, DEEPEST):
        snapshot, ids = _stretch(snapshot, position, max(min(offset, DEEPEST) - count, STRIDE))
        if not ids:
            return FeedPage((), None, snapshot.algorithm, snapshot.scope, snapshot.taken_at)
        shown = _visible(viewer, snapshot, ids)
        for post_id in ids:
            count, position = count + (post_id in shown), position + 1
            if count == offset:
                break
    if offset > DEEPEST:
        raise TooDeep
    found, snapshot, end = _filled(viewer, snapshot, position, size)
    ended = offset + len(found)
    if not (pin and pinned and pin.ends.get(ended) == end):
        pins.record(snapshot, ended, end, replace=not (pinned and offset))
    return _page_to(viewer, found, snapshot, end)


def _page(viewer: Viewer, snapshot: Snapshot, position: int, size: int) -> FeedPage:
    return _page_to(viewer, *_filled(viewer, snapshot, position, size))


def _filled(viewer: Viewer, snapshot: Snapshot, position: int, size: int) -> tuple[list[HomeCard], Snapshot, int]:
    """Cards from a position on, as many as are wanted if there are; the snapshot, perhaps longer now; where they end."""
    found: list[HomeCard] = []
    while len(found) < size:
        snapshot, ids = _stretch(snapshot, position, size - len(found))
        if not ids:
            break
        found += _shown(viewer, snapshot, ids, snapshot.reasons[position : position + len(ids)])
        position += len(ids)
    return found, snapshot, position


def _stretch(snapshot: Snapshot, position: int, wanted: int) -> tuple[Snapshot, Sequence[int]]:
    """The next ids of a snapshot, which is extended if it is too short for them."""
    if position + wanted > len(snapshot.post_ids) and not snapshot.complete:
        snapshot = snapshots.extend(snapshot, beyond=position + wanted)
    return snapshot, snapshot.post_ids[position : position + wanted]


def _page_to(viewer: Viewer, found: Sequence[HomeCard], snapshot: Snapshot, position: int) -> FeedPage:
    if position >= len(snapshot.post_ids) and not snapshot.complete:
        snapshot = snapshots.extend(snapshot, beyond=position)
    more = position < len(snapshot.post_ids)
    cursor = _cursor(viewer, snapshot, position) if more else None
    return FeedPage(tuple(found), cursor, snapshot.algorithm, snapshot.scope, snapshot.taken_at)


def _cursor(viewer: Viewer, snapshot: Snapshot, position: int) -> str:
    return tokens.sign(PURPOSE, {"user": viewer.id, "snapshot": snapshot.id.hex, "position": position})


def _shown(viewer: Viewer, snapshot: Snapshot, ids: Sequence[int], reasons: Sequence[int]) -> list[HomeCard]:
    """The cards of those of these posts that she may see and has not muted or left, as of this request."""
    held = dict(zip(ids, reasons, strict=True))
    if viewer.permission_version != snapshot.permission_version:  # a relation changed since the order was taken
        held = still_selected(viewer.id, snapshot.scope, ids)
    cards = posts.cards(viewer.id, [post_id for post_id in ids if post_id in held])
    return [HomeCard(full, sentence(Reason(held[full.post.id]), full.post, viewer.id)) for full in dress(viewer.id, cards)]


def _visible(viewer: Viewer, snapshot: Snapshot, ids: Sequence[int]) -> Collection[int]:
    """Those of these posts that `_shown` would show."""
    same = viewer.permission_version == snapshot.permission_version
    return visible(viewer.id, ids) if same else still_selected(viewer.id, snapshot.scope, ids)
