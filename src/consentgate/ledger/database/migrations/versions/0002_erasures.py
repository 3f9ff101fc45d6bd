"""The table of what was erased."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "consentgate_erasures",
        sa.Column("digest", sa.LargeBinary(16), primary_key=True),
        sa.Column("at", sa.BigInteger, nullable=False),
    )
