"""What Alembic runs: the migrations, on the connection that `consentgate.ledger.versions` gives it."""

from __future__ import annotations

from alembic import context

from consentgate.ledger.schema import metadata
from consentgate.ledger.versions import VERSION_TABLE

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSION_TABLE,
    render_as_batch=True,
)
context.run_migrations()
