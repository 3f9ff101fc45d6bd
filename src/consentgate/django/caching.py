"""Keeps Django's caches from giving other visitors what was made for one visitor's consent.

Django's cache middleware and `cache_page` are inside the gate and store what views return. They do not store
a response whose view asked `request.consent`, unless `vary_on_consent` says what it depends on.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from asgiref.sync import iscoroutinefunction
from django.http import HttpRequest
from django.utils.cache import patch_vary_headers

from consentgate.consent import Consent

_MAY_STORE = "_cache_update_cache"
"""The attribute that Django's cache middleware sets on a request, and reads before it stores the response."""
_QUESTION = "_consentgate_question"
"""The attribute of a request that holds its `_Question`."""
_DEPENDS_ON = ("Cookie", "Sec-GPC", "DNT")


class _Question:
    """Notes whether the application has asked a request's consent. It has no reference to the request: such a
    cycle would keep every request in memory until the garbage collector runs."""

    def __init__(self) -> None:
        self.is_asked = False

    def ask(self) -> None:
        self.is_asked = True


def give_consent(request: HttpRequest, consent: Consent) -> None:
    """Give `request` a consent that notes when the application asks it."""
    attributes = request.__dict__
    question = attributes.get(_QUESTION)
    if question is None:
        question = attributes[_QUESTION] = _Question()
    attributes["consent"] = consent.noted_by(question.ask)


def _may_store(request: HttpRequest) -> bool:
    question = request.__dict__.get(_QUESTION)
    try:
        return request.__dict__[_MAY_STORE] and not (question and question.is_asked)
    except KeyError:
        raise AttributeError(_MAY_STORE) from None


def _set_may_store(request: HttpRequest, value: bool) -> None:
    request.__dict__[_MAY_STORE] = value


# A property, because the application may ask before the cache middleware sets the attribute, or after that. A
# class of its own for each request would cost several microseconds.
setattr(HttpRequest, _MAY_STORE, property(_may_store, _set_may_store))


def vary_on_consent(view: Callable[..., Any]) -> Callable[..., Any]:
    """Let Django's caches store what `view` returns although it asks for consent, one copy for each set of
    cookies. The decorator goes below `cache_page`:

        @cache_page(60)
        @vary_on_consent
        def front(request): ...
    """

    def varied(request: HttpRequest, response: Any) -> Any:
        if hasattr(response, "render") and callable(response.render) and not response.is_rendered:
            response.add_post_render_callback(lambda rendered: varied(request, rendered))
        elif (question := request.__dict__.get(_QUESTION)) and question.is_asked:
            question.is_asked = False
            patch_vary_headers(response, _DEPENDS_ON)
        return response

    if iscoroutinefunction(view):

        async def in_loop(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            return varied(request, await view(request, *args, **kwargs))

        return wraps(view)(in_loop)

    def in_thread(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return varied(request, view(request, *args, **kwargs))

    return wraps(view)(in_thread)
