"""Checks hosts, paths and addresses, wherever a policy has them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from consentgate.catalogue import UrlPattern
from consentgate.policy.claims.first_party import is_public_suffix
from consentgate.policy.errors import Found
from consentgate.policy.messages import but_not, shown
from consentgate.policy.reading.hints import host_hint, path_hint

WEB_ADDRESS = re.compile(
    r"(?i:https?)://(?:[^\s/?#\\@:.<>\"\x00-\x1f]+\.)+[^\s/?#\\@:.<>\"\x00-\x1f]+\.?(?::[0-9]{1,5})?"
    r"(?:[/?#][^\s<>\"\x00-\x1f]*)?"
)
"""The pattern of an address on the web, of a host with a dot."""

# The path of a URL is normalised before it is compared: the segments "." and ".." go, and so do the escapes
# of letters, digits and "-._~". A pattern with one of them would never match.
_NEVER_IN_PATHS = re.compile(r"%(?:2[dDeE]|[46][1-9a-fA-F]|[57][0-9aA]|3[0-9]|5[fF]|7[eE])|/\.\.?(?:/|\Z)")


def check_host(place: str, key: str, host: str) -> Iterator[Found]:
    """Check a host in a list under `key`, which may stand for all below it."""
    try:
        pattern = UrlPattern.parse(host)
    except ValueError as error:
        shape = 'expected a host like "example.com" or "*.example.com", without scheme, port and path'
        yield place, key, f"{shape if host.isascii() else error}{but_not(host)}{host_hint(host)}"
        return
    if "/" in host:
        yield place, key, f"expected a host without a path{but_not(host)}{host_hint(host)}"
    elif pattern.subdomains and is_public_suffix(pattern.host):
        yield (
            place,
            key,
            f"expected the hosts of one site, not all below {shown(pattern.host)}",
        )


def check_path(place: str, key: str, path: str) -> Iterator[Found]:
    """Check a path in a list under `key`, which may have stars."""
    if not path.startswith(("/", "*")):
        expected = f'expected a path that begins with a slash, like "/collect/*"{but_not(path)}'
        yield place, key, f"{expected}{path_hint(path)}"
        return
    try:
        UrlPattern.parse(f"host.example/{path}")
    except ValueError as error:
        yield place, key, f"{error}{but_not(path)}"
        return
    if _NEVER_IN_PATHS.search(path):
        expected = 'expected a path in its plain form, without "..", "." or escaped letters'
        yield place, key, f"{expected}{but_not(path)}"
