"""What a page loads, found out without any of the gate's own code: with two parsers that build the whole
tree (lexbor, html5lib), a tokenizer for style sheets written from CSS Syntax 3, and ada's URLs."""

from __future__ import annotations

import json
import re
import warnings
from base64 import b64decode
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import unquote_to_bytes
from xml.etree import ElementTree

import ada_url
import html5lib
from html_script_oracle import imports_of, parse_map, parse_url, resolve_specifier
from selectolax.lexbor import LexborHTMLParser

PAGE = "https://www.example.org/dir/page"


@dataclass
class Element:
    name: str
    attributes: dict[str, str]
    text: str = ""
    children: list[Element] = field(default_factory=list)


# -- trees -----------------------------------------------------------------------------------------------


def lexbor_tree(html: str) -> list[Element]:
    return [_from_lexbor(LexborHTMLParser(html).root)]


def _from_lexbor(node) -> Element:
    attributes = {name.lower(): value or "" for name, value in node.attributes.items()}
    element = Element((node.tag or "").lower(), attributes)
    if element.name == "template":
        # In some browser its contents go live: as a shadow root, at a marker, or looked ahead into.
        element.children = lexbor_tree("<body>" + (node.inner_html or ""))
        return element
    for child in node.iter(include_text=True):
        if child.is_text_node:
            element.text += child.text_content or ""
        elif child.is_element_node:
            element.children.append(_from_lexbor(child))
    return element


def html5lib_tree(html: str, *, scripting: bool) -> list[Element]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        root = html5lib.HTMLParser(namespaceHTMLElements=False).parse(html, scripting=scripting)
    return [_from_etree(root)]


def _from_etree(node) -> Element:
    attributes = {str(name).rpartition("}")[2].lower(): value for name, value in node.attrib.items()}
    element = Element(str(node.tag).rpartition("}")[2].lower(), attributes, node.text or "")
    for child in node:
        if isinstance(child.tag, str):
            element.children.append(_from_etree(child))
        element.text += child.tail or ""
    return element


def trees(html: str) -> dict[str, list[Element]]:
    found = {"lexbor": lexbor_tree(html)}
    # html5lib knows no templates, and finds other faults with them than browsers do.
    if "<template" not in html.lower():
        for name, scripting in (("html5lib, scripting", True), ("html5lib, no scripting", False)):
            # It trips over itself at the end of a few that have tables in tables.
            with suppress(AssertionError):
                found[name] = html5lib_tree(html, scripting=scripting)
    return found


# -- what elements load ----------------------------------------------------------------------------------

