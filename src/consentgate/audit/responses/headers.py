"""What the headers of a response set, and where they lead: judged by the gate's own table of headers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from email.utils import parsedate_to_datetime

from consentgate.audit.observations import SeenCookie, SeenRequest
from consentgate.consent import Judge
from consentgate.gate.cookies.set_cookie import LONGEST_ATTRIBUTE, SetCookie
from consentgate.gate.headers.permissions import Allowed
from consentgate.gate.headers.rules import rule_for

from .address import address
from .response import Response

_SPACE = " \t"


def cookies_set_by(response: Response, now: float) -> Iterator[SeenCookie]:
    """Yield the cookies that browsers would take from a `response`, which came at `now` (RFC 6265bis, section
    5.7). Deletions are none."""
    host, at = response.address.site.host, str(response.address)
    sent = _date_of(response, now)
    for line in response.values("set-cookie"):
        read = SetCookie.parse(line, sent)
        attributes = _attributes(line)
        domain = attributes.get("domain", "").removeprefix(".").lower()
        is_foreign = domain != "" and host != domain and not host.endswith(f".{domain}")
        if not read.name or read.deletes or is_foreign:
            continue
        path = attributes.get("path", "")
        yield SeenCookie(
            read.name,
            f".{domain}" if domain else host,
            path if path.startswith("/") else _default_path(response.address.path),
            None if read.age is None else int(read.age),
            "httponly" in attributes,
            at,
            at,
        )


def _date_of(response: Response, now: float) -> float:
    """Return when the response was made: a server's clock may be wrong, and dates in cookies go by it."""
    try:
        return parsedate_to_datetime(response.values("date")[0]).timestamp()
    except (IndexError, ValueError, OverflowError):
        return now


def _attributes(line: str) -> dict[str, str]:
    """Return the attributes of a Set-Cookie header by their lowercase names; of each the last one counts."""
    parts = (part.partition("=") for part in line.split(";")[1:])
    return {
        name.strip(_SPACE).lower(): value.strip(_SPACE)
        for name, _, value in parts
        if len(value) <= LONGEST_ATTRIBUTE
    }


def _default_path(path: str) -> str:
    # RFC 6265bis, section 5.1.4.
    return path.rpartition("/")[0] or "/"


def led_to_by(response: Response, judge: Judge) -> Iterator[SeenRequest]:
    """Yield the URLs to which the headers lead browsers by themselves: links, reports, what comes next. A
    redirect is one as well.

    `judge` allows nothing, and so tells of every URL that is not the site's.
    """
    at = str(response.address)
    if (location := response.location) is not None:
        yield SeenRequest(str(location), "redirect", at)
    for name, value in response.headers:
        rule = rule_for(name.lower())
        if rule is None:
            continue
        for url in _leads_to(name.lower(), value, judge, response):
            if (target := address(url, response.address)) is not None:
                yield SeenRequest(str(target), f"{name.lower()} header", at)


def _leads_to(name: str, value: str, judge: Judge, response: Response) -> Sequence[str]:
    rule = rule_for(name)
    assert rule is not None
    allowed = Allowed(judge, judge, response.address.url, response.headers)
    rule.read(value, allowed, name)
    return [url for url, _ in allowed.blocked]
