"""The tables of the ledger. They hold no column that could tell who a visitor is."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Date,
    Double,
    FromClause,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    literal_column,
)

ID = String(32)
WRITER = String(16)
DIGEST = LargeBinary(32)
MAC = LargeBinary(16)
KEY_ID = String(12)

PREFIX = "consentgate_"
"""What all tables are called by, since the database may be the site's own."""

metadata = MetaData()

writers = Table(
    PREFIX + "writers",
    metadata,
    Column("writer", WRITER, primary_key=True),
    # How far what this writer has written is in the database: nothing is taken twice.
    Column("position", BigInteger, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("chain", DIGEST, nullable=False),
    # The last link that a checkpoint covers.
    Column("checkpointed", BigInteger, nullable=False),
)

links = Table(
    PREFIX + "links",
    metadata,
    Column("writer", WRITER, primary_key=True),
    Column("seq", BigInteger, primary_key=True),
    Column("digest", DIGEST, nullable=False),
    Column("chain", DIGEST, nullable=False),
    Column("key_id", KEY_ID, nullable=False),
    Column("mac", MAC, nullable=False),
    Column("purge_key_id", KEY_ID),
    Column("purge_mac", MAC),
)


def _of_records(name: str) -> Table:
    return Table(
        PREFIX + name,
        metadata,
        Column("writer", WRITER, primary_key=True),
        Column("seq", BigInteger, primary_key=True),
        Column("id", ID, nullable=False),
        Column("event", String(16), nullable=False),
        Column("at", BigInteger, nullable=False),
        Column("categories", Text, nullable=False),
        Column("services", Text, nullable=False),
        Column("policy", String(64), nullable=False),
        Column("notice", String(64), nullable=False),
        Column("language", String(35), nullable=False),
        Column("control", String(32), nullable=False),
        Column("source", String(32), nullable=False),
        Column("signals", Text, nullable=False),
        Column("host", Text, nullable=False),
        Column("controller", Text, nullable=False),
        Column("valid_until", BigInteger, nullable=False),
        Column("replaces", ID, nullable=False),
        Column("account", Text, nullable=False),
        Column("form", SmallInteger, nullable=False),
        Column("withdrawn", Text),
        Index(f"{PREFIX}{name}_id", "id"),
        Index(f"{PREFIX}{name}_notice", "notice"),
    )


records = _of_records("records")
"""What proves consent: grants, renewals and grants with less than before."""
objections = _of_records("objections")
"""What proves that consent was withdrawn. It has a retention of its own."""


def ends_another(table: FromClause) -> ColumnElement[bool]:
    """Return the condition on records that end a grant. A query has to name it to use the indexes on them."""
    # As a literal: with a parameter no database knows beforehand that the index has all rows.
    return table.c.replaces != literal_column("''")


# A first grant, as most are, ends none, and is in no index on what does.
for _table in (records, objections):
    _ending: dict[str, Any] = {"sqlite_where": ends_another(_table), "postgresql_where": ends_another(_table)}
    Index(f"{_table.name}_replaces", _table.c.replaces, **_ending)
    Index(
        f"{_table.name}_at",
        *(_table.c.at, _table.c.writer, _table.c.seq),
        **(_ending if _table is records else {}),
    )
Index(f"{PREFIX}records_valid_until", records.c.valid_until)

notices = Table(
    PREFIX + "notices",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("language", String(35), nullable=False),
    Column("banner", Text, nullable=False),
    Column("choices", Text, nullable=False),
    Column("stored_at", BigInteger, nullable=False),
)

counts = Table(
    PREFIX + "counts",
    metadata,
    Column("day", Date, primary_key=True),
    Column("event", String(16), primary_key=True),
    Column("host", String(255), primary_key=True),
    Column("policy", String(64), primary_key=True),
    Column("language", String(35), primary_key=True),
    Column("control", String(32), primary_key=True),
    Column("count", BigInteger, nullable=False),
)
"""How often each event happened that is only counted: refusals and objections."""

erasures = Table(
    PREFIX + "erasures",
    metadata,
    Column("digest", LargeBinary(16), primary_key=True),
    Column("at", BigInteger, nullable=False),
)
"""What was erased, by a digest of each record's id: what is still on its way in a spool must not come
back."""

hooks = Table(
    PREFIX + "hooks",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("since", BigInteger, nullable=False),
)
"""Which hooks of the site there have been, and since when: what was recorded before is not for them."""

queued = Table(
    PREFIX + "queued",
    metadata,
    Column("writer", WRITER, primary_key=True),
    Column("seq", BigInteger, nullable=False),
)
"""How far the records of each writer were looked through for withdrawals to deliver."""

deliveries = Table(
    PREFIX + "deliveries",
    metadata,
    Column("id", ID, primary_key=True),
    # What the hook gets, since the record itself may be purged or erased meanwhile.
    Column("record", Text, nullable=False),
    Column("services", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    # The withdrawal of the same visitor that is to be delivered before.
    Column("after", ID, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("error", String(255), nullable=False),
    Column("tried_at", Double, nullable=False),
    Column("not_before", Double, nullable=False),
    Column("holder", String(32), nullable=False),
    Column("held_until", Double, nullable=False),
    Index(f"{PREFIX}deliveries_turn", "attempts", "not_before", "at", "id"),
    Index(f"{PREFIX}deliveries_not_before", "not_before"),
    Index(f"{PREFIX}deliveries_held_until", "held_until"),
    Index(f"{PREFIX}deliveries_at", "at"),
)
"""Withdrawals that wait for the site's hook to take them. A process that delivers one holds it meanwhile."""

checkpoints = Table(
    PREFIX + "checkpoints",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("heads", Text, nullable=False),
    Column("chain", DIGEST, nullable=False),
    Column("key_id", KEY_ID, nullable=False),
    Column("mac", MAC, nullable=False),
)
