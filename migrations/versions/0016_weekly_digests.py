"""weekly digests, and the wish for none."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

BEFORE = ("likes", "comments", "replies", "mentions", "follows", "notices")


def upgrade() -> None:
    _topics(*BEFORE, "digest")
    op.create_table(
        "weekly_digest",
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_weekly_digest_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_weekly_digest")),
    )


def downgrade() -> None:
    op.drop_table("weekly_digest")
    op.execute("DELETE FROM notification_wish WHERE topic = 'digest'")
    _topics(*BEFORE)


def _topics(*names: str) -> None:
    listed = ", ".join(f"'{name}'" for name in names)
    op.drop_constraint(op.f("ck_notification_wish_topic"), "notification_wish", type_="check")
    op.create_check_constraint(op.f("ck_notification_wish_topic"), "notification_wish", f"topic IN ({listed})")
