"""What import maps make of imports."""

from __future__ import annotations

import json

import pytest
from html_oracle import PAGE, is_third_party
from html_script_oracle import parse_map, resolve_specifier
from html_support import blocked, cut, feed, rewrite
from hypothesis import example, given
from hypothesis import strategies as st

E = "https://third.example/a.js"


def page(specifier: str, *maps: object) -> str:
    texts = [one if isinstance(one, str) else json.dumps(one) for one in maps]
    scripts = "".join(f"<script type=importmap>{text}</script>" for text in texts)
    return f"{scripts}<script type=module>import {json.dumps(specifier)}</script>"


def stays(html: str) -> bool:
    """Whether the module stays. The maps do in any case."""
    output = rewrite(html).decode()
    assert output in (html, html[: html.rindex("<script type=module>")])
    assert feed(cut(html.encode(), 3)) == feed([html.encode()])
    return output == html


@pytest.mark.parametrize(
    ("specifier", "map", "url"),
    [
        ("a", {"imports": {"a": E}}, E),
        ("a", {"imports": {"a": "//third.example/a.js"}}, "//third.example/a.js"),
        ("a/b.js", {"imports": {"a/": "https://third.example/"}}, "https://third.example/b.js"),
        ("a/b/c", {"imports": {"a/b/": "https://third.example/", "a/": "/"}}, "https://third.example/c"),
        ("./a.js", {"imports": {"/dir/a.js": E}}, E),
        ("/a.js?1", {"imports": {"../a.js?1": E}}, E),
        (
            "https://cdn.example.org/a.js",
            {"imports": {"https://cdn.example.org/": "https://third.example/"}},
            E,
        ),
        ("https://www.example.org/a.js", {"imports": {"/a.js": E}}, E),
        ("a", {"imports": {"a": "/a.js"}, "scopes": {"/dir/": {"a": E}}}, E),
        ("a", {"imports": {"a": "/a.js"}, "scopes": {"./": {"a": E}}}, E),
        ("a", {"imports": {"a": "/a.js"}, "scopes": {"": {"a": E}}}, E),
        ("a", {"imports": {"a": "/a.js"}, "scopes": {"https://www.example.org/": {"a": E}}}, E),
        (E, {"imports": {"a": "/a.js", "https://other.example/": "/"}}, E),
        (E, {"imports": {"https://third.example/": "/a"}, "scopes": []}, E),
        ("https://third.example/%61.js", {"imports": {E: "/a"}}, "https://third.example/%61.js"),
        ("a", f'{{"x": {"1" * 5000}, "imports": {{"a": "{E}"}}}}', E),
        ("a", {"imports": {"a": "data:text/javascript,import '" + E + "'"}}, E),
    ],
)
def test_an_import_goes_by_what_its_map_makes_of_it(specifier: str, map: object, url: str) -> None:
    html = page(specifier, map)
    assert not stays(html)
    assert [one.url for one in blocked(html)] == [url]


@pytest.mark.parametrize(
    ("specifier", "map"),
    [
        ("a", {"imports": {"a": "/a.js", "b": E}, "integrity": {E: "sha384-x"}}),
        ("b", {"imports": {"a": E}}),
        ("ab", {"imports": {"a": E, "a/": "https://third.example/"}}),
        (E, {"imports": {E: "/vendor/a.js"}}),
        (E, {"imports": {"https://third.example/": "/vendor/", "x": E}}),
        (E, {"imports": {"https://third.example": "./"}}),
        ("https://third.example/a%20b.js", {"imports": {"https://third.example/a%20b.js": "/vendor/a.js"}}),
        (E, {"imports": {E: None}}),
        ("a", {"imports": {"a": "/a.js"}, "scopes": {"/other/": {"a": E}}}),
        ("a", {"imports": {"a": E}, "scopes": {"/dir/": {"a": "/a.js"}}}),
        ("a", {"imports": {"a": E}, "scopes": {"/": {"a": E}, "/dir/": {"a": "/a.js"}}}),
        ("a/b", {"imports": {"a/": "https://third.example/x"}}),
        ("/a.js", {"imports": {"/b.js": E, "https://www.example.org/b.js": E}}),
    ],
)
def test_an_import_that_its_map_keeps_at_home_stays(specifier: str, map: object) -> None:
    assert stays(page(specifier, map))


def test_of_several_maps_any_may_count() -> None:
    assert not stays(page("a", {"imports": {"b": "/b.js"}}, {"imports": {"a": E}}))
    assert not stays(page("a", {"imports": {"a": "/a.js"}}, {"scopes": {"/dir/": {"a": E}}}))
    assert not stays(page(E, {}, {"imports": {E: "/a.js"}}))
    assert stays(page("a", {"imports": {"b": E}}, {"imports": {"a": "/a.js"}}))


