"""Documents that somebody could have written: what HTML lets one leave out may be missing, and formatting may
overlap; things that load from third parties stand anywhere among the rest."""

from __future__ import annotations

import re
from random import Random

from hypothesis import strategies as st

E = "//evil.test/x"

LOADS = (
    f"<img src={E}>",
    f"<img src=/own srcset='{E} 2x'>",
    f"<iframe src={E}></iframe>",
    f"<iframe src={E}><p></iframe>",
    f'<iframe srcdoc="a<img src={E}>"></iframe>',
    f"<object data={E}><param name=a><b>x</b></object>",
    f"<embed src={E}>",
    f"<video src={E}><source src=/own>x</video>",
    f"<video poster={E}><source src={E}><track src=/own></video>",
    f"<audio src={E}></audio>",
    f"<script src={E}></script>",
    "<script>gtag('config', 'x')</script>",
    f"<link rel=stylesheet href={E}>",
    f"<style>a{{b:url({E})}}</style>",
    f"<style>@import '{E}';</style>",
    f"<noscript><img src={E}></noscript>",
    f"<span style='background:url({E})'>x</span>",
    f"<input type=image src={E}>",
    "<span class=fb-like>x</span>",
)
TEXTS = ("x", " y ", "&amp;", "<!-- c -->", "\n", "<br>", "<img src=/own>", "<input>", "<script>a<b</script>")
BETWEEN = ("", "", " ", f"<script src={E}></script>", f"<img src={E}>", f"<iframe src={E}></iframe>")
IN_HEAD = (
    "<title>t</title>",
    "<meta charset=utf-8>",
    f"<link rel=icon href={E}>",
    f"<script src={E}></script>",
    f"<style>a{{b:url({E})}}</style>",
    "<script>gtag('config', 'x')</script>",
    f"<noscript><link rel=stylesheet href={E}></noscript>",
    "<!-- c -->",
    "\n",
)

# What stands for itself, or holds: "*" phrasing, "+" anything, "-" what stands between a table's or a list's
# parts, and the two kinds of leaves.
PHRASING = (
    *("<b>*</b>", "<i>*</i>", "<em class=x>*</em>", "<ins>*</ins>", "<label>*</label>", "<button>*</button>"),
    f"<svg><g><path d=M0 /></g><image href={E} /><title>t</title></svg>",
    f"<math><mi>x</mi><mtext><img src={E}></mtext></math>",
    f"<svg><foreignObject><p>x<img src={E}></p></foreignObject></svg>",
    f"<picture><source srcset={E}><source srcset=/own><img src=/own></picture>",
    f"<select><option>x<script src={E}></script></select>",
    "<font color=red>*</font>",
)
FLOW = (
    *(
        "<p>*</p>",
        "<p>*<a href=/>.</a>*</p>",
        "<p>*",
        "<div>+</div>",
        "<section>+</section>",
        "<center>+</center>",
    ),
    *(
        "<blockquote>+</blockquote>",
        "<form>.</form>",
        "<details><summary>*</summary>+</details>",
        "<h1>*</h1>",
    ),
    *(
        "<ul>-<li>+</li>-<li>+</ul>",
        "<ol><li>+<li>+-</ol>",
        "<dl><dt>*<dd>+-</dl>",
        "<dl><dt>*</dt>-<dd>+</dd></dl>",
    ),
    "<table>-<tr>-<td>+</td>-<th>+</th></tr>-<tbody><tr><td>+</td></tr></tbody>-</table>",
    "<table><caption>+</caption><colgroup><col></colgroup><tr><td>+<th>+<tr>-<td>+</table>",
    *("<a href=/>.</a>", "<template>+</template>", "*", "*"),
)
OVERLAPPING = (
    "<b>*<i>*</b>*</i>",
    "<p><b>*</p>*</b>",
    "<div><b>+</div>+</b>",
    "<p><font size=2>*<p>*</font>",
)
_DEEPEST = 4


class _Writer:
    def __init__(self, random: Random, flow: tuple[str, ...]) -> None:
        self._random = random
        self._flow = flow

    def document(self) -> str:
        head = "".join(self._random.choice(IN_HEAD) for _ in range(self._random.randint(0, 4)))
        return f"<!doctype html><html><head>{head}</head><body class=x>x{self._piece('+', 0)}</body></html>"

    def _piece(self, kind: str, depth: int) -> str:
        if kind == "-":
            return self._random.choice(BETWEEN)
        pieces = []
        for _ in range(self._random.randint(0, 3)):
            if kind == "." or depth >= _DEEPEST or (kind == "*" and self._random.random() < 0.6):
                pieces.append(self._random.choice(self._random.choice((LOADS, TEXTS))))
            else:
                pieces.append(
                    self._filled(self._random.choice(PHRASING if kind == "*" else self._flow), depth + 1)
                )
        return "".join(pieces)

    def _filled(self, template: str, depth: int) -> str:
        parts = re.split(r"(?<=[>*+])([-.*+])|^([*])$", template)
        return "".join(self._piece(p, depth) if p in ("-", ".", "*", "+") else p for p in parts if p)


documents = st.randoms(use_true_random=False).map(lambda random: _Writer(random, FLOW).document())
overlapping = st.randoms(use_true_random=False).map(
    lambda random: _Writer(random, (*FLOW, *OVERLAPPING)).document()
)
