"""cases of moderation, and what it changes in people, posts, photos and comments.

Old code goes on beside it: the new columns have defaults, and a photo that moderators took out has a state it shows to nobody.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

KINDS = ("post", "photo", "comment", "user", "organization")
CATEGORIES = ("spam", "harassment", "hate", "intimate", "depicted", "impersonation", "internal", "copyright", "other")
PHOTO_STATE = "ck_photo_photo_state"
TABLES = ("effect", "appeal", "report", "decision", "case_snapshot", "case_note", "moderation_case", "kept_photo")


def upgrade() -> None:
    """Make the tables of cases, widen the states of a photo, add what says paused, narrowed and hidden."""
    _make_kept_photo()
    _make_moderation_case()
    _make_case_note()
    _make_case_snapshot()
    _make_decision()
    _make_report()
    _make_appeal()
    _make_effect()
    op.add_column("comment", sa.Column("hidden_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("post", sa.Column("narrowed", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.add_column("user", sa.Column("posting_paused_until", sa.DateTime(timezone=True), nullable=True))
    op.drop_constraint(op.f(PHOTO_STATE), "photo", type_="check")
    op.create_check_constraint(op.f(PHOTO_STATE), "photo", "state IN ('pending', 'ready', 'failed', 'hidden')")


def downgrade() -> None:
    """Drop them; photos that were taken out cannot be told from others any more, and stay out as failed ones."""
    op.execute("UPDATE photo SET state = 'failed', error = 'Moderators took this photo out.' WHERE state = 'hidden'")
    op.drop_constraint(op.f(PHOTO_STATE), "photo", type_="check")
    op.create_check_constraint(op.f(PHOTO_STATE), "photo", "state IN ('pending', 'ready', 'failed')")
    op.drop_column("user", "posting_paused_until")
    op.drop_column("post", "narrowed")
    op.drop_column("comment", "hidden_at")
    for table in TABLES:
        op.drop_table(table)


def _choice(name: str, *values: str) -> Any:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=20)


def _make_kept_photo() -> None:
    op.create_table(
        "kept_photo",
        sa.Column("token", sa.Uuid(), nullable=False),
        sa.Column("kept_for", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("token", "kept_for", name=op.f("pk_kept_photo")),
    )
    op.create_index(op.f("ix_kept_photo_kept_for"), "kept_photo", ["kept_for"])


def _make_moderation_case() -> None:
    op.create_table(
        "moderation_case",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("target_kind", _choice("target_kind", *KINDS), nullable=False),
        sa.Column("target_id", sa.BigInteger(), nullable=False),
        sa.Column("post_id", sa.BigInteger(), nullable=True),
        sa.Column("author_id", sa.BigInteger(), nullable=True),
        sa.Column("organization_id", sa.BigInteger(), nullable=True),
        sa.Column("scope", _choice("case_scope", "org", "site"), nullable=False),
        sa.Column("routed_because", sa.Text(), nullable=False),
        sa.Column(
            "state",
            _choice("case_state", "open", "claimed", "reopened", "decided", "appealed", "upheld", "overturned"),
            server_default="open",
            nullable=False,
        ),
        sa.Column("category", _choice("category", *CATEGORIES), nullable=True),
        sa.Column("safety", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("silent", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("priority", sa.Integer(), server_default="0", nullable=False),
        sa.Column("reporters", sa.Integer(), server_default="0", nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("claimed_by", sa.BigInteger(), nullable=True),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("escalated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("held_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["author_id"], ["user.id"], name=op.f("fk_moderation_case_author_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["claimed_by"], ["user.id"], name=op.f("fk_moderation_case_claimed_by"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_moderation_case_organization_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_moderation_case")),
    )
    op.create_index(
        "ix_moderation_case_appealed",
        "moderation_case",
        [sa.text("priority DESC"), sa.text("id DESC")],
        postgresql_where=sa.text("state = 'appealed'"),
    )
    op.create_index("ix_moderation_case_author_id", "moderation_case", ["author_id", "id"])
    op.create_index(
        "ix_moderation_case_claimed",
        "moderation_case",
        ["claimed_by", sa.text("priority DESC"), sa.text("id DESC")],
        postgresql_where=sa.text("state = 'claimed'"),
    )
    op.create_index(
        "ix_moderation_case_closed",
        "moderation_case",
        [sa.text("closed_at DESC"), sa.text("id DESC")],
        postgresql_where=sa.text("state IN ('decided', 'upheld', 'overturned')"),
    )
    op.create_index(
        "ix_moderation_case_closed_in",
        "moderation_case",
        ["organization_id", sa.text("closed_at DESC"), sa.text("id DESC")],
        postgresql_where=sa.text("state IN ('decided', 'upheld', 'overturned')"),
    )
    op.create_index(
        "ix_moderation_case_decided_at", "moderation_case", ["decided_at"], postgresql_where=sa.text("decided_at IS NOT NULL")
    )
    op.create_index(
        "ix_moderation_case_escalated",
        "moderation_case",
        [sa.text("priority DESC"), sa.text("id DESC")],
        postgresql_where=sa.text("escalated_at IS NOT NULL AND state IN ('open', 'claimed', 'reopened')"),
    )
    op.create_index(
        "ix_moderation_case_held",
        "moderation_case",
        [sa.text("priority DESC"), sa.text("id DESC")],
        postgresql_where=sa.text("held_at IS NOT NULL AND state IN ('open', 'claimed', 'reopened')"),
    )
    op.create_index("ix_moderation_case_target", "moderation_case", ["target_kind", "target_id", "id"])
    op.create_index(
        "ix_moderation_case_waiting",
        "moderation_case",
        [sa.text("priority DESC"), sa.text("id DESC")],
        postgresql_where=sa.text("state IN ('open', 'reopened')"),
    )
    op.create_index(
        "ix_moderation_case_waiting_in",
        "moderation_case",
        ["organization_id", sa.text("priority DESC"), sa.text("id DESC")],
        postgresql_where=sa.text("state IN ('open', 'reopened')"),
    )


def _make_case_note() -> None:
    op.create_table(
        "case_note",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("length(text) BETWEEN 1 AND 2000", name=op.f("ck_case_note_text_length")),
        sa.ForeignKeyConstraint(["by_id"], ["user.id"], name=op.f("fk_case_note_by_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["case_id"], ["moderation_case.id"], name=op.f("fk_case_note_case_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_note")),
    )
    op.create_index(op.f("ix_case_note_case_id"), "case_note", ["case_id"])


def _make_case_snapshot() -> None:
    op.create_table(
        "case_snapshot",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("occasion", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), server_default="", nullable=False),
        sa.Column("text", sa.Text(), server_default="", nullable=False),
        sa.Column("audience", sa.Text(), server_default="", nullable=False),
        sa.Column("reach", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("photos", postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["moderation_case.id"], name=op.f("fk_case_snapshot_case_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_snapshot")),
    )
    op.create_index(op.f("ix_case_snapshot_case_id"), "case_snapshot", ["case_id"])


def _make_decision() -> None:
    op.create_table(
        "decision",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=True),
        sa.Column("as_staff", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rule", _choice("category", *CATEGORIES), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("measures", postgresql.JSONB(), nullable=False),
        sa.Column("acted", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("told_reporters", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("letter", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("void_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by", sa.BigInteger(), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("length(reason) BETWEEN 1 AND 2000", name=op.f("ck_decision_reason_length")),
        sa.ForeignKeyConstraint(["by_id"], ["user.id"], name=op.f("fk_decision_by_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["case_id"], ["moderation_case.id"], name=op.f("fk_decision_case_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["undone_by"], ["user.id"], name=op.f("fk_decision_undone_by"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
        sa.UniqueConstraint("letter", name=op.f("uq_decision_letter")),
    )
    op.create_index("ix_decision_at", "decision", ["at"])
    op.create_index("ix_decision_case_id", "decision", ["case_id", "id"])


def _make_report() -> None:
    op.create_table(
        "report",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("reporter_id", sa.BigInteger(), nullable=False),
        sa.Column("category", _choice("category", *CATEGORIES), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("photos", sa.ARRAY(sa.Integer()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("length(note) <= 1000", name=op.f("ck_report_note_length")),
        sa.ForeignKeyConstraint(["case_id"], ["moderation_case.id"], name=op.f("fk_report_case_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["reporter_id"], ["user.id"], name=op.f("fk_report_reporter_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report")),
        sa.UniqueConstraint("case_id", "reporter_id", name=op.f("uq_report_case_id_reporter_id")),
    )
    op.create_index("ix_report_reporter_id", "report", ["reporter_id", sa.text("id DESC")])


def _make_appeal() -> None:
    op.create_table(
        "appeal",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("decision_id", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", _choice("appeal_outcome", "upheld", "overturned"), nullable=True),
        sa.Column("decided_by", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("length(text) BETWEEN 1 AND 2000", name=op.f("ck_appeal_text_length")),
        sa.ForeignKeyConstraint(["case_id"], ["moderation_case.id"], name=op.f("fk_appeal_case_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["decided_by"], ["user.id"], name=op.f("fk_appeal_decided_by"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["decision_id"], ["decision.id"], name=op.f("fk_appeal_decision_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appeal")),
        sa.UniqueConstraint("decision_id", name=op.f("uq_appeal_decision_id")),
    )
    op.create_index(op.f("ix_appeal_case_id"), "appeal", ["case_id"])


def _make_effect() -> None:
    op.create_table(
        "effect",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("decision_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "action",
            _choice(
                "action",
                "no_action",
                "hide",
                "remove_photo",
                "narrow",
                "lock_comments",
                "warn",
                "pause",
                "remove_member",
                "suspend",
                "delete",
                "hold",
            ),
            nullable=False,
        ),
        sa.Column("target_kind", _choice("target_kind", *KINDS), nullable=False),
        sa.Column("target_id", sa.BigInteger(), nullable=False),
        sa.Column("organization_id", sa.BigInteger(), nullable=True),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("before", postgresql.JSONB(), nullable=False),
        sa.Column("after", postgresql.JSONB(), nullable=False),
        sa.Column(
            "state", _choice("effect_state", "standing", "reversed", "ended", "erased"), server_default="standing", nullable=False
        ),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["moderation_case.id"], name=op.f("fk_effect_case_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["decision_id"], ["decision.id"], name=op.f("fk_effect_decision_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_effect")),
    )
    op.create_index(op.f("ix_effect_case_id"), "effect", ["case_id"])
    op.create_index(op.f("ix_effect_decision_id"), "effect", ["decision_id"])
    op.create_index(
        "ix_effect_ends_at", "effect", ["ends_at"], postgresql_where=sa.text("state = 'standing' AND ends_at IS NOT NULL")
    )
    op.create_index(
        "ix_effect_standing", "effect", ["part", "target_kind", "target_id", "id"], postgresql_where=sa.text("state = 'standing'")
    )
