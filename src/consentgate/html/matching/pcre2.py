"""Patterns under PCRE2, the C library that git, nginx and grep match with, where this machine has it.

The patterns of `matching.run` mean the same there and take a third of the time. The library is called through
`ctypes`: nearly every Linux has it, while the packages that wrap it need a compiler, or take longer for the
call than for the match (docs/dependencies.md).

From top to bottom: which library is used, how a pattern is compiled, how it is matched.
"""

from __future__ import annotations

import logging
import os
import re
import weakref
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from consentgate.log_fields import fields

try:
    import ctypes
    from ctypes import POINTER, byref, c_char_p, c_int, c_size_t, c_ssize_t, c_uint32, c_void_p
except ImportError:  # a Python that was built without it
    _HAS_CTYPES = False
else:
    _HAS_CTYPES = True

Match: TypeAlias = Callable[[bytes, int, int], list[int]]
"""Matches a pattern, given the data, where the match begins, and where the data ends for the match."""

if TYPE_CHECKING:
    _Slot: TypeAlias = tuple[int, ctypes._Pointer[c_ssize_t]]

logger = logging.getLogger("consentgate")

SWITCH = "CONSENTGATE_PCRE2"
"""The environment variable that turns PCRE2 off with `0`."""

_NAME = "libpcre2-8.so.0"
# In older ones, patterns that call pieces of themselves can read beyond their memory (CVE-2022-1587).
_OLDEST = (10, 40)

# pcre2.h
_ANCHORED = 0x80000000
_JIT_COMPLETE = 1
_CONFIG_VERSION = 11

# The very end, which Python writes \Z, is \z in PCRE2.
_VERY_END = re.compile(rb"(?<!\\)((?:\\\\)*+)\\Z")


@cache
def _library() -> ctypes.CDLL | None:
    if not _HAS_CTYPES or os.environ.get(SWITCH) == "0":
        return None
    try:
        # Called with the interpreter's lock held, like `re`: most matches take microseconds.
        library = ctypes.PyDLL(_NAME)
        if _version(library) < _OLDEST:
            return None
        _declare(library)
    except (OSError, AttributeError):  # not there, or another library of that name
        return None
    return library if _jit_memory_is_private(library) else None


def is_available() -> bool:
    """Say whether this machine has the library and may use it."""
    return _library() is not None


def _version(library: ctypes.CDLL) -> tuple[int, int]:
    text = ctypes.create_string_buffer(64)
    library.pcre2_config_8(_CONFIG_VERSION, text)
    found = re.match(rb"(\d+)\.(\d+)", text.value)
    return (int(found[1]), int(found[2])) if found else (0, 0)


def _declare(library: ctypes.CDLL) -> None:
    """Declare the types of the functions that are called (pcre2api(3))."""
    types: dict[str, tuple[object, list[object]]] = {
        "compile": (
            c_void_p,
            [c_char_p, c_size_t, c_uint32, POINTER(c_int), POINTER(c_size_t), c_void_p],
        ),
        "jit_compile": (c_int, [c_void_p, c_uint32]),
        "match_data_create": (c_void_p, [c_uint32, c_void_p]),
        "get_ovector_pointer": (POINTER(c_ssize_t), [c_void_p]),
        "match": (c_int, [c_void_p, c_char_p, c_size_t, c_size_t, c_uint32, c_void_p, c_void_p]),
        "match_data_free": (None, [c_void_p]),
        "code_free": (None, [c_void_p]),
    }
    for name, (result, arguments) in types.items():
        function = getattr(library, f"pcre2_{name}_8")
        function.restype, function.argtypes = result, arguments


def _jit_memory_is_private(library: ctypes.CDLL) -> bool:
    """Say whether the machine code that is compiled here belongs to this process alone. Built with
    `--enable-jit-sealloc`, the library keeps it in memory that a server's forked workers share, and overwrite
    for each other."""
    code = _compile(library, b"a")
    if code is None:
        return False
    try:
        mappings = Path("/proc/self/maps").read_text().splitlines()
    except OSError:
        return False
    finally:
        library.pcre2_code_free_8(code)
    return not any(re.match(r"\S+ ..xs ", mapping) for mapping in mappings)


def _compile(library: ctypes.CDLL, pattern: bytes) -> int | None:
    """Return the pattern in machine code, which matches only where it is told to begin. None where the
    library refuses the pattern, or the process may not run what it compiled."""
    error, place = c_int(), c_size_t()
    code: int | None = library.pcre2_compile_8(
        pattern, len(pattern), _ANCHORED, byref(error), byref(place), None
    )
    if code is None:
        logger.debug(
            "PCRE2 refuses a pattern: error %d at byte %d",
            error.value,
            place.value,
            extra=fields("setup", about="pcre2"),
        )
    elif library.pcre2_jit_compile_8(code, _JIT_COMPLETE) != 0:
        library.pcre2_code_free_8(code)
        return None
    return code


class Pcre2Pattern:
    """A compiled pattern. A match tells the ends of its first `groups` groups. The groups after them are the
    pieces that the pattern calls. `otherwise` matches where the library finds no match, or fails."""

    def __init__(self, library: ctypes.CDLL, code: int, groups: int, otherwise: Match) -> None:
        self._library = library
        self._otherwise = otherwise
        self._match = library.pcre2_match_8
        self._code = code
        self._groups = groups
        # Offsets come in pairs of start and end, those of the whole match first.
        self._ends = slice(1, 2 * groups + 2, 2)
        # Every slot is memory that one match writes its result to, beside a view on the result. There are as
        # many as threads have matched at the same time.
        self._free_slots: list[_Slot] = []
        weakref.finalize(self, _release, library, code, self._free_slots).atexit = False

    @classmethod
    def compile(cls, pattern: bytes, groups: int, otherwise: Match) -> Pcre2Pattern | None:
        """Compile `pattern`; `otherwise` matches where the library gives up. Return None where this machine
        does not have the library, or where the library refuses the pattern: it takes at most 64 KiB in
        compiled form."""
        library = _library()
        if library is None:
            return None
        code = _compile(library, _VERY_END.sub(rb"\1\\z", pattern))
        return cls(library, code, groups, otherwise) if code is not None else None

    def match(self, data: bytes, start: int, end: int) -> list[int]:
        """Match at `start`, as if `data` ended at `end`.

        Return the end of the match, followed by the end of each group, -1 for one that did not match; the end
        alone if no group did.
        """
        length = len(data)
        if end > length:
            end = length
        slots = self._free_slots
        try:
            slot = slots.pop()
        except IndexError:
            slot = self._allocate()
        memory, offsets = slot
        # One more than the highest group that matched, where group 0 is the whole match. Negative: none, or
        # an error.
        matched = self._match(self._code, data, end, start, 0, memory, None)
        if matched > 0:
            found = offsets[self._ends] if matched > 1 else [offsets[1]]
            slots.append(slot)
            return found
        slots.append(slot)
        return self._otherwise(data, start, end)

    def _allocate(self) -> _Slot:
        memory = self._library.pcre2_match_data_create_8(self._groups + 1, None)
        if not memory:
            raise MemoryError
        return memory, self._library.pcre2_get_ovector_pointer_8(memory)


def _release(library: ctypes.CDLL, code: int, slots: list[_Slot]) -> None:
    for memory, _ in slots:
        library.pcre2_match_data_free_8(memory)
    library.pcre2_code_free_8(code)
