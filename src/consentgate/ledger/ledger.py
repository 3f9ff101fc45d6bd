"""The ledger: keeps records of consent, as proof."""

from __future__ import annotations

import logging
import os
import threading
import weakref
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal, get_args

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from consentgate.consent.hooks import check_hook
from consentgate.consent.record import Notice, NotReadable, NotRecorded, Record, RecordMeter, Waiting
from consentgate.log_fields import fields

from .chain.keys import Keys
from .database.connections import Database, OutdatedTables, database_url
from .database.retention import Purged, Retention, purge
from .delivering.courier import Hook
from .delivering.deliverer import Delivered, Deliverer
from .own_records import OwnRecords
from .proof.checkpoints import Checkpoint, make_checkpoint
from .writing.direct_writer import DirectWriter
from .writing.mover import Mover, Moving
from .writing.spool import SpoolWriter, size_left_behind

_log = logging.getLogger("consentgate.ledger")

Durable = Literal["disk", "database"]
SPOOL_LIMIT = 256 << 20
"""The most bytes that wait for the database in a process: some 300,000 records."""
_HOUR = 3600.0


class LedgerError(Exception):
    """A ledger that cannot be used as it is set up. The message says what to do."""


class Ledger:
    """Keeps records in the database at `url`, like "sqlite:///consent.db" or "postgresql://host/database".

    A record lasts when it is in the `spool`, a folder on a disk of this machine; from there it is moved to
    the database. Beside an SQLite database that is the folder of its name and `-spool`. With `durable`
    "database" there is no spool: each record is committed before its visitor is answered. A machine without a
    disk that lasts needs that.

    `secret_key` signs the records: a key or several, the newest last. By default those of the gate do.
    Records are kept for as long as the `retention` says. At most `spool_limit` bytes wait for the database in
    each process, and a checkpoint is made every `checkpoint_every` seconds in which something was recorded.

    `on_withdrawal` is called for each withdrawal, and for each grant of less than before, with the record and
    the ids of the services that were granted before and are not any more. It is called in a thread, after the
    visitor was answered, at least once: again and again until it returns without an error, by whichever
    process of the site lives.

    Raises ValueError and TypeError for arguments that are none, LedgerError where the tables are of an older
    version, a folder for the database is not there, or the spool cannot be made. A database that does not
    work is logged, and tried again.
    """

    def __init__(
        self,
        url: str,
        *,
        spool: str | os.PathLike[str] | None = None,
        durable: Durable = "disk",
        secret_key: str | bytes | Sequence[str | bytes] | None = None,
        retention: Retention | None = None,
        spool_limit: int = SPOOL_LIMIT,
        checkpoint_every: float = _HOUR,
        on_withdrawal: Hook | None = None,
    ) -> None:
        if durable not in get_args(Durable):
            raise ValueError(f'durable: expected "disk" or "database", not {durable!r}')
        check_hook("on_withdrawal", on_withdrawal, "a record", "the services withdrawn")
        parsed = database_url(url)
        if spool is None and parsed.get_backend_name() == "sqlite":
            _check_folder(Path(str(parsed.database)).parent)
        self._database = Database(parsed, listens=on_withdrawal is not None)
        self._hook = on_withdrawal
        self._spool = _spool_of(spool, durable, parsed.get_backend_name(), parsed.database)
        self._keys = None if secret_key is None else Keys(_listed(secret_key))
        self.retention = retention or Retention()
        self._spool_limit = spool_limit
        self._checkpoint_every = checkpoint_every
        self._closed = False
        self._meter: RecordMeter | None = None
        self._has_failed = False
        self._process = _Process()
        self._start()
        _watch_forks(self)
        self._begin_deliveries()

    def _start(self) -> None:
        if self._spool is not None:
            try:
                self._spool.mkdir(mode=0o700, parents=True, exist_ok=True)
            except OSError as error:
                raise LedgerError(f"spool: cannot make the folder {self._spool}: {error.strerror}") from None
        try:
            self._database.prepare()
        except OutdatedTables as error:
            raise LedgerError(str(error)) from None
        except SQLAlchemyError as error:
            self._has_failed = True
            _log.error(
                "the ledger's database does not work (%s): %s",
                type(getattr(error, "orig", None) or error).__name__,
                "records wait in the spool" if self._spool else "nobody can consent",
                extra=fields("database failing"),
            )

    def signing_with(self, secret_keys: Sequence[str | bytes]) -> Ledger:
        """Have these keys, oldest first, sign the records, unless the ledger has keys of its own. Return the
        ledger."""
        if self._keys is None:
            self._keys = Keys(secret_keys)
            self._begin_deliveries()
        return self

    def metered_by(self, meter: RecordMeter) -> None:
        """Show this `meter` what waits in the spool, and whether the database works: after each move."""
        self._meter = meter
        meter.database_failing(self._has_failed)

    def _tell_meter(self, works: bool) -> None:
        self._has_failed = not works
        if self._meter is None:
            return
        self._meter.database_failing(not works)
        if self._spool is not None:
            writer = self._process.writer
            waiting = Waiting() if writer is None else writer.waiting
            # While the database works, that is moved before anybody sees it.
            left = 0 if works else size_left_behind(self._spool)
            self._meter.waits(replace(waiting, left_behind=left))

    def _begin_deliveries(self) -> None:
        """Go on with what was withdrawn before this process started, without waiting for its first visitor. A
        process that is forked later begins with its first record."""
        if self._hook is None:
            return
        self._deliverer(self._process)
        if self._spool is not None and self._keys is not None:
            self._mover(self._process)

    def record(self, record: Record, notice: Notice | None = None) -> None:
        """Keep a `record`, and the `notice` that it cites. Return when both would survive a loss of power.

        Raises NotRecorded where that is not possible, and ValueError where nobody has given a key.
        """
        if self._closed:
            raise NotRecorded("the ledger is closed")
        process = self._process
        if self._spool is not None:
            try:
                self._spooled(process).append(record, notice)
            except OSError as error:
                self._tell_spool_failure(process, error)
            else:
                process.spool_failure = 0
                self._mover(process).wake()
                return
        try:
            self._direct(process).append(record, notice)
        except (SQLAlchemyError, TimeoutError, OutdatedTables) as error:
            _log.error(
                "a record could not be kept: %s",
                type(getattr(error, "orig", None) or error).__name__,
                extra=fields("unrecorded", about="storage"),
            )
            self._tell_meter(works=False)
            raise NotRecorded("neither the disk nor the database could be written") from error
        self._tell_meter(works=True)
        if record.takes_back:
            self._tell_deliverer(process)

    @property
    def kept_for(self) -> str:
        """How long a record is kept after its consent has ended, like "3 years"."""
        return self.retention.evidence

    def history(self, id: str) -> list[Record]:
        """Return the record with this id, those that came before it and those that came after it, from the
        oldest to the newest; none where there is none, or none any more.

        Raises NotReadable where the database does not work, or too many ask at a time.
        """
        return self._own_records().history(id)

    def notice(self, digest: str) -> Notice | None:
        """Return the notice with this digest, None where there is none. Raises as `history` does."""
        return self._own_records().notice(digest)

    def _own_records(self) -> OwnRecords:
        if self._closed:
            raise NotReadable("the ledger is closed")
        process = self._process
        with process.lock:
            if process.own_records is None:
                process.own_records = OwnRecords(self.engine, self._spool)
            return process.own_records

    def _spooled(self, process: _Process) -> SpoolWriter:
        """Return the writer of this process. Raises OSError where the disk does not let there be one."""
        assert self._spool is not None
        with process.lock:
            if process.writer is None or process.writer.has_failed:
                if process.writer is not None:
                    process.writer.close()
                    process.writer = None
                    if process.mover is not None:
                        process.mover.look_again()
                process.writer = SpoolWriter(self._spool, self._given_keys, limit=self._spool_limit)
            return process.writer

    def _mover(self, process: _Process) -> Mover:
        assert self._spool is not None
        with process.lock:
            if process.mover is None:
                moving = Moving(
                    self._spool,
                    self.engine,
                    self._given_keys,
                    self._checkpoint_every,
                    lambda: self._tell_deliverer(process),
                )
                process.mover = Mover(moving, lambda: process.writer, self._tell_meter)
            return process.mover

    def _tell_deliverer(self, process: _Process) -> None:
        """Have withdrawals delivered that have just come into the database."""
        if self._hook is not None and not self._closed:
            self._deliverer(process).wake()

    def _deliverer(self, process: _Process) -> Deliverer:
        assert self._hook is not None
        with process.lock:
            if process.deliverer is None:
                process.deliverer = Deliverer(self._hook, self.engine)
                process.deliverer.start()
            return process.deliverer

    def _direct(self, process: _Process) -> DirectWriter:
        with process.lock:
            if process.direct is None:
                process.direct = DirectWriter(self.engine, self._given_keys)
            return process.direct

    def _tell_spool_failure(self, process: _Process, error: OSError) -> None:
        code = error.errno or -1
        if process.spool_failure != code:
            process.spool_failure = code
            _log.error(
                "the ledger's spool cannot be written (%s): records go straight to the database while that "
                "works, and nobody can consent while it does not",
                error.strerror or error,
                extra=fields("spool failing", errno=error.errno),
            )

    @property
    def _given_keys(self) -> Keys:
        if self._keys is None:
            raise ValueError(
                'secret_key: expected the key that signs the records: Ledger(..., secret_key="...")'
            )
        return self._keys

    @property
    def keys(self) -> Keys | None:
        """The keys that sign the records, None where none were given."""
        return self._keys

    def engine(self) -> Engine:
        """Return SQLAlchemy's engine for the database. Raises SQLAlchemyError where the database does not
        work."""
        return self._database.engine()

    def move(self) -> bool:
        """Move all that waits in the spool to the database, now. Return whether the database took it."""
        if self._spool is None:
            return True
        mover = self._mover(self._process)
        mover.look_again()
        return mover.move()

    def checkpoint(self) -> Checkpoint | None:
        """Make a checkpoint over all that is in the database and return it, None where nothing is new."""
        with self.engine().begin() as connection:
            return make_checkpoint(connection, self._given_keys)

    def purge(self, now: float | None = None) -> Purged:
        """Delete what has been kept for long enough, in small batches. The chains stay whole: `verify` tells
        what was purged from what was removed."""
        return purge(self.engine(), self._given_keys, self.retention, now)

    def deliver(self) -> Delivered:
        """Move what waits, call `on_withdrawal` once for each withdrawal that waits, and return when that is
        over.

        Raises ValueError where there is no hook, and SQLAlchemyError where the database does not work.
        """
        if self._hook is None:
            raise ValueError("on_withdrawal: expected the function to call: Ledger(..., on_withdrawal=...)")
        if self._spool is not None and self._keys is not None:
            self.move()
        return self._deliverer(self._process).deliver()

    def close(self) -> None:
        """Move what waits, and let go of the files and connections. What the database does not take now is
        moved by the next process that has this spool, and what `on_withdrawal` has not taken is for the next
        process that has the hook."""
        self._closed = True
        process = self._process
        with process.lock:
            writer, mover, deliverer = process.writer, process.mover, process.deliverer
        if writer is not None:
            writer.close()
            process.writer = None
        if mover is not None:
            mover.look_again()
            mover.stop()
        if deliverer is not None:
            deliverer.stop()
        self._database.close()

    def _forked(self) -> None:
        """Leave everything that is open to the process that has forked this one."""
        _inherited.append((self._process, self._database.forget()))
        writer, self._process = self._process.writer, _Process()
        if writer is not None:
            writer.let_go()


