"""where the pages of a snapshot ended, which posts reach people late, which form made a comment."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the pins of numbered pages, unlogged as the snapshots they point into; columns and indexes of posts and comments."""
    op.create_table(
        "feed_pin",
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("algorithm", _choice("algorithm", "mixed", "chronological", "engagement"), nullable=False),
        sa.Column("scope", _choice("scope", "all", "following"), nullable=False),
        sa.Column("snapshot_id", sa.Uuid(), nullable=False),
        sa.Column("offsets", sa.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("positions", sa.ARRAY(sa.BigInteger()), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_feed_pin_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", "algorithm", "scope", name=op.f("pk_feed_pin")),
        prefixes=["UNLOGGED"],
    )
    op.add_column("post", sa.Column("resurfaced_at", sa.DateTime(timezone=True), nullable=True))
    late = sa.text("state = 'published' AND resurfaced_at IS NOT NULL")
    op.create_index("ix_post_resurfaced", "post", [sa.text("resurfaced_at DESC")], postgresql_where=late)
    op.add_column("comment", sa.Column("submission", sa.Uuid(), nullable=True))
    op.create_unique_constraint(op.f("uq_comment_submission"), "comment", ["submission"])


def downgrade() -> None:
    """Drop them; the next numbered page starts afresh."""
    op.drop_constraint(op.f("uq_comment_submission"), "comment", type_="unique")
    op.drop_column("comment", "submission")
    op.drop_index("ix_post_resurfaced", table_name="post")
    op.drop_column("post", "resurfaced_at")
    op.drop_table("feed_pin")


def _choice(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=20)
