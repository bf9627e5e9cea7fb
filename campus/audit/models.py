"""The tables of the audit log: entries, which the database itself refuses to change or delete, and the reasons beside them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from campus.platform.db import Base

REASON = "reason"
DIGEST, ABOUT = "reason_digest", "reason_about"  # what `after` has in its place
ERASED = "(erased)"


class AuditEntry(Base):
    """One effect of one act. `seq` counts from 1 without gaps.

    `actor` is `user:7`, `api:7` (by a token of hers), `cli:name` (an operator's account on the machine), `auto:task` or
    `letter:7` (whoever had the link of that decision's letter); `target`
    is `user:12`, `post:4711`. No foreign keys: what was done stays on record when its people and things are gone.
    """

    __tablename__ = "audit_entry"

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    actor: Mapped[str]
    act: Mapped[str]
    target: Mapped[str]
    organization_id: Mapped[int | None]
    before: Mapped[dict[str, Any]] = mapped_column(JSONB)
    after: Mapped[dict[str, Any]] = mapped_column(JSONB)
    request_id: Mapped[str]
    seal: Mapped[bytes] = mapped_column(LargeBinary)

    reason: Mapped[AuditReason | None] = relationship(
        primaryjoin="AuditEntry.seq == foreign(AuditReason.seq)", uselist=False, viewonly=True, lazy="joined"
    )

    @property
    def told(self) -> dict[str, Any]:
        """`after` as people read it: the reason in words, or that it is erased, in the place of what seals it."""
        told = {name: value for name, value in self.after.items() if name not in {DIGEST, ABOUT}}
        if DIGEST in self.after:
            told[REASON] = self.reason.text if self.reason else ERASED
        return told

    __table_args__ = (
        Index("ix_audit_entry_actor", "actor", "seq"),
        Index("ix_audit_entry_target", "target", "seq"),
        Index("ix_audit_entry_act", "act", "seq"),
        Index("ix_audit_entry_organization_id", "organization_id", "seq"),
    )


class AuditReason(Base):
    """Why something was done to a person, in somebody's words: beside the log, so that it goes when she is forgotten.

    The entry seals an HMAC of the text, its key the `salt`: with the row gone, nobody can try out what it said. `about` is the
    person; a reason about nobody stays.
    """

    __tablename__ = "audit_reason"

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    about: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    text: Mapped[str]
    salt: Mapped[bytes] = mapped_column(LargeBinary)
