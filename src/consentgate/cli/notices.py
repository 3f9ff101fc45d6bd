"""Has the log say each thing once, while a command reads the same policy again and again."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def said_once() -> Iterator[None]:
    """Let each message of consentgate's log pass once."""
    log, said = logging.getLogger("consentgate"), set[str]()

    def is_new(record: logging.LogRecord) -> bool:
        message = record.getMessage()
        if message in said:
            return False
        said.add(message)
        return True

    log.addFilter(is_new)
    try:
        yield
    finally:
        log.removeFilter(is_new)
