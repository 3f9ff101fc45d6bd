"""Pages that browsers fetch ahead."""

from __future__ import annotations

import json

import pytest
from html_support import EVERYTHING, blocked, cut, feed, rewrite
from hypothesis import given
from hypothesis import strategies as st

E = "https://third.example/page"
OWN = {"href_matches": "/*"}
AWAY = "<base href=//third.example/>"


def page(rules: object) -> str:
    text = rules if isinstance(rules, str) else json.dumps(rules)
    return f"<script type=speculationrules>{text}</script>"


def where(predicate: object) -> str:
    return page({"prefetch": [{"where": predicate}]})


@pytest.mark.parametrize(
    ("html", "url"),
    [
        (page({"prefetch": [{"urls": ["/a", E]}]}), E),
        (page({"prerender": [{"source": "list", "urls": ["//third.example/"]}]}), "//third.example/"),
        (page({"prefetch": [{"urls": [E], "relative_to": "document"}]}), E),
        (page({"prefetch": [3, {"urls": 3}, {"urls": [3]}], "prerender": [{"urls": [E]}]}), E),
        ("<base href=//third.example/>" + page({"prefetch": [{"urls": ["a"]}]}), "a"),
        (page({"prefetch": [{"source": "document"}]}), ""),
        (where({"and": []}), ""),
        (where({"selector_matches": "a"}), ""),
        (where({"not": OWN}), ""),
        (where({"or": [OWN, {"selector_matches": ".x"}]}), ""),
        (where({"href_matches": ["/*", "https://third.example/*"]}), "//third.example/"),
        (where({"href_matches": "https://*.third.example/*"}), "//any.third.example/"),
        (where({"href_matches": "*://*/*"}), ""),
        (where({"href_matches": "http{s}?://*:*/*"}), ""),
        (where({"href_matches": "https\\:third.example"}), ""),
        (where({"href_matches": {"hostname": "third.example"}}), "//third.example/"),
        (where({"href_matches": {"hostname": "*"}}), ""),
        (where({"href_matches": {"pathname": "/*", "protocol": "https"}}), ""),
        (where({"href_matches": {"pathname": "/*", "baseURL": E}}), ""),
        (where({"and": [{"href_matches": "https://third.example/*"}, {"not": OWN}]}), "//third.example/"),
        (page('{"prefetch": [{"where": ' + '{"not":' * 50_000 + "1" + "}" * 50_000 + "}]}"), ""),
        (page('{"prefetch": [{"where": ' + '{"or":[' * 50_000 + "1" + "]}" * 50_000 + "}]}"), ""),
        (page({"tag": "a" * (1 << 20)}), ""),
        # By a base that leads elsewhere.
        (AWAY + where(OWN), "/"),
        (AWAY + where({"href_matches": {"pathname": "/*"}}), "/"),
        (AWAY + where({"and": [{"href_matches": "/*"}, {"selector_matches": "a"}]}), "/"),
        # No plain path, nor a host: each browser has its own grammar of patterns.
        (where({"href_matches": "//third.example/*"}), ""),
        (where({"href_matches": "/\\third.example/*"}), ""),
        (where({"href_matches": "*"}), ""),
        (where({"href_matches": "{/}/third.example/*"}), ""),
        (where({"href_matches": "\t//third.example/*"}), ""),
        (where({"href_matches": "/*", "selector_matches": "a"}), ""),
        (where({"href_matches": "/*", "not": {"href_matches": "/a"}}), ""),
    ],
)
def test_rules_that_reach_a_third_party_go_as_a_whole(html: str, url: str) -> None:
    (one,) = blocked(html)
    assert (one.kind, one.url) == ("script", url)
    assert "speculationrules" not in rewrite(html).decode()
    assert rewrite(html, grants=EVERYTHING).decode() == html


@pytest.mark.parametrize(
    "html",
    [
        page({"prefetch": [{"urls": ["/a", "b?c", "https://cdn.example.org/d"]}]}),
        page({"prefetch": [{"source": "document", "where": OWN, "eagerness": "moderate"}]}),
        where(
            {"and": [OWN, {"not": {"href_matches": ["/wp-*.php", "/*\\?(.+)"]}}, {"selector_matches": "a"}]}
        ),
        where({"or": [OWN, {"href_matches": "https://*.example.org/*"}]}),
        where({"or": []}),
        where({"href_matches": "/:page(\\d+)/*"}),
        where({"href_matches": {"pathname": "/*", "search": ""}}),
        where({"href_matches": {"hostname": "www.example.org"}}),
        where(3),
        page('[{"urls": ["' + E + '"]}]'),
        page({"prefetch": {"urls": [E]}, "tag": "a"}),
        page(""),
        f'<script type=speculationrules src=/x>{{"prefetch": [{{"urls": ["{E}"]}}]}}</script>',
    ],
)
def test_rules_that_stay_at_home_or_say_nothing_stay(html: str) -> None:
    assert rewrite(html).decode() == html
    assert blocked(html) == []


