"""Addresses: where a link leads, as browsers read it."""

from __future__ import annotations

import re

import ada_url
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from consentgate.audit.responses.address import LONGEST, Address, Site, address

PAGE = address("https://shop.example:8443/a/b?c=d")
_DOUBTFUL = re.compile(r"[\x00-\x20]*https?:(?![/\\]{2})", re.I)
_REMOVED = str.maketrans("", "", "\t\n\r")
LINKS = st.text(max_size=40) | st.text(alphabet="/.:?#@[]%\\ah0-9é\t htps", max_size=24)


@pytest.mark.parametrize(
    ("link", "found"),
    [
        ("x", "https://shop.example:8443/a/x"),
        ("?e=f", "https://shop.example:8443/a/b?e=f"),
        ("#g", "https://shop.example:8443/a/b?c=d"),
        ("", "https://shop.example:8443/a/b?c=d"),
        ("//cdn.example/y?z", "https://cdn.example/y?z"),
        ("\\\\cdn.example\\y", "https://cdn.example/y"),
        ("http://u:p@cdn.example:80/ a", "http://cdn.example/%20a"),
        ("https://cdn.example:80/", "https://cdn.example:80/"),
        ("HTTPS://MÜLLER.example/ü?ü", "https://xn--mller-kva.example/%C3%BC?%C3%BC"),
    ],
)
def test_a_link_leads_where_browsers_go(link, found):
    assert str(address(link, PAGE)) == found


@pytest.mark.parametrize(
    "link",
    ["mailto:a@b.example", "javascript:1", "data:text/html,x", "tel:1", "ftp://a.example/", "http://", "x:y"],
)
def test_what_is_no_place_on_the_web_is_none(link):
    assert address(link, PAGE) is None
    assert address("/" + "x" * LONGEST, PAGE) is None


@given(LINKS)
@example("https:x")
@example("/%2e%2e/%zz?%zz")
@example("//a:0080/")
def test_it_leads_to_the_same_host_port_and_page_as_in_a_browser(link):
    try:
        browsers = ada_url.URL(link, base=str(PAGE))
    except ValueError:
        browsers = None
    found = address(link, PAGE)
    if found is None:
        # Doubt leaves a link alone: where "https:x" leads depends on the page.
        # No host is called ".".
        is_web = (
            browsers is not None and browsers.protocol in ("http:", "https:") and browsers.hostname != "."
        )
        assert not is_web or _DOUBTFUL.match(link.translate(_REMOVED))
        return
    assert browsers is not None
    assert str(found.site) == browsers.host
    assert found.scheme == browsers.protocol[:-1]
    # It can be asked for as it is, and is its own address.
    assert str(found).isascii()
    assert not set(str(found)) & set(' \t\n<>#"')
    assert address(str(found)) == found
    assert ada_url.URL(str(found)).href == str(found)


@pytest.mark.parametrize(
    ("text", "site"),
    [
        ("www.Shop.example", Site("www.shop.example")),
        ("localhost:8000", Site("localhost", 8000)),
        ("shop.example:443", Site("shop.example")),
        ("[::1]:80", Site("[::1]")),
    ],
)
def test_a_host_is_read(text, site):
    assert Site.parse(text) == site


@pytest.mark.parametrize("text", ["", "https://shop.example", "shop.example/x", "a b", ":80"])
def test_what_is_no_host_is_refused(text):
    with pytest.raises(ValueError, match="expected a host"):
        Site.parse(text)


def test_addresses_of_one_page_have_one_key():
    def key(url: str) -> object:
        found = address(url)
        assert found is not None
        return found.key

    assert key("https://a.example/x?b=1&a=2&gclid=7&utm_medium=x") == key(
        "https://a.example/x;jsessionid=9?a=2&b=1"
    )
    assert key("https://a.example/x?a=1") != key("https://a.example/x?a=2")
    assert key("https://a.example/x?sid=1") != key("https://a.example/x?sid=2")
    assert isinstance(address("https://a.example/"), Address)
