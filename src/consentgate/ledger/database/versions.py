"""The version of the tables in a database, and how they are brought up to date.

Migrations only add tables, and columns that may be empty: processes with the version before keep working
while those with the new one take over.
"""

from __future__ import annotations

from enum import Enum
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from .schema import PREFIX

VERSION_TABLE = PREFIX + "version"
_MIGRATIONS = Path(__file__).parent / "migrations"


class State(Enum):
    """How the tables in a database stand to those that this version of the package knows."""

    EMPTY = "there are no tables"
    OLD = "the tables are of an older version"
    CURRENT = "the tables are of this version"
    NEWER = "the tables are of a newer version"


def state_of(connection: Connection) -> State:
    """Return the state of the tables in a database."""
    found = version_of(connection)
    if not found:
        return State.EMPTY
    script = ScriptDirectory.from_config(_config(connection))
    if found == script.get_current_head():
        return State.CURRENT
    known = {revision.revision for revision in script.walk_revisions()}
    return State.OLD if found in known else State.NEWER


def version_of(connection: Connection) -> str:
    """Return the version of the tables in a database, "" where there are none."""
    context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
    return context.get_current_revision() or ""


def upgrade(connection: Connection) -> None:
    """Make the tables, or bring them up to date, in one transaction."""
    command.upgrade(_config(connection), "head")


def _config(connection: Connection) -> Config:
    config = Config()
    # Alembic reads its options with configparser, to which a percent sign is special.
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
