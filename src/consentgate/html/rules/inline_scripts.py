"""Judges inline scripts: code, import maps, speculation rules and web bundles."""

from __future__ import annotations

from contextlib import suppress

from consentgate.html.values.json_text import NotPlain
from consentgate.html.values.module_imports import may_import
from consentgate.html.values.script_type import ScriptKind

from .judgement import Judgement
from .limits import Limit
from .speculation_rules import bundle_texts, speculation_violation
from .violation import UNREADABLE, Violation

_READ_AS_JSON = frozenset((ScriptKind.IMPORT_MAP, ScriptKind.SPECULATION_RULES, ScriptKind.WEB_BUNDLE))


def script_violation(
    judgement: Judgement, kind: ScriptKind, text: bytes, *, complete: bool, sure: bool
) -> Violation | None:
    """Return the violation of an inline script of this `kind`, if any. The `text` is not `complete` where
    more of it follows, and not `sure` where browsers may see no script there."""
    document = judgement.document
    if document.all_passes or kind is ScriptKind.DATA:
        return None
    if kind in _READ_AS_JSON:
        return _json_violation(judgement, kind, document.decode(text), complete=complete, sure=sure)
    if kind is ScriptKind.MODULE:
        judgement.start_module()
    claim = document.judge.inline(text)
    if claim is not None:
        return Violation(claim, document.judge.source_of(text, claim))
    return judgement.imports(document.decode(text)) if may_import(text) else None


def _json_violation(
    judgement: Judgement, kind: ScriptKind, text: str, *, complete: bool, sure: bool
) -> Violation | None:
    """Return the violation of an import map, speculation rules or a web bundle. Incomplete JSON cannot be
    read."""
    if complete:
        with suppress(NotPlain):
            if kind is ScriptKind.IMPORT_MAP:
                document = judgement.document
                document.import_maps.add(text, document.base.url, judgement.module, sure=sure)
                return None
            if kind is ScriptKind.WEB_BUNDLE:
                return next(filter(None, map(judgement.listed_url, bundle_texts(text))), None)
            return speculation_violation(text, judgement.listed_url)
    judgement.note(Limit.RULES)
    return UNREADABLE
