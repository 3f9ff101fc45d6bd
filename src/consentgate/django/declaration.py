"""The declaration of every cookie and service, in a page of the site."""

from __future__ import annotations

from functools import partial

from django.http import HttpRequest
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from consentgate import asgi, wsgi

from .settings import gate_from_settings


def consent_declaration(request: HttpRequest, lang: str = "", level: int = 2) -> SafeString:
    """Return the declaration as a part of the page that answers `request`.

    `lang` is the language of the page, by default Django's active one. Headings begin at `level`.
    """
    write = request.META.get(wsgi.DECLARATION) or getattr(request, "scope", {}).get(asgi.DECLARATION)
    if write is None:
        # A request that did not come through the gate, like one of Django's RequestFactory.
        write = partial(gate_from_settings().declaration, host=request.get_host())
    declaration: str = write(lang=lang or get_language() or "", level=level)
    return mark_safe(declaration)  # noqa: S308  # all values in it are escaped
