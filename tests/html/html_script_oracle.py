"""What scripts load, found out without any of the gate's own code: with tree-sitter's JavaScript, ada's URLs
and import maps as the standard's algorithms have them, step by step."""

from __future__ import annotations

import json
from collections.abc import Iterator

import ada_url
import tree_sitter_javascript
from tree_sitter import Language, Parser

_PARSER = Parser(Language(tree_sitter_javascript.language()))


def imports_of(script: str) -> list[str]:
    """The specifiers of all static imports, and of dynamic ones that are written out; nothing where the
    script cannot be parsed, since it does not run then."""
    root = _PARSER.parse(script.encode("utf-8", "replace")).root_node
    return [] if root.has_error else list(_specifiers(root))


def _specifiers(node) -> Iterator[str]:
    if node.type in ("import_statement", "export_statement"):
        source = node.child_by_field_name("source")
        if source is not None:
            yield _text(source)
    if node.type == "call_expression" and node.child_by_field_name("function").type == "import":
        arguments = node.child_by_field_name("arguments").named_children
        if arguments and arguments[0].type == "string":
            yield _text(arguments[0])
    for child in node.children:
        yield from _specifiers(child)


def _text(node) -> str:
    return node.text.decode()[1:-1]


def parse_map(text: str, base: str) -> dict | None:
    """WHATWG HTML, "parse an import map string"."""
    try:
        parsed = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(parsed, dict):
        return None
    sections = [parsed.get(name, {}) for name in ("imports", "scopes", "integrity")]
    if not all(isinstance(section, dict) for section in sections):
        return None
    if not all(isinstance(scope, dict) for scope in sections[1].values()):
        return None
    scopes = {}
    for prefix, scope in sections[1].items():
        url = parse_url(prefix, base)
        if url is not None:
            scopes[url] = _normalised(scope, base)
    return {"imports": _normalised(sections[0], base), "scopes": scopes}


def _normalised(entries: dict, base: str) -> dict[str, str | None]:
    found = {}
    for key, value in entries.items():
        if key == "":
            continue
        address = url_like(value, base) if isinstance(value, str) else None
        if address is not None and key.endswith("/") and not address.endswith("/"):
            address = None
        found[url_like(key, base) or key] = address
    return dict(sorted(found.items(), reverse=True))


def parse_url(text: str, base: str | None = None) -> str | None:
    try:
        return ada_url.URL(text.encode("utf-8", "replace").decode(), base).href
    except ValueError:
        return None


def url_like(text: str, base: str) -> str | None:
    """WHATWG HTML, "resolve a URL-like module specifier"."""
    return parse_url(text, base if text.startswith(("/", "./", "../")) else None)


def resolve_specifier(text: str, base: str, import_map: dict | None) -> str | None:
    """WHATWG HTML, "resolve a module specifier"; None where it throws."""
    url = url_like(text, base)
    scopes = import_map["scopes"] if import_map else {}
    applying = [
        scopes[prefix]
        for prefix in sorted(scopes, reverse=True)
        if prefix == base or (prefix.endswith("/") and base.startswith(prefix))
    ]
    for entries in (*applying, import_map["imports"] if import_map else {}):
        for key, address in entries.items():
            if key == (url or text):
                return address
            if key.endswith("/") and (url or text).startswith(key) and (url is None or _is_special(url)):
                found = parse_url((url or text)[len(key) :], address) if address else None
                return found if found and found.startswith(address) else None
    return url


def _is_special(url: str) -> bool:
    return url.partition(":")[0] in ("http", "https", "ws", "wss", "ftp", "file")
