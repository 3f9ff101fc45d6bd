"""What the scripts that stand in a page load."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress

from consentgate.consent import Judge
from consentgate.html.tokenizer.tags import Decode
from consentgate.html.values.data_url import DataUrl, Holds
from consentgate.html.values.javascript import code_among
from consentgate.html.values.json_text import NotPlain
from consentgate.html.values.module_imports import imports, may_import
from consentgate.html.values.script_type import ScriptKind
from consentgate.web.url import Url

from .attributes import NOBODY, Culprit, Loads
from .import_maps import ImportMaps
from .limits import Cut, Note
from .speculation_rules import bundle_culprit, speculation_culprit

MOST_NESTED = 8
"""Scripts within the addresses that scripts import: so deep are they read, and blocked beyond."""

_READ_AS_JSON = frozenset((ScriptKind.IMPORT_MAP, ScriptKind.SPECULATION_RULES, ScriptKind.WEB_BUNDLE))
_NAMES_A_HOST = re.compile(r"(?:https?:)?//[^/?#\\]+[/?#\\]", re.I)


class InlineScripts:
    """Judges the scripts of one document. `effects` are those that reading it has.

    An import goes by what its specifier leads to, through the page's import maps. That includes a dynamic
    one: `import("https://...")` cannot but load that address, unlike a text that merely names it. A module
    with an import that fails does not run at all, so that nothing less than the script goes.
    """

    def __init__(self, judge: Judge, loads: Loads, decode: Decode, note: Note, *, all_passes: bool) -> None:
        self._judge = judge
        self._loads = loads
        self._decode = decode
        self._note = note
        self.effects = loads.effects
        self._all_passes = all_passes
        self._maps = ImportMaps(self._target_culprit)
        self._nested = 0

    def module_starts(self) -> None:
        """A module begins to load."""
        self.effects.others += 1
        self._maps.close()

    def culprit(self, kind: ScriptKind, text: bytes, *, complete: bool, sure: bool) -> Culprit | None:
        """What is wrong with the script of this kind, if it is one that does something. It is not `complete`
        where it goes on, and not `sure` where browsers may see no script there."""
        if self._all_passes or kind is ScriptKind.DATA:
            return None
        if kind in _READ_AS_JSON:
            return self._json_culprit(kind, self._decode(text), complete=complete, sure=sure)
        if kind is ScriptKind.MODULE:
            self.module_starts()
        claim = self._judge.inline(text)
        if claim is not None:
            return Culprit(claim, self._judge.source_of(text, claim))
        return self._import_culprit(self._decode(text)) if may_import(text) else None

    def _json_culprit(self, kind: ScriptKind, text: str, *, complete: bool, sure: bool) -> Culprit | None:
        """Judge an import map or speculation rules. Incomplete ones cannot be read."""
        if complete:
            with suppress(NotPlain):
                if kind is ScriptKind.IMPORT_MAP:
                    self._maps.add(text, self._loads.base, sure=sure)
                    return None
                if kind is ScriptKind.WEB_BUNDLE:
                    return bundle_culprit(text, self._url_culprit)
                return speculation_culprit(text, self._url_culprit)
        self._note(Cut.RULES)
        return Culprit(NOBODY, "")

    def code_culprit(self, script: str) -> Culprit | None:
        """What is wrong with a script that stands in a URL."""
        claim = self._judge.inline(script.encode("utf-8", "replace"))
        return Culprit(claim, "") if claim is not None else self._import_culprit(script)

    def _import_culprit(self, script: str) -> Culprit | None:
        if self._nested >= MOST_NESTED:
            self._note(Cut.DEEP_CODE)
            return Culprit(NOBODY, "")
        self._nested += 1
        try:
            culprits = dict(self._culprits(script))
        finally:
            self._nested -= 1
        code = code_among(script, culprits) if culprits else ()
        return next((culprit for place, culprit in culprits.items() if place in code), None)

    def _culprits(self, script: str) -> Iterator[tuple[int, Culprit]]:
        """The imports in `script` that may not load, with their places. Some may be no code."""
        for found in imports(script):
            if not found.beginning:
                self.effects.by_base += 1
                culprit = self._maps.judge(found.specifier, self._loads.base)
            elif _NAMES_A_HOST.match(found.specifier):
                culprit = self._url_culprit(found.specifier)
            else:
                continue
            self.module_starts()
            if culprit is not None:
                yield found.place, culprit

    def _url_culprit(self, url: str) -> Culprit | None:
        return self._target_culprit(self._loads.target(url), url)

    def _target_culprit(self, target: Url, url: str) -> Culprit | None:
        claim = self._loads.target_claim(target)
        if claim is not None:
            return Culprit(claim, url.strip())
        data = DataUrl.parse(url)
        if data is None or data.holds is not Holds.SCRIPT:
            return None
        return self.code_culprit(data.text) if data.text is not None else Culprit(NOBODY, "")