# What browsers do nothing with. Not `next`, which Firefox fetches ahead. The rest of what real pages say is
# metadata that nobody fetches.
INERT_LINKS = {
    *(
        "alternate",
        "author",
        "bookmark",
        "canonical",
        "external",
        "help",
        "license",
        "me",
        "nofollow",
    ),
    *(
        "noopener",
        "noreferrer",
        "prev",
        "privacy-policy",
        "self",
        "shortlink",
        "tag",
        "terms-of-service",
        "up",
    ),
    *("amphtml", "edituri", "profile", "pingback", "wlwmanifest", "index"),
    *(
        "start",
        "first",
        "last",
        "copyright",
        "publisher",
        "image_src",
        "https://api.w.org/",
        "dcterms.source",
    ),
    *("openid.delegate", "openid.server", "service.post"),
}
# What Safari up to 17.3 takes for the URL of an object.
OBJECT_PARAMETERS = {"code", "data", "movie", "src", "url"}
FRAMES = {"iframe", "frame", "object", "embed", "param"}
URL_ATTRIBUTES = {
    "script": ["src", "href", "xlink:href"],
    "iframe": ["src"],
    "frame": ["src"],
    "portal": ["src"],
    "fencedframe": ["src"],
    "embed": ["src", "code"],
    "object": ["data", "classid", "codebase"],
    "applet": ["code", "codebase", "archive", "object"],
    "img": ["src", "lowsrc", "dynsrc"],
    "image": ["href", "xlink:href", "src"],
    "source": ["src"],
    "track": ["src"],
    "video": ["src", "poster"],
    "audio": ["src"],
    "bgsound": ["src"],
    "html": ["manifest"],
    # SVG 1.1 and 2, the elements whose reference may be to another file.
    **{
        name: ["href", "xlink:href"]
        for name in (
            *("use", "feimage", "mpath", "textpath", "tref", "cursor", "filter", "pattern"),
            *("lineargradient", "radialgradient", "font-face-uri", "color-profile"),
        )
    },
}
# What lazy loaders put into the real attribute.
LAZY = {
    "script": [
        *("data-src", "data-lazy-src", "data-original", "data-rocket-src", "data-cfsrc"),
        *("data-rocketlazyloadscript", "data-pmdelayedscript", "data-wpmeteor-src", "data-litespeed-src"),
        *("data-pagespeed-orig-src", "pagespeed_orig_src"),
    ],
    "img": ["data-src", "data-lazy-src", "data-original", "data-cfsrc"],
    **{
        name: ["data-src", "data-lazy-src", "data-original"]
        for name in ("iframe", "source", "video", "audio")
    },
}
PRESENTATION = (
    *("style", "fill", "stroke", "filter", "mask", "clip-path", "cursor"),
    *("marker-start", "marker-mid", "marker-end"),
)
JAVASCRIPT = re.compile(r"(text|application)/(x-)?(java|ecma)script|module|text/jscript|")


def elements(tree: list[Element]) -> Iterator[Element]:
    waiting = list(tree)
    while waiting:
        element = waiting.pop()
        yield element
        waiting += reversed(element.children)


INTEGRATION = {"foreignobject", "desc", "title", "mi", "mo", "mn", "ms", "mtext", "annotation-xml"}


def bases(tree: list[Element]) -> Iterator[str]:
    """The addresses of the `base` elements of HTML: in SVG the name means nothing."""
    waiting = [(element, False) for element in reversed(tree)]
    while waiting:
        element, foreign = waiting.pop()
        if element.name == "base" and not foreign and "href" in element.attributes:
            yield element.attributes["href"]
        within = element.name in ("svg", "math") or (foreign and element.name not in INTEGRATION)
        waiting += [(child, within) for child in reversed(element.children)]


def loads_of(html: str, base: str = PAGE, depth: int = 0) -> set[str]:
    """Every absolute URL that any reading of `html` loads."""
    found: set[str] = set()
    for tree in trees(html).values():
        found |= loads_of_tree(tree, base, depth, html)
    return found


def loads_of_tree(tree: list[Element], base: str, depth: int = 0, html: str = "") -> set[str]:
    if depth > 10:
        return set()
    for href in bases(tree):
        base = absolute(href, base) or base
        break
    found: set[str] = set()
    import_map, map_text = None, ""
    for element in elements(tree):
        kind = element.attributes.get("type", "").strip().lower()
        if element.name == "script" and "src" not in element.attributes:
            if kind == "importmap":
                if import_map is None:
                    import_map, map_text = parse_map(element.text, base), element.text
            elif JAVASCRIPT.fullmatch(kind):
                in_force = import_map
                if import_map is not None and html.find(map_text) > html.rfind(element.text) >= 0:
                    in_force = None  # A table has put it in front of the script, which ran before.
                targets = (resolve_specifier(one, base, in_force) for one in imports_of(element.text))
                found |= {target for target in targets if target}
            elif kind == "speculationrules":
                found |= set(speculated(element.text, base))
        for url in _urls(element):
            target = absolute(url, base)
            if target:
                found.add(target)
                if element.name in FRAMES:
                    found |= _in_data(target, depth)
                if element.name == "script":
                    found |= _in_data_script(target)
                if element.name in ("link", "style"):
                    found |= _in_data_sheet(target, depth)
        if element.name == "iframe" and "srcdoc" in element.attributes:
            found |= loads_of(element.attributes["srcdoc"], base, depth + 1)
    return found


