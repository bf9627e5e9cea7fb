"""The table of the answers that are kept for repeated requests."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, SmallInteger, func
from sqlalchemy.orm import Mapped, mapped_column

from campus.platform.db import Base


class IdempotentAnswer(Base):
    """What a write was answered with: written in the transaction of its effect, so that either both are there or none.

    `key` is what the request's key is found by, `body` is sealed with it, and `request_digest` is bound to it (platform/sealing):
    nothing here can be read without the key. The same key for something else is a mistake of the program.
    """

    __tablename__ = "idempotent_answer"

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    request_digest: Mapped[bytes] = mapped_column(LargeBinary)
    status: Mapped[int] = mapped_column(SmallInteger)
    location: Mapped[str | None]
    body: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now(), index=True)
