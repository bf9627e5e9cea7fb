"""who asked to be forgotten is shut out for that alone; the audit log's reasons lie beside it, where they can be erased."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

# Until now asking suspended her, at that very moment: told from a suspension that stood before, or came later.
LEAVE = """
UPDATE "user" SET leaving_at = erasure.requested_at,
    suspended_at = CASE WHEN suspended_at = erasure.requested_at THEN NULL ELSE suspended_at END
FROM erasure WHERE erasure.user_id = "user".id
"""
SUSPEND_AGAIN = 'UPDATE "user" SET suspended_at = leaving_at WHERE leaving_at IS NOT NULL AND suspended_at IS NULL'


def upgrade() -> None:
    op.add_column("user", sa.Column("leaving_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(LEAVE)
    op.create_table(
        "audit_reason",
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("about", sa.BigInteger(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["about"], ["user.id"], name=op.f("fk_audit_reason_about"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit_reason")),
    )
    op.create_index("ix_audit_reason_about", "audit_reason", ["about"])


def downgrade() -> None:
    op.drop_table("audit_reason")
    op.execute(SUSPEND_AGAIN)
    op.drop_column("user", "leaving_at")