DATA_URL = re.compile(r"data:(?P<type>[^,;]*)(?P<parameters>[^,]*),(?P<body>[^#]*)", re.S)


def _data(url: str) -> tuple[str, str] | None:
    """The type and the text of what a `data:` URL holds: in the encoding that a mark or a parameter names."""
    match = DATA_URL.match(url)
    if not match:
        return None
    body = unquote_to_bytes(match["body"])
    if match["parameters"].endswith(";base64"):
        body = b64decode(body + b"==")
    charset = re.search(r";charset=\"?([\w-]+)", match["parameters"])
    codec = "utf-16" if body[:2] in (b"\xff\xfe", b"\xfe\xff") else charset[1] if charset else "utf-8"
    return match["type"].strip().lower(), body.decode(codec, "replace")


def _in_data(url: str, depth: int) -> set[str]:
    kind, text = _data(url) or ("", "")
    if kind == "text/html":
        return loads_of(text, "about:blank", depth + 1)
    if kind.endswith(("/xml", "+xml")):
        return set(_in_xml(text)) | loads_of(text, "about:blank", depth + 1)
    return set()


def _in_xml(text: str) -> Iterator[str]:
    """The addresses that elements of a document in XML load, by namespaces and not by prefixes."""
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError:
        return
    for element in root.iter():
        for name, value in element.attrib.items():
            if name.rpartition("}")[2] in ("src", "href") and absolute(value, "about:blank"):
                yield absolute(value, "about:blank")


def _in_data_script(url: str) -> set[str]:
    _, text = _data(url) or ("", "")
    return {target for one in imports_of(text) if (target := resolve_specifier(one, "about:blank", None))}


def _in_data_sheet(url: str, depth: int) -> set[str]:
    """What the style sheet that a `data:` URL holds loads, of any type: in quirks mode all apply. No
    relative URL can be resolved there."""
    data = _data(url)
    if data is None or data[0].startswith(("image/", "font/")) or depth > 10:
        return set()
    found: set[str] = set()
    for one in css(data[1]):
        target = absolute(one, "about:blank")
        if target:
            found |= {target} | _in_data_sheet(target, depth + 1)
    return found


def _urls(element: Element) -> Iterator[str]:
    attributes = element.attributes
    names = [*URL_ATTRIBUTES.get(element.name, []), *LAZY.get(element.name, [])]
    if element.name == "script" and not JAVASCRIPT.fullmatch(attributes.get("type", "").strip().lower()):
        names = []
    if element.name == "input" and attributes.get("type", "").lower() == "image":
        names = ["src", "lowsrc", "dynsrc"]
    if element.name == "link" and set(attributes.get("rel", "").lower().split()) - INERT_LINKS:
        names = ["href"]
        yield from srcset(attributes.get("imagesrcset", ""))
    for name in names:
        if name in attributes:
            yield attributes[name]
    if element.name in ("img", "source", "image"):
        yield from srcset(attributes.get("srcset", ""))
    if element.name in ("img", "source"):
        yield from srcset(attributes.get("data-srcset", ""))
        yield from srcset(attributes.get("data-lazy-srcset", ""))
    if element.name == "param" and attributes.get("name", "").lower() in OBJECT_PARAMETERS:
        yield attributes.get("value", "")
    if element.name == "object":
        yield from between_spaces(attributes.get("archive", ""))
    if "background" in attributes:
        yield attributes["background"]
    yield from between_spaces(attributes.get("ping", ""))
    yield from between_spaces(attributes.get("attributionsrc", ""))
    for name in PRESENTATION:
        yield from css(attributes.get(name, ""))
    if element.name == "style":
        yield from css(element.text)
    if element.name == "meta" and attributes.get("http-equiv", "").lower() == "refresh":
        yield from refresh(attributes.get("content", ""))
    if element.name in ("set", "animate"):
        of_href = attributes.get("attributename", "").endswith("href")
        for name in ("to", "from", "by", "values"):
            value = attributes.get(name, "")
            # An image without an address loads nothing.
            yield from filter(None, value.split(";")) if of_href else css(value)


