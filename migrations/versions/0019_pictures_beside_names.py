"""organizations have logos, as people have pictures; each is found by its random name."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("organization", sa.Column("logo_token", sa.Uuid(), nullable=True))
    op.create_unique_constraint("uq_organization_logo_token", "organization", ["logo_token"])
    op.create_unique_constraint("uq_user_avatar_token", "user", ["avatar_token"])


def downgrade() -> None:
    op.drop_constraint("uq_user_avatar_token", "user")
    op.drop_constraint("uq_organization_logo_token", "organization")
    op.drop_column("organization", "logo_token")
