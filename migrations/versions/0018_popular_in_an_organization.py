"""what is popular in an organization, in the order of its points."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_post_organization_points",
        "post",
        [
            "organization_id",
            sa.literal_column("points DESC"),
            sa.literal_column("published_at DESC"),
            sa.literal_column("id DESC"),
        ],
        postgresql_where=sa.text("state = 'published' AND organization_id IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_post_organization_points", table_name="post")
