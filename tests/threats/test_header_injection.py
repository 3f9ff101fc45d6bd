"""Nothing that a visitor, a tenant or an application says becomes a header line of its own."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import quote

import pytest
from gate.driver import HTML, PAGE, make_gate
from hypothesis import given
from hypothesis import strategies as st

from consentgate import Policy, PolicyError
from consentgate.gate import Request
from consentgate.testing import consent_cookie

# RFC 9110, section 5.5: what ends a line, or is dropped on the way so that something else does.
_BREAKS = re.compile(r"[\r\n\0]")
GATE = make_gate(trusted_proxies=1)
LINE = "Set-Cookie: stolen=1"
INJECTED = (
    f"\r\n{LINE}",
    f"\n{LINE}",
    f"\r{LINE}",
    f"\0{LINE}",
    f"\u010d\u010a{LINE}",
    f"%0d%0a{LINE}",
    f"\x85{LINE}",
)
ENDINGS = st.sampled_from(INJECTED) | st.text(st.characters(max_codepoint=0xFF), max_size=20)


def are_whole(headers: Iterable[tuple[str, str]]) -> bool:
    """Say whether each header is one line, and none is the injected one."""
    return all(
        not _BREAKS.search(name + value) and not (name.lower() == "set-cookie" and "stolen" in value)
        for name, value in headers
    )


@given(st.sampled_from(["host", "x-forwarded-host", "referer", "origin", "cookie", "if-none-match"]), ENDINGS)
def test_no_request_header_becomes_a_line_of_the_response(name: str, ending: str) -> None:
    headers = {
        "host": ("www.example.org",),
        "sec-fetch-site": ("same-origin",),
        name: (f"www.example.org{ending}",),
    }
    for path in ("/", "/_privacy/choices", "/_privacy/embed", "/.well-known/gpc.json"):
        exchange = GATE.exchange(Request("GET", path, "", headers))
        if exchange.is_own:
            assert are_whole(exchange.answer().headers)
            continue
        exchange.start(200, [HTML])
        exchange.feed(PAGE)
        exchange.finish()
        assert exchange.head is not None
        assert are_whole(exchange.head.headers)


@given(ENDINGS, st.sampled_from(["accept", "refuse", "withdraw", "save"]))
def test_no_next_becomes_a_line_of_the_response_or_leads_elsewhere(ending: str, decision: str) -> None:
    form = "application/x-www-form-urlencoded"
    headers = {"host": ("www.example.org",), "sec-fetch-site": ("same-origin",), "content-type": (form,)}
    for start in ("/page", "", "//evil.example", "/\\evil.example", "https:evil.example", "/\t/evil.example"):
        onward = quote(start + ending, encoding="utf-8", errors="replace")
        body = f"decision={decision}&next={onward}".encode()
        answer = GATE.exchange(Request("POST", "/_privacy/choices", "", headers)).answer(body)
        assert are_whole(answer.headers)
        [location] = [value for name, value in answer.headers if name == "Location"]
        assert re.match(r"/(?![/\\])", location)
        assert not re.search(r"[\x00-\x20\x7f-\uffff]", location)


@given(ENDINGS, st.sampled_from(["Location", "Link", "Content-Type", "Vary", "ETag", "Cache-Control"]))
def test_no_header_of_the_application_is_split(ending: str, name: str) -> None:
    """Servers refuse such headers. The gate must not be what makes two of one."""
    exchange = GATE.exchange(Request("GET", "/", "", {"host": ("www.example.org",)}))
    exchange.start(302 if name == "Location" else 200, [HTML, (name, f"x{ending}")])
    exchange.feed(PAGE)
    exchange.finish()
    assert exchange.head is not None
    names = [header[0].lower() for header in exchange.head.headers]
    assert "stolen" not in "".join(names)
    assert not any(header[0].lower() == "set-cookie" for header in exchange.head.headers)


_VALUES = {
    "name": 'name = "{}"',
    "controller": 'controller = "{}"',
    "contact": 'contact = "{}"',
    "hosts": 'hosts = ["{}"]',
    "prefix": 'prefix = "/{}/"',
    "privacy_url": 'privacy_url = "/{}"',
    "imprint_url": 'imprint_url = "https://example.org/{}"',
    "consent_domain": 'consent_domain = "{}"',
    "languages": 'languages = ["{}"]',
    "service's id": '[[service]]\nid = "{}"\ncategory = "performance"\nhosts = ["a.example"]',
    "service's name": '[[service]]\nid = "a"\nname = "{}"\ncategory = "performance"\nhosts = ["a.example"]',
    "service's hosts": '[[service]]\nid = "a"\ncategory = "performance"\nhosts = ["a.example{}"]',
    "service's paths": '[[service]]\nid = "a"\ncategory = "performance"\npaths = ["/{}"]',
    "cookie's name": '[[cookie]]\nname = "a{}"\ncategory = "performance"',
    "font": '[theme]\nfont = "{}, serif"',
    "colour": '[theme]\nlink = "{}"',
    "not_on": '[banner]\nnot_on = ["/{}"]',
}
_ESCAPED = (
    r"\r\nSet-Cookie: stolen=1",
    r"\nSet-Cookie: stolen=1",
    "; script-src *",
    ", default-src *",
    r"\u0000",
    "'unsafe-inline'",
)


@pytest.mark.parametrize("value", _ESCAPED)
@pytest.mark.parametrize("key", _VALUES)
def test_no_value_of_a_policy_becomes_a_line_or_a_directive(key: str, value: str) -> None:
    table = _VALUES[key].format(value)
    site = {"name": 'name = "S"', "controller": 'controller = "C"', "contact": 'contact = "a@b.example"'}
    of_site = not table.startswith("[")
    if of_site:
        site[key] = table
    text = "\n".join(["[site]", *site.values(), "" if of_site else table])
    try:
        gate = make_gate(Policy.parse(text))
    except PolicyError:
        return
    granted = "=".join(
        consent_cookie(gate, [one for one in gate.policy.ids if one != "necessary"], host="www.example.org")
    )
    for cookie in ("", granted):
        headers = {"host": ("www.example.org",), "cookie": (cookie,)}
        exchange = gate.exchange(Request("GET", "/", "", headers))
        exchange.start(200, [HTML])
        exchange.feed(PAGE)
        exchange.finish()
        assert exchange.head is not None
        assert are_whole(exchange.head.headers)
        for name, line in exchange.head.headers:
            if name.lower() == "content-security-policy":
                assert not re.search(r"script-src \*|default-src \*|[;,] *(?:script|default)-src \*", line)
                assert "'unsafe-inline' 'unsafe-inline'" not in line