def between_spaces(value: str) -> list[str]:
    """WHATWG Infra, "split on ASCII whitespace"."""
    return [one for one in re.split(r"[\t\n\f\r ]+", value) if one]


def speculated(rules: str, base: str) -> Iterator[str]:
    """The pages that lists of speculation rules name."""
    try:
        parsed = json.loads(rules)
    except ValueError:
        return
    for name in ("prefetch", "prerender"):
        for rule in parsed.get(name, []) if isinstance(parsed, dict) else []:
            yield from filter(None, (parse_url(url, base) for url in rule.get("urls", [])))


def srcset(value: str) -> Iterator[str]:
    """WHATWG HTML, "parse a srcset attribute", step by step."""
    position = 0
    while True:
        while position < len(value) and value[position] in "\t\n\f\r ,":
            position += 1
        if position >= len(value):
            return
        start = position
        while position < len(value) and value[position] not in "\t\n\f\r ":
            position += 1
        url = value[start:position]
        if url.endswith(","):
            yield url.rstrip(",")
            continue
        yield url
        depth = 0
        while position < len(value):
            character = value[position]
            position += 1
            if character == "(":
                depth = 1
            elif character == ")" and depth:
                depth = 0
            elif character == "," and not depth:
                break


def refresh(content: str) -> Iterator[str]:
    """WHATWG HTML, "shared declarative refresh steps"."""
    match = re.match(r"[\t\n\f\r ]*(?:[0-9]+|(?=\.))[0-9.]*(?P<rest>(?:[;,\t\n\f\r ].*)?)\Z", content, re.S)
    if not match:
        return
    rest = re.sub(r"\A[\t\n\f\r ]*[;,]?[\t\n\f\r ]*", "", match["rest"])
    if not rest:
        return
    rest = re.sub(r"\A[uU][rR][lL][\t\n\f\r ]*=[\t\n\f\r ]*", "", rest)
    if rest[:1] in ("'", '"'):
        rest = rest[1:].partition(rest[0])[0]
    yield rest


# -- style sheets ----------------------------------------------------------------------------------------


def css(sheet: str) -> Iterator[str]:
    """The URLs that a style sheet loads."""
    tokens = list(css_tokens(sheet))
    stack: list[str] = []
    importing = False
    for kind, text in tokens:
        if kind == "at":
            importing = text.lower() == "import" and not stack
        elif kind == "function" or kind in "([{":
            stack.append(text.lower())
            importing = importing and kind != "{"
        elif kind in ")]}":
            if stack:
                stack.pop()
        elif kind == ";" and not stack:
            importing = False
        elif kind == "url" or (
            kind == "string"
            and (importing or (stack and stack[-1] in ("url", "src", "image-set", "-webkit-image-set")))
        ):
            if text:  # CSS Values 4: an empty url() is an invalid resource.
                yield text
            importing = False


def css_tokens(text: str) -> Iterator[tuple[str, str]]:
    """CSS Syntax 3, section 4, as far as it matters."""
    text = re.sub(r"\r\n|\r|\f", "\n", text).replace("\0", "\ufffd")
    i, n = 0, len(text)
    while i < n:
        c = text[i]
        if text.startswith("/*", i):
            end = text.find("*/", i + 2)
            i = n if end < 0 else end + 2
        elif c in "\"'":
            value, i, good = _string(text, i + 1, c)
            yield ("string" if good else "bad", value)
        elif c == "@" and _starts_ident(text, i + 1):
            name, i = _name(text, i + 1)
            yield "at", name
        elif c == "#":
            _, i = _name(text, i + 1)
        elif re.match(r"[+-]?\.?[0-9]", text[i:]):
            i += re.match(r"[+-]?[0-9]*(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?", text[i:]).end() or 1
            if _starts_ident(text, i):
                _, i = _name(text, i)
        elif text.startswith("-->", i):
            i += 3
        elif _starts_ident(text, i):
            name, i = _name(text, i)
            if text[i : i + 1] != "(":
                continue
            i += 1
            if name.lower() == "url":
                blank = re.match(r"[\t\n ]*", text[i:]).end()
                if text[i + blank : i + blank + 1] not in ("'", '"') or not text[i + blank :]:
                    url, i, good = _url(text, i + blank)
                    yield ("url" if good else "bad", url)
                    continue
            yield "function", name
        else:
            if c in "(){}[];":
                yield c, c
            i += 1


