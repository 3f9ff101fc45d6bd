"""Share links: the plain links that replace social buttons (`share_links.toml`)."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import parse_qsl, quote

from consentgate.web.url import Url, resolve, web_address
from consentgate.web.whitespace import ASCII_WHITESPACE

from .patterns import UrlPattern
from .url_index import UrlIndex

LONGEST_ADDRESS = 2048
"""The longest address that is shared. No network takes a longer one."""
LONGEST_TEXT = 300
"""The most characters of a title or another text that are passed on."""

_LONGEST_QUERY = 16 << 10
_SPACE = re.compile(rf"[{ASCII_WHITESPACE}]+")
_ID = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]*(?:/[0-9]+)?")
_NOWHERE = Url("https", "", "/")


class Page(NamedTuple):
    """The page that a button stands on: its base URL, its address and its title, each "" where unknown."""

    base: Url
    address: str
    title: str


@dataclass(frozen=True, slots=True)
class Network:
    """A network on which things can be shared. E-mail is one, whose `name` is "".

    `address` is its page for sharing ("" where it has none), and `paths` are others at which that page is.
    `query` has the page's parameters, with names in braces for what is filled in. `hosts` are the hosts of
    the network's own pages.
    """

    id: str
    name: str
    address: str = ""
    query: tuple[tuple[str, str], ...] = ()
    paths: tuple[str, ...] = ()
    hosts: tuple[UrlPattern, ...] = ()

    def has(self, url: Url) -> bool:
        """Say whether a URL leads to one of the network's own pages."""
        return url.is_on_the_web and any(pattern.matches(url.host, url.path) for pattern in self.hosts)


@dataclass(frozen=True, slots=True)
class ShareLink:
    """A link to share something on a network, as a button's markup describes it.

    `url` and `title` are as the markup has them, "" for those of the page that the button stands on. `more`
    are other values by their names in the network's query. With `visits` the link leads to `url` itself, an
    absolute address. With `completes` the button is a link that stays, and lacks some parameters.
    """

    network: Network
    url: str
    title: str = ""
    more: tuple[tuple[str, str], ...] = ()
    visits: bool = False
    completes: bool = False

    def address_on(self, page: Page) -> str:
        """Write out where the link on `page` leads."""
        if self.visits:
            return self.url
        return _with_query(self.network.address, self._parameters(page))

    def completed(self, href: str, page: Page) -> str:
        """Return `href` with the parameters that a link of the site's own lacks, on `page`. A link that leads
        nowhere gets the address of the network's page for sharing. Return "" where the link stays as it
        is."""
        target = resolve(href, page.base)
        if not href.strip() or href.lstrip().startswith("#") or target.scheme == "javascript":
            return self.address_on(page)
        if not self.network.has(target) or target.path not in self.network.paths:
            return ""
        present = _parameters(href)
        lacking = [(name, value) for name, value in self._parameters(page) if name not in present]
        return _with_query(href.partition("#")[0].rstrip(), lacking) if lacking else ""

    def _parameters(self, page: Page) -> list[tuple[str, str]]:
        """Return the parameters that are not empty."""
        url = web_address(self.url, page.base) if self.url else ""
        if not url or len(url) > LONGEST_ADDRESS:
            url = page.address
        # A page's title says nothing of another page.
        title = self.title or (page.title if url == page.address else "")
        values = defaultdict(str, {**dict(self.more), "url": url, "title": title})
        filled = ((name, text.format_map(values).strip()) for name, text in self.network.query)
        return [(name, value) for name, value in filled if value]