@pytest.mark.parametrize(
    "before", ["<script type=module src=/a.js></script>", "<script type=module>0</script>"]
)
def test_a_map_after_a_module_may_not_count(before: str) -> None:
    assert not stays(before + page(E, {"imports": {E: "/a.js"}}))
    assert not stays(before + page("a", {"imports": {"a": E}}))
    assert stays(before + page("a", {"imports": {"a": "/a.js"}}))


def test_a_map_does_not_count_for_modules_before_it() -> None:
    html = page("a") + page("b", {"imports": {"a": E}})
    assert rewrite(html).decode() == html


def test_a_map_that_cannot_be_read_goes_and_counts_for_nothing() -> None:
    deep = '{"imports": {"a": "https://third.example/"}, "x": ' + "[" * 100_000 + "]" * 100_000 + "}"
    long = '{"imports": {"a": "https://third.example/"}, "x": "' + "a" * (1 << 20) + '"}'
    twice = '{"imports": {"a": "/a", "\\u0061": "https://third.example/a.js"}}'
    for map in (deep, long, twice, '{"imports": {"a": "https://third.example/"}, "x": "\\v"}'):
        html = page("a", map)
        assert rewrite(html).decode().removeprefix("</script>") == html[html.index("<script type=module>") :]
        # Without it, an address is what it says.
        assert rewrite(page(E, map)).removeprefix(b"</script>") == b""


def test_after_a_map_that_went_another_is_the_first() -> None:
    html = page(E, '{"imports": {}, "x": NaN}', {"imports": {E: "/a.js"}})
    assert rewrite(html).decode() == page(E, {"imports": {E: "/a.js"}})


def test_a_document_within_the_page_has_maps_of_its_own() -> None:
    map = f"<script type=importmap>{{&quot;imports&quot;: {{&quot;a&quot;: &quot;{E}&quot;}}}}</script>"
    html = f'<iframe srcdoc="{map}"></iframe><script type=module>import "a"</script>'
    assert rewrite(html).decode() == html
    html = f"<iframe srcdoc=\"{map}<script type=module>import 'a'</script>\"></iframe>"
    assert [one.url for one in blocked(html)] == [E]


texts = st.one_of(
    st.sampled_from(
        [
            *(
                "a",
                "a/",
                "a/b",
                "a/b/",
                "b",
                "",
                "/a",
                "/a/",
                "./a",
                "../a/",
                "./",
                "/dir/",
                "/dir/page",
                "//x.test/",
            ),
            *(
                "https://x.test/",
                "https://x.test",
                "https://x.test/a",
                "https://x.test/a/",
                "https://x.test/%61",
            ),
            *("HTTPS://x.test/a", "https://www.example.org/a", "https://www.example.org/", "https:/x.test/a"),
            *(
                " https://x.test/a",
                "https://x.test/b/../a",
                "https://x.test/a?b",
                "x:a",
                "..",
                "/dir/..",
                "?a",
            ),
            *("https://www.example.org/dir/", "data:text/javascript,0", "https://x.test:443/a", "//x.test/a"),
        ]
    ),
    st.text(alphabet="ab/.:?%hx", max_size=6),
)
tables = st.dictionaries(texts, st.one_of(texts, st.none(), st.just(1)), max_size=4)
maps = st.fixed_dictionaries(
    {}, optional={"imports": tables, "scopes": st.dictionaries(texts, tables, max_size=2)}
)


@given(texts, maps)
@example("a/b", {"imports": {"a/": "https://x.test"}})
@example("https://x.test/a", {"imports": {"https://x.test/": ".."}})
def test_no_map_hides_where_an_import_leads(specifier: str, map: dict) -> None:
    target = resolve_specifier(specifier, PAGE, parse_map(json.dumps(map), PAGE))
    if target is not None and is_third_party(target):
        assert not stays(page(specifier, map))


bare = st.sampled_from(["a", "a/", "a/b", "b", "/a", "/a/b", "https://x.test/a", "https://x.test/", "/dir/a"])
plain = st.dictionaries(bare, st.one_of(bare, st.none()), max_size=4)


@given(bare, st.fixed_dictionaries({"imports": plain, "scopes": st.dictionaries(st.just("/dir/"), plain)}))
def test_an_import_whose_way_is_plain_stays_exactly_where_it_leads_home(specifier: str, map: dict) -> None:
    target = resolve_specifier(specifier, PAGE, parse_map(json.dumps(map), PAGE))
    assert stays(page(specifier, map)) == (target is None or not is_third_party(target))
