"""The tables of people who are to be forgotten, and of copies of their data."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, Integer, func
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from campus.platform.db import Base, choices


class Erasure(Base):
    """A person who is shut out already, and whose data go when `due_at` has passed. Until then it can be taken back.

    What ends a suspension does not take it back.
    """

    __tablename__ = "erasure"

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), primary_key=True)
    requested_at: Mapped[datetime] = mapped_column(server_default=func.now())
    due_at: Mapped[datetime] = mapped_column(index=True)


class CopyState(StrEnum):
    """Where a copy of somebody's data is."""

    WANTED = "wanted"
    MAKING = "making"
    READY = "ready"
    FAILED = "failed"


class DataCopy(Base):
    """The copy of her data a person asked for last: `done` of `total` photos are in it; `key` is its file, `size` in bytes.

    `touched_at` is when its maker last said how far it is.
    """

    __tablename__ = "data_copy"

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), primary_key=True, autoincrement=False)
    state: Mapped[CopyState] = mapped_column(choices(CopyState))
    asked_at: Mapped[datetime]
    touched_at: Mapped[datetime]
    done: Mapped[int] = mapped_column(Integer, server_default="0")
    total: Mapped[int] = mapped_column(Integer, server_default="0")
    key: Mapped[str | None]
    size: Mapped[int] = mapped_column(server_default="0")
    expires_at: Mapped[datetime | None] = mapped_column(index=True)

    __table_args__ = (Index("ix_data_copy_waiting", "asked_at", postgresql_where=sql("state IN ('wanted', 'making')")),)