def _escape(text: str, i: int) -> tuple[str, int]:
    match = re.compile(r"([0-9a-fA-F]{1,6})[\t\n ]?").match(text, i)
    if match:
        code = int(match[1], 16)
        good = 0 < code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF
        return (chr(code) if good else "\ufffd"), match.end()
    return (text[i], i + 1) if i < len(text) else ("\ufffd", i)


def _valid_escape(text: str, i: int) -> bool:
    return text[i : i + 1] == "\\" and text[i + 1 : i + 2] != "\n"


def _is_ident(c: str) -> bool:
    return bool(c) and (c in "-_" or (c.isascii() and c.isalnum()) or not c.isascii())


def _starts_ident(text: str, i: int) -> bool:
    c = text[i : i + 1]
    if c == "-":
        after = text[i + 1 : i + 2]
        return after == "-" or (_is_ident(after) and not after.isdigit()) or _valid_escape(text, i + 1)
    return (_is_ident(c) and not (c.isascii() and c.isdigit())) or _valid_escape(text, i)


def _name(text: str, i: int) -> tuple[str, int]:
    out = ""
    while i < len(text):
        if _is_ident(text[i]):
            out += text[i]
            i += 1
        elif _valid_escape(text, i):
            one, i = _escape(text, i + 1)
            out += one
        else:
            break
    return out, i


def _string(text: str, i: int, quote: str) -> tuple[str, int, bool]:
    out = ""
    while i < len(text):
        c = text[i]
        if c == quote:
            return out, i + 1, True
        if c == "\n":
            return out, i, False
        if c == "\\":
            if text[i + 1 : i + 2] == "\n":
                i += 2
                continue
            if i + 1 >= len(text):
                return out, i + 1, True
            one, i = _escape(text, i + 1)
            out += one
        else:
            out += c
            i += 1
    return out, i, True


def _url(text: str, i: int) -> tuple[str, int, bool]:
    out = ""
    good = True
    while i < len(text):
        c = text[i]
        if c == ")":
            return out, i + 1, good
        if c in "\t\n ":
            i += re.match(r"[\t\n ]*", text[i:]).end()
            good = good and text[i : i + 1] in (")", "")
        elif _valid_escape(text, i):
            one, i = _escape(text, i + 1)
            out += one
        else:
            good = good and c not in "\"'(\\" and not (ord(c) < 9 or 0x0E <= ord(c) < 0x20)
            out += c
            i += 1
    return out, i, good


# -- hosts -----------------------------------------------------------------------------------------------


def absolute(url: str, base: str) -> str | None:
    """The URL as ada reads it, None where that refuses it. A lone surrogate is what browsers make of it."""
    try:
        return ada_url.URL(url.encode("utf-8", "replace").decode(), base).href
    except ValueError:
        return None


def is_third_party(url: str) -> bool:
    parsed = ada_url.URL(url)
    if parsed.protocol not in ("http:", "https:", "ws:", "wss:", "ftp:"):
        return False
    host = parsed.hostname.removesuffix(".")
    # Of a host that is nothing but a dot there is none.
    return host not in ("", "example.org") and not host.endswith(".example.org")


def leaks(html: str) -> set[str]:
    """What `html`, as the page at PAGE, loads from third parties."""
    return {url for url in loads_of(html) if is_third_party(url)}
