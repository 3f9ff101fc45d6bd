"""The Link header, judged like markup (requirement H9)."""

from __future__ import annotations

import contextlib

import pytest

from consentgate.gate.links import Odd, filter_links

from .conftest import MakeSite
from .driver import HTML, JSON, Page

PRELOAD = "<https://films.example/a.js>; rel=preload; as=script"
OWN = "</own.css>; rel=preload; as=style"

# What sites send (frameworks, WordPress, APIs that page their answers, Memento, JSON-LD).
PLAIN = [
    "</own.css>; rel=preload; as=style; nopush",
    '</font.woff2>; rel="preload"; as="font"; type="font/woff2"; crossorigin',
    "</font.woff2>; rel=preload; as=font; type=font/woff2; crossorigin=anonymous; fetchpriority=high",
    '<https://www.example.org/wp-json/>; rel="https://api.w.org/"',
    '</wp-json/wp/v2/pages/2>; rel="alternate"; title="JSON"; type="application/json"',
    '</items?page=2&per_page=100>; rel="next", </items?page=50>; rel="last"',
    '</issues?&cursor=1:0:1>; rel="previous"; results="false"; cursor="1:0:1"',
    "</>;rel=canonical,</de>;rel=alternate;hreflang=de , </fr>; rel=alternate; hreflang=fr",
    '</m>; rel="timemap"; type="application/link-format"; from="Tue, 15 Sep 2015 11:00:00 GMT"',
    "</n>; rel=prev; title=\"\xc3\x9cber, <uns>; 'so'\"",
    "</css?family=A:400,700;B|C[]~!$'()*+@>; rel=preload; as=style",
    '</a.png>; rel=preload; as=image; imagesrcset="/a.png 1x, /b.png 2x"; imagesizes="(width<9px) 1px, 2px"',
    '</x>; rel="shortlink"; anchor="#a"; media="screen and (min-width: 5em)"; integrity=sha384-a/b+c',
    "<>; rel=preload",
    "</x>",
]
# What browsers read differently from each other, or could. Each would lead to films.example in one of them.
FILMS = "<https://films.example/>"
ODD = [
    *(
        "junk",
        ",",
        " ",
        f"{OWN},",
        f"{OWN},,{OWN}",
        f",{OWN}",
        f"{OWN};",
        f"{OWN};;x",
        "</a",
        "/a>; rel=preload",
    ),
    *(f"<https://films.example/{character}>; rel=preconnect" for character in '<"\\ \t\x7f\xa0\xff{'[:-1]),
    *(f"<{character}//films.example/>; rel=preconnect" for character in " \t\x0b\xa0\\"),
    "<https:\\\\films.example/>; rel=modulepreload",
    *(f"{FILMS};{space}rel=preconnect" for space in ("\t", "\x0b", "\xa0", "\x00", "\x1f", "\x7f")),
    *(f"{FILMS}{space};rel=preconnect" for space in ("\t", "x", "\xa0", ",")),
    *(f"{FILMS}; rel{space}=preconnect" for space in (" ", "\t", "*", "\xa0", "\\", '"')),
    *(f"{FILMS}; rel={space}preconnect" for space in (" ", "\t", "\x0b", '"', "'", "\\", "<", "=")),
    *(
        f"{FILMS}; {first}; rel=preconnect"
        for first in ("rel", "rel=", 'rel=""', "rel=prev", "REL=prev", 'rel=" "')
    ),
    *(f"{FILMS}; rel=prev; {then}" for then in ("rel=preconnect", "rel", "RE\u017f=x"[:2] + "L=preconnect")),
    *(f"{FILMS}; rel*=UTF-8''preconnect", f"{FILMS}; rel*=preconnect; rel=prev", f"{FILMS}; as*=x; rel=prev"),
    f"{FILMS}; rel=prev; title*=UTF-8''x",
    *(
        f"{FILMS}; {only}"
        for only in ("rel=", 'rel=""', 'rel=" "', "rel", "re\\l=preconnect", "'rel'=preconnect")
    ),
    f'{FILMS}; rel="preconnect',
    f"{FILMS}; rel='preconnect'",
    f'{FILMS}; rel=prev"; rel=preconnect',
    f'{OWN}; a=b"c, {FILMS}; rel=preconnect',
    f'{OWN}; a="b, {FILMS}; rel=preconnect',
    f'{OWN}; a="b"c, {FILMS}; rel=preconnect',
    f'{OWN}; a="\\", {FILMS}; rel=preconnect; b="',
    f'{OWN}; a="\\"", {FILMS}; rel=preconnect; b=""',
    f"{OWN}; a='\", {FILMS}; rel=preconnect; b='\"",
    f"{OWN}; a=', {FILMS}; rel=preconnect",
    f'{OWN}; a"b=c, {FILMS}; rel=preconnect',
    f'{OWN}; "a=b, {FILMS}; rel=preconnect',
    f"{OWN}; a=(b, {FILMS}; rel=preconnect",
    f"{OWN}; a=<b, {FILMS}; rel=preconnect",
    f"{OWN}; <a, {FILMS}; rel=preconnect",
    f"{OWN} {FILMS}; rel=preconnect",
    f"{OWN}\x00, {FILMS}; rel=preconnect",
    f"</a{FILMS}; rel=preconnect",
    f"</a, {FILMS}; rel=preconnect",
    f"<{FILMS}>; rel=preconnect",
    '</x.png>; rel=preload; as=image; imagesrcset="https://films.example/ 1x',
    f"{FILMS[:-1]}\\>; rel=preconnect",
    f'{FILMS}; title="\x01"; rel=preconnect',
    f"{FILMS}; title=\xe9; rel=preconnect",
]


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        (OWN, [OWN]),
        (
            "<https://static.example.org/x.css>; rel=stylesheet",
            ["<https://static.example.org/x.css>; rel=stylesheet"],
        ),
        ("<//example.org/x>; rel=preconnect", ["<//example.org/x>; rel=preconnect"]),
        (PRELOAD, []),
        (f"{OWN}, {PRELOAD}", [OWN]),
        (f"{PRELOAD}, {OWN}, {PRELOAD}", [OWN]),
        ('<https://films.example>; REL="DNS-Prefetch Preconnect"', []),
        ("<//films.example>;rel=preconnect", []),
        ("< //films.example >;rel=preconnect", []),
        ("<https:\\\\films.example/>; rel=modulepreload", []),
        ("<https://nobody.example>; rel=unheard-of", []),
        ('<https://films.example>; title="a, b; rel=next"; rel=preload', []),
        ('</x.png>; rel=preload; as=image; imagesrcset="/x.png 1x, https://films.example/y.png 2x"', []),
        # What names something without loading it stays, whoever it names.
        ("<https://films.example/2>; rel=prev", ["<https://films.example/2>; rel=prev"]),
        # Firefox fetches it ahead.
        ("<https://films.example/2>; rel=next", []),
        ("</2>; rel=next", ["</2>; rel=next"]),
        (
            '<https://films.example/>; rel="canonical author"',
            ['<https://films.example/>; rel="canonical author"'],
        ),
        ('<https://films.example/>; rel="prev preload"', []),
        ("<https://films.example/>", ["<https://films.example/>"]),
        ("", [""]),
        *((plain, [plain]) for plain in PLAIN),
        *((odd, []) for odd in ODD),
    ],
)
@pytest.mark.parametrize("kind", [HTML, JSON])
def test_links_that_would_load_from_others_are_dropped_for_everyone_H9(
    make_site: MakeSite, given: str, sent: list[str], kind: tuple[str, str]
) -> None:
    # What no server should pass on is still the gate's to stop.
    site = make_site(Page(b"{}", headers=[kind, ("Link", given)]), validated=given not in ODD)
    # Caches and networks replay them as early hints to those who have not consented.
    for cookie in ("", site.chooses("accept")):
        assert site.gets("/", cookie).values("link") == sent


