"""Indexes that are used: those on what ends a grant leave out first grants, which end none."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Replace the indexes."""
    ends_another = sa.text("replaces <> ''")
    ending: dict[str, Any] = {"sqlite_where": ends_another, "postgresql_where": ends_another}
    for name in ("consentgate_records", "consentgate_objections"):
        op.drop_index(f"{name}_at", name)
        op.drop_index(f"{name}_replaces", name)
        op.create_index(f"{name}_replaces", name, ["replaces"], **ending)
    place = ["at", "writer", "seq"]
    op.create_index("consentgate_records_at", "consentgate_records", place, **ending)
    op.create_index("consentgate_objections_at", "consentgate_objections", place)
    op.drop_index("consentgate_objections_valid_until", "consentgate_objections")
