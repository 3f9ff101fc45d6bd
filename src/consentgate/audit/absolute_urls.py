"""Where the URLs lead that a browser tells of, which are absolute."""

from __future__ import annotations

from consentgate.web.url import Url, resolve

_NOWHERE = Url("https", "", "/")


def resolved(url: str) -> Url:
    """Return the host and path of an absolute URL."""
    return resolve(url, _NOWHERE)


def host_of(url: str) -> str:
    """Return the host of an absolute URL, "" where it has none."""
    return resolved(url).host


def query_of(url: str) -> str:
    """Return the query of an absolute URL."""
    return url.partition("#")[0].partition("?")[2]
