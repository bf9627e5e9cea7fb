"""when memberships ended.

Who was put out before there was such a moment was put out before now: nothing that lies about lets her in again.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("organization_membership", sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE organization_membership SET ended_at = now() WHERE status IN ('removed', 'rejected')")


def downgrade() -> None:
    op.drop_column("organization_membership", "ended_at")
