"""Attributes that plainly load from the site's own hosts, as patterns."""

from __future__ import annotations

import re
from collections.abc import Callable, Set

from consentgate.policy import OwnHosts

from .elements import ELEMENTS, Reads
from .run import any_of, one_of
from .syntax import EQUALS

# A URL without a scheme, a host, a character reference or anything that browsers remove or turn around; or
# several of them.
_RELATIVE = rb"=\"(?:/?[^\"&:\\/\x00-\x1f]++)*+/?+\""

_AT_HOME = rb"(?:https?:)?//(?&home)/"


def _read_as(*reads: Reads) -> frozenset[bytes]:
    return frozenset(
        name.encode()
        for element in ELEMENTS.values()
        for name, attribute in element.attributes.items()
        if attribute.reads in reads
    )


_WITH_ONE_URL = _read_as(Reads.URL, Reads.CODE, Reads.SCRIPT, Reads.LINK)
_WITH_CANDIDATES = _read_as(Reads.SRCSET)


def _quoted(value: Callable[[bytes], bytes]) -> bytes:
    """What `value` gives for either kind of quotes, between these."""
    return EQUALS + any_of(*(quote + value(quote) + quote for quote in (b'"', b"'")))


def _absolute(quote: bytes) -> bytes:
    return _AT_HOME + rb"[^%b]*+" % quote


def _candidates(quote: bytes) -> bytes:
    """Image candidates (WHATWG HTML, "parse a srcset attribute"): one whose URL ends with a comma has no
    descriptors."""
    url = _AT_HOME + rb"[^%b&\t\n\f\r ]*+" % quote
    end = rb"(?:(?<=,)|[\t\n\f\r ][^%b&,(]*+(?:,|(?=%b))|(?=%b))" % (quote, quote, quote)
    return rb"(?:[\t\n\f\r ,]*+" + url + end + rb")++[\t\n\f\r ,]*+"


def own_attributes(home: OwnHosts, names: Set[bytes], mark: bytes = b"") -> tuple[bytes, ...]:
    """Patterns for attributes with these `names` and what they load, if nothing that is not `home`. A group
    that is the `mark` of it matches where that goes by the base URL. They want the piece `home`."""
    one_url = one_of(names & _WITH_ONE_URL) + _quoted(_absolute)
    relative = one_of(names) + _RELATIVE + mark
    candidates = one_of(names & _WITH_CANDIDATES) + _quoted(_candidates)
    return (one_url, relative, candidates) if home.exact or home.endings else (relative,)


def hosts_pattern(home: OwnHosts) -> bytes:
    """The piece `home`: these hosts, as far as a slash."""
    below = (
        rb"(?:(?!" + name + rb"/)[a-z0-9-]++\.)++" + name
        for name in (re.escape(ending.removeprefix(".").encode()) for ending in home.endings)
    )
    return any_of(*below, *(re.escape(host.encode()) for host in sorted(home.exact)))
