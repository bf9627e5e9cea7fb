"""announcements, figures of each day, runs of tasks by day, people to be forgotten, and what administrators filter by."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

BY_TIME = ("post_like", "comment", "share")


def upgrade() -> None:
    _announcements()
    op.create_table(
        "daily_figure",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("day", "name", name=op.f("pk_daily_figure")),
    )
    op.create_table(
        "task_day",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("runs", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("failed", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("milliseconds", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("name", "day", name=op.f("pk_task_day")),
    )
    op.create_index(op.f("ix_task_day_day"), "task_day", ["day"])
    op.create_table(
        "erasure",
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_erasure_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_erasure")),
    )
    op.create_index(op.f("ix_erasure_due_at"), "erasure", ["due_at"])
    _indexes()


def _announcements() -> None:
    op.create_table(
        "announcement",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), server_default="", nullable=False),
        sa.Column("organization_id", sa.BigInteger(), nullable=True),
        sa.Column("begins_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.CheckConstraint("length(title) BETWEEN 1 AND 120 AND length(text) <= 2000", name=op.f("ck_announcement_lengths")),
        sa.CheckConstraint("ends_at > begins_at", name=op.f("ck_announcement_ends_after_it_begins")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_announcement_organization_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_announcement")),
    )
    op.create_index(op.f("ix_announcement_organization_id"), "announcement", ["organization_id"])
    op.create_index(op.f("ix_announcement_ends_at"), "announcement", ["ends_at"])
    op.create_table(
        "announcement_dismissal",
        sa.Column("announcement_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["announcement_id"],
            ["announcement.id"],
            name=op.f("fk_announcement_dismissal_announcement_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_announcement_dismissal_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("announcement_id", "user_id", name=op.f("pk_announcement_dismissal")),
    )
    op.create_index(op.f("ix_announcement_dismissal_user_id"), "announcement_dismissal", ["user_id"])


def _indexes() -> None:
    op.create_index("ix_user_created_at", "user", ["created_at"])
    op.create_index("ix_user_administrators", "user", ["id"], postgresql_where=sa.text("is_admin"))
    op.create_index("ix_user_suspended", "user", ["id"], postgresql_where=sa.text("suspended_at IS NOT NULL"))
    op.create_index("ix_user_waiting", "user", ["id"], postgresql_where=sa.text("approved_at IS NULL"))
    unproved = sa.text("is_primary AND verified_at IS NULL")
    op.create_index("ix_email_address_unproved", "email_address", ["user_id"], postgresql_where=unproved)
    op.create_index("ix_email_address_prefix", "email_address", ["address"], postgresql_ops={"address": "text_pattern_ops"})
    for table in BY_TIME:
        options = {"postgresql_using": "brin", "postgresql_with": {"autosummarize": "on"}}
        op.create_index(f"ix_{table}_created_at", table, ["created_at"], **options)


def downgrade() -> None:
    for table in BY_TIME:
        op.drop_index(f"ix_{table}_created_at", table)
    for name in ("prefix", "unproved"):
        op.drop_index(f"ix_email_address_{name}", "email_address")
    for name in ("waiting", "suspended", "administrators", "created_at"):
        op.drop_index(f"ix_user_{name}", "user")
    for table in ("erasure", "task_day", "daily_figure", "announcement_dismissal", "announcement"):
        op.drop_table(table)