class _Process:
    """What a process has of its own: its writers and its mover."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.writer: SpoolWriter | None = None
        self.direct: DirectWriter | None = None
        self.mover: Mover | None = None
        self.own_records: OwnRecords | None = None
        self.deliverer: Deliverer | None = None
        self.spool_failure = 0


# What was open when this process was forked: to drop a connection would close the parent's.
_inherited: list[object] = []


def _watch_forks(ledger: Ledger) -> None:
    if not hasattr(os, "register_at_fork"):
        return
    weak = weakref.ref(ledger)

    def forked() -> None:
        if (ledger := weak()) is not None:
            ledger._forked()

    os.register_at_fork(after_in_child=forked)


def _check_folder(folder: Path) -> None:
    """Raise LedgerError where there is no `folder`: whoever mistypes a path does not want it made."""
    if not folder.is_dir():
        raise LedgerError(f"url: there is no folder {folder}: make it, or correct the URL")


def _spool_of(
    given: str | os.PathLike[str] | None, durable: Durable, backend: str, database: str | None
) -> Path | None:
    if durable == "database":
        if given is not None:
            raise ValueError('spool: expected none with durable="database"')
        return None
    if given is not None:
        return Path(given).absolute()
    if backend == "sqlite":
        return Path(f"{database}-spool")
    raise ValueError(
        'spool: expected a folder on a disk of this machine that lasts, like "/var/lib/site/consent"; where '
        'there is none, durable="database"'
    )


def _listed(secret_key: str | bytes | Sequence[str | bytes]) -> list[str | bytes]:
    keys = [secret_key] if isinstance(secret_key, str | bytes) else [*secret_key]
    if not keys or not all(isinstance(key, str | bytes) and key for key in keys):
        raise ValueError(
            "secret_key: expected a text that is long and random, or a list of such, the newest last"
        )
    return keys
