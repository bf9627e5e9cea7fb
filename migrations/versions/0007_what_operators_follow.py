"""which request recorded a job; whether a worker's end would show at once."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Both have a default: code of the release before goes on writing."""
    op.add_column("job", sa.Column("request_id", sa.Text(), server_default="", nullable=False))
    op.add_column("heartbeat", sa.Column("pulsing", sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    op.drop_column("heartbeat", "pulsing")
    op.drop_column("job", "request_id")
