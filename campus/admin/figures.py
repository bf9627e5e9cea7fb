"""What is counted each day, for the charts: a few figures, each by statements that an index bounds.

A task counts yesterday and today every ten minutes, and keeps what it counts (`DailyFigure`); where it never ran it counts the
last ninety days from the rows. A chart reads what is kept and counts today anew, and is itself kept for a minute.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, cast, func, select, union, union_all
from sqlalchemy.dialects.postgresql import insert

from campus.accounts.models import User
from campus.admin.models import DailyFigure
from campus.feed.models import FeedState, TaskDay
from campus.interactions.models import Comment, Like, Share
from campus.moderation.kinds import UNDECIDED
from campus.moderation.models import Case
from campus.platform import cache, replica
from campus.platform.db import session, transaction
from campus.platform.outbox import Job, JobState
from campus.posts.actions import DISTRIBUTE
from campus.posts.models import Post, PostState

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sqlalchemy import ColumnElement, Select
    from sqlalchemy.orm import InstrumentedAttribute

    ByDay = Mapping[date, int]

LONGEST = 90  # days
KEPT_SECONDS = 60
ONE_DAY = timedelta(days=1)
HIGHEST = "active_people"  # of this figure the highest count of a day stays: who reads tomorrow is not seen to have read today


@dataclass(frozen=True)
class Figure:
    """One figure: its name, its words, and how it is counted from one moment to another, by day (UTC).

    A figure that `adds_up` has a sum over days; of another, the last day's value stands for all.
    """

    name: str
    title: str
    explained: str
    count: Callable[[datetime, datetime], ByDay]
    adds_up: bool = True
    unit: str = ""


@dataclass(frozen=True)
class Series:
    """The figure on each of some days, the oldest first; None where nobody counted."""

    figure: Figure
    days: Sequence[date]
    values: Sequence[int | None]

    @property
    def total(self) -> int | None:
        """The sum, or the last value that is known."""
        known = [value for value in self.values if value is not None]
        if not known:
            return None
        return sum(known) if self.figure.adds_up else known[-1]


def _day(moment: InstrumentedAttribute[Any] | ColumnElement[Any]) -> ColumnElement[date]:
    return func.date(func.timezone("UTC", moment))


def _by_day(moment: InstrumentedAttribute[Any], *conditions: ColumnElement[bool]) -> Callable[[datetime, datetime], ByDay]:
    """A count of the rows of a table by the day of one of its moments."""

    def count(since: datetime, until: datetime) -> ByDay:
        day = _day(moment)
        rows = select(day, func.count()).where(moment >= since, moment < until, *conditions).group_by(day)
        return {row[0]: row[1] for row in session.execute(rows)}

    return count


def _interactions(since: datetime, until: datetime) -> ByDay:
    made = (
        select(table.created_at.label("at")).where(table.created_at >= since, table.created_at < until)
        for table in (Like, Comment, Share)
    )
    every = union_all(*made).subquery()
    day = _day(every.c.at)
    return {row[0]: row[1] for row in session.execute(select(day, func.count()).group_by(day))}


def _active(since: datetime, until: datetime) -> ByDay:
    """People who read their feed, posted, liked, commented or shared. Readings are known of the last one only."""
    acts: tuple[tuple[Any, Any], ...] = (
        (Post.author_id, Post.published_at),
        (Like.user_id, Like.created_at),
        (Comment.author_id, Comment.created_at),
        (Share.user_id, Share.created_at),
        (FeedState.user_id, FeedState.last_read_at),
    )
    seen: list[Select[*tuple[Any, ...]]] = [
        select(person.label("person"), _day(at).label("day")).where(at >= since, at < until) for person, at in acts
    ]
    every = union(*seen).subquery()
    return {row[0]: row[1] for row in session.execute(select(every.c.day, func.count()).group_by(every.c.day))}


def _lag(since: datetime, until: datetime) -> ByDay:
    """The seconds within which nineteen of twenty distributions of a day were done; finished jobs are kept for a week."""
    day = _day(Job.finished_at)
    waited = func.extract("epoch", Job.finished_at - Job.created_at)
    most = cast(func.ceil(func.percentile_cont(0.95).within_group(waited)), BigInteger)
    done = (Job.state == JobState.DONE, Job.finished_at >= since, Job.finished_at < until, Job.kind == DISTRIBUTE)
    return {row[0]: row[1] for row in session.execute(select(day, most).where(*done).group_by(day))}


def _task_runs(since: datetime, until: datetime) -> ByDay:
    rows = select(TaskDay.day, func.sum(TaskDay.runs)).where(TaskDay.day >= since.date(), TaskDay.day <= until.date())
    return {row[0]: int(row[1]) for row in session.execute(rows.group_by(TaskDay.day))}


def _task_failures(since: datetime, until: datetime) -> ByDay:
    rows = select(TaskDay.day, func.sum(TaskDay.failed)).where(TaskDay.day >= since.date(), TaskDay.day <= until.date())
    return {row[0]: int(row[1]) for row in session.execute(rows.group_by(TaskDay.day))}


def _open_cases(_since: datetime, until: datetime) -> ByDay:
    """Cases that nobody has decided, at this moment."""
    return {until.date(): session.scalar(select(func.count()).where(Case.state.in_(UNDECIDED))) or 0}


def _kept(_since: datetime, _until: datetime) -> ByDay:
    """Measured by a task of its own."""
    return {}


_PUBLISHED = Post.state == PostState.PUBLISHED
FIGURES = (
    Figure("sign_ups", "Sign-ups", "accounts that were opened", _by_day(User.created_at)),
    Figure(HIGHEST, "Active people", "who read, posted, liked, commented or shared that day", _active, adds_up=False),
    Figure("posts", "Posts", "that were published, and still are", _by_day(Post.published_at, _PUBLISHED)),
    Figure("interactions", "Interactions", "likes, comments and shares", _interactions),
    Figure("open_cases", "Open cases", "of moderation, not decided at the end of the day", _open_cases, adds_up=False),
    Figure("feed_lag", "Feed lag", "seconds until 95 of 100 posts had reached their readers", _lag, adds_up=False, unit="s"),
    Figure("storage", "Storage", "bytes of all photos, measured at night", _kept, adds_up=False, unit="B"),
    Figure("task_runs", "Task runs", "of scheduled tasks", _task_runs),
    Figure("task_failures", "Failed tasks", "runs that ended in an error", _task_failures),
)


def note(*, now: datetime) -> int:
    """Count yesterday and today, or the last ninety days where nothing is kept, and keep it. Returns how many values."""
    last = select(DailyFigure.name, func.max(DailyFigure.day)).where(DailyFigure.day >= now.date() - timedelta(days=LONGEST))
    known: dict[str, date] = {row[0]: row[1] for row in session.execute(last.group_by(DailyFigure.name))}
    noted = 0
    for figure in FIGURES:
        begin = known.get(figure.name, now.date() - timedelta(days=LONGEST)) - ONE_DAY
        counted = figure.count(_midnight(begin), now)
        noted += keep(figure.name, {day: value for day, value in counted.items() if day >= begin})
    return noted


def keep(name: str, values: Mapping[date, int]) -> int:
    """Keep what was counted. Who was active is known best on the day itself: the higher count stays."""
    if not values:
        return 0
    row = insert(DailyFigure).values([{"name": name, "day": day, "value": value} for day, value in values.items()])
    newest = func.greatest(row.excluded.value, DailyFigure.value) if name == HIGHEST else row.excluded.value
    with transaction():
        session.execute(row.on_conflict_do_update(index_elements=[DailyFigure.day, DailyFigure.name], set_={"value": newest}))
    return len(values)


def series(days: int, *, now: datetime) -> list[Series]:
    """Every figure over the last so many days, today included, as it was at most a minute ago."""
    span = [now.date() - timedelta(days=back) for back in reversed(range(days))]
    key = f"admin:figures:{days}:{now.date()}"
    kept: dict[str, list[int | None]] | None = cache.get(key)
    if kept is None:
        kept = replica.reading(lambda: _values(span, now))
        cache.put(key, kept, KEPT_SECONDS)
    return [Series(figure, span, kept[figure.name]) for figure in FIGURES if figure.name in kept]


def _values(span: Sequence[date], now: datetime) -> dict[str, list[int | None]]:
    """What is kept of these days, and today's counted anew; what adds up was nought on a day between days that are known."""
    found: dict[str, dict[date, int]] = defaultdict(dict)
    rows = select(DailyFigure.name, DailyFigure.day, DailyFigure.value).where(DailyFigure.day.between(span[0], span[-1]))
    for name, day, value in session.execute(rows):
        found[name][day] = value
    today = _midnight(span[-1])
    for figure in FIGURES:
        for day, value in figure.count(today, now).items():
            found[figure.name][day] = max(value, found[figure.name].get(day, 0)) if figure.name == HIGHEST else value
    return {figure.name: [_value(figure, found[figure.name], day) for day in span] for figure in FIGURES}


def _value(figure: Figure, known: Mapping[date, int], day: date) -> int | None:
    if day in known:
        return known[day]
    counted_since = min(known, default=None)
    return 0 if figure.adds_up and counted_since is not None and day > counted_since else None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)


def totals(*, since: datetime, until: datetime, organization_id: int | None = None) -> dict[str, int]:
    """What happened from one moment to another: on the whole site, or to the posts of one organization. For the command."""
    theirs = [] if organization_id is None else [Post.organization_id == organization_id]
    counted = {"posts": _number(Post.published_at, since, until, _PUBLISHED, *theirs)}
    for name, table in (("likes", Like), ("comments", Comment), ("shares", Share)):
        to = [] if organization_id is None else [table.post_id.in_(select(Post.id).where(*theirs))]
        counted[name] = _number(table.created_at, since, until, *to)
    if organization_id is None:
        counted |= {"sign_ups": _number(User.created_at, since, until)}
    return counted


def _number(moment: InstrumentedAttribute[Any], since: datetime, until: datetime, *conditions: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).where(moment >= since, moment < until, *conditions)) or 0
