"""Finds services of the catalogue by what a person knows of them: a name, a host or a cookie."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from .model import KnownService


def find_services(text: str, services: Sequence[KnownService]) -> list[KnownService]:
    """Return those of the `services` that `text` is found in, in their order.

    An id or alias finds its service alone. Any other text finds the services in whose id, aliases, name,
    controller, hosts or cookies it stands, and those that a whole host or cookie of this name belongs to.
    Capitals do not count. Of an address its host counts.
    """
    wanted = text.strip().lower()
    if "//" in wanted:
        wanted = re.split(r"[/?#:]", wanted.partition("//")[2], maxsplit=1)[0]
    called = [service for service in services if wanted in (service.id, *service.aliases)]
    return called or [service for service in services if _is_found(wanted, service)]


def _called(service: KnownService) -> Iterator[str]:
    """Yield what a service is called; its id comes last, and so counts before the names of others."""
    yield service.name
    yield from service.aliases
    yield service.id


def _is_found(wanted: str, service: KnownService) -> bool:
    texts = (*_called(service), service.controller, *map(str, service.urls), *service.paths)
    cookies = [cookie.name for cookie in service.cookies]
    return (
        any(wanted in text.lower() for text in (*texts, *cookies))
        or any(_is_host_of(url.host, wanted, subdomains=url.subdomains) for url in service.urls)
        or any(name.endswith("*") and wanted.startswith(name[:-1].lower()) for name in cookies)
    )


def _is_host_of(host: str, wanted: str, *, subdomains: bool) -> bool:
    return subdomains and wanted.endswith(f".{host}")
