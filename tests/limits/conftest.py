"""One counter of work and one meter of memory for all tests here."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest

from .measure import MemoryMeter, WorkCounter


@pytest.fixture(scope="session")
def counter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WorkCounter]:
    valgrind = shutil.which("valgrind")
    if valgrind is None:
        say = pytest.fail if os.environ.get("CI") else pytest.skip
        say("no valgrind here: `make servers` installs it")
    with WorkCounter(tmp_path_factory.mktemp("work"), valgrind) as counting:
        yield counting


@pytest.fixture(scope="session")
def meter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MemoryMeter]:
    with MemoryMeter(tmp_path_factory.mktemp("memory")) as measuring:
        yield measuring