def test_several_headers_are_judged_one_by_one_H9(make_site: MakeSite) -> None:
    headers = [("Link", OWN), ("LINK", PRELOAD), ("link", "<https://stats.vendor.example>; rel=preconnect")]
    site = make_site(Page(headers=[HTML, *headers]))
    assert site.gets().values("link") == [OWN]
    assert site.gets("/", site.chooses("save", service="films")).values("link") == [OWN]


def test_what_is_necessary_on_a_page_is_so_for_everyone_H9(make_site: MakeSite) -> None:
    link = "<https://pay.example/p.js>; rel=preload; as=script"
    site = make_site(Page(headers=[HTML, ("Link", link)]))
    assert site.gets("/checkout/1").values("link") == [link]
    assert site.gets("/").values("link") == []


@pytest.mark.parametrize("status", [200, 204, 302, 304, 404, 500])
def test_on_any_status_H9(make_site: MakeSite, status: int) -> None:
    typed = [] if status in (204, 304) else [HTML]
    site = make_site(Page(b"", status, [*typed, ("Link", PRELOAD)]))
    assert site.gets().values("link") == []


def test_a_hostile_header_is_read_at_once() -> None:
    # What takes time by its square would take minutes here.
    for hostile in (
        '<a>;x="' * 20_000,
        "<" * 50_000,
        '<a>; rel="' + "\\" * 50_000,
        ";" * 50_000,
        "<a>;" * 20_000,
    ):
        with contextlib.suppress(Odd):
            filter_links(hostile, lambda urls: not [*urls])


def test_a_header_that_is_not_plain_is_logged_once_with_what_to_do(
    make_site: MakeSite, caplog: pytest.LogCaptureFixture
) -> None:
    site = make_site(Page(headers=[HTML, ("Link", "junk"), ("Link", OWN), ("Link", "</a"), ("Link", "")]))
    for _ in range(2):
        assert site.gets("/news").values("link") == [OWN, ""]
    [message] = [message for message in caplog.messages if '"link"' in message]
    assert 'of the page "/news"' in message
    assert "<URL>; rel=preload; as=style" in message
