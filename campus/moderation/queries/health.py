"""How moderation is doing: what waits and for how long, how fast decisions come, and how often they do not stand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from campus.moderation.kinds import UNDECIDED, AppealOutcome
from campus.moderation.models import Appeal, Case, Decision
from campus.platform.db import session

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import ColumnElement

LOOKED_BACK = timedelta(days=90)
AGES = (timedelta(hours=1), timedelta(hours=24), timedelta(days=3), timedelta(days=7))


@dataclass(frozen=True, slots=True)
class OpenByAge:
    """Undecided cases by how long they wait: under an hour, a day, three days, a week, and longer; and the oldest."""

    hour: int
    day: int
    three_days: int
    week: int
    longer: int
    oldest: datetime | None

    @property
    def total(self) -> int:
        """All of them."""
        return self.hour + self.day + self.three_days + self.week + self.longer


@dataclass(frozen=True, slots=True)
class Health:
    """Of one organization, or of the site; decisions of the last 90 days.

    `median_to_decision` is from the first report to the first decision; None without any. `overturned` counts appeals granted.
    """

    open: OpenByAge
    decided: int
    median_to_decision: timedelta | None
    decisions: int
    appealed: int
    overturned: int

    @property
    def overturn_rate(self) -> float:
        """Overturned per decision, 0 to 1; 0 without any."""
        return self.overturned / self.decisions if self.decisions else 0.0


def health(organization_id: int | None = None, *, now: datetime) -> Health:
    """Of one organization's content, whoever decided, or of the whole site. Three statements, each by an index."""
    where = (Case.organization_id == organization_id,) if organization_id is not None else ()
    decided, median = _decided(where, now)
    return Health(_open(where, now), decided, median, *_decisions(where, now))


def _open(where: tuple[ColumnElement[bool], ...], now: datetime) -> OpenByAge:
    edges = [now, *(now - age for age in AGES)]
    young: list[Any] = [
        func.count().filter(Case.waiting_since <= edges[place], Case.waiting_since > edges[place + 1])
        for place in range(len(AGES))
    ]
    longer = func.count().filter(Case.waiting_since <= edges[-1])
    columns: list[Any] = [*young, longer, func.min(Case.waiting_since)]
    row = session.execute(select(*columns).where(Case.state.in_(UNDECIDED), *where)).one()
    return OpenByAge(*row)


def _decided(where: tuple[ColumnElement[bool], ...], now: datetime) -> tuple[int, timedelta | None]:
    took = func.extract("epoch", Case.decided_at - Case.opened_at)
    lately = select(func.count(), func.percentile_cont(0.5).within_group(took))
    row = session.execute(lately.where(Case.decided_at > now - LOOKED_BACK, *where)).one()
    return row[0], timedelta(seconds=float(row[1])) if row[1] is not None else None


def _decisions(where: tuple[ColumnElement[bool], ...], now: datetime) -> tuple[int, int, int]:
    """(decisions, appealed, overturned)."""
    lately = (
        select(func.count(), func.count(Appeal.id), func.count().filter(Appeal.outcome == AppealOutcome.OVERTURNED))
        .select_from(Decision)
        .join(Case, Case.id == Decision.case_id)
        .outerjoin(Appeal, Appeal.decision_id == Decision.id)
        .where(Decision.at > now - LOOKED_BACK, *where)
    )
    row = session.execute(lately).one()
    return row[0], row[1], row[2]
