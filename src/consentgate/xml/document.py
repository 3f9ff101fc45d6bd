"""Documents in XML (XHTML, SVG, feeds), which are read but never changed: plain ones pass, others close.

Browsers differ in what they make of XML that is not well-formed, of entities and of encodings, and no
Content-Security-Policy stops `preconnect`, a refresh or a foreign style sheet. So only plain forms are read:
UTF-8, no internal subset, every element closed, every prefix declared. Elements of XHTML, SVG and MathML are
judged as their namesakes in HTML are. Those of other namespaces, such as a feed's, load nothing.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterable
from html.entities import html5
from typing import NamedTuple, NoReturn

import webencodings

from consentgate.consent import Judge
from consentgate.html.rewriting.records import ReachedLimit, Record
from consentgate.html.rewriting.rewriter import PATIENCE, Rewriter
from consentgate.html.tokenizer.encoding import Unreadable
from consentgate.policy import Claim
from consentgate.web.url import Url, resolve

from .xslt import NAMESPACE as XSLT
from .xslt import is_plain_element, is_plain_instruction

LONGEST_MARKUP = 8 << 20
"""A longer tag, comment or script closes the document: it would have to be kept in memory."""

DEEPEST_XML = 512
"""More nested elements close the document. Browsers stop at 256 (libxml2) or 5,000 (Firefox)."""

_SPACE = rb"[ \t\r\n]"
_NCNAME = rb"[A-Za-z_\x80-\xff][A-Za-z0-9_.\x80-\xff-]*+"
_NAME = rb"%b(?::%b)?" % (_NCNAME, _NCNAME)
_QUOTED = rb"(?:\"[^<\"]*+\"|'[^<']*+')"
_PAIR = rb"%b++%b%b*+=%b*+%b" % (_SPACE, _NAME, _SPACE, _SPACE, _QUOTED)

_DECLARATION = re.compile(
    rb"<\?xml%b++version%b*+=%b*+[\"']1\.[0-9][\"']" % (_SPACE, _SPACE, _SPACE)
    + rb"(?:%b++encoding%b*+=%b*+[\"'](?P<label>[A-Za-z0-9._-]++)[\"'])?" % (_SPACE, _SPACE, _SPACE)
    + rb"(?:%b++standalone%b*+=%b*+[\"'](?:yes|no)[\"'])?%b*+\?>" % (_SPACE, _SPACE, _SPACE, _SPACE)
)
_DOCTYPE = re.compile(
    rb"<!DOCTYPE%b++%b(?:%b++(?:SYSTEM|PUBLIC%b++%b)%b++%b)?%b*+>"
    % (_SPACE, _NAME, _SPACE, _SPACE, _QUOTED, _SPACE, _QUOTED, _SPACE)
)
_START = re.compile(rb"<(?P<name>%b)(?P<pairs>(?:%b)*+)%b*+(?P<empty>/?)>" % (_NAME, _PAIR, _SPACE))
_PAIRS = re.compile(rb"(%b)%b*+=%b*+(?:\"([^<\"]*+)\"|'([^<']*+)')" % (_NAME, _SPACE, _SPACE))
_END = re.compile(rb"</(?P<name>%b)%b*+>" % (_NAME, _SPACE))
_COMMENT = re.compile(rb"<!--(?:[^-]++|-(?!-))*+-->")
_CDATA = re.compile(rb"<!\[CDATA\[(?P<text>(?:[^\]]++|\](?!\]>))*+)\]\]>")
_INSTRUCTION = re.compile(rb"<\?(?P<target>%b)(?P<pairs>(?:%b(?:[^?]++|\?(?!>))*+)?)\?>" % (_NAME, _SPACE))
_SHEET = re.compile(rb"(?:%b)++%b*+" % (_PAIR, _SPACE))
_TEXT = re.compile(rb"[^<]++")
_CONTROLS = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_REFERENCE = re.compile(r"&(?:#([0-9]{1,7});|#x([0-9a-fA-F]{1,6});|([A-Za-z][A-Za-z0-9]*+);)?")
_BOM = codecs.BOM_UTF8
_OPENING = b"<?xml"

_XLINK = b"http://www.w3.org/1999/xlink"
_LIVE = frozenset(
    (
        b"http://www.w3.org/1999/xhtml",
        b"http://www.w3.org/2000/svg",
        b"http://www.w3.org/1998/Math/MathML",
    )
)
"""The namespaces whose elements browsers act upon."""

# Instructions that no browser knows: of metadata, schemas and office programs.
_INERT_INSTRUCTIONS = frozenset((b"xpacket", b"xml-model", b"mso-application"))
_SHEET_TYPES = frozenset((b"text/css", b"text/xsl", b"text/xml", b"application/xml", b"application/xslt+xml"))
_RAW = frozenset((b"script", b"style"))
# Where these end, a tag or comment of HTML would begin to be read in another way than in XML.
_NOT_RAW = re.compile(rb"<[/!]")


class _Open(NamedTuple):
    """An element that is open, its namespace, and the namespaces that hold outside it."""

    name: bytes
    namespace: bytes
    outside: dict[bytes, bytes]


class XmlDocument:
    """Reads one document, piece by piece. `checked` is how many of its first bytes are known to be plain, and
    to load nothing that `judge` does not allow.

    `base` is the document's own URL. `label` is the charset in its Content-Type, if any. `on_blocked` hears
    of each claim that was not covered, with its URL. Reading raises Unreadable at what is not plain.
    """

    def __init__(
        self, judge: Judge, base: Url, label: str | None, on_blocked: Callable[[Claim, str], None]
    ) -> None:
        self.checked = 0
        self._judge = judge
        self._base = base
        self._on_blocked = on_blocked
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._label = label
        self._waiting = b""
        self._credit = 0
        self._read = 0
        self._begun = False
        self._stack: list[_Open] = []
        self._namespaces: dict[bytes, bytes] = {b"xml": b"", b"": b""}
        self._had_root = self._had_doctype = False
        # True in a style sheet of XSLT, whose elements of all namespaces become HTML.
        self._is_template = False
        self._is_ascii_only = False
        self._based_elsewhere = False
        self._raw: tuple[bytes, list[bytes]] | None = None
        self._raw_size = 0
        self._markup: list[bytes] = []
        self._rewriter = Rewriter(judge, base, observe=self._observe)

    def feed(self, data: bytes, *, final: bool = False) -> None:
        """Read the next bytes, the last ones if `final`."""
        self._check_bytes(data, final=final)
        # Markup in many small chunks is not read again for each of them.
        self._credit += PATIENCE * len(data)
        waits = len(self._waiting) > self._credit and not final
        self._credit -= 0 if waits else len(self._waiting)
        self._waiting += data
        if waits:
            return
        self._take(final=final)
        if final:
            if self._waiting or self._stack:
                _not_plain("elements or markup that are not closed")
            self._judge_markup(final=True)

    def _check_bytes(self, data: bytes, *, final: bool) -> None:
        try:
            self._decoder.decode(data, final)
        except UnicodeDecodeError:
            _not_plain("bytes that are not UTF-8")
        if _CONTROLS.search(data):
            _not_plain("control characters")

    def _take(self, *, final: bool) -> None:
        data, position = self._waiting, 0
        if not self._begun:
            head = data[: len(_BOM) + len(_OPENING)]
            if not final and (
                len(head) < len(_BOM) + len(_OPENING) or (_OPENING in head and b">" not in data)
            ):
                return
            position = self._begin(data)
        while position < len(data):
            after = self._token(data, position)
            if after is None:
                if final or len(data) - position > LONGEST_MARKUP:
                    _not_plain("markup that is not well-formed")
                break
            position = after
        if self._is_ascii_only and not data.isascii():
            _not_plain("an encoding that is not UTF-8")
        self._waiting = data[position:]
        self._read += position
        self._judge_markup()

    def _begin(self, data: bytes) -> int:
        """Read the byte order mark and the XML declaration; return where they end. Under another label than
        UTF-8 only ASCII means the same to everyone."""
        self._begun = True
        start = len(_BOM) if data.startswith(_BOM) else 0
        declaration = _DECLARATION.match(data, start)
        labels = [self._label] if self._label is not None else []
        if declaration is not None and declaration["label"] is not None:
            labels.append(declaration["label"].decode("ascii"))
        for label in labels:
            found = webencodings.lookup(label)
            if found is None or found.name not in ("utf-8", "windows-1252"):
                _not_plain(f"the encoding {label!r}")
            self._is_ascii_only = self._is_ascii_only or found.name != "utf-8"
        return declaration.end() if declaration else start

    # -- tokens ----------------------------------------------------------------------------------------------

    def _token(self, data: bytes, position: int) -> int | None:
        """Read what stands at `position`; return where it ends, None where it is cut off or not plain."""
        if text := _TEXT.match(data, position):
            self._text(text[0])
            return text.end()
        if start := _START.match(data, position):
            self._start(start)
            return start.end()
        if end := _END.match(data, position):
            self._end(end["name"])
            return end.end()
        if cdata := _CDATA.match(data, position):
            if not self._stack:
                _not_plain("a CDATA section outside the root element")
            self._add_raw(cdata["text"])
            return cdata.end()
        if comment := _COMMENT.match(data, position):
            self._expect_no_raw()
            return comment.end()
        if instruction := _INSTRUCTION.match(data, position):
            self._expect_no_raw()
            self._instruction(instruction["target"], instruction["pairs"])
            return instruction.end()
        if doctype := _DOCTYPE.match(data, position):
            if self._had_root or self._had_doctype:
                _not_plain("a DOCTYPE in the wrong place")
            self._had_doctype = True
            return doctype.end()
        return None

    def _text(self, text: bytes) -> None:
        if not self._stack:
            if text.strip(b" \t\r\n"):
                _not_plain("text outside the root element")
        elif self._raw is not None:
            self._add_raw(_decoded(text))

    def _add_raw(self, text: bytes) -> None:
        if self._raw is None:
            return
        self._raw_size += len(text)
        if self._raw_size > LONGEST_MARKUP:
            _not_plain("a script or style sheet that is too long")
        self._raw[1].append(text)

    def _expect_no_raw(self) -> None:
        # What becomes of a script or a style sheet in several parts differs between browsers.
        if self._raw is not None:
            _not_plain("markup inside a script or style sheet")

    def _instruction(self, target: bytes, data: bytes) -> None:
        if target in _INERT_INSTRUCTIONS:
            return
        if target != b"xml-stylesheet" or not _SHEET.fullmatch(data):
            _not_plain(f"the processing instruction {target.decode('latin-1')!r}")
        pairs = _pairs(data)
        href = _decoded(pairs.get(b"href", b""))
        if pairs.get(b"type", b"text/css") not in _SHEET_TYPES:
            _not_plain("an xml-stylesheet of another type than CSS and XSLT")
        sheet = resolve(href.decode(), self._base)
        if (sheet.host, sheet.path) == (self._base.host, self._base.path):
            # It is a style sheet in the document itself.
            self._is_template = True
        elif not sheet.host and pairs.get(b"type", b"text/css") != b"text/css":
            # Nobody would read it.
            _not_plain("an xml-stylesheet that is in its address")
        self._markup.append(_tag(b"link", {b"rel": b"stylesheet", b"href": href}))

    def _start(self, match: re.Match[bytes]) -> None:
        self._expect_no_raw()
        if not self._stack and self._had_root:
            _not_plain("a second root element")
        name, pairs = match["name"], _pairs(match["pairs"])
        outside = self._namespaces
        self._declare(pairs)
        prefix, _, local = name.rpartition(b":")
        namespace = self._namespace_of(prefix)
        if not self._had_root:
            self._had_root = True
        if b"xml:base" in pairs and not self._is_allowed(_decoded(pairs[b"xml:base"])):
            self._based_elsewhere = True
        if self._is_template and namespace == XSLT:
            self._instruction_of_xslt(local, pairs)
        elif namespace in _LIVE or self._is_template:
            self._live_element(local, pairs, is_empty=bool(match["empty"]))
        if match["empty"]:
            self._namespaces = outside
            return
        if len(self._stack) == DEEPEST_XML:
            _not_plain(f"more than {DEEPEST_XML} nested elements")
        self._stack.append(_Open(name, namespace, outside))

    def _declare(self, pairs: dict[bytes, bytes]) -> None:
        """Take note of the namespaces that a start tag declares. Its prefixes must be declared."""
        declared = {}
        for name, value in pairs.items():
            prefix, _, local = name.rpartition(b":")
            if name == b"xmlns":
                declared[b""] = value
            elif prefix == b"xmlns":
                declared[local] = value
            else:
                continue
            if b"&" in value or local == b"xml" or (prefix and (local == b"xmlns" or not value)):
                _not_plain("a namespace that is not plainly declared")
        if declared:
            self._is_template = self._is_template or XSLT in declared.values()
            self._namespaces = {**self._namespaces, **declared}
        for name in pairs:
            prefix = name.rpartition(b":")[0]
            if prefix and prefix != b"xmlns":
                self._namespace_of(prefix)

    def _namespace_of(self, prefix: bytes) -> bytes:
        namespace = self._namespaces.get(prefix)
        if namespace is None:
            _not_plain(f"the prefix {prefix.decode('latin-1')!r}, which is not declared")
        return namespace

    def _instruction_of_xslt(self, name: bytes, pairs: dict[bytes, bytes]) -> None:
        outer = self._stack[-1] if self._stack else None
        parent = outer.name.rpartition(b":")[2] if outer and outer.namespace != XSLT else None
        given = {key: value for key, value in pairs.items() if not key.startswith(b"xmlns")}
        if not is_plain_instruction(name, given, parent):
            _not_plain(f"an element of XSLT that may write anything ({name.decode()!r})")

    def _live_element(self, name: bytes, pairs: dict[bytes, bytes], *, is_empty: bool) -> None:
        """Put down an element that browsers act upon, as HTML would write it."""
        if self._based_elsewhere:
            _not_plain("an xml:base that leads to others")
        if name.lower() == b"plaintext":
            _not_plain("an element that cannot be written in HTML")
        attributes: dict[bytes, bytes] = {}
        of_xslt: list[bytes] = []
        for key, value in pairs.items():
            prefix, _, local = key.rpartition(b":")
            if key == b"xmlns" or prefix in (b"xmlns", b"xml"):
                continue
            namespace = self._namespace_of(prefix) if prefix else _XLINK
            if namespace == XSLT:
                of_xslt.append(local)
            if namespace != _XLINK:
                continue
            written = b"xlink:" + local if prefix else local
            if written in attributes:
                _not_plain("an attribute that comes twice")
            attributes[written] = _decoded(value)
        if self._is_template:
            inside = (outer.name.rpartition(b":")[2] for outer in self._stack if outer.namespace != XSLT)
            if not is_plain_element(name, attributes, of_xslt, inside):
                _not_plain(f"an element in a sheet of XSLT that may become another ({name.decode()!r})")
        self._markup.append(_tag(name, attributes))
        if name.lower() in _RAW and not is_empty:
            self._raw, self._raw_size = (name, []), 0
        else:
            self._markup.append(b"</%b>" % name)

    def _end(self, name: bytes) -> None:
        if not self._stack or self._stack[-1].name != name:
            _not_plain("an end tag that does not match")
        self._namespaces = self._stack.pop().outside
        if self._raw is not None:
            local, parts = self._raw
            text = b"".join(parts)
            if _NOT_RAW.search(text) or (self._is_template and b"<" in text):
                _not_plain("a script or style sheet with markup in it")
            self._markup.append(b"%b</%b>" % (text, local))
            self._raw = None

    # -- judging ---------------------------------------------------------------------------------------------

    def _is_allowed(self, url: bytes) -> bool:
        target = resolve(url.decode(), self._base)
        return not target.host or self._judge.url(target.host, target.path) is None

    def _judge_markup(self, *, final: bool = False) -> None:
        """Judge the elements that were put down, as elements of HTML."""
        markup = b"".join(self._markup)
        self._markup.clear()
        if markup:
            self._rewriter.feed(markup)
        if final:
            self._rewriter.finish()
        elif self._raw is not None or self._rewriter.waiting:
            return
        self.checked = self._read

    def _observe(self, records: Iterable[Record]) -> None:
        for record in records:
            if isinstance(record, ReachedLimit):
                _not_plain(f"markup that is not read in full ({record.limit.name.lower()})")
            claim, url, _ = record.violation
            self._on_blocked(claim, url)
            _not_plain(f"something that is not allowed ({url or claim.name or 'it names nobody'})")


def _pairs(data: bytes) -> dict[bytes, bytes]:
    """The attributes in a start tag, as they are written."""
    found = _PAIRS.findall(data)
    pairs = {name: double or single for name, double, single in found}
    if len(pairs) < len(found):
        _not_plain("an attribute that comes twice")
    return pairs


def _tag(name: bytes, attributes: dict[bytes, bytes]) -> bytes:
    """A start tag of HTML."""
    written = (
        b' %b="%b"' % (key, value.replace(b"&", b"&amp;").replace(b'"', b"&quot;"))
        for key, value in attributes.items()
    )
    return b"<%b%b>" % (name, b"".join(written))


def _decoded(data: bytes) -> bytes:
    """Text or an attribute's value, without character references."""
    if b"&" not in data:
        return data
    return _REFERENCE.sub(_character, data.decode()).encode()


def _character(reference: re.Match[str]) -> str:
    decimal, hexadecimal, name = reference.groups()
    if name is not None:
        # The entities of XHTML; browsers know all names of HTML there.
        found = html5.get(f"{name};")
        return found if found is not None else _not_plain(f"the entity {name!r}")
    code = int(decimal) if decimal else int(hexadecimal, 16) if hexadecimal else 0
    if not (code >= 0x20 or code in (0x9, 0xA, 0xD)) or 0xD800 <= code <= 0xDFFF or code > 0x10FFFF:
        _not_plain("a character reference that means nothing")
    return chr(code)


def _not_plain(what: str) -> NoReturn:
    raise Unreadable(
        f"a browser may load something by this XML document, which is read only where it is plain and holds "
        f"{what}; take that out or declare whom it loads from, or send the document as a download "
        "(Content-Disposition: attachment)"
    )
