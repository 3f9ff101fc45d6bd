"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_WRITER = sa.String(16)
_DIGEST = sa.LargeBinary(32)
_MAC = sa.LargeBinary(16)
_KEY_ID = sa.String(12)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "consentgate_writers",
        sa.Column("writer", _WRITER, primary_key=True),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("chain", _DIGEST, nullable=False),
        sa.Column("checkpointed", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "consentgate_links",
        sa.Column("writer", _WRITER, primary_key=True),
        sa.Column("seq", sa.BigInteger, primary_key=True),
        sa.Column("digest", _DIGEST, nullable=False),
        sa.Column("chain", _DIGEST, nullable=False),
        sa.Column("key_id", _KEY_ID, nullable=False),
        sa.Column("mac", _MAC, nullable=False),
        sa.Column("purge_key_id", _KEY_ID),
        sa.Column("purge_mac", _MAC),
    )
    for name in ("consentgate_records", "consentgate_objections"):
        _create_table_of_records(name)
    op.create_table(
        "consentgate_notices",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("language", sa.String(35), nullable=False),
        sa.Column("banner", sa.Text, nullable=False),
        sa.Column("choices", sa.Text, nullable=False),
        sa.Column("stored_at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "consentgate_counts",
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("event", sa.String(16), primary_key=True),
        sa.Column("host", sa.String(255), primary_key=True),
        sa.Column("policy", sa.String(64), primary_key=True),
        sa.Column("language", sa.String(35), primary_key=True),
        sa.Column("control", sa.String(32), primary_key=True),
        sa.Column("count", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "consentgate_checkpoints",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("heads", sa.Text, nullable=False),
        sa.Column("chain", _DIGEST, nullable=False),
        sa.Column("key_id", _KEY_ID, nullable=False),
        sa.Column("mac", _MAC, nullable=False),
    )


def _create_table_of_records(name: str) -> None:
    op.create_table(
        name,
        sa.Column("writer", _WRITER, primary_key=True),
        sa.Column("seq", sa.BigInteger, primary_key=True),
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("event", sa.String(16), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("categories", sa.Text, nullable=False),
        sa.Column("services", sa.Text, nullable=False),
        sa.Column("policy", sa.String(64), nullable=False),
        sa.Column("notice", sa.String(64), nullable=False),
        sa.Column("language", sa.String(35), nullable=False),
        sa.Column("control", sa.String(32), nullable=False),
        sa.Column("source", sa.String(32), nullable=False),
        sa.Column("signals", sa.Text, nullable=False),
        sa.Column("host", sa.Text, nullable=False),
        sa.Column("controller", sa.Text, nullable=False),
        sa.Column("valid_until", sa.BigInteger, nullable=False),
        sa.Column("replaces", sa.String(32), nullable=False),
        sa.Column("account", sa.Text, nullable=False),
        sa.Column("form", sa.SmallInteger, nullable=False),
    )
    for column in ("id", "replaces", "at", "valid_until", "notice"):
        op.create_index(f"{name}_{column}", name, [column])
