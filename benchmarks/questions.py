"""What every contender has to ask about a page, so that all of them do the same work.

The elements and attributes are those of consentgate's own table, and inline scripts go by its signatures.
URLs are read by one plain pattern: that is less exact than what consentgate does, and faster, so that the
comparison errs in the contenders' favour. Nobody but consentgate looks for social widgets, documents in
`srcdoc`, meta refreshes and escapes in style sheets, keeps offsets or leaves placeholders.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from consentgate.consent import Consent, Judge
from consentgate.html.rules.loading_markup import ANYWHERE, ELEMENTS, INERT_RELATIONS, Attribute, Reads
from consentgate.policy import Policy

from .pages import Page

LOADING_ANYWHERE = frozenset(ANYWHERE)
"""Attributes to judge on any element."""

LOADING: Mapping[str, Mapping[str, Attribute]] = {
    name.decode(): {**ANYWHERE, **element.attributes} for name, element in ELEMENTS.items()
}
"""By element, the attributes to judge."""

SELECTORS = ", ".join((*LOADING, *(f"[{name}]" for name in ANYWHERE)))
"""The same as CSS selectors."""

XPATH = "//*[{}]".format(
    " or ".join((*(f"self::{name}" for name in LOADING), *(f"@{name}" for name in ANYWHERE)))
)
"""The same as XPath."""

_ONE_URL = (Reads.URL, Reads.CODE, Reads.SCRIPT, Reads.LINK)

_HOST = re.compile(r"(?i)[\x00-\x20]*+(?:https?:|wss?:)?[/\\]{2,}+([^/\\?#]*+)")
_CANDIDATE = re.compile(r"[\s,]*+(\S++)[^,]*+")
_CSS_URL = re.compile(r"""(?i)(?:url\(\s*+["']?+|@import\s++["'])([^"')]++)""")
_JAVASCRIPT = re.compile(r"(?i)\s*+(?:|module|(?:text|application)/(?:x-)?(?:java|ecma|j)script)\s*+")


class Verdict(NamedTuple):
    """What becomes of an element: it goes as a whole, or some of its attributes change (None: go)."""

    goes: bool
    changes: Mapping[str, str | None]


_STAYS = Verdict(False, {})
_GOES = Verdict(True, {})


class Questions:
    """The questions about one page, with nothing granted."""

    def __init__(self, page: Page, policy: Policy) -> None:
        self._judge = Judge(Consent.of_ids(policy, ()), page.host, "/")
        self._own = self._judge.own

    def is_foreign(self, url: str) -> bool:
        """True when `url` leads to a third party."""
        match = _HOST.match(url)
        if match is None:
            return False
        return match[1].rpartition("@")[2].partition(":")[0].lower() not in self._own

    def element(self, name: str, attributes: Mapping[str, str | None]) -> Verdict:
        """What becomes of the element of this name with these attributes."""
        loading = LOADING.get(name, ANYWHERE)
        if (name == "link" and not _link_loads(attributes)) or (
            name == "input" and not _is_image(attributes)
        ):
            loading = ANYWHERE
        changes: dict[str, str | None] = {}
        for key, value in attributes.items():
            attribute = loading.get(key)
            if attribute is None or not value:
                continue
            if attribute.reads is Reads.CSS:
                style = self.style(value)
                if style != value:
                    changes[key] = style
            elif any(map(self.is_foreign, _urls(attribute.reads, value))):
                if not attribute.alone:
                    return _GOES
                changes[key] = None
        return Verdict(False, changes) if changes else _STAYS

    def style(self, text: str) -> str:
        """Style rules without the URLs of third parties."""
        if "(" not in text and "@" not in text:
            return text
        return _CSS_URL.sub(lambda match: "url(" if self.is_foreign(match[1]) else match[0], text)

    def script_goes(self, text: str) -> bool:
        """True when the inline script `text` belongs to a third party."""
        return self._judge.inline(text.encode("utf-8", "replace")) is not None


def is_script(name: str, attributes: Mapping[str, str | None]) -> bool:
    """True for a script whose text runs."""
    return (
        name == "script"
        and "src" not in attributes
        and _JAVASCRIPT.fullmatch(attributes.get("type") or "") is not None
    )


def _urls(reads: Reads, value: str) -> Iterator[str] | tuple[str, ...]:
    if reads is Reads.SRCSET:
        return (match[1] for match in _CANDIDATE.finditer(value))
    if reads is Reads.URLS:
        return iter(value.split())
    return (value,) if reads in _ONE_URL else ()


def _link_loads(attributes: Mapping[str, str | None]) -> bool:
    return not INERT_RELATIONS.issuperset((attributes.get("rel") or "").lower().split())


def _is_image(attributes: Mapping[str, str | None]) -> bool:
    return (attributes.get("type") or "").lower() == "image"
