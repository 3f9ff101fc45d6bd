"""What Alembic runs: the migrations, on the connection that `versions` gives it."""

from __future__ import annotations

from alembic import context

from consentgate.ledger.database.schema import metadata
from consentgate.ledger.database.versions import VERSION_TABLE

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSION_TABLE,
    render_as_batch=True,
)
context.run_migrations()
