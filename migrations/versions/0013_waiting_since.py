"""since when a case is in its queue, which is not always since it was opened."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0011"
branch_labels = None
depends_on = None

SINCE = """
    UPDATE moderation_case SET waiting_since = CASE
        WHEN state = 'appealed' THEN coalesce((SELECT max(at) FROM appeal WHERE case_id = moderation_case.id), opened_at)
        WHEN closed_at IS NOT NULL THEN greatest(closed_at, (SELECT max(undone_at) FROM decision WHERE case_id = moderation_case.id))
        ELSE opened_at END
"""


def upgrade() -> None:
    """Of a case that was taken up once more nobody wrote down when: not before it was closed."""
    op.add_column(
        "moderation_case",
        sa.Column("waiting_since", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
    )
    op.execute(SINCE)


def downgrade() -> None:
    op.drop_column("moderation_case", "waiting_since")
