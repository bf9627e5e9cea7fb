"""notifications, the acts they tell of, and what people wish to be told of."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

KINDS = ("like", "comment", "reply", "mention", "follow", "follow_request", "follow_accepted", "notice")
TOPICS = ("likes", "comments", "replies", "mentions", "follows", "notices")


def _kind(name: str = "kind") -> sa.Enum:
    return sa.Enum(*KINDS, name=name, native_enum=False, create_constraint=True, length=20)


def _user(table: str, column: str = "user_id") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], ["user.id"], name=op.f(f"fk_{table}_{column}"), ondelete="CASCADE")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "notification",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", _kind(), nullable=False),
        sa.Column("post_id", sa.BigInteger(), nullable=True),
        sa.Column("key", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), server_default="", nullable=False),
        sa.Column("text", sa.Text(), server_default="", nullable=False),
        sa.Column("url", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notification")),
        sa.CheckConstraint("(kind = 'notice') = (key IS NOT NULL)", name=op.f("ck_notification_notice_has_key")),
        _user("notification"),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_notification_post_id"), ondelete="CASCADE"),
    )
    op.create_index(
        "uq_notification_unread",
        "notification",
        ["user_id", "kind", "post_id"],
        unique=True,
        postgresql_where=sa.text("read_at IS NULL AND key IS NULL"),
        postgresql_nulls_not_distinct=True,
    )
    op.create_index(
        "uq_notification_key", "notification", ["user_id", "key"], unique=True, postgresql_where=sa.text("key IS NOT NULL")
    )
    op.create_index("ix_notification_newest", "notification", ["user_id", sa.text("changed_at DESC"), sa.text("id DESC")])
    op.create_index(
        "ix_notification_unread",
        "notification",
        ["user_id", sa.text("changed_at DESC")],
        postgresql_where=sa.text("read_at IS NULL"),
    )
    op.create_index("ix_notification_read_at", "notification", ["read_at"], postgresql_where=sa.text("read_at IS NOT NULL"))
    op.create_index(op.f("ix_notification_post_id"), "notification", ["post_id"])
    op.create_table(
        "notification_act",
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", _kind(), nullable=False),
        sa.Column("post_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("comment_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=False),
        sa.Column("notification_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "kind", "post_id", "comment_id", "actor_id", name=op.f("pk_notification_act")),
        _user("notification_act"),
        _user("notification_act", "actor_id"),
        sa.ForeignKeyConstraint(
            ["notification_id"], ["notification.id"], name=op.f("fk_notification_act_notification_id"), ondelete="CASCADE"
        ),
    )
    op.create_index("ix_notification_act_newest", "notification_act", ["notification_id", sa.text("at DESC"), "actor_id"])
    op.create_index("ix_notification_act_actor_id", "notification_act", ["actor_id", "post_id"])
    op.create_table(
        "notification_wish",
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("topic", sa.Enum(*TOPICS, name="topic", native_enum=False, create_constraint=True, length=20), nullable=False),
        sa.Column("on_site", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("by_mail", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "topic", name=op.f("pk_notification_wish")),
        sa.CheckConstraint("topic <> 'notices'", name=op.f("ck_notification_wish_notices_always")),
        _user("notification_wish"),
    )


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("notification_wish")
    op.drop_table("notification_act")
    op.drop_table("notification")
