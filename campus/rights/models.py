"""The table of people who are to be forgotten."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, func
from sqlalchemy.orm import Mapped, mapped_column

from campus.platform.db import Base


class Erasure(Base):
    """A person who is shut out already, and whose data go when `due_at` has passed. Until then it can be taken back.

    What ends a suspension does not take it back.
    """

    __tablename__ = "erasure"

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), primary_key=True)
    requested_at: Mapped[datetime] = mapped_column(server_default=func.now())
    due_at: Mapped[datetime] = mapped_column(index=True)
