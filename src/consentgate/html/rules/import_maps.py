"""Import maps: which address the name of a module leads to (WHATWG HTML, 8.1.6.2 "Resolving module
specifiers" and 8.1.6.3 "Import maps").

The gate does not know all that a browser knows: the page's scheme and port behind a proxy, which of several
maps an older browser heeds, how the standard writes each strange URL. Where it matters, every reading is
judged, and one that may not load is enough.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Generic, NamedTuple, TypeVar

from consentgate.html.values.json_text import read_json
from consentgate.web.url import Url, resolve

from .violation import Violation

JudgeTarget = Callable[[Url, str], Violation | None]
"""Given where a module is and how that was written, returns what is wrong with loading it."""


class _Form(Enum):
    BARE = auto()
    ABSOLUTE = auto()
    RELATIVE = auto()
    STRANGE = auto()


class _Specifier(NamedTuple):
    """A specifier, or a map's key, in the form in which two of them are compared. `key` is the standard's
    spelling of it; that of a relative one leaves out the scheme and the port, which are not known."""

    form: _Form
    key: str
    url: Url


class _Address(NamedTuple):
    url: Url
    text: str


_Key = tuple[_Form, str]

# URLs that the standard writes as they stand.
_PATH = r"(?:/[A-Za-z0-9._~!$&'()*+,;=:@|-]*)"
_QUERY = r"(?:\?[A-Za-z0-9._~!$&()*+,;=:@/?|-]*)"
_PLAIN_ABSOLUTE = re.compile(
    rf"(?P<origin>https?://(?:[a-z0-9-]+\.)+[a-z][a-z0-9-]*)(?P<path>{_PATH}*)(?P<query>{_QUERY}?)"
)
_PLAIN_RELATIVE = re.compile(rf"\.{{0,2}}{_PATH}+{_QUERY}?")
_DOTS = re.compile(r"/\.\.?(?:/|\Z)")
_SCHEME = re.compile(r"[\x00-\x20]*[a-zA-Z][a-zA-Z0-9+.\t\n\r-]*:")


def _read(text: str, base: Url) -> _Specifier:
    """Resolve `text` as if there were no map ("resolve a URL-like module specifier")."""
    if text.startswith(("/", "./", "../")):
        url = resolve(text, base)
        plain = _PLAIN_RELATIVE.fullmatch(text) and not text.startswith("//") and "%" not in base.path
        if not plain or not url.host:
            return _Specifier(_Form.STRANGE, text, url)
        question, query = text.partition("?")[1:]
        return _Specifier(_Form.RELATIVE, f"//{url.host}{url.path}{question}{query}", url)
    if not _SCHEME.match(text):
        return _Specifier(_Form.BARE, text, base)
    url = resolve(text, base)
    match = _PLAIN_ABSOLUTE.fullmatch(text)
    if match is None or "xn--" in match["origin"] or _DOTS.search(match["path"]):
        return _Specifier(_Form.STRANGE, text, url)
    return _Specifier(_Form.ABSOLUTE, match["origin"] + (match["path"] or "/") + match["query"], url)


def _read_scope(prefix: str, base: Url) -> _Specifier:
    """Resolve the URL that a scope is for: any relative one will do, not just one that looks like a path."""
    if prefix[:1] in ("", "?", "#"):
        return _Specifier(_Form.STRANGE, prefix, base)
    bare = _read(prefix, base).form is _Form.BARE
    return _read(f"./{prefix}" if bare else prefix, base)


def _applies(scope: _Specifier, base: Url) -> bool | None:
    """Say whether a scope is for the scripts in a document at `base`; None where that is not known."""
    if scope.form is _Form.STRANGE:
        return None
    if scope.url.host != base.host:
        return False
    if not scope.key.endswith("/"):
        # The document's query is not known.
        return None if scope.url.path == base.path else False
    return (scope.form is _Form.RELATIVE or None) if base.path.startswith(scope.url.path) else False


_Found = TypeVar("_Found")


class _Table(Generic[_Found]):
    """A table of specifiers. An entry is found by its whole key, else by the longest key that ends in a slash
    and that the specifier begins with."""

    def __init__(self) -> None:
        self.entries: dict[_Key, _Found] = {}
        self._lengths: list[int] = []

    def add(self, key: _Key, found: _Found) -> None:
        self.entries[key] = found
        length = len(key[1])
        if key[1].endswith("/"):
            index = bisect_left(self._lengths, length)
            if self._lengths[index : index + 1] != [length]:
                self._lengths.insert(index, length)

    def find(self, form: _Form, text: str) -> tuple[_Found, str] | None:
        """Return the entry for `text`, and what of `text` comes after its key."""
        if (form, text) in self.entries:
            return self.entries[form, text], ""
        if form is _Form.STRANGE:
            return None
        for length in reversed(self._lengths[: bisect_left(self._lengths, len(text))]):
            key = (form, text[:length])
            if key in self.entries:
                return self.entries[key], text[length:]
        return None


_Addresses = _Table[_Address | None]
"""Addresses by specifier; None is one that must not be loaded."""


@dataclass(slots=True)
class _Map:
    base: Url
    imports: _Addresses
    scopes: dict[_Key, tuple[_Specifier, _Addresses]]
    replaced: list[tuple[_Key, _Address | None]]


class ImportMaps:
    """The import maps of one document, and what they make of its imports."""

    def __init__(self) -> None:
        self._sure: _Map | None = None
        self._tables: list[_Addresses] = []
        self._late = False
        self._any_url: Violation | None = None
        self._any_key: Violation | None = None
        self._perhaps: _Table[Violation] = _Table()
        self._respelled: _Table[Violation] = _Table()

    def close(self) -> None:
        """Note that a module begins to load: of maps after that browsers think differently."""
        self._late = True

    def add(self, text: str, base: Url, judge: JudgeTarget, *, sure: bool) -> None:
        """Add a map that stands in the page; it is not `sure` where browsers may see none there. Raise
        NotPlain for one that only some browser may read: it has to go, and is as if it had never been."""
        read = _parse(text, base)
        late, self._late = self._late, True
        if read is not None and sure and not late:
            self._trust(read, judge)
        elif read is not None:
            self._doubt(read, judge)

    def _trust(self, read: _Map, judge: JudgeTarget) -> None:
        self._sure = read
        scopes = sorted(read.scopes.values(), key=lambda scope: len(scope[0].key), reverse=True)
        applying = [(_applies(prefix, read.base), table) for prefix, table in scopes]
        self._tables = [*(table for applies, table in applying if applies), read.imports]
        for key, address in read.replaced:
            self._remember(self._perhaps, key, address, judge)
        for applies, table in applying:
            if applies is None:
                self._remember_all(self._perhaps, table, judge)
        for _, table in (*read.scopes.values(), (None, read.imports)):
            self._remember_all(self._respelled, table, judge)

    def _doubt(self, read: _Map, judge: JudgeTarget) -> None:
        for key, address in read.replaced:
            self._remember(self._perhaps, key, address, judge)
        for prefix, table in read.scopes.values():
            if _applies(prefix, read.base) is not False:
                self._remember_all(self._perhaps, table, judge)
        self._remember_all(self._perhaps, read.imports, judge)

    def _remember_all(self, table: _Table[Violation], addresses: _Addresses, judge: JudgeTarget) -> None:
        for key, address in addresses.entries.items():
            self._remember(table, key, address, judge)

    def _remember(
        self, table: _Table[Violation], key: _Key, address: _Address | None, judge: JudgeTarget
    ) -> None:
        """Remember in `table` an address that may not be loaded."""
        violation = judge(*address) if address is not None else None
        if violation is None:
            return
        if key not in table.entries:
            table.add(key, violation)
        if key[0] is not _Form.BARE:
            self._any_key = self._any_key or violation
        if key[0] is _Form.STRANGE:
            self._any_url = self._any_url or violation

    def judge(self, specifier: str, base: Url, judge: JudgeTarget) -> Violation | None:
        """Return what is wrong with importing `specifier` in a script of the document at `base`."""
        if self._sure is not None and self._sure.base != base:
            # A base that comes after the map: how the two go together is more than is worth knowing.
            self._doubt(self._sure, judge)
            self._sure, self._tables = None, []
        form, key, url = _read(specifier, base)
        for table in self._tables:
            found = table.find(form, key)
            if found is not None:
                mapped = _mapped(*found, judge)
                break
        else:
            mapped = None if form is _Form.BARE else judge(url, specifier)
        return mapped or self._doubtful(form, key)

    def _doubtful(self, form: _Form, key: str) -> Violation | None:
        """Return what is wrong with a specifier in another reading of the maps."""
        respelled = _respelled(form, key)
        looked_up = [
            self._perhaps.find(form, key),
            *(self._perhaps.find(*other) for other in respelled),
            *(self._respelled.find(*other) for other in respelled),
        ]
        found = next((one[0] for one in looked_up if one is not None), None)
        if form is not _Form.BARE:
            found = found or self._any_url
        if form is _Form.STRANGE:
            found = found or self._any_key
        return found


def _mapped(address: _Address | None, after: str, judge: JudgeTarget) -> Violation | None:
    if address is None:
        return None
    return judge(resolve(after, address.url) if after else address.url, address.text + after)


def _respelled(form: _Form, key: str) -> list[_Key]:
    """Return other spellings of the same URL, if the page's scheme and port are what they seem."""
    if form is _Form.ABSOLUTE:
        return [(_Form.RELATIVE, key.partition(":")[2])]
    if form is _Form.RELATIVE:
        return [(_Form.ABSOLUTE, f"https:{key}"), (_Form.ABSOLUTE, f"http:{key}")]
    return []


