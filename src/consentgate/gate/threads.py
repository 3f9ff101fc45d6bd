"""Runs blocking calls in threads, so that no event loop waits for them."""

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
    """At most `most` threads. They are not the event loop's own, so that the application's work never waits
    for them."""

    def __init__(self, most: int) -> None:
        self.most = most

    @cached_property
    def executor(self) -> ThreadPoolExecutor:
        """The threads, for asyncio."""
        return ThreadPoolExecutor(self.most, thread_name_prefix="consentgate")

    @cached_property
    def limiter(self) -> Any:
        """The limiter with as many tokens, for trio."""
        import trio

        return trio.CapacityLimiter(self.most)


async def in_thread(call: Callable[..., T], *given: Any, threads: Threads | None = None) -> T:
    """Call `call` with the arguments `given`, and return its result. It runs in one of the `threads`, by
    default of the event loop's. Works under asyncio and trio."""
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
