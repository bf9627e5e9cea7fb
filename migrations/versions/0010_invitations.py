"""invitations, by link and by mail."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

ROLES = ("owner", "admin", "editor", "moderator", "member")
KINDS = ("student", "staff", "faculty", "alumni", "guest", "partner")


def upgrade() -> None:
    op.create_table(
        "invitation",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("organization_id", sa.BigInteger(), nullable=False),
        sa.Column("inviter_id", sa.BigInteger(), nullable=True),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column(
            "role",
            sa.Enum(*ROLES, name="role", native_enum=False, create_constraint=True, length=20),
            server_default="member",
            nullable=False,
        ),
        sa.Column(
            "kind",
            sa.Enum(*KINDS, name="member_kind", native_enum=False, create_constraint=True, length=20),
            server_default="student",
            nullable=False,
        ),
        sa.Column("uses_left", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("uses_left >= 0", name=op.f("ck_invitation_uses_left")),
        sa.CheckConstraint("address IS NULL OR address = lower(address)", name=op.f("ck_invitation_address_form")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_invitation_organization_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["inviter_id"], ["user.id"], name=op.f("fk_invitation_inviter_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("id", "organization_id", name=op.f("uq_invitation_id_organization_id")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_invitation_token_hash")),
    )
    op.create_index("ix_invitation_organization_id", "invitation", ["organization_id", "id"])
    op.create_index("ix_invitation_inviter_id", "invitation", ["inviter_id"])
    op.create_index(
        "ix_invitation_address", "invitation", ["address", "organization_id"], postgresql_where=sa.text("address IS NOT NULL")
    )
    op.create_table(
        "invitation_department",
        sa.Column("invitation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("department_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("organization_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["invitation_id", "organization_id"],
            ["invitation.id", "invitation.organization_id"],
            name=op.f("fk_invitation_department_invitation_id_organization_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["department_id", "organization_id"],
            ["department.id", "department.organization_id"],
            name=op.f("fk_invitation_department_department_id_organization_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("invitation_id", "department_id", name=op.f("pk_invitation_department")),
    )
    op.create_index("ix_invitation_department_department_id", "invitation_department", ["department_id", "organization_id"])
    op.create_table(
        "invitation_use",
        sa.Column("invitation_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["invitation_id"], ["invitation.id"], name=op.f("fk_invitation_use_invitation_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_invitation_use_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("invitation_id", "user_id", name=op.f("pk_invitation_use")),
    )
    op.create_index("ix_invitation_use_user_id", "invitation_use", ["user_id"])


def downgrade() -> None:
    op.drop_table("invitation_use")
    op.drop_table("invitation_department")
    op.drop_table("invitation")
