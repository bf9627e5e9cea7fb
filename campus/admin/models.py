"""The table of what was counted each day, so that a chart of ninety days reads ninety rows."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Mapped, mapped_column

from campus.platform.db import Base


class DailyFigure(Base):
    """One figure of one day (UTC): a count of what happened, or the state of something at its end."""

    __tablename__ = "daily_figure"

    day: Mapped[date] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[int]
