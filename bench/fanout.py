"""Delivery of one post to its recipients, against a bare INSERT … SELECT of the same rows.

Both write into the same table, with the same index, on the same durable server, and alternate which goes first. The limit knows
its recipients already and only copies them, in one statement and one commit. The product claims the job, finds the recipients by
their follows, the state of their feeds and the rule of visibility, inserts in windows, so that a worker that dies loses one of
them, moves the job's cursor with each window, and settles the job.
"""

from __future__ import annotations

import dataclasses
import time
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, Column, MetaData, delete, func, insert, literal, select, text
from sqlalchemy import Table as Rows

from bench.figures import Spread, Table
from bench.worlds import AUDIENCES, tidy
from campus.feed import fanout
from campus.feed.models import FeedEntry
from campus.follows.models import Follow
from campus.platform import clock, outbox, settings
from campus.platform.db import session, transaction
from campus.posts.actions import DISTRIBUTE
from campus.posts.models import Audience, Post, PostState
from campus.switchboard import HANDLERS

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

GOAL = 0.6
PAIRS = {1_000: 16, 10_000: 8, 100_000: 4}  # in a round, so many that each goes first as often as the other
RECIPIENTS = Rows("bench_recipients", MetaData(), Column("user_id", BigInteger, primary_key=True))


@dataclass(frozen=True)
class Round:
    """Seconds that each took for the same number of rows, at the median of some pairs, and bytes on disk per entry then."""

    product: float
    limit: float
    size: float


def measure(rounds: int, say: Callable[[str], None]) -> Table:
    """The table of all audiences. Needs the application of the crowd."""
    table = Table(
        "Fan-out of one post",
        ("recipients", "product, entries/s", "bare INSERT … SELECT, entries/s", "product / bare", f"≥ {GOAL:.0%}"),
    )
    feed = dataclasses.replace(settings.current().feed, celebrity_threshold=10_000_000)
    with settings.override(dataclasses.replace(settings.current(), feed=feed)):
        for author, audience in enumerate(AUDIENCES, start=1):
            say(f"fan-out to {audience:,} recipients, {rounds} rounds")
            found = _rounds(author, audience, rounds)
            _row(table, audience, found)
    table.notes.append(
        f"Posts are pushed to everybody, in windows of {feed.batch_size:,} recipients: `FEED_CELEBRITY_THRESHOLD` is raised. "
        "By default a post for more than 1,000 people is pulled."
    )
    table.notes.append(f"{found[0].size:.0f} bytes on disk per entry, index included (goal: at most 120).")
    return table


def _row(table: Table, audience: int, found: list[Round]) -> None:
    product, limit = (Spread(tuple(audience / getattr(each, name) for each in found)) for name in ("product", "limit"))
    ratio = Spread(tuple(each.limit / each.product for each in found))
    verdict = "yes" if ratio.middle >= GOAL else "no"
    table.rows.append((f"{audience:,}", product.told(0), limit.told(0), ratio.told(), verdict))


def _rounds(author: int, audience: int, rounds: int) -> list[Round]:
    """Each round with posts of its own; the first, which warms the server up, does not count.

    A round is the medians of as many pairs as make its time worth looking at; they take turns at going first. One before them is
    not counted: what VACUUM ANALYZE does to a table, its plans and its pages, no site pays for every few posts.
    """
    _note_recipients(author, audience)
    tidy()
    found = []
    for _ in range(rounds + 1):
        took: dict[Callable[[int, int], float], list[float]] = {_product: [], _limit: []}
        for each in range(1 + PAIRS[audience]):
            for work in (_product, _limit) if each % 2 else (_limit, _product):
                took[work].append(work(author, audience))
        found.append(Round(median(took[_product][1:]), median(took[_limit][1:]), _bytes_per_entry()))
        _forget_new()
    return found[1:]


def _note_recipients(author: int, audience: int) -> None:
    with transaction():
        session.execute(text("DROP TABLE IF EXISTS bench_recipients"))
        RECIPIENTS.create(session.connection())
        followers = select(Follow.follower_id).where(Follow.user_id == author).order_by(Follow.follower_id)
        session.execute(insert(RECIPIENTS).from_select(["user_id"], followers))
        session.execute(text("ANALYZE bench_recipients"))
    assert session.scalar(select(func.count()).select_from(RECIPIENTS)) == audience  # noqa: S101 - a benchmark checks itself


def _post(author: int) -> tuple[int, datetime]:
    now = clock.now()
    row = Post(author_id=author, audience=Audience.PUBLIC, state=PostState.PUBLISHED, text="x", published_at=now)
    with transaction():
        session.add(row)
        session.flush()
        session.refresh(row)
    return row.id, now


def _product(author: int, audience: int) -> float:
    post_id, _ = _post(author)
    with transaction():
        outbox.record(DISTRIBUTE, post_id, {"post_id": post_id, "first": True})
    began = time.perf_counter()
    done = outbox.work(HANDLERS, kind=DISTRIBUTE, key=post_id)
    took = time.perf_counter() - began
    session.remove()
    held = session.scalar(select(func.count()).where(FeedEntry.post_id == post_id))
    if not done or held != audience + 1:  # the author has an entry of her own post
        raise RuntimeError(f"done: {done}, {held} entries; expected {audience + 1}")
    return took


def _limit(author: int, audience: int) -> float:
    post_id, now = _post(author)
    rows = select(RECIPIENTS.c.user_id, literal(now), literal(post_id)).order_by(RECIPIENTS.c.user_id)
    copied = insert(FeedEntry).from_select(["user_id", "published_at", "post_id"], rows)
    began = time.perf_counter()
    with transaction():
        session.execute(copied)
    took = time.perf_counter() - began
    held = session.scalar(select(func.count()).where(FeedEntry.post_id == post_id))
    if held != audience:
        raise RuntimeError(f"{held} entries; expected {audience}")
    return took


def _forget_new() -> None:
    """Each round finds the table as the first did."""
    with transaction():
        session.execute(delete(FeedEntry).where(FeedEntry.post_id > 0), execution_options=fanout.UNSYNCHRONIZED)
        session.execute(delete(Post), execution_options=fanout.UNSYNCHRONIZED)
    tidy()


def _bytes_per_entry() -> float:
    size = session.scalar(select(func.pg_total_relation_size("feed_entry"))) or 0
    return float(size) / (session.scalar(select(func.count()).select_from(FeedEntry)) or 1)
