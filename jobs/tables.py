"""The tables of the batch: business dates, the lease, quarantine, and the configuration each night used."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Integer,
    PrimaryKeyConstraint,
    SmallInteger,
    Text,
)

from ledger.tables import day_check, new_table

business_day = new_table(
    "business_day",
    Column("day", Integer, primary_key=True, autoincrement=False),
    Column("state", Text, nullable=False),
    Column("started_at", Text, nullable=False),
    Column("closed_at", Text),
    Column("run_id", Text, nullable=False),
    Column("config_set", Text),
    Column("seal", Text),
    Column("previous_seal", Text),
    Column("manifest", Text),
    CheckConstraint("state IN ('cut-over', 'started', 'closed')", name="state_is_known"),
    CheckConstraint("state <> 'closed' OR seal IS NOT NULL", name="closed_is_sealed"),
    day_check("day"),
)

lease = new_table(
    "lease",
    Column("id", SmallInteger, primary_key=True, autoincrement=False),
    Column("token", BigInteger, nullable=False),
    Column("holder", Text, nullable=False),
    Column("host", Text, nullable=False),
    Column("boot_id", Text, nullable=False),
    Column("pid", Integer, nullable=False),
    Column("started_at", Text, nullable=False),
    Column("heartbeat_at", Text, nullable=False),
    CheckConstraint("id = 1", name="one_lease"),
)

quarantine = new_table(
    "quarantine",
    Column("loan", BigInteger, primary_key=True, autoincrement=False),
    Column("since", Integer, nullable=False),
    Column("step", Text, nullable=False),
    Column("error", Text, nullable=False),
    day_check("since"),
)

config_version = new_table(
    "config_version",
    Column("sha256", Text, primary_key=True),
    Column("content", Text, nullable=False),
    append_only=True,
)

config_set = new_table(
    "config_set",
    Column("set_sha256", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("sha256", Text, ForeignKey("config_version.sha256"), nullable=False),
    PrimaryKeyConstraint("set_sha256", "path"),
    append_only=True,
)
