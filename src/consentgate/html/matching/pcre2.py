"""Patterns under PCRE2, the library of C that git, nginx and grep match with, where this machine has it.

The same patterns mean the same there, and take a third of the time that `re` takes. It is used through
`ctypes`: nearly every Linux has the library, while the packages that bring it along want a compiler, or take
longer for one call than for the match (docs/dependencies.md).
"""

from __future__ import annotations

import logging
import os
import re
import weakref
from functools import cache
from pathlib import Path

try:
    import ctypes
    from ctypes import POINTER, byref, c_char_p, c_int, c_size_t, c_ssize_t, c_uint32, c_void_p
except ImportError:  # a Python that was built without it
    _HAS_CTYPES = False
else:
    _HAS_CTYPES = True

logger = logging.getLogger("consentgate")

SWITCH = "CONSENTGATE_PCRE2"
"""The environment variable that turns it off with `0`."""

_NAME = "libpcre2-8.so.0"
# Before, patterns that call pieces of themselves could read beyond their memory (CVE-2022-1587).
_OLDEST = (10, 40)

# pcre2.h
_ANCHORED = 0x80000000
_JIT_COMPLETE = 1
_CONFIG_VERSION = 11

# What Python writes \Z, the very end, PCRE2 writes \z.
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
    except (OSError, AttributeError):  # not there, or not what it is called
        return None
    return library if _keeps_to_its_process(library) else None


def is_here() -> bool:
    """True where this machine has the library and may use it."""
    return _library() is not None


def _version(library: ctypes.CDLL) -> tuple[int, int]:
    text = ctypes.create_string_buffer(64)
    library.pcre2_config_8(_CONFIG_VERSION, text)
    found = re.match(rb"(\d+)\.(\d+)", text.value)
    return (int(found[1]), int(found[2])) if found else (0, 0)


def _declare(library: ctypes.CDLL) -> None:
    """Tell the types of what is called there (pcre2api(3))."""
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


def _keeps_to_its_process(library: ctypes.CDLL) -> bool:
    """Whether machine code that is made here is this process's alone. Built with `--enable-jit-sealloc`, the
    library keeps it in memory that a server's forked workers share and overwrite for each other."""
    code = _compiled(library, b"a")
    if code is None:
        return False
    try:
        mappings = Path("/proc/self/maps").read_text().splitlines()
    except OSError:
        return False
    finally:
        library.pcre2_code_free_8(code)
    return not any(re.match(r"\S+ ..xs ", mapping) for mapping in mappings)


def _compiled(library: ctypes.CDLL, pattern: bytes) -> int | None:
    """The pattern in machine code; None where the library refuses it, or this machine may not run that."""
    error, place = c_int(), c_size_t()
    code: int | None = library.pcre2_compile_8(
        pattern, len(pattern), _ANCHORED, byref(error), byref(place), None
    )
    if code is None:
        logger.debug("PCRE2 refuses a pattern: error %d at byte %d", error.value, place.value)
    elif library.pcre2_jit_compile_8(code, _JIT_COMPLETE) != 0:
        library.pcre2_code_free_8(code)
        return None
    return code


class Pcre2Pattern:
    """A pattern that is matched where it is asked to begin. `groups` says how many of its groups, the first
    ones, are told of."""

    def __init__(self, library: ctypes.CDLL, code: int, groups: int) -> None:
        self._library = library
        self._match = library.pcre2_match_8
        self._code = code
        self._groups = groups
        self._ends = slice(1, 2 * groups + 2, 2)
        # A match writes to memory of its own: as many pieces as there are threads that match at a time.
        self._free: list[tuple[int, ctypes._Pointer[c_ssize_t]]] = []
        weakref.finalize(self, _release, library, code, self._free).atexit = False

    @classmethod
    def compile(cls, pattern: bytes, groups: int) -> Pcre2Pattern | None:
        """The pattern in machine code; None where this machine does not have the library, or may not run
        what it makes, or where the library refuses the pattern: one may have 64 KiB in its compiled form."""
        library = _library()
        code = _compiled(library, _VERY_END.sub(rb"\1\\z", pattern)) if library is not None else None
        return cls(library, code, groups) if library is not None and code is not None else None

    def match(self, data: bytes, start: int, end: int) -> list[int] | None:
        """Where a match from `start` ends, and each of the groups (-1 for one that did not match), or nothing
        of these if none did. None where there is no match, or the library gives up. As if `data` ended at
        `end`, which it may not exceed."""
        free = self._free
        try:
            memory, ends = free.pop()
        except IndexError:
            memory, ends = self._allocate()
        matched = self._match(self._code, data, end, start, 0, memory, None)
        found = ends[self._ends] if matched > 1 else [ends[1]] if matched == 1 else None
        free.append((memory, ends))
        return found

    def _allocate(self) -> tuple[int, ctypes._Pointer[c_ssize_t]]:
        memory = self._library.pcre2_match_data_create_8(self._groups + 1, None)
        if not memory:
            raise MemoryError
        return memory, self._library.pcre2_get_ovector_pointer_8(memory)


def _release(library: ctypes.CDLL, code: int, free: list[tuple[int, ctypes._Pointer[c_ssize_t]]]) -> None:
    for memory, _ in free:
        library.pcre2_match_data_free_8(memory)
    library.pcre2_code_free_8(code)
