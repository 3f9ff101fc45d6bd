"""Judges URLs, and the code inside URLs, for one tag or text, and collects the effects."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from consentgate.catalogue import catalogue
from consentgate.html.values.css import CssUrl, css_urls, preloaded_imports
from consentgate.html.values.data_url import DataUrl, Holds
from consentgate.html.values.javascript import code_among
from consentgate.html.values.module_imports import imports
from consentgate.policy import Claim
from consentgate.web.host import TOO_LONG
from consentgate.web.url import Url, resolve

from .document_context import DocumentContext
from .limits import Limit
from .verdict import NO_EFFECTS, Edit, Effects
from .violation import UNREADABLE, Violation

MOST_SHEETS = 8
"""The most nested style sheets, each in a data: URL of the one before, that are read. Deeper ones are
blocked."""
MOST_IMPORTS = 8
"""The most nested scripts, each in a data: URL that the one before imports, that are read. Deeper ones are
blocked."""

# The host of nearly every absolute URL: no number, nothing to convert, and a path behind it.
_AT_A_HOST = re.compile(r"(?:https?:)?//((?:(?!xn--)[a-z0-9][a-z0-9-]*+\.)++[a-z]{2,})/")
_NAMES_A_HOST = re.compile(r"(?:https?:)?//[^/?#\\]+[/?#\\]", re.I)


class Judgement:
    """One act of judging markup of this `kind` in a document. Each method returns the violation, if there is
    one. `effects` are the effects of all calls together."""

    # Most tags have no effects, so that these are only set on the instance where one has.
    _limits: tuple[Limit, ...] = ()
    _by_base = _starts_module = False
    _import_depth = 0

    def __init__(self, document: DocumentContext, kind: str) -> None:
        self.document = document
        self.kind = kind

    # -- effects ---------------------------------------------------------------------------------------------

    @property
    def effects(self) -> Effects:
        """The effects of judging so far."""
        if self._by_base or self._limits or self._starts_module:
            return Effects(self._limits, self._by_base, self._starts_module)
        return NO_EFFECTS

    def note(self, limit: Limit) -> None:
        """Note that a limit was reached."""
        self._limits = (*self._limits, limit)

    def add(self, effects: Effects) -> None:
        """Add the effects of judging what is nested in this markup."""
        self._limits += effects.limits
        self._by_base = self._by_base or effects.by_base
        self._starts_module = self._starts_module or effects.starts_module

    def start_module(self) -> None:
        """Note that a module begins to load: import maps after that are not sure."""
        self._starts_module = True
        self.document.import_maps.close()

    # -- URLs ------------------------------------------------------------------------------------------------

    def url(self, url: str) -> Violation | None:
        """Judge a URL."""
        judge = self.document.judge
        if url.startswith(judge.passing) and not catalogue().may_have_path(url):
            return None
        plain = _AT_A_HOST.match(url)
        if plain is not None:
            groups = judge.groups_of_host(plain[1])
            if groups is not None and not catalogue().may_have_path(url):
                claim = judge.first_blocked(groups)
                return Violation(claim, url.strip(), self.kind) if claim is not None else None
        claim = self._target_claim(self.target(url))
        return Violation(claim, url.strip(), self.kind) if claim is not None else None

    def urls(self, urls: Iterable[str]) -> Violation | None:
        """Judge several URLs; return the first violation."""
        return next(filter(None, map(self.url, urls)), None)

    def target(self, url: str) -> Url:
        """Resolve a URL by the base URL."""
        base = self.document.base.url
        target = resolve(url, base)
        if target.host == base.host:
            self._by_base = True
        return target

    def _target_claim(self, target: Url) -> Claim | None:
        claim = self.document.judge.url(target.host, target.path) if target.host else None
        if claim is not None and target.host == TOO_LONG:
            self.note(Limit.LONG_HOST)
        return claim

    # -- documents and code in URLs --------------------------------------------------------------------------

    def loaded_code(self, url: str, data: DataUrl | None) -> Violation | None:
        """Judge a URL that code is loaded from, and the code in the URL itself, which is `data`, if any."""
        return self.url(url) or self._code(data)

    def frame(self, url: str) -> Violation | None:
        """Judge a URL whose content may become a document."""
        data = DataUrl.parse(url)
        return self.url(url) or self._code(data) or self._result_of_script(data)

    def _result_of_script(self, data: DataUrl | None) -> Violation | None:
        """Judge the text that a javascript: URL evaluates to, which becomes a document (WHATWG HTML,
        "evaluate a javascript: URL")."""
        if data is None or data.text is None or data.holds is not Holds.SCRIPT:
            return None
        if "\\" in data.text:
            return UNREADABLE
        return self.inner_document(data.text) if "<" in data.text else None

    def _code(self, data: DataUrl | None, depth: int = 0) -> Violation | None:
        """Judge the code that a URL itself holds; `depth` counts the style sheets that it stands in."""
        if data is None:
            return None
        if data.text is None or (data.assumed and self.document.is_multibyte):
            return UNREADABLE
        if data.holds is Holds.SCRIPT:
            return self.script(data.text)
        if data.holds is Holds.STYLE:
            return self.css(data.text, depth)
        return self.inner_document(data.text) if data.holds is Holds.DOCUMENT else None

    def inner_document(self, document: str) -> Violation | None:
        """Judge a document that stands in an attribute."""
        inner = self.document.inner.judge_document(document)
        self.add(inner.effects)
        return inner.violation

    # -- style sheets ----------------------------------------------------------------------------------------

    def style_sheet(self, sheet: bytes, start: int) -> list[Edit]:
        """Judge a style sheet that stands in markup, its first byte at `start`; return the edits to it. All
        of it goes where a preload scanner would load what the sheet itself does not."""
        document = self.document
        if document.all_passes:
            return []
        plain = document.plain(sheet)
        edits: list[Edit] = []
        for found in css_urls(plain):
            violation = self._in_css(found, document.decode(found.url))
            if violation is not None:
                span = start + found.start, start + found.end
                edits.append(Edit(*span, found.replacement, violation.of_kind(self.kind)))
                if found.rest:
                    break
        ends = {edit.start: edit.end for edit in edits}
        gone = start
        for url, position in preloaded_imports(plain):
            gone = max(gone, ends.get(start + position, gone))
            violation = None if start + position < gone else self.url(document.decode(url))
            if violation is not None:
                return [Edit(start, start + len(sheet), b"", violation)]
        return edits

    def css(self, css: str, depth: int = 0) -> Violation | None:
        """Judge a style sheet that can only be removed as a whole. `depth` counts those that it is nested
        in."""
        for found in css_urls(css.encode("utf-8", "replace")):
            if depth == MOST_SHEETS:
                self.note(Limit.DEEP_CODE)
                return UNREADABLE
            violation = self._in_css(found, found.url.decode("utf-8", "replace"), depth + 1)
            if violation is not None:
                return violation
        return None

    def _in_css(self, found: CssUrl, url: str, depth: int = 0) -> Violation | None:
        # URLs that are not imported lead to pictures and fonts, which load nothing themselves.
        violation = self.url(url)
        if violation is not None or not found.imported:
            return violation
        return self._code(DataUrl.parse(url, Holds.STYLE), depth)

    # -- scripts ---------------------------------------------------------------------------------------------

    def script(self, script: str) -> Violation | None:
        """Judge a script inside a URL, by the signatures in its text and by its imports."""
        claim = self.document.judge.inline(script.encode("utf-8", "replace"))
        return Violation(claim, "", self.kind) if claim is not None else self.imports(script)

    def imports(self, script: str) -> Violation | None:
        """Judge the imports of a script, each by the URL that its specifier leads to through the page's
        import maps. A module with an import that fails does not run at all, so the whole script goes.

        A dynamic import counts too: `import("https://...")` can only load that URL, while a text may merely
        name it.
        """
        if self._import_depth >= MOST_IMPORTS:
            self.note(Limit.DEEP_CODE)
            return UNREADABLE
        self._import_depth += 1
        violations = dict(self._import_violations(script))
        self._import_depth -= 1
        code = code_among(script, violations) if violations else ()
        return next((violation for place, violation in violations.items() if place in code), None)

    def _import_violations(self, script: str) -> Iterator[tuple[int, Violation]]:
        """Yield the violation of each import, with its place. Some places may be no code."""
        document = self.document
        for found in imports(script):
            if not found.beginning:
                self._by_base = True
                base = document.base.url
                violation = document.import_maps.judge(found.specifier, base, self.module)
            elif _NAMES_A_HOST.match(found.specifier):
                violation = self.listed_url(found.specifier)
            else:
                continue
            self.start_module()
            if violation is not None:
                yield found.place, violation

    def listed_url(self, url: str) -> Violation | None:
        """Judge a URL that a script or a list in JSON names, and that may be a script's."""
        return self.module(self.target(url), url)

    def module(self, target: Url, url: str) -> Violation | None:
        """Judge a module by the `target` that its `url` was resolved to, and by the code inside the URL."""
        claim = self._target_claim(target)
        if claim is not None:
            return Violation(claim, url.strip(), self.kind)
        data = DataUrl.parse(url)
        if data is None or data.holds is not Holds.SCRIPT:
            return None
        return self.script(data.text) if data.text is not None else UNREADABLE
