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
    """Both are made beside those in use, which feeds are read by meanwhile."""
    for name, target in INDEXES.items():
        there = sa.text(f"{target} IS NOT NULL")
        columns = [target, "follower_id"]
        op.create_index(f"{name}_anew", "follow", columns, unique=True, postgresql_where=there, postgresql_include=including)
    for name in INDEXES:
        op.drop_index(name, table_name="follow")
        op.execute(f"ALTER INDEX {name}_anew RENAME TO {name}")
