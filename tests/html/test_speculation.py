"""Pages that browsers fetch ahead."""

from __future__ import annotations

import json

import pytest
from html_support import EVERYTHING, blocked, cut, feed, rewrite
from hypothesis import given
from hypothesis import strategies as st

E = "https://third.example/page"
OWN = {"href_matches": "/*"}


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
        page('{"prefetch": [{"urls": ["' + E + '"],}]}'),
        page('[{"urls": ["' + E + '"]}]'),
        page({"prefetch": {"urls": [E]}, "tag": "a"}),
        page(""),
        f'<script type=speculationrules src=/x>{{"prefetch": [{{"urls": ["{E}"]}}]}}</script>',
    ],
)
def test_rules_that_stay_at_home_or_say_nothing_stay(html: str) -> None:
    assert rewrite(html).decode() == html
    assert blocked(html) == []


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
