"""Functions of the site that are told what visitors decide."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable
from importlib import import_module
from typing import Any

from consentgate.policy.messages import shown


class NotCarriedOut(TypeError):
    """A hook that has returned something to be awaited, which nobody awaits."""


def check_hook(name: str, hook: object, *parameters: str) -> None:
    """Raise TypeError where `hook`, the argument called `name`, is no function that can be called with these
    `parameters`, or is a coroutine function. None is no hook."""
    if hook is None:
        return
    expected = f"{name}: expected a function that takes {' and '.join(parameters)}"
    if not callable(hook):
        raise TypeError(f"{expected}, not {_given(hook)}")
    if inspect.iscoroutinefunction(hook) or inspect.iscoroutinefunction(type(hook).__call__):
        raise TypeError(
            f"{expected}, not the coroutine function {_name_of(hook)}: it is called in a thread without an "
            "event loop. Write a plain function, which may call asyncio.run(...)"
        )
    try:
        signature = inspect.signature(hook)
    except ValueError:
        # Nobody can tell.
        return
    try:
        signature.bind(*parameters)
    except TypeError:
        raise TypeError(f"{expected}; {_name_of(hook)} takes {signature}") from None


def function_named(path: str) -> Any:
    """Return what is at a `path` like "shop.partners.tell" or "shop.partners:tell". Raises ValueError where
    there is nothing."""
    module, _, name = path.replace(":", ".").rpartition(".")
    expected = 'expected the path of a function, like "shop.partners.tell"'
    if not module:
        raise ValueError(f"{expected}, not {shown(path)}")
    try:
        return getattr(import_module(module), name)
    except ModuleNotFoundError as error:
        raise ValueError(f"{expected}: {error}") from error
    except AttributeError as error:
        raise ValueError(f"{expected}: there is no {name} in {module}") from error


def call_hook(hook: Callable[..., object], *given: Any) -> None:
    """Call a hook. Raises what it raises, and NotCarriedOut where it only returns what could be awaited."""
    answered = hook(*given)
    if inspect.isawaitable(answered):
        if inspect.iscoroutine(answered):
            answered.close()
        raise NotCarriedOut(
            "the hook returned a coroutine, which nothing awaits: call asyncio.run(...) in it"
        )


def failure_of(error: BaseException) -> tuple[str, str]:
    """Return the kind of an `error` that a hook has raised, and the line where it was. Its message may have
    something of a visitor in it, and is not shown."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f"{os.path.basename(trace.tb_frame.f_code.co_filename)}:{trace.tb_lineno}" if trace else "unknown"
    return type(error).__name__, place


def _name_of(hook: object) -> str:
    return getattr(hook, "__qualname__", None) or type(hook).__qualname__


def _given(value: object) -> str:
    if isinstance(value, str):
        return f"the text {shown(value)}"
    text = repr(value)
    return text if len(text) <= 60 else f"a {type(value).__name__}"
