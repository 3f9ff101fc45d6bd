"""Verification: finds every record that was edited, inserted, removed or put elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, Table, and_, select

from consentgate.consent.record import FORM, Notice
from consentgate.ledger.chain.keys import Keys, Signature
from consentgate.ledger.chain.links import START, Link, is_purge_signed
from consentgate.ledger.database.connections import reading
from consentgate.ledger.database.reading import distinct
from consentgate.ledger.database.schema import links, notices, objections, records
from consentgate.ledger.database.storing import link_of, record_of, table_for

from .checkpoints import Checkpoint
from .coverage import Covered, Fault, coverage_of, unknown_key

_AT_ONCE = 2000
"""The links that are in memory at a time."""
_NOTICES_AT_ONCE = 20


@dataclass(frozen=True, slots=True)
class Verified:
    """What was verified: how many `links`, of how many of them the record was `purged`, and how many
    `checkpoints`. Those links are `uncovered` that came after the last checkpoint: nothing tells whether more
    did."""

    links: int
    purged: int
    checkpoints: int
    uncovered: int
    faults: tuple[Fault, ...]


def verify(engine: Engine, keys: Keys, known: Checkpoint | None = None) -> Verified:
    """Verify the whole ledger, up to its last checkpoint and to the `known` one, which was kept elsewhere.

    Raises SQLAlchemyError where the database does not work.
    """
    with reading(engine) as connection:
        return _Verification(connection, keys).all(known)


@dataclass(frozen=True, slots=True)
class _Row:
    """A link, the signature of its record's purge, if any, and what is there under its number: one record,
    unless something is wrong."""

    link: Link
    purge: Signature | None
    contents: tuple[tuple[Table, Any], ...]

    @property
    def where(self) -> str:
        return f"record {self.link.writer}/{self.link.seq}"


class _Verification:
    def __init__(self, connection: Connection, keys: Keys) -> None:
        self._connection = connection
        self._keys = keys
        self._faults: list[Fault] = []
        self._links = self._purged = self._uncovered = 0

    def all(self, known: Checkpoint | None) -> Verified:
        coverage = coverage_of(self._connection, self._keys, known)
        self._faults += coverage.faults
        left = dict(coverage.writers)
        for writer in distinct(self._connection, links.c.writer):
            self._verify_chain(writer, left.pop(writer, []))
        for writer, covered in left.items():
            self._fault(f"writer {writer}", f"all its records are missing, which {covered[-1].where} covers")
        for table in (records, objections):
            self._find_inserted(table)
        self._verify_notices()
        return Verified(self._links, self._purged, coverage.count, self._uncovered, tuple(self._faults))

    def _fault(self, where: str, what: str) -> None:
        self._faults.append(Fault(where, what))

    # -- chains ----------------------------------------------------------------------------------------------

    def _verify_chain(self, writer: str, covered: Sequence[Covered]) -> None:
        before, seq = START, 0
        said = {one.seq: one for one in covered}
        last = covered[-1] if covered else None
        signed_up_to = max((one.seq for one in covered if one.is_signed), default=0)
        for row in self._rows_of(writer):
            link = row.link
            if link.seq != seq + 1:
                self._fault(row.where, _missing(seq + 1, link.seq - 1))
            elif not link.follows(before):
                self._fault(row.where, "its link was changed, or another was put in its place")
            if link.seq in said and said[link.seq].chain != link.chain:
                self._fault(row.where, f"{said[link.seq].where} knows another chain up to here")
            # A checkpoint vouches for what was signed with keys that are not at hand any more.
            self._verify_signature(row, is_vouched_for=link.seq <= signed_up_to)
            self._verify_record(row)
            before, seq = link.chain, link.seq
            self._links += 1
            self._uncovered += last is None or link.seq > last.seq
        if last is not None and last.seq > seq:
            self._fault(f"writer {writer}", f"{_missing(seq + 1, last.seq)}, which {last.where} covers")

    def _rows_of(self, writer: str) -> Iterator[_Row]:
        """Yield the links of a writer, in order."""
        last = -(1 << 62)
        chosen = select(links).where(links.c.writer == writer).order_by(links.c.seq).limit(_AT_ONCE)
        while rows := self._connection.execute(chosen.where(links.c.seq > last)).all():
            contents: dict[int, list[tuple[Table, Any]]] = {}
            for table in (records, objections):
                same = select(table).where(table.c.writer == writer)
                between = same.where(table.c.seq.between(rows[0].seq, rows[-1].seq))
                for content in self._connection.execute(between):
                    contents.setdefault(content.seq, []).append((table, content))
            for row in rows:
                purge = None
                if row.purge_mac is not None:
                    purge = Signature(row.purge_key_id or "", bytes(row.purge_mac))
                yield _Row(link_of(row), purge, tuple(contents.get(row.seq, ())))
            last = rows[-1].seq

    def _verify_signature(self, row: _Row, *, is_vouched_for: bool) -> None:
        if row.link.is_signed(self._keys):
            return
        if self._keys.has(row.link.key_id):
            self._fault(row.where, "its signature is wrong")
        elif not is_vouched_for:
            self._fault(row.where, unknown_key(row.link.key_id))

    def _verify_record(self, row: _Row) -> None:
        if row.purge is not None:
            self._purged += 1
            self._verify_purge(row, row.purge)
        elif not row.contents:
            self._fault(row.where, "its record was removed")
        if len(row.contents) > 1:
            self._fault(row.where, "there are two records of this number")
        for table, content in row.contents:
            self._verify_content(row, table, content)

    def _verify_purge(self, row: _Row, purge: Signature) -> None:
        if not self._keys.has(purge.key_id):
            self._fault(row.where, unknown_key(purge.key_id))
        elif not is_purge_signed(self._keys, purge, row.link.chain):
            self._fault(row.where, "its record was removed, and not by a purge")
        elif row.contents:
            self._fault(row.where, "its record was purged, and is there all the same")

    def _verify_content(self, row: _Row, table: Table, content: Any) -> None:
        if content.form > FORM:
            self._fault(row.where, "a newer version of consentgate has written it: verify with that")
            return
        try:
            record = record_of(content)
        except ValueError:
            self._fault(row.where, "its record was changed, and cannot be read")
            return
        if record.digest != row.link.digest or table_for(record.event) is not table:
            self._fault(row.where, "its record was changed")

    def _find_inserted(self, table: Table) -> None:
        together = and_(links.c.writer == table.c.writer, links.c.seq == table.c.seq)
        joined = table.outerjoin(links, together)
        inserted = select(table.c.writer, table.c.seq).select_from(joined).where(links.c.seq.is_(None))
        for row in self._connection.execute(inserted):
            self._fault(f"record {row.writer}/{row.seq}", "it was inserted: no writer has written it")

    # -- notices ---------------------------------------------------------------------------------------------

    def _verify_notices(self) -> None:
        there = set()
        # The HTML of some is long: not all are in memory at once.
        few = self._connection.execution_options(yield_per=_NOTICES_AT_ONCE)
        for row in few.execute(select(notices)):
            there.add(row.digest)
            if Notice(row.language, row.banner, row.choices).digest != row.digest:
                self._fault(f"notice {row.digest[:12]}", "it was changed")
        for table in (records, objections):
            for cited in distinct(self._connection, table.c.notice):
                if cited and cited not in there:
                    self._fault(f"notice {cited[:12]}", "records cite it, and it is missing")


def _missing(first: int, last: int) -> str:
    if last < first:
        return f"its number is out of order: {first} was expected"
    return f"record {first} is missing" if first == last else f"records {first} to {last} are missing"
