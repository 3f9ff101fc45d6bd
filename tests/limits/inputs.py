"""Hostile input by its size: what a response or a request looks like that wants the gate to work hard.

Each is a function of a size in bytes, so that the tests can double it. A new way to make the gate work is a
line in one of these tables.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from html import escape
from itertools import count
from urllib.parse import quote

import brotli
import zstandard

Make = Callable[[int], bytes]
Headers = list[tuple[str, str]]
E = "//evil.test/x"


def repeated(piece: str, before: str = "", after: str = "") -> Make:
    """`before`, then `piece` over and over, then `after`."""

    def make(size: int) -> bytes:
        times = max(1, (size - len(before) - len(after)) // len(piece))
        return (before + piece * times + after).encode()

    return make


def numbered(piece: str, before: str = "", after: str = "", between: str = "") -> Make:
    """The same, with `{}` in each `piece` another number, so that nothing comes twice."""

    def make(size: int) -> bytes:
        parts, left = [], size - len(before) - len(after)
        for number in count():
            part = piece.replace("{}", str(number))
            left -= len(part) + len(between)
            if left < 0:
                break
            parts.append(part)
        return (before + between.join(parts) + after).encode()

    return make


def nested(start: str, end: str, within: str = "") -> Make:
    """`start` over and over, and `end` as often."""

    def make(size: int) -> bytes:
        times = max(1, (size - len(within)) // (len(start) + len(end)))
        return (start * times + within + end * times).encode()

    return make


def in_documents(wrap: str, escaped: Callable[[str], str], levels: int = 6) -> Make:
    """A page in a page in a page, each escaped as `wrap` needs it."""

    def make(size: int) -> bytes:
        html = f"<p>text</p><img src={E}>"
        for _ in range(levels):
            html = wrap.format(escaped(html))
        return html.encode() * max(1, size // len(html))

    return make


def importmap(size: int) -> bytes:
    """Import maps that are merged, and modules that look names up in them."""
    times = max(1, size // 120)
    maps = "".join(
        f"<script type=importmap>{json.dumps({'imports': {f'n{i}': f'/{i}.js'}})}</script>"
        for i in range(times)
    )
    return (maps + "<script type=module>import 'n1'</script>" * times).encode()


def prefixes(size: int) -> bytes:
    """An import map in which every name is the beginning of the next, and modules that match them all."""
    most = max(2, int((size / 2) ** 0.5))
    names = {"a" * i + "/": f"/{i}/" for i in range(1, most)}
    module = f"<script type=module>import '{'a' * most}/b'</script>"
    head = f"<script type=importmap>{json.dumps({'imports': names})}</script>"
    return (head + module * max(1, size // 2 // len(module))).encode()


def scopes(size: int) -> bytes:
    """An import map of scopes that all hold for a page, and modules in it."""
    most = size // 60
    held = {"/" + "dir/"[: i % 5]: {f"n{i}": "/x"} for i in range(most)}
    held |= {f"/dir/{i}/": {"n": "/y"} for i in range(most)}
    head = f"<script type=importmap>{json.dumps({'scopes': held})}</script>"
    return (head + "<script type=module>import 'n'</script>" * (size // 2 // 40)).encode()


def long_tag(size: int) -> bytes:
    """One start tag with as many attributes as fit."""
    return ("<img " + " ".join(f"a{i}=1" for i in range(size // 8)) + f" src={E}>").encode()


def long_tag_with_style(size: int) -> bytes:
    """One start tag with many attributes, and many addresses in the last of them."""
    attributes = " ".join(f"a{i}=1" for i in range(size // 16))
    return f"<p {attributes} style='{'a:url(//e.test/x);' * (size // 36)}'>".encode()


BASE = f"<base href='/{'a' * 4000}/'>"
GROUPS = "<svg>" + "<g>" * 254

PAGES: dict[str, Make] = {
    # Tokens that do not end.
    **{
        f"{piece} over and over": repeated(piece)
        for piece in (
            *("<", "<a", "</a", "</", "<!--", "<!", "<?", "&", "<p/", "<a b=", '<x a="', "<![CDATA[", "-->"),
            *("</p>", "<br>", "<p>", "<td><svg></td>", "<script><!--<script>", "<!---->", "<a href=x>", "\0"),
        )
    },
    "a tag of spaces": repeated(" ", "<a", ">"),
    "a tag of slashes": repeated("/", f"<p background={E} ", ">"),
    "a tag of equals signs": repeated("=", "<a ", ">"),
    "a name without end": repeated("a", "<"),
    "one attribute over and over": repeated(f"srcset={E} ", "<img ", ">"),
    "many attributes": long_tag,
    "many attributes before a style": long_tag_with_style,
    "an attribute of references": repeated("&#9;", "<img alt='", f"' src={E}>"),
    "a number without end": repeated("9", "<img alt='&#", "'>"),
    "a comment of almost ends": repeated("--!", "<!--"),
    "a script of almost ends": repeated("</scrip", "<script>"),
    "a style of almost ends": repeated("</styl", "<style>"),
    "a title of almost ends": repeated("</titl", "<title>"),
    "a script of comments": repeated("<!--<script>", "<script>", "</script>"),
    "ends of scripts": repeated("<script></script >"),
    # Trees.
    "CDATA in svg": repeated("<![CDATA[", "<svg>"),
    "CDATA that ends in svg": repeated("<![CDATA[x]]>", "<svg>"),
    "CDATA in an integration point": repeated("<![CDATA[>", "<svg><desc>"),
    "CDATA below many groups": repeated("<![CDATA[", GROUPS),
    "CDATA after an end tag in svg": repeated("</a><![CDATA[", "<svg>"),
    "254 groups and an end tag of another": repeated("</x>", GROUPS),
    "254 groups and an end tag with a start": repeated("<b></x>", GROUPS),
    "254 groups and a title": repeated("<title>a</title>", GROUPS),
    "groups in groups": nested("<g>", "</g>", ""),
    "svg in svg": nested("<svg>", "</svg>"),
    "svg and desc": repeated("<svg><desc>"),
    "svg and foreignObject": repeated("<svg><foreignObject>"),
    "tables in integration points": repeated("<svg><foreignObject><table>"),
    "math and mi": repeated("<math><mi>"),
    "math with annotations": repeated("<math><annotation-xml encoding=text/html>"),
    "styles in svg": repeated("<style><b>", "<svg>"),
    "scripts in svg": repeated("<script><b>", "<svg>", "</script>"),
    "titles below an end tag in svg": repeated("</a><title>", "<svg>"),
    "elements that leave svg": repeated("<svg><p>"),
    "selects": repeated("<select><option>"),
    "titles in a select": repeated("<select><title>"),
    "styles in a select": repeated("<select><style>"),
    "templates": nested("<template>", "</template>"),
    "templates that stay open": repeated("<template>"),
    "columns in templates": repeated("<template><col><style></template>"),
    "shadow roots": repeated("<template shadowrootmode=open><img src=/a>"),
    "noscript": repeated("<noscript>"),
    "noscript and svg": repeated("<noscript><svg>"),
    "noscript and select": repeated("<noscript><select>"),
    "frame sets": repeated("<frameset><style>"),
    "tables": nested("<table><tr><td>", "</table>"),
    "objects that go": repeated(f"<object data={E}>"),
    "objects in objects": nested(f"<object data={E}>", "</object>"),
    "videos that go": repeated(f"<video src={E}>"),
    "frames that go": repeated(f"<iframe src={E}>"),
    "widgets": nested("<div class=fb-like>", "</div>"),
    "widgets of many names": numbered("<x{} class=fb-like>"),
    "links in links": repeated("<a><b><i>"),
    "processing instructions": repeated("<?start name=a?><?end?>"),
    # Addresses.
    "a base and pictures": repeated("<img src=x>", BASE),
    "a base and numbered pictures": numbered("<img src={}>", BASE),
    "a base and scripts with an id": repeated("<script src=x.js?id=1></script>", BASE),
    "a base and links": repeated("<link rel=preload href=x>", BASE),
    "bases": repeated(f"<base href={E}>"),
    "numbered bases": numbered("<base href=/{}/>"),
    "numbered pictures of others": numbered("<img src=//evil{}.test/x>"),
    "numbered scripts of others": numbered("<script src=//evil{}.test/x></script>"),
    "a path of dots": repeated("../", "<img src='/", "'>"),
    "a host of labels": repeated("a.", "<img src='//", "'>"),
    "a host of percents": repeated("%61", "<img src='//", "'>"),
    "a host of international letters": repeated("ü", "<img src='//", ".test/'>"),
    "international hosts": numbered("<img src=//ü{}.test/>"),
    "a scheme without end": repeated("a", "<img src='", ":x'>"),
    "a user without end": repeated("@", "<img src='//", "'>"),
    "an address of tabs": repeated("\t/", "<img src='", "'>"),
    "a srcset of candidates": repeated("a 1x,", "<img srcset='", "'>"),
    "a srcset of numbered candidates": numbered("/a{} {}w", "<img srcset='", "'>", between=","),
    "a srcset of commas": repeated(",", "<img srcset='", "'>"),
    "a srcset of brackets": repeated("a (,", "<img srcset='", "'>"),
    "a srcset of spaces": repeated(" ", "<img srcset='a", ",b'>"),
    "srcsets of others": repeated(f"<img srcset='a 1x, {E} 2x'>"),
    "a srcset of others": repeated(f"{E} 2x, ", "<img srcset='a, ", "'>"),
    "pings": repeated("/a ", "<a ping='", "'>"),
    "refreshes": numbered("<meta http-equiv=refresh content='9;url=/{}'>"),
    "a refresh of quotes": repeated("'", "<meta http-equiv=refresh content=\"0;url='", '">'),
    # Style sheets.
    "url( in a style": repeated("url(", "<style>", "</style>"),
    'url(" in a style': repeated('url("', "<style>", "</style>"),
    "addresses in a style": numbered("a{background:url(/{})}", "<style>", "</style>"),
    "addresses of others in a style": repeated(f"a{{b:url({E})}}", "<style>", "</style>"),
    "imports in a style": repeated(f"@import '{E}';", "<style>", "</style>"),
    "imports in a string": repeated(f"@import {E};", "<style>'", "</style>"),
    "backslashes in a style": repeated("\\", "<style>@", "</style>"),
    "escapes in a style": repeated("\\75 rl(", "<style>", "</style>"),
    "comments in a style": repeated("/*", "<style>", "</style>"),
    "image sets": repeated("image-set('/a' 1x, ", "<style>a{b:", "</style>"),
    "functions in an attribute": repeated("a(", "<p style='b:", "'>"),
    "brackets in a style": repeated("[{(", "<style>", "</style>"),
    "variables": repeated("var(--a,", "<style>a{b:image-set(", "</style>"),
    "style attributes": numbered("<p style='background:url(/{})'>"),
    # Scripts.
    "inline scripts": numbered("<script>var a={};</script>"),
    **{
        f"a module of {piece}": repeated(piece, "<script type=module>", "</script>")
        for piece in (
            *(
                "import(",
                "import/*",
                "from/**/",
                "from'",
                "`${",
                "/[",
                "import{",
                "import.",
                "<!--",
                "from\"'",
            ),
            *(f"import'{E}';", f"import('{E}'+", "(", "/*from*/", "import//\n", "a/b/", "}/"),
        )
    },
    "import maps and modules": importmap,
    "an import map of prefixes": prefixes,
    "an import map of scopes": scopes,
    "brackets in an import map": repeated("[", "<script type=importmap>", "</script>"),
    "brackets in speculation rules": repeated('{"and":[', "<script type=speculationrules>", "</script>"),
    "rules for speculation": numbered(
        '{"urls":["/{}"]}', '<script type=speculationrules>{"prefetch":[', "]}</script>", between=","
    ),
    "blocks of speculation rules": repeated(
        '<script type=speculationrules>{"prefetch":[{"urls":["/a"]}]}</script>'
    ),
    "escapes in speculation rules": repeated(
        "\\u0061", '<script type=speculationrules>{"prefetch":[{"urls":["', '"]}]}</script>'
    ),
    "blocks of JSON": numbered('<script type=application/ld+json>{"a":{}}</script>'),
    # Documents in documents.
    "documents in attributes": in_documents('<iframe srcdoc="{}"></iframe>', escape, 4),
    "documents in addresses": in_documents('<iframe src="data:text/html,{}"></iframe>', quote, 3),
    "ampersands in a document": repeated("&", "<iframe srcdoc='", f"<img src={E}>'></iframe>"),
    "references in a document": repeated("&lt;p&gt;", "<iframe srcdoc='", "'></iframe>"),
    "style sheets in addresses": numbered("<link rel=stylesheet href='data:text/css,a{b:url(/{})}'>"),
    "style sheets in style sheets": repeated("@import 'data:text/css,", "<style>", "</style>"),
    "xml in an address": repeated("%3Ca%20b='c'%3E", '<object data="data:text/xml,', '">'),
    # Encodings.
    "encodings": repeated("encoding='", "<?xml "),
    "charsets": repeated('charset="', "<meta http-equiv=content-type content='", "'>"),
    "elements named charset": repeated("<meta charset=utf-8>"),
    "bytes that are no UTF-8": lambda size: b"<p>" + b"\xff" * size,
}
"""Pages."""


@dataclass(frozen=True)
class Message:
    """A request and its response, of which some part grows: `size` is the bytes of that part."""

    path: str = "/dir/page"
    query: str = ""
    sent: dict[str, list[str]] = field(default_factory=dict)
    method: str = "GET"
    form: bytes = b""
    answered: Headers = field(default_factory=list)
    body: bytes = b"<!doctype html><title>a</title><p>text"
    state: str = "undecided"


def filled(piece: str, size: int, between: str = "") -> str:
    """`piece` with another number for each `{}` in it, until there are `size` characters."""
    return numbered(piece, between=between)(size).decode()


def cookies(size: int, piece: str = "c{}=1") -> dict[str, list[str]]:
    return {"cookie": [filled(piece, size, "; ")]}


def lines(name: str, piece: str, size: int) -> Headers:
    """As many headers called `name`, each with another number, as make `size` bytes."""
    return [(name, value) for value in filled(piece, size, "\n").split("\n")]


FORM = {"content-type": ["application/x-www-form-urlencoded"], "sec-fetch-site": ["same-origin"]}
DELETED = "c{}=1; Max-Age=0"


def decision(size: int, piece: str) -> Message:
    form = "decision=save&" + filled(piece, size, "&")
    return Message(path="/_privacy/choices", method="POST", sent=FORM, form=form.encode())


def withdrawal(size: int) -> Message:
    sent = FORM | cookies(size)
    form = b"decision=withdraw"
    return Message(path="/_privacy/choices", method="POST", sent=sent, form=form, state="accepted")


MESSAGES: dict[str, Callable[[int], Message]] = {
    # Requests.
    "a path of slashes": lambda n: Message(path="/a" * (n // 2), state="refused", sent=cookies(200)),
    "a path of nothing but slashes": lambda n: Message(path="/" * n, state="refused", sent=cookies(20)),
    "a path of slashes, and cookies": lambda n: Message(
        path="/a" * (n // 4), state="refused", sent=cookies(n // 2)
    ),
    "a path of slashes, and one cookie": lambda n: Message(path="/" * n, state="refused", sent=cookies(6)),
    "a path of dots": lambda n: Message(path="/.." * (n // 3), state="refused", sent=cookies(20)),
    "a path of escapes": lambda n: Message(path="/" + "%61" * (n // 3), state="refused", sent=cookies(20)),
    "a host of labels, and cookies": lambda n: Message(
        state="refused", sent=cookies(n // 2) | {"host": [("a." * (n // 4))[:240] + "example.org"]}
    ),
    "cookies of one who decided nothing": lambda n: Message(sent=cookies(n)),
    "cookies of one who refused": lambda n: Message(sent=cookies(n), state="refused"),
    "cookies of one who accepted": lambda n: Message(sent=cookies(n), state="accepted"),
    "cookies without names": lambda n: Message(sent=cookies(n, "{}"), state="refused"),
    "one cookie over and over": lambda n: Message(sent={"cookie": ["a=1; " * (n // 5)]}, state="refused"),
    "nothing but semicolons": lambda n: Message(sent={"cookie": [";" * n]}, state="refused"),
    "headers of cookies": lambda n: Message(
        sent={"cookie": [value for _, value in lines("cookie", "c{}=1", n)]}, state="refused"
    ),
    "cookies of consent": lambda n: Message(sent=cookies(n, "__Host-consent={}.a.b")),
    "one long cookie of consent": lambda n: Message(sent={"cookie": ["__Host-consent=" + "a" * n]}),
    "codings that are accepted": lambda n: Message(sent={"accept-encoding": [filled("c{};q=1", n, ", ")]}),
    "commas in what is accepted": lambda n: Message(sent={"accept-encoding": ["," * n]}),
    "ETags": lambda n: Message(sent={"if-none-match": [filled('"e{}"', n, ", ")]}),
    "ETags with an accent": lambda n: Message(sent={"if-none-match": ['"' + ", " * (n // 2)]}),
    "weak ETags": lambda n: Message(sent={"if-match": [filled('W/"e{}--x"', n, ",")]}),
    "forwarded hosts": lambda n: Message(sent={"x-forwarded-host": [filled("h{}.example", n, ", ")]}),
    "commas in forwarded hosts": lambda n: Message(sent={"x-forwarded-host": ["," * n]}),
    "headers of forwarded hosts": lambda n: Message(
        sent={"x-forwarded-host": [value for _, value in lines("x", "h{}.example", n)]}
    ),
    "signals": lambda n: Message(sent={"sec-gpc": ["1"] * (n // 8), "dnt": ["1"] * (n // 8)}),
    "a query": lambda n: Message(query=filled("a{}=1", n, "&")),
    "a query of the choices page": lambda n: Message(path="/_privacy/choices", query=filled("n{}=1", n, "&")),
    "a way on from the choices page": lambda n: Message(
        path="/_privacy/choices", query="next=/" + "%2F%5C" * (n // 6)
    ),
    "unknown headers": lambda n: Message(sent={f"x-{i}": ["1"] for i in range(n // 8)}),
    # Forms.
    "categories": lambda n: decision(n, "category=c{}"),
    "services": lambda n: decision(n, "service=films"),
    "fields": lambda n: decision(n, "f{}=1"),
    "ampersands": lambda n: decision(n, "&"),
    "escapes in a form": lambda n: decision(n, "next=%2F%5C"),
    "a withdrawal with cookies": withdrawal,
    # Responses.
    "cookies that are set": lambda n: Message(answered=lines("Set-Cookie", "c{}=1", n)),
    "cookies that are deleted": lambda n: Message(answered=lines("Set-Cookie", DELETED, n), state="refused"),
    "cookies that stay": lambda n: Message(answered=lines("Set-Cookie", "sid=a{}", n), state="refused"),
    "a cookie of attributes": lambda n: Message(
        answered=[("Set-Cookie", "sid=1" + "; Max-Age=9" * (n // 11))]
    ),
    "a cookie of dates": lambda n: Message(
        answered=[("Set-Cookie", "sid=1" + "; Expires=Thu, 01 Jan 2099 00:00:00 GMT" * (n // 39))]
    ),
    "a date of digits": lambda n: Message(answered=[("Set-Cookie", "sid=1; Expires=" + "1 " * (n // 2))]),
    "links": lambda n: Message(answered=[("Link", filled("</{}>;rel=preload;as=style", n, ", "))]),
    "links to others": lambda n: Message(
        answered=[("Link", filled("<//e{}.test/>;rel=preconnect", n, ", "))]
    ),
    "headers of links": lambda n: Message(answered=lines("Link", "<//e{}.test/>;rel=preload;as=image", n)),
    "brackets in a link": lambda n: Message(answered=[("Link", "<" * n)]),
    "quotes in a link": lambda n: Message(answered=[("Link", "</a>;" + 'a="b\\"c";' * (n // 10))]),
    "parameters of a link": lambda n: Message(answered=[("Link", "</a>" + ";rel=x" * (n // 6))]),
    "backslashes in a link": lambda n: Message(answered=[("Link", '<a>; rel="' + "\\" * n)]),
    "semicolons in a link": lambda n: Message(answered=[("Link", ";" * n)]),
    "links that do not end": lambda n: Message(answered=[("Link", "<a>;" * (n // 4))]),
    "quotes without end in links": lambda n: Message(answered=[("Link", '</a>;a=",' * (n // 9))]),
    "policies of the site": lambda n: Message(
        answered=[("Content-Security-Policy", filled("img-src h{}.example", n, "; "))]
    ),
    "nonces of the site": lambda n: Message(
        answered=[("Content-Security-Policy", "script-src " + filled("'nonce-a{}'", n, " "))]
    ),
    "headers of policies": lambda n: Message(
        answered=lines("Content-Security-Policy", "script-src 'nonce-a{}'", n)
    ),
    "permissions": lambda n: Message(answered=[("Permissions-Policy", filled("p{}=()", n, ", "))]),
    "permissions of many": lambda n: Message(answered=[("Permissions-Policy", "a=(" + '"h" ' * (n // 4))]),
    "variations": lambda n: Message(answered=[("Vary", filled("h{}", n, ", "))]),
    "caches": lambda n: Message(answered=[("Cache-Control", filled('a{}="b,c"', n, ", "))]),
    "groups of reports": lambda n: Message(
        answered=[("Report-To", filled('{"group":"g{}","endpoints":[]}'.replace("{}", "0"), n, ", "))]
    ),
    "brackets in groups of reports": lambda n: Message(answered=[("Report-To", "[" * n)]),
    "endpoints of reports": lambda n: Message(answered=[("Reporting-Endpoints", filled('e{}="/"', n, ", "))]),
    "codings": lambda n: Message(answered=[("Content-Encoding", "gzip, " * (n // 6))]),
    "a type of parameters": lambda n: Message(answered=[("Content-Type", "text/html" + ";a=b" * (n // 4))]),
    "a type of quotes": lambda n: Message(answered=[("Content-Type", 'text/html;charset="' + "\\" * n)]),
    "a refresh": lambda n: Message(answered=[("Refresh", "0;url=" + "'" * n)]),
    "a way on": lambda n: Message(answered=[("Location", "//" + "a." * (n // 2))]),
    "data to clear": lambda n: Message(answered=[("Clear-Site-Data", '"cache",' * (n // 8))]),
    "hints": lambda n: Message(answered=[("Accept-CH", filled("h{}", n, ", "))]),
}
"""Requests and responses whose head grows."""


def coded(name: str, data: bytes) -> Message:
    return Message(answered=[("Content-Encoding", name)], body=data)


def _stored(size: int) -> bytes:
    return repeated("<p>text</p>")(size)


CODED: dict[str, Callable[[int], Message]] = {
    "gzip": lambda n: coded("gzip", gzip.compress(_stored(n), mtime=0)),
    "gzip of one byte": lambda n: coded("gzip", gzip.compress(b"a" * n, mtime=0)),
    "gzip in empty members": lambda n: coded("gzip", gzip.compress(b"", mtime=0) * (n // 20)),
    "gzip in members": lambda n: coded("gzip", gzip.compress(b"<p>", mtime=0) * (n // 23)),
    "gzip of hostile input": lambda n: coded("gzip", gzip.compress(numbered("<img src={}>")(n), mtime=0)),
    "deflate": lambda n: coded("deflate", zlib.compress(_stored(n))),
    "deflate that is stored": lambda n: coded("deflate", zlib.compress(_stored(n), 0)),
    "br": lambda n: coded("br", brotli.compress(_stored(n), quality=1)),
    "zstd": lambda n: coded("zstd", zstandard.compress(_stored(n))),
    "zstd in frames": lambda n: coded("zstd", zstandard.compress(b"<p>") * (n // 12)),
    "gzip in gzip": lambda n: coded("gzip, gzip", gzip.compress(gzip.compress(_stored(n), mtime=0), mtime=0)),
}
"""Responses that come compressed; `size` is that of the page, where it is not that of the members."""

PLAIN = numbered(
    "<li><a href=/photos/{}><img src=/media/{}.jpg alt='Photo {}'></a></li>\n",
    "<!doctype html><html><head><title>Photos</title></head><body><ul>",
    "</ul></body></html>",
)
"""What the hostile input is measured by: a page of a site's own pictures, each of which is judged."""
