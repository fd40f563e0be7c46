"""The tables of jobs, as migrations.draft wrote them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go one step forward; there is no way back but a backup."""
    op.create_table(
        "business_day",
        sa.Column("day", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("started_at", sa.Text(), nullable=False),
        sa.Column("closed_at", sa.Text(), nullable=True),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("config_set", sa.Text(), nullable=True),
        sa.Column("seal", sa.Text(), nullable=True),
        sa.Column("previous_seal", sa.Text(), nullable=True),
        sa.Column("manifest", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state <> 'closed' OR seal IS NOT NULL", name=op.f("ck_business_day_closed_is_sealed")
        ),
        sa.CheckConstraint(
            "state IN ('cut-over', 'started', 'closed')", name=op.f("ck_business_day_state_is_known")
        ),
        sa.CheckConstraint("day BETWEEN 19500101 AND 21991231", name=op.f("ck_business_day_day_is_a_day")),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_business_day")),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "config_version",
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_config_version")),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "lease",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("token", sa.BigInteger(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("boot_id", sa.Text(), nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.Text(), nullable=False),
        sa.Column("heartbeat_at", sa.Text(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_lease_one_lease")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lease")),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "quarantine",
        sa.Column("loan", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("since", sa.Integer(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.CheckConstraint("since BETWEEN 19500101 AND 21991231", name=op.f("ck_quarantine_since_is_a_day")),
        sa.PrimaryKeyConstraint("loan", name=op.f("pk_quarantine")),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "config_set",
        sa.Column("set_sha256", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["sha256"], ["config_version.sha256"], name=op.f("fk_config_set_sha256")),
        sa.PrimaryKeyConstraint("set_sha256", "path", name=op.f("pk_config_set")),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
