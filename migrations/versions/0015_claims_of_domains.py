"""claims of domains, which wait for the site's administrators."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "domain_claim",
        sa.Column("organization_id", sa.BigInteger(), nullable=False),
        sa.Column("domain", sa.Text(), nullable=False),
        sa.Column("claimant_id", sa.BigInteger(), nullable=True),
        sa.Column("claimed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("domain = lower(domain) AND domain LIKE '%_._%'", name=op.f("ck_domain_claim_domain_form")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_domain_claim_organization_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["claimant_id"], ["user.id"], name=op.f("fk_domain_claim_claimant_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("organization_id", "domain", name=op.f("pk_domain_claim")),
    )
    op.create_index("ix_domain_claim_domain", "domain_claim", ["domain"])
    op.create_index("ix_domain_claim_claimant_id", "domain_claim", ["claimant_id"])


def downgrade() -> None:
    op.drop_table("domain_claim")
