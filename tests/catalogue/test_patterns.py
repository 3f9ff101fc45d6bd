"""URL patterns: what they mean, what they refuse, and which of many wins."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from consentgate.catalogue import Glob, UrlIndex, UrlPattern


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("example.com", UrlPattern("example.com")),
        ("Example.COM/", UrlPattern("example.com", path="/")),
        ("example.com/*", UrlPattern("example.com")),
        ("*.example.com", UrlPattern("example.com", subdomains=True)),
        ("*.example.com/embed/*", UrlPattern("example.com", subdomains=True, path="/embed/*")),
        ("example.com/a**b", UrlPattern("example.com", path="/a*b")),
        ("example.com/_/+1/*", UrlPattern("example.com", path="/_/+1/*")),
        ("localhost", UrlPattern("localhost")),
        ("127.0.0.1/x.js", UrlPattern("127.0.0.1", path="/x.js")),
        ("xn--bcher-kva.example", UrlPattern("xn--bcher-kva.example")),
    ],
)
def test_a_pattern_is_a_host_and_a_path(text: str, expected: UrlPattern) -> None:
    assert UrlPattern.parse(text) == expected


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "host"),
        ("/embed/*", "host"),
        ("*.", "host"),
        ("*", "start"),
        ("https://example.com", "scheme"),
        ("//example.com", "scheme"),
        ("example.com:8000", "port"),
        ("[::1]", "port"),
        ("a.*.com", "start"),
        ("*example.com", "start"),
        ("*.*.com", "start"),
        ("example..com", "host"),
        (".example.com", "host"),
        ("example.com.", "host"),
        ("-example.com", "host"),
        ("exa mple.com", "host"),
        ("user@example.com", "host"),
        ("bücher.example", "xn--"),
        ("a" * 254, "host"),
        ("example.com/a?b=1", "query"),
        ("example.com/a#b", "fragment"),
        ("example.com/a b", "spaces"),
        ("example.com/a\\b", "backslashes"),
        ("example.com?x", "host"),
    ],
)
def test_the_error_says_what_is_wrong_with_a_pattern(text: str, word: str) -> None:
    with pytest.raises(ValueError, match=word):
        UrlPattern.parse(text)


@pytest.mark.parametrize(
    "text", ["example.com", "*.example.com", "example.com/a", "*.example.com/embed/*", "example.com/"]
)
def test_a_pattern_is_written_as_it_was_read(text: str) -> None:
    assert str(UrlPattern.parse(text)) == text


def test_an_empty_path_is_every_path() -> None:
    assert UrlPattern("example.com", path="") == UrlPattern("example.com")


@pytest.mark.parametrize(
    ("glob", "path", "fits"),
    [
        ("/*", "/", True),
        ("/*", "/a/b/c", True),
        ("/embed/*", "/embed/", True),
        ("/embed/*", "/embed/a/b", True),
        ("/embed/*", "/embed", False),
        ("/embed/*", "/x/embed/", False),
        ("/iframe_api", "/iframe_api", True),
        ("/iframe_api", "/iframe_api/", False),
        ("*/matomo.js", "/matomo.js", True),
        ("*/matomo.js", "/a/matomo.js", True),
        ("*/matomo.js", "/a/notmatomo.js", False),
        ("*/matomo.js", "/a/matomo.js.map", False),
        ("/a*a", "/a", False),
        ("/a*a", "/aa", True),
        ("/*b*c*", "/abc", True),
        ("/*b*c*", "/acb", False),
        ("/a.b", "/a+b", False),
        ("/A", "/a", False),
        ("/*/x/*/x", "/1/x/2/x", True),
        ("/*/x/*/x", "/1/x/x", False),
    ],
)
def test_a_star_is_any_run_of_characters(glob: str, path: str, fits: bool) -> None:
    assert Glob(glob).matches(path) is fits


def _by_definition(glob: str, path: str) -> bool:
    """What a glob means, computed the slow way: the reachable places in the glob, character by character."""
    places = {0}
    for character in [*path, None]:
        for place in sorted(places):
            while place < len(glob) and glob[place] == "*":
                place += 1
                places.add(place)
        if character is None:
            break
        places = {
            place if glob[place] == "*" else place + 1
            for place in places
            if place < len(glob) and glob[place] in ("*", character)
        }
    return len(glob) in places


@given(st.text("ab/*", max_size=8), st.text("ab/", max_size=12))
@example("*a*a*", "a")
@example("*ab*b", "ab")
def test_a_glob_matches_what_its_definition_says(glob: str, path: str) -> None:
    assert Glob(glob).matches(path) == _by_definition(glob, path)


def test_hostile_paths_are_matched_in_linear_time() -> None:
    glob = Glob("/" + "*a" * 60 + "*b")
    assert not glob.matches("/" + "a" * 2_000_000)
    assert not Glob("/*aab*aab*x").matches("/" + "aa" * 1_000_000)


def test_hostile_hosts_are_refused_in_linear_time() -> None:
    index = UrlIndex([(UrlPattern.parse("*.example.com"), "below")])
    assert index.find("a." * 1_000_000 + "example.com", "/") is None


INDEX = UrlIndex(
    (UrlPattern.parse(text), text)
    for text in [
        "*.com",
        "*.example.com",
        "*.example.com/a/*",
        "www.example.com/a/b/*",
        "www.example.com/a/*",
        "www.example.com/a/b/c",
        "example.com/only",
        "*.cdn.example.com",
    ]
)


@pytest.mark.parametrize(
    ("host", "path", "expected"),
    [
        ("www.example.com", "/a/b/c", "www.example.com/a/b/c"),
        ("www.example.com", "/a/b/d", "www.example.com/a/b/*"),
        ("www.example.com", "/a/d", "www.example.com/a/*"),
        ("www.example.com", "/z", "*.example.com"),
        ("img.example.com", "/a/d", "*.example.com/a/*"),
        ("x.cdn.example.com", "/a/d", "*.cdn.example.com"),
        ("cdn.example.com", "/z", "*.example.com"),
        ("example.com", "/only", "example.com/only"),
        ("example.com", "/z", "*.com"),
        ("notexample.com", "/a/b", "*.com"),
        ("example.com.evil.example", "/only", None),
        ("com", "/", None),
        ("", "/", None),
        (".", "/", None),
        ("example", "/", None),
    ],
)
def test_the_most_specific_pattern_wins(host: str, path: str, expected: str | None) -> None:
    assert INDEX.find(host, path) == expected


def test_of_two_equal_patterns_the_first_counts() -> None:
    pattern = UrlPattern.parse("example.com/x")
    assert UrlIndex([(pattern, 1), (pattern, 2)]).find("example.com", "/x") == 1


HOSTS = st.lists(st.sampled_from("abc"), min_size=1, max_size=4).map(".".join)
PATTERNS = st.builds(UrlPattern, HOSTS, st.booleans(), st.sampled_from(["/*", "/a", "/a*", "/*b", "/a/*"]))


@given(st.lists(PATTERNS), HOSTS, st.sampled_from(["/", "/a", "/a/b", "/ab", "/b", ""]))
def test_the_index_finds_a_pattern_that_matches_whenever_there_is_one(
    patterns: list[UrlPattern], host: str, path: str
) -> None:
    found = UrlIndex((pattern, pattern) for pattern in patterns).find(host, path)
    matching = [pattern for pattern in patterns if pattern.matches(host, path or "/")]
    assert (found in matching) if matching else found is None
    if found is not None:
        assert found.subdomains <= min(pattern.subdomains for pattern in matching)


def test_ten_thousand_services_are_found_by_their_own_hosts() -> None:
    index = UrlIndex((UrlPattern.parse(f"*.vendor{number}.example"), number) for number in range(10_000))
    assert index.find("cdn.vendor9999.example", "/x") == 9_999
    assert index.find("cdn.vendor10000.example", "/x") is None
