"""The tables of deliveries, and what a record says was withdrawn."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the tables, and the column."""
    for name in ("consentgate_records", "consentgate_objections"):
        op.add_column(name, sa.Column("withdrawn", sa.Text))
    op.create_table(
        "consentgate_hooks",
        sa.Column("name", sa.String(32), primary_key=True),
        sa.Column("since", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "consentgate_queued",
        sa.Column("writer", sa.String(16), primary_key=True),
        sa.Column("seq", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "consentgate_deliveries",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("record", sa.Text, nullable=False),
        sa.Column("services", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("after", sa.String(32), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("error", sa.String(255), nullable=False),
        sa.Column("tried_at", sa.Double, nullable=False),
        sa.Column("not_before", sa.Double, nullable=False),
        sa.Column("holder", sa.String(32), nullable=False),
        sa.Column("held_until", sa.Double, nullable=False),
    )
    turn = ["attempts", "not_before", "at", "id"]
    op.create_index("consentgate_deliveries_turn", "consentgate_deliveries", turn)
    op.create_index("consentgate_deliveries_not_before", "consentgate_deliveries", ["not_before"])
    op.create_index("consentgate_deliveries_held_until", "consentgate_deliveries", ["held_until"])
    op.create_index("consentgate_deliveries_at", "consentgate_deliveries", ["at"])
