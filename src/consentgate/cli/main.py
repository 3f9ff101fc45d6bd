"""The command line. Each command is a module of this package."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import click

from .audit import audit
from .build import build
from .check import check
from .explain import explain
from .gate import gate
from .import_ import import_
from .init import init
from .keys import keys
from .ledger import ledger
from .scan import scan
from .schema import schema
from .serve import serve
from .services import services

_STOPPED = 130
"""The exit code of what was stopped by Ctrl-C, as shells have it."""


class _Commands(click.Group):
    """The commands. One that is stopped by Ctrl-C says so, and does not end as if it had found something."""

    def invoke(self, ctx: click.Context) -> Any:
        with _noticing_ctrl_c() as noticed:
            try:
                return super().invoke(ctx)
            except SystemExit:
                raise
            except BaseException as error:
                # A browser that is stopped, too, raises an error of its own, and may swallow ours.
                if not noticed and not isinstance(error, KeyboardInterrupt):
                    raise
                click.echo("Stopped.", err=True)
                ctx.exit(_STOPPED)


@contextmanager
def _noticing_ctrl_c() -> Iterator[list[int]]:
    """Give a list that Ctrl-C puts its signal into, before it raises KeyboardInterrupt."""
    noticed: list[int] = []
    before = signal.getsignal(signal.SIGINT)
    if before is not signal.default_int_handler or threading.current_thread() is not threading.main_thread():
        yield noticed
        return

    def handle(number: int, frame: FrameType | None) -> None:
        noticed.append(number)
        loop = _running_loop()
        if loop is None or len(noticed) > 1:
            signal.default_int_handler(number, frame)
        # Playwright prints what is raised in the middle of its work, and goes on. Whoever presses again does
        # not wait for the end of a step.
        loop.call_soon_threadsafe(signal.default_int_handler, number, frame)

    signal.signal(signal.SIGINT, handle)
    try:
        yield noticed
    finally:
        signal.signal(signal.SIGINT, before)


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


@click.group(cls=_Commands)
@click.version_option(package_name="consentgate")
def main() -> None:
    """Consent enforcement for Python sites.

    \b
    To begin:
      consentgate init
    """


for _command in (
    audit,
    build,
    check,
    explain,
    gate,
    import_,
    init,
    keys,
    ledger,
    scan,
    schema,
    serve,
    services,
):
    # click would cut the first line at 45 characters.
    _command.short_help = (_command.help or "").partition("\n")[0]
    main.add_command(_command)
