"""Where a service is found: the patterns of its URLs."""

from __future__ import annotations

from collections.abc import Iterator

from consentgate.catalogue import UrlPattern
from consentgate.policy.model import Service


def url_patterns(service: Service) -> Iterator[UrlPattern]:
    """Return where a service is found on other hosts than the site's own."""
    for pattern in map(UrlPattern.parse, service.hosts):
        for path in service.paths or ("/*",):
            yield UrlPattern(pattern.host, pattern.subdomains, path)
    yield from map(UrlPattern.parse, service.urls)
