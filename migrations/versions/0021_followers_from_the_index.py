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
    """Both are made beside those in use, while people follow and feeds are read; they trade places in an instant."""
    with op.get_context().autocommit_block():
        for name, target in INDEXES.items():
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}_anew")  # what a run that was cut short left
            op.create_index(
                f"{name}_anew",
                "follow",
                [target, "follower_id"],
                unique=True,
                postgresql_where=sa.text(f"{target} IS NOT NULL"),
                postgresql_include=including,
                postgresql_concurrently=True,
            )
    op.execute("LOCK TABLE follow IN ACCESS EXCLUSIVE MODE")  # first: a lock that grew would deadlock with who follows
    for name in INDEXES:
        op.drop_index(name, table_name="follow")
        op.execute(f"ALTER INDEX {name}_anew RENAME TO {name}")
