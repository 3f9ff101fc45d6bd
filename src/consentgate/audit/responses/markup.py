"""What the markup of a page would have browsers load: as the gate's own engine sees it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

import msgspec

from consentgate.audit.observations import SeenRequest, SeenService
from consentgate.consent import Consent, Judge
from consentgate.html.rewriting.document import rewrite_document
from consentgate.html.rewriting.explained import explain_document
from consentgate.policy import Groups, Policy
from consentgate.web.url import Url

from .address import Address, address

_UNSURE = ("ambiguous", "base")
_RELATIONS = re.compile(rb"""(?i)[\s"'/]rel\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")
_RELATION = re.compile(r"[a-z-]+")
_LONGEST_TAG = 4096
MOST = 1000
"""The most requests that are kept of one page, first come first kept."""


class MarkupReader:
    """Reads documents on a site whose own hosts are `hosts`, as a policy names them."""

    def __init__(self, hosts: tuple[str, ...] = ()) -> None:
        # The catalogue's word alone counts here, so that what was seen does not depend on today's policy.
        undeclared = Policy()
        policy = replace(undeclared, site=msgspec.structs.replace(undeclared.site, hosts=hosts))
        self._nothing = Consent.of_ids(policy, ())
        # What is remembered of a policy's removed elements holds for its own judges alone.
        self._unasked = Consent.of_ids(replace(policy), ())

    def loaded_by(
        self, html: bytes, charset: str | None, page: Address, base: Address
    ) -> tuple[list[SeenRequest], list[SeenService]]:
        """Return what the document `html` at `page` asks browsers to load, and which services' code is in it.

        Its relative URLs are relative to `base`. Raises Unreadable where it is not in its encoding.
        """
        requests: dict[SeenRequest, None] = {}
        services: dict[SeenService, None] = {}
        at = str(page)
        for explained in explain_document(html, self._nothing, page.url, charset):
            one = explained.markup
            target = address(one.url, base) if one.url and one.kind not in _UNSURE else None
            if target is not None:
                kind = _relation(html[one.start : min(one.end, one.start + _LONGEST_TAG)]) or one.kind
                requests.setdefault(SeenRequest(str(target), kind, at))
            if one.service and (target is None or target.site == page.site):
                services.setdefault(SeenService(one.service, one.kind, at))
        hosts = {_host_of(one.url) for one in requests}
        for host, path in self._asked_about(html, charset, page.url):
            # Markup that goes as a whole is told of by the first URL that is not allowed in it.
            if host not in hosts:
                hosts.add(host)
                requests.setdefault(SeenRequest(f"{page.scheme}://{host}{path}", "other", at))
        return [*requests][:MOST], [*services]

    def _asked_about(self, html: bytes, charset: str | None, page: Url) -> Iterable[tuple[str, str]]:
        listener = _Listener(self._unasked, page.host, page.path)
        rewrite_document(html, listener, page, charset)
        return listener.heard


def _relation(tag: bytes) -> str:
    """Return the relation of a `link`, "" for other markup."""
    if not tag[:6].lower().startswith(b"<link") or (match := _RELATIONS.search(tag)) is None:
        return ""
    words = match[match.lastindex or 1].decode("latin-1").lower().split()
    return next(filter(_RELATION.fullmatch, words), "")


def _host_of(url: str) -> str:
    found = address(url)
    return found.site.host if found else ""


class _Listener(Judge):
    """Lets everything pass, and keeps in mind the hosts that it was asked about."""

    def __init__(self, consent: Consent, host: str, path: str) -> None:
        super().__init__(consent, host, path)
        self.heard: dict[tuple[str, str], None] = {}

    def passes_everything(self) -> bool:
        """Return False, so that everything is looked at."""
        return False

    def groups_of_host(self, host: str) -> Groups | None:
        """Return None, so that each URL is judged."""
        return None

    def own_script(self, host: str, path: str, query: str, attributes: Mapping[str, str]) -> None:
        """Let a script pass."""

    def url(self, host: str, path: str) -> None:
        """Let a URL pass, and remember it."""
        if host not in self.own and Url("https", host, path).has_valid_host:
            self.heard.setdefault((host, path))

    def inline(self, text: bytes) -> None:
        """Let a script pass, once it was asked about the addresses in it."""
        for found in self.policy.claims.by_inline(text).addresses:
            self.url(found.host, found.path)

    def widget(self, tag: str, attributes: Mapping[str, str]) -> None:
        """Let a widget pass."""
