"""The URL by which a document resolves its relative URLs, and the `base` elements that must not change it."""

from __future__ import annotations

from consentgate.consent import Judge
from consentgate.html.tokenizer.open_elements import OpenElements
from consentgate.html.tokenizer.tags import Tag
from consentgate.web.url import Url, resolve

from .loading_markup import ANYWHERE

LONGEST_BASE = 4 << 10
"""A `base` with a longer URL is dropped: every relative URL of the page would take as long to resolve."""


class BaseUrl:
    """The base `url` of a document on `own_host`. `is_used` is set once some URL of the document leads to the
    host of the base."""

    __slots__ = ("_is_set", "is_used", "own_host", "url")

    def __init__(self, url: Url) -> None:
        self.url = url
        self.is_used = False
        self.own_host = url.host
        self._is_set = False

    @property
    def leads_elsewhere(self) -> bool:
        """True where relative URLs lead to another host than the document's own."""
        return self.url.host != self.own_host

    def follow(self, href: str) -> bool:
        """Follow a `base` that stays. The first one counts. Return True where it changes the base URL."""
        if self._is_set:
            return False
        self._is_set = True
        url = resolve(href, self.url)
        if not url.host:
            return False
        self.url = url
        return True

    def may_divert(self, tag: Tag, href: str, judge: Judge, open_elements: OpenElements) -> bool:
        """Say whether a `base` could lead URLs that were judged by another base to a host that not everything
        may be loaded from.

        URLs before it are resolved by the base that held there. Some are resolved again later: pictures with
        a `srcset` when the window changes, style sheets at once. The second of two may be the first in the
        tree, where a table moves it. And preload scanners, who have no tree, follow one in SVG or in a shadow
        tree too.
        """
        target = resolve(href, self.url)
        if not target.host or target.host in judge.home:
            return False
        if target.host not in judge.own and judge.url(target.host, target.path) is None:
            return False
        if any(name.encode() in tag.raw for name in ANYWHERE):
            return True  # The `base` itself loads something, by its own URL or by the base before it.
        not_in_body = open_elements.foreign.is_foreign or open_elements.in_template
        return self._is_set or self.is_used or not_in_body
