"""an organization's moderators pause somebody's posting there."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

BEFORE = (
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
)
# Whoever is paused may post again; that it was decided stays, as a warning.
EFFECTS_WARN = """
UPDATE effect SET action = 'warn', part = 'strike', before = '{}', after = '{}', ends_at = NULL WHERE action = 'pause_here'
"""
DECISIONS_WARN = """
UPDATE decision SET measures = (
    SELECT jsonb_agg(CASE WHEN one ->> 'action' = 'pause_here' THEN one || '{"action": "warn", "days": null}' ELSE one END ORDER BY n)
    FROM jsonb_array_elements(measures) WITH ORDINALITY AS each (one, n)
) WHERE measures @> '[{"action": "pause_here"}]'
"""


def upgrade() -> None:
    op.create_table(
        "posting_pause",
        sa.Column("organization_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_posting_pause_organization_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_posting_pause_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("organization_id", "user_id", name=op.f("pk_posting_pause")),
    )
    op.create_index("ix_posting_pause_user_id", "posting_pause", ["user_id", "organization_id"])
    _actions(*BEFORE, "pause_here")


def downgrade() -> None:
    op.execute(EFFECTS_WARN)
    op.execute(DECISIONS_WARN)
    _actions(*BEFORE)
    op.drop_table("posting_pause")


def _actions(*names: str) -> None:
    listed = ", ".join(f"'{name}'" for name in names)
    op.drop_constraint(op.f("ck_effect_action"), "effect", type_="check")
    op.create_check_constraint(op.f("ck_effect_action"), "effect", f"action IN ({listed})")
