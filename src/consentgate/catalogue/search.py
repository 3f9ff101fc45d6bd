"""Finds services of the catalogue by what a person knows of them: a name, a host or a cookie."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .model import KnownService


def find_services(text: str, services: Sequence[KnownService]) -> list[KnownService]:
    """Return the ones among the `services` that `text` finds, in their order.

    An id or alias finds its service alone. Any other text finds each service that has it in an id, an alias,
    the name, the controller, a URL or a cookie's name, or whose patterns match the text as a host or cookie.
    Capitals do not count. Of an address only the host counts.
    """
    wanted = text.strip().lower()
    if "//" in wanted:
        wanted = re.split(r"[/?#:]", wanted.partition("//")[2], maxsplit=1)[0]
    named = [service for service in services if wanted in (service.id, *service.aliases)]
    return named or [service for service in services if _is_found(wanted, service)]


def _is_found(wanted: str, service: KnownService) -> bool:
    names = (service.id, *service.aliases, service.name, service.controller)
    cookies = [cookie.name for cookie in service.cookies]
    return (
        any(wanted in text.lower() for text in (*names, *map(str, service.urls), *service.paths, *cookies))
        or any(url.subdomains and wanted.endswith(f".{url.host}") for url in service.urls)
        or any(name.endswith("*") and wanted.startswith(name[:-1].lower()) for name in cookies)
    )