@dataclass(frozen=True, slots=True)
class Button:
    """Markup that stands for a social button.

    `kind` is as for widgets (`pattern` matches the whole name), or "at" for an element that loads one of the
    `urls`. `keys` says which attributes and parameters hold what is shared. The other fields are explained in
    `share_links.toml`.
    """

    network: Network
    kind: str
    pattern: str = ""
    urls: tuple[UrlPattern, ...] = ()
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    page: str = ""
    visits: bool = False
    named: bool = False
    is_link: bool = False
    completes: bool = False

    def link(self, attributes: Mapping[str, str], address: str) -> ShareLink | None:
        """Return the link that replaces an element with these attributes, which leads to `address` or loads
        it; None where the markup does not say enough."""
        parameters = _parameters(address)
        found = {key: _first(names, attributes, parameters) for key, names in self.keys.items()}
        url, title = found.pop("url", ""), found.pop("title", "")
        if self.page and _ID.fullmatch(url):
            url = self.page.format(id=url)
        if len(url) > LONGEST_ADDRESS:
            url = ""
        # A "like" button for a page on the network itself shares nothing: the link leads to that page.
        if url and not self.completes and self.network.has(resolve(url, _NOWHERE)):
            return ShareLink(self.network, web_address(url, _NOWHERE), visits=True)
        if self.visits or (self.named and not url):
            return None
        more = tuple((key, _plain(value)) for key, value in found.items() if value)
        return ShareLink(self.network, url, _plain(title), more, completes=self.completes)


class ButtonIndex:
    """Recognises social buttons, by their markup or by what they load. The `hosts` are those that they load
    from, or from below them."""

    def __init__(self, buttons: Iterable[Button]) -> None:
        self._buttons = tuple(buttons)
        patterns: dict[UrlPattern, tuple[Button, ...]] = {}
        for button in self._buttons:
            for pattern in button.urls:
                patterns[pattern] = (*patterns.get(pattern, ()), button)
        self._urls = UrlIndex(patterns.items())
        self.hosts = frozenset(pattern.host for pattern in patterns)
        self._compiled = [(button, re.compile(button.pattern)) for button in self._buttons if button.pattern]

    def in_markup(self, tag: str, attributes: Mapping[str, str]) -> ShareLink | None:
        """Return the link for an element, recognised by its name and attributes (lowercase)."""
        names = {
            "tag": (tag,),
            "class": _SPACE.split(attributes.get("class", "")),
            "type": (attributes.get("type", ""),) if tag == "script" else (),
            "value": [f"{name}={value}" for name, value in attributes.items()],
        }
        for button, pattern in self._compiled:
            if button.is_link is (tag == "a") and any(map(pattern.fullmatch, names[button.kind])):
                link = button.link(attributes, attributes.get("href", "") if button.is_link else "")
                if link is not None:
                    return link
        return None

    def at(self, host: str, path: str) -> tuple[Button, ...]:
        """Return the buttons that an element which loads from this host and path could be."""
        return self._urls.find(host, path) or ()

    def patterns(self, kind: str) -> list[str]:
        """Return the patterns of buttons that are recognised by this kind of name."""
        return [button.pattern for button in self._buttons if button.kind == kind]

    def values(self) -> list[tuple[str, str]]:
        """Return the names and patterns of attributes whose value gives a button away."""
        return [(name, value) for name, _, value in (p.partition("=") for p in self.patterns("value"))]


def _first(names: Iterable[str], attributes: Mapping[str, str], parameters: Mapping[str, str]) -> str:
    """Return the first value that is not empty. Names are of attributes, after a "?" of parameters."""
    for name in names:
        value = parameters.get(name[1:]) if name.startswith("?") else attributes.get(name)
        if value and (text := value.strip()):
            return text
    return ""


def _parameters(address: str) -> dict[str, str]:
    """Return the parameters of an address, those in its fragment included; of several with one name the
    first."""
    rest, _, fragment = address[:_LONGEST_QUERY].partition("#")
    query = rest.partition("?")[2]
    if not (query or fragment):
        return {}
    return dict(reversed(parse_qsl(f"{query}&{fragment}", keep_blank_values=True)))


def _plain(text: str) -> str:
    return _SPACE.sub(" ", text[: 2 * LONGEST_TEXT]).strip()[:LONGEST_TEXT]


def _with_query(address: str, parameters: Iterable[tuple[str, str]]) -> str:
    query = "&".join(f"{name}={quote(value, safe='', errors='replace')}" for name, value in parameters)
    if not query:
        return address
    return f"{address}{'&' if '?' in address else '?'}{query}"
