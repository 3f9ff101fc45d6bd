"""A disk that fails to sync while another thread writes."""

from __future__ import annotations

import errno
import threading
from pathlib import Path

import pytest

from consentgate.ledger.chain.keys import Keys
from consentgate.ledger.writing.segments import Segment, read_frames
from consentgate.ledger.writing.spool import SpoolWriter, segments_in

from .records import SECRET, grant


def test_what_was_appended_while_a_sync_failed_is_not_left_in_the_spool(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = SpoolWriter(tmp_path, Keys([SECRET]), limit=1 << 20)
    syncing, appending = threading.Event(), threading.Event()
    append, cut = Segment.append, Segment.cut
    has_cut = threading.Event()
    failed: list[str] = []

    def fail_to_sync(_: Segment) -> None:
        syncing.set()
        assert appending.wait(60)
        raise OSError(errno.EIO, "the disk fails")

    def append_slowly(self: Segment, data: bytes) -> None:
        if syncing.is_set():
            appending.set()
            # Time enough to cut the segment for who does not wait.
            has_cut.wait(0.5)
        append(self, data)

    def say_cut(self: Segment, size: int) -> None:
        cut(self, size)
        has_cut.set()

    def write(name: str) -> None:
        try:
            writer.append(grant(), None)
        except OSError:
            failed.append(name)

    monkeypatch.setattr(Segment, "sync", fail_to_sync)
    monkeypatch.setattr(Segment, "append", append_slowly)
    monkeypatch.setattr(Segment, "cut", say_cut)
    first = threading.Thread(target=write, args=["first"])
    first.start()
    assert syncing.wait(60)
    write("second")
    first.join(60)
    writer.close()
    left = [read_frames(path.read_bytes()).payloads for path in segments_in(writer.folder)]

    assert sorted(failed) == ["first", "second"]
    assert left == [()]
