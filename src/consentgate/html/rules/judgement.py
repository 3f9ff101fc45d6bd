"""Judges URLs, and the code that stands in URLs, for one tag or text; notes what came of it by the way."""

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
"""Style sheets in data: URLs of style sheets are read at most so deep, and blocked beyond."""
MOST_IMPORTS = 8
"""Scripts within the addresses that scripts import are read at most so deep, and blocked beyond."""

# The host of nearly every absolute URL: no number, nothing to convert, and a path behind it.
_AT_A_HOST = re.compile(r"(?:https?:)?//((?:(?!xn--)[a-z0-9][a-z0-9-]*+\.)++[a-z]{2,})/")
_NAMES_A_HOST = re.compile(r"(?:https?:)?//[^/?#\\]+[/?#\\]", re.I)


class Judgement:
    """One act of judging markup of this `kind`, in `document`. Each method returns the violation, if there is
    one; `effects` are those of all of them together."""

    # Of most tags nothing comes: these are set where something does.
    _limits: tuple[Limit, ...] = ()
    _by_base = _starts_module = False
    _import_depth = 0

    def __init__(self, document: DocumentContext, kind: str) -> None:
        self.document = document
        self.kind = kind

    # -- effects ---------------------------------------------------------------------------------------------

    @property
    def effects(self) -> Effects:
        """What came of judging so far."""
        if self._by_base or self._limits or self._starts_module:
            return Effects(self._limits, self._by_base, self._starts_module)
        return NO_EFFECTS

    def note(self, limit: Limit) -> None:
        """Note that a limit was reached."""
        self._limits = (*self._limits, limit)

    def add(self, effects: Effects) -> None:
        """Count in the effects of judging what is nested in here."""
        self._limits += effects.limits
        self._by_base = self._by_base or effects.by_base
        self._starts_module = self._starts_module or effects.starts_module

    def start_module(self) -> None:
        """Note that a module begins to load: of import maps after that browsers think differently."""
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
        """Judge a URL that code is loaded from, and the code, if `data` is what the URL itself holds."""
        return self.url(url) or self._code(data)

    def frame(self, url: str) -> Violation | None:
        """Judge a URL whose content may become a document: also the text that a script in it ends with."""
        data = DataUrl.parse(url)
        return self.url(url) or self._code(data) or self._result(data)

    def _result(self, data: DataUrl | None) -> Violation | None:
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
        of it goes where browsers that look ahead would load what the sheet itself does not."""
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
        """Judge a style sheet of which nothing less than all goes. `depth` counts those that it stands in."""
        for found in css_urls(css.encode("utf-8", "replace")):
            if depth == MOST_SHEETS:
                self.note(Limit.DEEP_CODE)
                return UNREADABLE
            violation = self._in_css(found, found.url.decode("utf-8", "replace"), depth + 1)
            if violation is not None:
                return violation
        return None

    def _in_css(self, found: CssUrl, url: str, depth: int = 0) -> Violation | None:
        # URLs that are not imported are of pictures and fonts, which load nothing themselves.
        violation = self.url(url)
        if violation is not None or not found.imported:
            return violation
        return self._code(DataUrl.parse(url, Holds.STYLE), depth)

    # -- scripts ---------------------------------------------------------------------------------------------

    def script(self, script: str) -> Violation | None:
        """Judge a script that stands in a URL: by what is known of its text, and by its imports."""
        claim = self.document.judge.inline(script.encode("utf-8", "replace"))
        return Violation(claim, "", self.kind) if claim is not None else self.imports(script)

    def imports(self, script: str) -> Violation | None:
        """Judge what a script imports.

        An import goes by what its specifier leads to, through the page's import maps. That includes a dynamic
        one: `import("https://...")` cannot but load that address, unlike a text that merely names it. A
        module with an import that fails does not run at all, so that nothing less than the script goes.
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
        """Yield the imports that may not load, with their places. Some may be no code."""
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
        """Judge a URL that may be a script's, in a script or in a list in JSON."""
        return self.module(self.target(url), url)

    def module(self, target: Url, url: str) -> Violation | None:
        """Judge a module by where it is and how that was written, and by the code that stands in its URL."""
        claim = self._target_claim(target)
        if claim is not None:
            return Violation(claim, url.strip(), self.kind)
        data = DataUrl.parse(url)
        if data is None or data.holds is not Holds.SCRIPT:
            return None
        return self.script(data.text) if data.text is not None else UNREADABLE
