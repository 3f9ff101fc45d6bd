"""Segments: no damage goes unseen, and what is whole survives."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from consentgate.ledger.writing.segments import MARKER, Segment, framed, read_frames

payloads = st.lists(st.text(max_size=40).map(str.encode), max_size=6)


def segment(of: list[bytes]) -> bytes:
    return b"".join(map(framed, of))


def ends(of: list[bytes]) -> list[int]:
    """Where each frame ends."""
    return [len(segment(of[: number + 1])) for number in range(len(of))]


@given(payloads)
def test_what_was_framed_is_read(written: list[bytes]) -> None:
    data = segment(written)

    frames = read_frames(data)

    assert frames.payloads == tuple(written)
    assert (frames.end, frames.damaged, frames.is_torn) == (len(data), 0, False)


@given(payloads, st.data())
def test_reading_goes_on_where_it_ended(written: list[bytes], data: st.DataObject) -> None:
    count = data.draw(st.integers(0, len(written)))
    start = len(segment(written[:count]))

    assert read_frames(segment(written), start).payloads == tuple(written[count:])


@given(payloads, st.data())
def test_of_a_segment_that_was_cut_off_the_whole_frames_are_read(
    written: list[bytes], data: st.DataObject
) -> None:
    cut = data.draw(st.integers(0, len(segment(written))))

    frames = read_frames(segment(written)[:cut])

    whole = [end for end in ends(written) if end <= cut]
    assert frames.payloads == tuple(written[: len(whole)])
    assert frames.end == (whole[-1] if whole else 0)
    assert frames.is_torn == (frames.end < cut)
    assert frames.damaged == 0


@given(payloads.filter(len), st.data())
def test_a_changed_byte_costs_the_frame_that_it_is_in_and_no_other(
    written: list[bytes], data: st.DataObject
) -> None:
    whole = segment(written)
    at = data.draw(st.integers(0, len(whole) - 1))
    byte = data.draw(st.integers(1, 255))

    frames = read_frames(whole[:at] + bytes([whole[at] ^ byte]) + whole[at + 1 :])

    hit = next(number for number, end in enumerate(ends(written)) if at < end)
    assert frames.payloads == (*written[:hit], *written[hit + 1 :])
    is_last = hit == len(written) - 1
    assert (frames.damaged, frames.is_torn) == ((0, True) if is_last else (1, False))


@given(payloads, st.binary(max_size=30), st.data())
@example([b"a", b"b"], MARKER, None)
@example([b"a", b"b"], framed(b"c")[:-1], None)
def test_what_does_not_belong_between_frames_costs_none(
    written: list[bytes], junk: bytes, data: st.DataObject | None
) -> None:
    if MARKER in junk and len(read_frames(junk).payloads):
        return
    count = 1 if data is None else data.draw(st.integers(0, len(written)))

    frames = read_frames(segment(written[:count]) + junk + segment(written[count:]))

    assert frames.payloads == tuple(written)
    assert (frames.damaged > 0 or frames.is_torn) == (junk != b"")


@given(st.binary(max_size=300))
def test_anything_can_be_read_and_nothing_is_made_up(data: bytes) -> None:
    frames = read_frames(data)

    assert all(framed(payload) in data for payload in frames.payloads)
    assert frames.end <= len(data)


def test_zeros_that_a_crash_leaves_at_the_end_are_no_frames() -> None:
    frames = read_frames(segment([b"one"]) + bytes(4096))

    assert frames.payloads == (b"one",)
    assert frames.is_torn


def test_a_segment_is_a_new_file_that_only_its_owner_reads(tmp_path: Path) -> None:
    path = tmp_path / "000001.segment"
    segment = Segment(path)
    segment.append(framed(b"one"))
    segment.append(framed(b"two"))
    segment.sync()
    segment.close()

    assert read_frames(path.read_bytes()).payloads == (b"one", b"two")
    assert path.stat().st_mode & 0o077 == 0
    with pytest.raises(FileExistsError):
        Segment(path)


def test_what_a_full_disk_took_of_a_frame_is_taken_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    segment = Segment(tmp_path / "000001.segment")
    segment.append(framed(b"one"))
    write = os.write
    taken = iter([5])

    def take_some(file: int, data: memoryview) -> int:
        for size in taken:
            return write(file, data[:size])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "write", take_some)
    with pytest.raises(OSError, match="No space left"):
        segment.append(framed(b"two"))
    monkeypatch.undo()
    segment.close()

    frames = read_frames((tmp_path / "000001.segment").read_bytes())
    assert (frames.payloads, frames.is_torn) == ((b"one",), False)
