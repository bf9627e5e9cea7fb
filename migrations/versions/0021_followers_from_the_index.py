"""the followers of a person or an organization are read from the index alone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

INDEXES = {"uq_follow_user": "user_id", "uq_follow_organization": "organization_id"}


def upgrade() -> None:
    _make_anew(including=["status"])


def downgrade() -> None:
    _make_anew(including=[])


def _make_anew(*, including: list[str]) -> None:
    for name, target in INDEXES.items():
        op.drop_index(name, table_name="follow")
        there = sa.text(f"{target} IS NOT NULL")
        op.create_index(
            name, "follow", [target, "follower_id"], unique=True, postgresql_where=there, postgresql_include=including
        )