NOT_PLAIN = [
    *(
        '"\x0b"',
        '"\0"',
        '"\x01"',
        '"\n"',
        '"\t"',
        '"\x1f"',
        '"\\v"',
        '"\\x41"',
        '"\\q"',
        '"\\0"',
        '"\\\'"',
        "'a'",
    ),
    *(
        "NaN",
        "-Infinity",
        "01",
        "1.",
        ".5",
        "+1",
        "-",
        "0x1",
        "undefined",
        "TRUE",
        "1 2",
        '["a" "b"]',
        "{a:1}",
    ),
    *('"\\ud800"', '"\\udc00\\ud800"', '"\\u0000"', '{"\\ud800":1}', '{"a":1,"a":2}', '{"a":1,"\\u0061":2}'),
    *(
        "[1,]",
        '{"a":1,}',
        "[}]",
        "[;]",
        '"a\\\nb"',
        "/*c*/1",
        "1//c\n",
        "1\0",
        "1\x0b",
        "1\xa0",
        "1\ufeff",
        "1\u2028",
    ),
    *('"\\u00g0"', '"\\u{41}"', '""""'),
]
"""No JSON by the standard. Chromium takes NUL and "\\v"."""
AROUND = [
    "\ufeff{}",
    "{}\0",
    "\0{}",
    "\x0b{}",
    "\xa0{}",
    "{};",
    "{}x",
    "{}}}",
    "/**/{}",
    "<!--{}",
    "{}\n{{}}",
]


@pytest.mark.parametrize("kind", ["speculationrules", "importmap", "webbundle"])
def test_what_some_browser_alone_may_read_goes(kind: str) -> None:
    for text in [*(f'{{"x": {value}}}' for value in NOT_PLAIN), *(form.format("{}") for form in AROUND)]:
        html = f"<script type={kind}>{text}</script>"
        assert [(one.kind, one.url) for one in blocked(html)] == [("script", "")], text
        assert rewrite(html, grants=EVERYTHING).decode() == html


@pytest.mark.parametrize("kind", ["speculationrules", "importmap", "webbundle"])
@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            " \n",
            "{}",
            '{"x": "\\u00e9\\ud83d\\ude00 \\n\\/ \x7f\u2028 ü"}',
            '{"x": [1.5e-3, -0, true, null, {}]}',
        ),
        '\r\n\t{"x"\n:\t1}\n',
    ],
)
def test_plain_json_that_names_nobody_stays(kind: str, text: str) -> None:
    html = f"<script type={kind}>{text}</script>"
    assert rewrite(html).decode() == html


def test_a_base_behind_rules_does_not_lead_them_elsewhere() -> None:
    html = where(OWN) + AWAY + "<a href=q>a</a>"
    assert rewrite(html).decode() == where(OWN) + "<a href=q>a</a>"


@pytest.mark.parametrize(
    "rules",
    [
        {"source": "https://third.example/a.wbn", "resources": ["https://third.example/a.js"]},
        {"source": "/a.wbn", "scopes": ["https://third.example/"]},
        {"source": "/a.wbn", "unheard-of": {"a": [["//third.example/"]]}},
    ],
)
def test_a_web_bundle_that_names_a_third_party_goes(rules: object) -> None:
    html = f"<script type=webbundle>{json.dumps(rules)}</script>"
    assert [one.kind for one in blocked(html)] == ["script"]
    own = html.replace("third.example", "cdn.example.org")
    assert rewrite(own).decode() == own


values = st.recursive(
    st.sampled_from([E, "/a", "/*", "https://third.example/*", None, 1, "document", "list"]),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(
                [
                    *("prefetch", "prerender", "urls", "where", "source", "and", "or", "not"),
                    *("href_matches", "selector_matches", "hostname", "pathname", "relative_to"),
                ]
            ),
            inner,
            max_size=3,
        ),
    ),
    max_leaves=12,
)


@given(values)
def test_any_json_is_judged(value: object) -> None:
    html = page(value).encode()
    assert rewrite(html) in (html, b"")
    assert feed(cut(html, 5)) == feed([html])
    named = page({"prefetch": [{"urls": [E]}, value]})
    assert rewrite(named) == b""
