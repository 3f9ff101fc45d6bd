"""Finds the layers of middleware around an application, and the applications mounted below it.

Nothing here knows a framework by name. Objects are told apart by their attributes, such as `routes`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from functools import partial
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Any

MOST_LAYERS = 10_000
"""The most objects that are looked at. Real applications have dozens."""

# The types of values that are no application, and wrap none.
_PLAIN = (type, ModuleType, BuiltinFunctionType, str, bytes, int, float, complex)


def layers_of(application: Any) -> Iterator[Any]:
    """Yield `application`, and then every layer and mounted application that it is made of, each once."""
    seen: dict[int, Any] = {}
    waiting = [application]
    while waiting and len(seen) < MOST_LAYERS:
        layer = waiting.pop()
        if layer is None or isinstance(layer, _PLAIN) or id(layer) in seen:
            continue
        # The object is kept alive, so that no other one gets its id.
        seen[id(layer)] = layer
        yield layer
        with suppress(Exception):
            # Some objects raise whatever attribute is read, such as Flask's proxies outside of a request.
            waiting.extend(_within(layer))


def _within(layer: Any) -> Iterable[Any]:
    """Return the applications directly below a `layer`."""
    if isinstance(layer, MethodType):
        return (layer.__self__,)
    if isinstance(layer, partial):
        return (layer.func, *layer.args, *layer.keywords.values())
    if isinstance(layer, FunctionType):
        # A function that is middleware has the application in its closure, a dispatcher has some in its
        # module.
        return filter(_may_be_application, (*_cells(layer), *_globals_of(layer)))
    if hasattr(layer, "routes"):
        return _of_router(layer)
    if hasattr(layer, "wsgi_app") and hasattr(layer, "url_map"):
        # This is a WSGI framework's application. Its other attributes are views and settings.
        return (layer.wsgi_app,)
    return _attributes(layer)


def _of_router(router: Any) -> Iterator[Any]:
    """Yield the applications of an ASGI framework's router, and the middleware around it."""
    yield getattr(router, "app", None)
    yield getattr(router, "router", None)
    yield getattr(router, "default", None)
    yield _stack_of(router)
    for route in router.routes or ():
        application = getattr(route, "app", None)
        # A function is a view where it belongs to a route. Where it belongs to a mount it may be an
        # application.
        is_mount = hasattr(route, "routes") or not hasattr(route, "endpoint")
        if is_mount or not isinstance(application, FunctionType | MethodType):
            yield application
        if is_mount:
            # FastAPI keeps the routers that were included in attributes.
            yield from (value for value in vars(route).values() if hasattr(value, "routes"))


def _stack_of(application: Any) -> Any:
    """Return the middleware around an application's router. It is built here, as the application itself would
    do at its first request."""
    build = getattr(application, "build_middleware_stack", None)
    if build is None:
        return None
    if application.middleware_stack is None:
        application.middleware_stack = build()
    return application.middleware_stack


def _attributes(layer: Any) -> Iterator[Any]:
    slots = (getattr(layer, name, None) for name in getattr(type(layer), "__slots__", ()))
    for value in (*getattr(layer, "__dict__", {}).values(), *slots):
        if isinstance(value, Mapping):
            yield from filter(_may_be_application, value.values())
        elif isinstance(value, list | tuple):
            yield from filter(_may_be_application, value)
        elif _may_be_application(value):
            yield value


def _cells(function: FunctionType) -> Iterator[Any]:
    for cell in function.__closure__ or ():
        try:
            yield cell.cell_contents
        except ValueError:
            # The cell is empty so far.
            continue


def _globals_of(function: FunctionType) -> Iterator[Any]:
    known = function.__globals__
    return (known[name] for name in function.__code__.co_names if name in known)


def _may_be_application(value: Any) -> bool:
    return callable(value) and not isinstance(value, _PLAIN)