def _parse(text: str, base: Url) -> _Map | None:
    """Return the map that `text` holds ("parse an import map string"); None where a browser finds none."""
    parsed = read_json(text)
    if not isinstance(parsed, dict):
        return None
    imports, scopes = parsed.get("imports", {}), parsed.get("scopes", {})
    if not isinstance(imports, dict) or not isinstance(scopes, dict):
        return None
    if not isinstance(parsed.get("integrity", {}), dict):
        return None
    if not all(isinstance(addresses, dict) for addresses in scopes.values()):
        return None
    read = _Map(base, _Table(), {}, [])
    _fill(read.imports, imports, read)
    for prefix, addresses in scopes.items():
        scope = _read_scope(prefix, base)
        if scope[:2] in read.scopes:
            read.replaced += read.scopes[scope[:2]][1].entries.items()
        table: _Addresses = _Table()
        _fill(table, addresses, read)
        read.scopes[scope[:2]] = (scope, table)
    return read


def _fill(table: _Addresses, addresses: Mapping[str, object], read: _Map) -> None:
    for name, value in addresses.items():
        if not name:
            continue
        form, text, _ = _read(name, read.base)
        key = (form, text)
        if key in table.entries:
            # Two spellings of one URL: which of them counts depends on the order that they are read in.
            read.replaced.append((key, table.entries[key]))
        table.add(key, _address(name, value, read.base))


def _address(name: str, value: object, base: Url) -> _Address | None:
    if not isinstance(value, str):
        return None
    form, key, url = _read(value, base)
    unfit = name.endswith("/") and form is not _Form.STRANGE and not key.endswith("/")
    return None if form is _Form.BARE or unfit else _Address(url, value)
