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
"""Returns the violation of loading a module, if there is one, given the module's URL and how that is written
in the page."""


class _Form(Enum):
    BARE = auto()
    ABSOLUTE = auto()
    RELATIVE = auto()
    STRANGE = auto()


class _Specifier(NamedTuple):
    """A specifier, or a map's key, in a form in which two of them can be compared. `key` is the standard's
    spelling. That of a relative URL leaves out the scheme and the port, which are not known."""

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
    """Judges the imports of one document by its import maps."""

    def __init__(self) -> None:
        # The map that all browsers apply, and its tables that apply to the document's scripts, in order.
        self._sure: _Map | None = None
        self._tables: list[_Addresses] = []
        # True once a map stood in the page or a module began to load: older browsers ignore later maps.
        self._late = False
        # Addresses that must not be loaded, under keys that some browsers may apply, and under keys that the
        # sure map has: those may match another spelling of the same URL.
        self._perhaps: _Table[Violation] = _Table()
        self._respelled: _Table[Violation] = _Table()
        # A key in a strange spelling may match any URL, and a strange specifier may match any key.
        self._any_url: Violation | None = None
        self._any_key: Violation | None = None

    def close(self) -> None:
        """Note that a module begins to load. Browsers differ on whether they apply maps after that."""
        self._late = True

    def add(self, text: str, base: Url, judge: JudgeTarget, *, sure: bool) -> None:
        """Add a map that stands in the page. It is not `sure` where some browsers may see none there.

        Raises NotPlain for a map that only some browsers can read. It is then not added.
        """
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
        """Return the violation of importing `specifier` in a script of the document at `base`, if any."""
        if self._sure is not None and self._sure.base != base:
            # The base has changed since the map, and browsers may combine the two in several ways.
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
        return mapped or self._in_another_reading(form, key)

    def _in_another_reading(self, form: _Form, key: str) -> Violation | None:
        """Return the violation of a specifier in another reading of the maps, if any."""
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
    """Return the spellings that are the same URL for some scheme and port of the page."""
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
            # Two keys are spellings of one URL. Which of them counts depends on the order of reading.
            read.replaced.append((key, table.entries[key]))
        table.add(key, _address(name, value, read.base))


def _address(name: str, value: object, base: Url) -> _Address | None:
    if not isinstance(value, str):
        return None
    form, key, url = _read(value, base)
    unfit = name.endswith("/") and form is not _Form.STRANGE and not key.endswith("/")
    return None if form is _Form.BARE or unfit else _Address(url, value)
