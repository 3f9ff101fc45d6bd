"""Policies in a database: a table of hosts, with the text of each policy and the time of its last change."""

from __future__ import annotations

import datetime

from sqlalchemy import Engine, create_engine, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from consentgate import Policies, Policy


class Base(DeclarativeBase):
    """The tables."""


class SitePolicy(Base):
    """The policy of a `host`; "*.city.example" is for all hosts below city.example."""

    __tablename__ = "site_policy"

    host: Mapped[str] = mapped_column(primary_key=True)
    toml: Mapped[str]
    changed: Mapped[datetime.datetime]


class Table:
    """Supplies the gate with the policies in the table."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def version(self, host: str) -> datetime.datetime | None:
        """Return when the policy of `host` was changed."""
        row = self._row_of(host)
        return None if row is None else row[1]

    def name(self, host: str) -> str | None:
        """Return the name of the row that has the policy of `host`: all its hosts share it."""
        row = self._row_of(host)
        return None if row is None else row[0]

    def _row_of(self, host: str) -> tuple[str, datetime.datetime] | None:
        rows = select(SitePolicy.host, SitePolicy.changed).where(SitePolicy.host.in_(_names(host)))
        with Session(self._engine) as session:
            found = session.execute(rows).all()
        # The longest name is the most exact.
        best = max(found, key=lambda row: len(row.host.removeprefix("*")), default=None)
        return None if best is None else (best.host, best.changed)

    def policy(self, host: str) -> Policy | None:
        """Return the policy of `host`."""
        name = self.name(host)
        if name is None:
            return None
        with Session(self._engine) as session:
            row = session.get(SitePolicy, name)
        return None if row is None else Policy.parse(row.toml, row.host)


def _names(host: str) -> list[str]:
    """List the names under which the policy of `host` may be."""
    labels = host.split(".")
    return [host, *(f"*.{'.'.join(labels[at:])}" for at in range(1, len(labels)))]


def policies(url: str = "sqlite:///policies.db") -> Policies:
    """Return the policies in the database at `url`."""
    engine = create_engine(url)
    Base.metadata.create_all(engine)
    return Policies(Table(engine))
