"""Notices that ask with both answers on one layer: fair ones, and ones that favour the yes."""

from __future__ import annotations

STYLE = """<style>
#notice { position: fixed; inset: auto 0 0 0; background: #fff; color: #222; padding: 20px;
  font: 16px sans-serif; border-top: 1px solid #ccc }
button, a { font: inherit; padding: 12px 24px; border-radius: 4px; border: 0;
  background: #0b5cad; color: #fff }
</style>"""
YES = "<button id=yes>Accept all</button>"
NO = "<button id=no>Reject all</button>"


def notice(yes: str = YES, no: str = NO, style: str = "", between: str = "", around: str = "") -> str:
    """A page with a notice. `around` stands for the notice's own attributes."""
    return (
        f"<!doctype html><html lang=en><title>Shop</title><link rel=icon href=data:,>{STYLE}"
        f"<style>{style}</style><body><h1>Shop</h1><a href=/>Home</a>"
        f"<div id=notice {around}><p>We use cookies.</p>{yes} {between} {no}</div>"
    )


PLAIN = "background: none; padding: 0; border: 0;"
SCROLLED = f"<div style='height: 40px; overflow: auto'>{YES}<div style='height: 300px'></div>{NO}</div>"
LINKS = "".join(f"<a href=/{number}>Partner {number}</a>" for number in range(8))
SCRIPT = """<script>{
const root = document.getElementById("host").attachShadow({ mode: "open" });
root.innerHTML = `<style>div { position: fixed; bottom: 0; background: #222; color: #eee; padding: 20px }
  button { color: #000; background: %s; padding: 9px; border: 0 }</style>
  <div><button style="background: #fff">Accept all</button><button>Reject all</button></div>`;
}</script>"""

FAIR = {
    "alike": notice(),
    "another colour": notice(style="#no { background: #444; color: #fff }"),
    "an outline": notice(style="#no { background: #fff; color: #0b5cad; border: 2px solid #0b5cad }"),
    "fewer letters": notice(yes="<button>Accept all cookies and continue</button>"),
    "refusing first": notice(yes=NO, no=YES),
    "links that look like buttons": notice(no="<a id=no href=#no>Reject all</a>"),
    "links both": notice(yes="<a href=#y>Accept all</a>", no="<a href=#n>Reject all</a>"),
    "in dark colours": notice(
        style="#notice { background: #111; color: #eee } button { background: #9cf; color: #000 }"
    ),
    "in words of modern CSS": notice(style="#no { background: oklch(0.35 0.1 250); color: white }"),
    "a picture behind it": notice(style="#no { background: linear-gradient(#fff, #eee); color: #999 }"),
    "a shadow for an edge": notice(
        style="#no { background: #fff; color: #0b5cad; box-shadow: 0 0 0 2px #0b5cad }"
    ),
    "an edge by another element": notice(
        no="<span style='border: 2px solid #0b5cad; border-radius: 4px'>"
        "<button style='background: none; color: #0b5cad'>Reject all</button></span>"
    ),
    "on a page that scrolls": notice(between="<br>", style="body { height: 4000px }"),
    "a notice at the end of the page": notice(style="#notice { position: static; margin-top: 3000px }"),
    "in a shadow root": f"<!doctype html><title>t</title><body><div id=host></div>{SCRIPT % '#fff'}",
}
"""Notices with which nothing is wrong, or nothing can be told."""

APART = (
    f"<!doctype html><title>t</title>{STYLE}<body><div id=notice>{YES}</div>"
    "<p style='font-size: 9px'><a href=# style='all: unset; color: #ccc'>No</a>"
)
"""A notice with one answer, and words elsewhere on the page that would be the other one's on it."""

UNFAIR = {
    "a grey text link beside a big button": (
        notice(
            no="<a id=no href=#>Reject all</a>",
            style=f"#no {{ {PLAIN} color: #aaa; font-size: 12px }} #yes {{ padding: 18px 60px }}",
        ),
        {"refusing-is-a-link", "refusing-is-fainter", "refusing-is-smaller"},
    ),
    "below the fold of the notice": (notice(yes="", no=SCROLLED), {"refusing-is-out-of-sight"}),
    "beyond the edge of the window": (
        notice(style="#no { position: absolute; left: 200vw }"),
        {"refusing-is-out-of-sight"},
    ),
    "words that nobody can read": (
        notice(style="#no { background: #ddd; border: 1px solid #555; color: #bbb }"),
        {"refusing-is-fainter"},
    ),
    "words that few can read": (
        notice(style="#no { background: #fff; border: 1px solid #555; color: #888 }"),
        {"refusing-is-fainter"},
    ),
    "faint as a whole": (notice(style="#no { opacity: .35 }"), {"refusing-is-fainter"}),
    "a shape that is hardly seen": (
        notice(style="#no { background: #e4e4e4; color: #222 }"),
        {"refusing-is-fainter"},
    ),
    "smaller words": (notice(style="#no { font-size: 12px }"), {"refusing-is-smaller"}),
    "lighter words": (
        notice(style="#yes { font-weight: 700 } #no { font-weight: 400 }"),
        {"refusing-is-smaller"},
    ),
    "a small button": (
        notice(style="#no { padding: 0 2px } #yes { padding: 20px 40px }"),
        {"refusing-is-smaller"},
    ),
    "no way by keyboard": (
        notice(no="<a id=no role=button onclick=''>Reject all</a>"),
        {"refusing-is-farther-by-keyboard"},
    ),
    "taken out of the keyboard's way": (
        notice(no="<button id=no tabindex=-1>Reject all</button>"),
        {"refusing-is-farther-by-keyboard"},
    ),
    "behind eight links": (notice(between=LINKS), {"refusing-is-farther-by-keyboard"}),
    "in a shadow root": (
        f"<!doctype html><title>t</title><body><div id=host></div>{SCRIPT % '#2a2a2a'}",
        {"refusing-is-fainter"},
    ),
}
"""Notices that favour the yes, and the rules that they break."""
