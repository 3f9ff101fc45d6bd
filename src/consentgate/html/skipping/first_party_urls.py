"""Patterns for attributes that plainly load from the site's own hosts."""

from __future__ import annotations

import re
from collections.abc import Callable, Set

from consentgate.catalogue import catalogue
from consentgate.html.matching.patterns import any_of, one_of
from consentgate.html.rules.loading_markup import ANYWHERE, ELEMENTS, Reads
from consentgate.html.tokenizer.grammar import EQUALS
from consentgate.policy import OwnHosts


def _last_segment(glob: str) -> bytes:
    """Return a pattern for the beginning of the last segment in the paths that `glob` matches."""
    literal, star, _ = glob.rpartition("/")[2].partition("*")
    return re.escape(literal.encode()) + (b"" if star else rb"(?=[ ,\"'?#])")


_TRACKERS = any_of(*dict.fromkeys(map(_last_segment, catalogue().own_paths())))
_IDS = any_of(*(pattern.encode() for pattern in catalogue().script_ids()))

_NO_ID = rb"(?!id=(?&tracker_id))"
_AMPERSAND = rb"&amp;" + _NO_ID
# An escape that stands for none of the characters in the segments of trackers.
_ESCAPE = rb"%(?!2[d-fD-F]|[3-7])"


def _segment(but: bytes, *also: bytes) -> bytes:
    """Return a pattern for the bytes between two separators of a URL. They give no service away, have no
    escapes that could hide one, and none of the characters `but`. They may match one of `also`."""
    plain = rb"[^ ,/\\&%?\x00-\x1f" + but + rb"]++"
    return rb"(?!(?&tracker))" + any_of(plain, _ESCAPE, rb"\?" + _NO_ID, *also) + rb"++"


# A URL, or several, without a scheme, a host, a character reference, and characters that browsers remove or
# turn around.
_RELATIVE = rb"=\"(?:(?:/|[ ,]++/?+)?+" + _segment(b'":') + rb")*+[ ,]*+/?+\""

_AT_HOME = rb"(?:https?:)?//(?&home)/"


def _read_as(*reads: Reads) -> frozenset[bytes]:
    """Return the names of attributes that are read in one of these ways on every element."""
    kinds: dict[str, set[Reads]] = {}
    for attributes in (ANYWHERE, *(element.attributes for element in ELEMENTS.values())):
        for name, attribute in attributes.items():
            kinds.setdefault(name, set()).add(attribute.reads)
    return frozenset(name.encode() for name, found in kinds.items() if found <= {*reads})


_WITH_ONE_URL = _read_as(Reads.URL, Reads.CODE, Reads.SCRIPT, Reads.LINK)
_WITH_CANDIDATES = _read_as(Reads.SRCSET)
_PLAIN_NAME = re.compile(r"[a-z0-9.-]+")


def _quoted(value: Callable[[bytes], bytes]) -> bytes:
    """Return a pattern for a quoted value. `value` makes the pattern of what is between the given quotes."""
    return EQUALS + any_of(*(quote + value(quote) + quote for quote in (b'"', b"'")))


def _absolute(quote: bytes) -> bytes:
    return _AT_HOME + rb"(?:[ ,/]*+" + _segment(quote, _AMPERSAND) + rb")*+[ ,/]*+"


def _candidates(quote: bytes) -> bytes:
    """Image candidates (WHATWG HTML, "parse a srcset attribute"): one whose URL ends with a comma has no
    descriptors."""
    url = _AT_HOME + rb"(?:[,/]*+" + _segment(quote) + rb")*+[,/]*+"
    end = rb"(?:(?<=,)|[\t\n\f\r ][^%b&,(]*+(?:,|(?=%b))|(?=%b))" % (quote, quote, quote)
    return rb"(?:[\t\n\f\r ,]*+" + url + end + rb")++[\t\n\f\r ,]*+"


def own_attributes(home: OwnHosts, names: Set[bytes], mark: bytes = b"") -> tuple[bytes, ...]:
    """Return patterns for attributes with these `names` that load only from `home`. The group `mark` matches
    where the URL is relative. The patterns call the pieces of `own_pieces`."""
    relative = one_of(names) + _RELATIVE + mark
    if not (home.exact or home.endings):
        return (relative,)
    one_url, candidates = names & _WITH_ONE_URL, names & _WITH_CANDIDATES
    return one_of(one_url) + rb"(?&own_url)", relative, one_of(candidates) + rb"(?&own_candidates)"


def own_pieces(home: OwnHosts) -> dict[str, bytes]:
    """Return the pieces that the patterns of `own_attributes` call. Hosts with unusual characters are left
    out."""
    domains = (ending.removeprefix(".") for ending in home.endings)
    below = (
        rb"(?:(?!" + name + rb"/)[a-z0-9-]++\.)++" + name
        for name in (re.escape(domain.encode()) for domain in domains if _PLAIN_NAME.fullmatch(domain))
    )
    hosts = (re.escape(host.encode()) for host in sorted(home.exact) if _PLAIN_NAME.fullmatch(host))
    return {
        "home": any_of(*below, *hosts),
        "tracker": _TRACKERS,
        "tracker_id": _IDS,
        "own_url": _quoted(_absolute),
        "own_candidates": _quoted(_candidates),
    }
