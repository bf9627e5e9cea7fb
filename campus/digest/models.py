"""The table of weekly digests: when each person last got one."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from campus.platform.db import Base


class WeeklyDigest(Base):
    """A person's last digest: of the week that ended `at`. Written in the transaction of its job, so there is one of each."""

    __tablename__ = "weekly_digest"

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), primary_key=True)
    at: Mapped[datetime]
