"""What the browser tests ask of a browser, whichever it is.

Each engine reads markup and style sheets in its own way and looks ahead in its own way, so one of them says
nothing of the others. A test that takes the fixture `engine` runs in Chromium; `in_every_engine` has it run
in the others too, where pytest is asked for them (`-m engines`).
"""

import os
import shutil
from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Protocol

import pytest
from playwright.sync_api import BrowserContext

from .recorder import Recorder


class NoBrowser(Exception):
    """The engine is not installed where the tests look for it; the message says how to get it."""


def program(variable: str, *names: str) -> str | None:
    """The path of the program that the environment's `variable` names, else of the first of `names` that is
    installed; None where none is. Raises LookupError where the variable names none."""
    chosen = os.environ.get(variable)
    if chosen and shutil.which(chosen) is None:
        raise LookupError(f"{variable} names {chosen!r}, which is not an executable")
    return next(filter(None, map(shutil.which, [chosen] if chosen else names)), None)


class Engine(Protocol):
    """A browser that is installed and says nothing of its own accord."""

    name: str

    def close(self) -> None:
        """End what still runs, though no test uses it."""

    def opens(
        self,
        recorder: Recorder,
        *,
        javascript: bool = True,
        headers: Mapping[str, str] | None = None,
        keeps_pages: bool = False,
        asks_names: bool = False,
    ) -> AbstractContextManager[BrowserContext]:
        """A browser that has never been used, with one page, and every host but the local ones is the
        recorder. With `keeps_pages` it has a back/forward cache, as visitors' browsers do. With
        `asks_names` it knows only the hosts that the recorder forwards, and asks a `NameServer` for others.
        It is Playwright's context, or what does its part for the tests."""
        ...


_FIREFOX, _WEBKIT = (pytest.param(name, marks=pytest.mark.engines) for name in ("firefox", "webkit"))

in_every_engine = pytest.mark.parametrize("engine", ["chromium", _FIREFOX, _WEBKIT], indirect=True)
_FIREFOX_AT_LENGTH = pytest.param("firefox", marks=pytest.mark.exhaustive)
in_firefox_at_length = pytest.mark.parametrize("engine", ["chromium", _FIREFOX_AT_LENGTH], indirect=True)
"""For tests of which CI has no time for a second engine."""
in_firefox_too = pytest.mark.parametrize("engine", ["chromium", _FIREFOX], indirect=True)
