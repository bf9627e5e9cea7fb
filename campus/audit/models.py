"""The table of the audit log. The database itself refuses to change or delete a row."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, LargeBinary
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from campus.platform.db import Base


class AuditEntry(Base):
    """One effect of one act. `seq` counts from 1 without gaps.

    `actor` is `user:7`, `api:7` (by a token of hers), `cli:name` (an operator's account on the machine) or `auto:task`; `target`
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

    __table_args__ = (
        Index("ix_audit_entry_actor", "actor", "seq"),
        Index("ix_audit_entry_target", "target", "seq"),
        Index("ix_audit_entry_act", "act", "seq"),
        Index("ix_audit_entry_organization_id", "organization_id", "seq"),
    )
