"""Has something done in a thread, for which no event loop must wait."""

from __future__ import annotations

import asyncio
import contextvars
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property, partial
from typing import Any, TypeVar

T = TypeVar("T")


class Threads:
    """At most `most` threads. They are none of the event loop's own, so that the application's work never
    waits for what is done in them."""

    def __init__(self, most: int) -> None:
        self.most = most

    @cached_property
    def executor(self) -> ThreadPoolExecutor:
        """The threads, for asyncio."""
        return ThreadPoolExecutor(self.most, thread_name_prefix="consentgate")

    @cached_property
    def limiter(self) -> Any:
        """The number of threads, for trio."""
        import trio

        return trio.CapacityLimiter(self.most)


async def in_thread(call: Callable[..., T], *given: Any, threads: Threads | None = None) -> T:
    """Return what `call` returns with what is `given`. It is called in one of the `threads`, or of the event
    loop's. Works under asyncio and trio."""
    if _is_trio():
        import trio

        limiter = threads.limiter if threads is not None else None
        return await trio.to_thread.run_sync(partial(call, *given), limiter=limiter)
    executor = threads.executor if threads is not None else None
    task = partial(contextvars.copy_context().run, call, *given)
    return await asyncio.get_running_loop().run_in_executor(executor, task)


def _is_trio() -> bool:
    # Who runs trio has imported it.
    trio = sys.modules.get("trio")
    return trio is not None and trio.lowlevel.in_trio_run()
