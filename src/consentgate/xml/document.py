"""Reads documents in XML (XHTML, SVG, feeds) and never changes them: plain ones pass, the rest is refused.

Browsers differ in what they make of XML that is not well-formed, of entities and of encodings, and no
Content-Security-Policy stops `preconnect`, a refresh or a foreign style sheet. So only plain forms are read:
UTF-8, no internal subset, every element closed, every prefix declared. Elements of XHTML, SVG and MathML are
judged like elements of the same name in HTML. Elements of other namespaces, such as a feed's, load nothing.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable, Mapping
from typing import NamedTuple

import webencodings

from consentgate.consent import Judge
from consentgate.html.rewriting.records import Records
from consentgate.html.rewriting.rewriter import PATIENCE, Rewriter
from consentgate.policy import Claim
from consentgate.web.url import Url, resolve

from . import grammar
from .as_html import HtmlMarkup, html_attributes
from .grammar import LONGEST_MARKUP, decode_references, is_space, local_name, parse_attributes
from .namespaces import (
    LIVE,
    UNDECLARED,
    XSLT,
    Namespaces,
    declared_namespaces,
    namespace_of,
    require_declared,
)
from .refusal import refuse
from .xslt import is_plain_element, is_plain_instruction

DEEPEST_XML = 512
"""The most nested elements. Browsers stop at 256 (libxml2) or 5,000 (Firefox)."""

_BOM = codecs.BOM_UTF8
_OPENING = b"<?xml"

# Processing instructions that no browser acts upon: for metadata, schemas and office programs.
_INERT_INSTRUCTIONS = frozenset((b"xpacket", b"xml-model", b"mso-application"))
_CSS_TYPE = b"text/css"
_SHEET_TYPES = frozenset((_CSS_TYPE, b"text/xsl", b"text/xml", b"application/xml", b"application/xslt+xml"))


class _OpenElement(NamedTuple):
    """An open element, its namespace, and the namespaces that are declared `outside` of it."""

    name: bytes
    namespace: bytes
    outside: Namespaces


class XmlDocument:
    """Reads one document, piece by piece. Its first `checked` bytes are plain, and load nothing that `judge`
    does not allow.

    `base` is the document's own URL, `label` the charset in its Content-Type, if any. `on_blocked` is called
    with each claim that was not covered, and its URL. Reading raises Unreadable where the document is not
    plain.
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
        self._open: list[_OpenElement] = []
        self._namespaces = UNDECLARED
        self._had_root = self._had_doctype = False
        # True in a style sheet of XSLT, whose elements become HTML whatever their namespace.
        self._is_template = False
        self._is_ascii_only = False
        self._based_elsewhere = False
        self._markup = HtmlMarkup()
        self._rewriter = Rewriter(judge, base, observe=self._observe)

    def feed(self, data: bytes, *, final: bool = False) -> None:
        """Read the next bytes, the last ones if `final`."""
        self._check_bytes(data, final=final)
        # To read waiting markup again for each small chunk would take quadratic time.
        self._credit += PATIENCE * len(data)
        waits = len(self._waiting) > self._credit and not final
        self._credit -= 0 if waits else len(self._waiting)
        self._waiting += data
        if waits:
            return
        self._read_tokens(final=final)
        if final:
            if self._waiting or self._open:
                refuse("elements or markup that are not closed")
            self._judge_markup(final=True)

    def _check_bytes(self, data: bytes, *, final: bool) -> None:
        try:
            self._decoder.decode(data, final)
        except UnicodeDecodeError:
            refuse("bytes that are not UTF-8")
        if grammar.CONTROL_CHARACTERS.search(data):
            refuse("control characters")

    def _read_tokens(self, *, final: bool) -> None:
        """Read the tokens that are complete, and judge them."""
        data, position = self._waiting, 0
        if not self._begun:
            if not final and _may_begin_later(data):
                return
            position = self._begin(data)
        while position < len(data):
            after = self._token(data, position)
            if after is None:
                if final or len(data) - position > LONGEST_MARKUP:
                    refuse("markup that is not well-formed")
                break
            position = after
        if self._is_ascii_only and not data.isascii():
            refuse("an encoding that is not UTF-8")
        self._waiting = data[position:]
        self._read += position
        self._judge_markup()

    def _begin(self, data: bytes) -> int:
        """Read the byte order mark and the XML declaration. Return where they end."""
        self._begun = True
        start = len(_BOM) if data.startswith(_BOM) else 0
        declaration = grammar.XML_DECLARATION.match(data, start)
        labels = [self._label] if self._label is not None else []
        if declaration is not None and declaration["label"] is not None:
            labels.append(declaration["label"].decode("ascii"))
        for label in labels:
            found = webencodings.lookup(label)
            if found is None or found.name not in ("utf-8", "windows-1252"):
                refuse(f"the encoding {label!r}")
            # Under another label than UTF-8 only ASCII means the same to every browser.
            self._is_ascii_only = self._is_ascii_only or found.name != "utf-8"
        return declaration.end() if declaration else start

    # -- tokens ----------------------------------------------------------------------------------------------

    def _token(self, data: bytes, position: int) -> int | None:
        """Read the token at `position`. Return where it ends, None where it is cut off or not plain."""
        if text := grammar.TEXT.match(data, position):
            self._text(text[0])
            return text.end()
        if start := grammar.START_TAG.match(data, position):
            self._refuse_inside_code()
            if self._had_root and not self._open:
                refuse("a second root element")
            attributes = parse_attributes(start["attributes"])
            self._start_tag(start["name"], attributes, is_empty=bool(start["empty"]))
            return start.end()
        if end := grammar.END_TAG.match(data, position):
            self._end_tag(end["name"])
            return end.end()
        if cdata := grammar.CDATA_SECTION.match(data, position):
            self._cdata(cdata["text"])
            return cdata.end()
        return self._other_token(data, position)

    def _other_token(self, data: bytes, position: int) -> int | None:
        """Read a comment, an instruction or a DOCTYPE."""
        if comment := grammar.COMMENT.match(data, position):
            self._refuse_inside_code()
            return comment.end()
        if instruction := grammar.INSTRUCTION.match(data, position):
            self._refuse_inside_code()
            self._instruction(instruction["target"], instruction["data"])
            return instruction.end()
        if doctype := grammar.DOCTYPE.match(data, position):
            if self._had_root or self._had_doctype:
                refuse("a DOCTYPE in the wrong place")
            self._had_doctype = True
            return doctype.end()
        return None

    def _text(self, text: bytes) -> None:
        if not self._open:
            if not is_space(text):
                refuse("text outside the root element")
        elif self._markup.in_code:
            self._markup.add_text(decode_references(text))

    def _cdata(self, text: bytes) -> None:
        if not self._open:
            refuse("a CDATA section outside the root element")
        if self._markup.in_code:
            self._markup.add_text(text)

    def _refuse_inside_code(self) -> None:
        # Browsers differ on scripts and style sheets whose text is in several parts.
        if self._markup.in_code:
            refuse("markup inside a script or style sheet")

    def _instruction(self, target: bytes, data: bytes) -> None:
        if target in _INERT_INSTRUCTIONS:
            return
        if target != b"xml-stylesheet" or not grammar.STYLESHEET_DATA.fullmatch(data):
            refuse(f"the processing instruction {target.decode('latin-1')!r}")
        pairs = parse_attributes(data)
        href, kind = decode_references(pairs.get(b"href", b"")), pairs.get(b"type", _CSS_TYPE)
        if kind not in _SHEET_TYPES:
            refuse("an xml-stylesheet of another type than CSS and XSLT")
        sheet = resolve(href.decode(), self._base)
        if (sheet.host, sheet.path) == (self._base.host, self._base.path):
            # The style sheet is in the document itself.
            self._is_template = True
        elif not sheet.host and kind != _CSS_TYPE:
            # The URL holds the sheet itself, and nothing here reads that.
            refuse("an xml-stylesheet that is in its address")
        self._markup.link_style_sheet(href)

    # -- elements --------------------------------------------------------------------------------------------

    def _start_tag(self, name: bytes, attributes: Mapping[bytes, bytes], *, is_empty: bool) -> None:
        outside = self._namespaces
        self._declare(attributes)
        prefix, _, local = name.rpartition(b":")
        namespace = namespace_of(prefix, self._namespaces)
        self._had_root = True
        base = attributes.get(b"xml:base")
        if base is not None and not self._is_allowed(decode_references(base)):
            self._based_elsewhere = True
        if self._is_template and namespace == XSLT:
            self._xslt_instruction(local, attributes)
        elif namespace in LIVE or self._is_template:
            self._live_element(local, attributes, is_empty=is_empty)
        if is_empty:
            self._namespaces = outside
            return
        if len(self._open) == DEEPEST_XML:
            refuse(f"more than {DEEPEST_XML} nested elements")
        self._open.append(_OpenElement(name, namespace, outside))

    def _declare(self, attributes: Mapping[bytes, bytes]) -> None:
        """Follow the namespaces that a start tag declares. All its prefixes must be declared."""
        declared = declared_namespaces(attributes)
        if declared:
            self._is_template = self._is_template or XSLT in declared.values()
            self._namespaces = {**self._namespaces, **declared}
        require_declared(attributes, self._namespaces)

    def _xslt_instruction(self, name: bytes, attributes: Mapping[bytes, bytes]) -> None:
        outer = self._open[-1] if self._open else None
        parent = local_name(outer.name) if outer and outer.namespace != XSLT else None
        given = {key: value for key, value in attributes.items() if not key.startswith(b"xmlns")}
        if not is_plain_instruction(name, given, parent):
            refuse(f"an element of XSLT that may write anything ({name.decode()!r})")

    def _live_element(self, name: bytes, attributes: Mapping[bytes, bytes], *, is_empty: bool) -> None:
        """Write an element that browsers act upon as HTML."""
        if self._based_elsewhere:
            refuse("an xml:base that leads to others")
        if name.lower() == b"plaintext":
            refuse("an element that cannot be written in HTML")
        written, of_xslt = html_attributes(attributes, self._namespaces)
        if self._is_template:
            inside = (local_name(outer.name) for outer in self._open if outer.namespace != XSLT)
            if not is_plain_element(name, written, of_xslt, inside):
                refuse(f"an element in a sheet of XSLT that may become another ({name.decode()!r})")
        self._markup.start(name, written, is_empty=is_empty)

    def _end_tag(self, name: bytes) -> None:
        if not self._open or self._open[-1].name != name:
            refuse("an end tag that does not match")
        self._namespaces = self._open.pop().outside
        if self._markup.in_code:
            self._markup.end_code(may_hold_less_than=not self._is_template)

    # -- judging ---------------------------------------------------------------------------------------------

    def _is_allowed(self, url: bytes) -> bool:
        target = resolve(url.decode(), self._base)
        return not target.host or self._judge.url(target.host, target.path) is None

    def _judge_markup(self, *, final: bool = False) -> None:
        """Judge the elements that were written as HTML."""
        markup = self._markup.take()
        if markup:
            self._rewriter.feed(markup)
        if final:
            self._rewriter.finish()
        elif self._markup.in_code or self._rewriter.waiting:
            return
        self.checked = self._read

    def _observe(self, records: Records) -> None:
        for blocked in records.blocked:
            claim, url, _ = blocked.violation
            self._on_blocked(claim, url)
            refuse(f"something that is not allowed ({url or claim.name or 'it names nobody'})")
        for limit, _ in records.limits:
            refuse(f"markup that is not read in full ({limit.name.lower()})")


def _may_begin_later(data: bytes) -> bool:
    """Say whether more of the document is needed to know if it begins with an XML declaration, and where that
    ends."""
    head = data[: len(_BOM) + len(_OPENING)]
    return len(head) < len(_BOM) + len(_OPENING) or (_OPENING in head and b">" not in data)
