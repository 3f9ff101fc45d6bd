"""Mistakes that people make: each message says where it is, and what was likely meant."""

import re

import pytest

from consentgate import Policy, PolicyError

SITE = '[site]\nname = "Example"\ncontroller = "Example Ltd"\ncontact = "privacy@example.org"\n'
SERVICE = f'{SITE}[[service]]\nid = "a"\ncategory = "third-party"\n'
COOKIE = f'{SITE}[[cookie]]\nname = "a"\ncategory = "performance"\n'
NECESSARY = f'{SITE}[[cookie]]\nname = "a"\ncategory = "necessary"\n'
AT_SERVICE, AT_COOKIE = '[[service]] 1 "a", ', '[[cookie]] 1 "a", '


def message(data: str | bytes, tmp_path) -> str:
    """The first mistake in a file, without the file's name and the line."""
    file = tmp_path / "consentgate.toml"
    file.write_bytes(data if isinstance(data, bytes) else data.encode())
    with pytest.raises(PolicyError) as caught:
        Policy.load(file)
    return re.sub(r"\A(?::[0-9]+)?: ", "", str(caught.value.mistakes[0]).removeprefix(str(file)))


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("[site]\nname = Example\n", 2, 'write text in quotes, like name = "Example"'),
        ("[site]\nname = “Example”\n", 2, 'write straight quotes, like "Example"'),
        ('[site]\nname = "Example\n', 2, "close the quotes at the end of the text"),
        ('[site]\nname: "Example"\n', 2, "write = between a key and its value, not a colon"),
        ("site:\n  name: Example\n", 1, "write = between a key and its value, not a colon"),
        ('{"site": {"name": "Example"}}', 1, "this is no TOML: a policy is written in tables, like [site]"),
        (f"{SITE}; a comment\n", 5, "a comment begins with #"),
        (f"{SITE}// a comment\n", 5, "a comment begins with #"),
        (f"{SITE}<<<<<<< HEAD\n", 5, "two versions were merged here: keep one of them"),
        (f"{SITE}dnt = True\n", 5, "write true or false, in lowercase"),
        (f"{SITE}dnt = yes # please\n", 5, "write true or false, in lowercase"),
        (f"{SITE}dnt =\n", 5, "write a value after the =, or take the line out"),
        (f"{SITE}dnt\n", 5, "write a key and its value, like dnt = true, or a table, like [site]"),
        (f"{SITE}updated = 23.11.2026\n", 5, "write a date that exists as 2026-11-23, without quotes"),
        (f"{SITE}updated = 2026/11/23\n", 5, "write a date that exists as 2026-11-23, without quotes"),
        (f"{SITE}updated = 2026-02-30\n", 5, "write a date that exists as 2026-11-23, without quotes"),
        (f'{SITE}name = "Other"\n', 5, "the key stands twice in this table: name it once"),
        (f"{SITE}[site]\ndnt = true\n", 5, "name the table once, with all of its keys under it"),
        (
            f'{SITE}[service]\nuse = "a"\n[service]\nuse = "b"\n',
            7,
            "name the table once, with all of its keys",
        ),
        (
            f'{SITE}imprint_url = "\\path"\n',
            5,
            "write \\\\ for a backslash, or put the text in single quotes",
        ),
        (
            f'{SERVICE}cookies = [{{ name = "a", }}]\n',
            8,
            "write a table in braces in one line, without a comma",
        ),
        (f'{SERVICE}cookies = [{{ name = "a",\n', 8, "write a table in braces in one line, without a comma"),
        (f"{SITE}[[service]\n", 5, "close the brackets around a table's name: [site], or [[service]]"),
    ],
)
def test_what_is_no_toml_is_shown_with_how_to_mend_it(tmp_path, text, line, what):
    said = message(text, tmp_path)
    assert said.startswith("not readable as TOML: ")
    assert f"(at line {line}, " in said
    assert what in said


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        # tables
        (
            f"[{SITE.replace(']', ']]', 1)}",
            "[site]: ",
            "expected one table, under a [site] in single brackets",
        ),
        (f'{SITE}[service]\nuse = "youtube"', "[[service]]: ", "each under a [[service]] in double brackets"),
        (f'{SITE}[[services]]\nuse = "youtube"', "services: ", 'did you mean "service"?'),
        (f'{SITE}[[cookies]]\nname = "a"', "cookies: ", 'did you mean "cookie"?'),
        (SITE.replace("site", "Site"), "Site: ", 'did you mean "site"?'),
        (
            f"languages = ['fr']\n{SITE}",
            "languages: ",
            "it belongs under [site], before the next table begins",
        ),
        (
            f"{SERVICE}hosts = ['a.example']\nlanguages = ['fr']",
            f"{AT_SERVICE}languages: ",
            "it belongs under [site]",
        ),
        (f"{SITE}position = 'box'", "[site], position: ", "it belongs under [banner]"),
        (f"{SITE}consent_mode = true", "[site], consent_mode: ", "a table of its own, under [consent_mode]"),
        (f"{SITE}category = ['a']", "[site], category: ", "each under a [[category]] in double brackets"),
        ("", "[site]: ", "missing: expected a [site] table that says who answers for the site"),
        # hosts
        (f"{SERVICE}hosts = ['https://a.example/']", f"{AT_SERVICE}hosts: ", 'did you mean "a.example"?'),
        (f"{SITE}hosts = ['https://example.org']", "[site], hosts: ", 'did you mean "example.org"?'),
        (f"{SERVICE}hosts = ['a.example:8080']", f"{AT_SERVICE}hosts: ", 'did you mean "a.example"?'),
        (f"{SERVICE}hosts = ['a.example ']", f"{AT_SERVICE}hosts: ", 'did you mean "a.example"?'),
        (f"{SERVICE}hosts = ['.a.example']", f"{AT_SERVICE}hosts: ", 'did you mean "*.a.example"?'),
        (
            f"{SERVICE}hosts = ['müller.example']",
            f"{AT_SERVICE}hosts: ",
            'did you mean "xn--mller-kva.example"?',
        ),
        (f"{SERVICE}hosts = ['a.example, b.example']", f"{AT_SERVICE}hosts: ", '"a.example" or "b.example"?'),
        (
            f"{SERVICE}hosts = ['a.example/x']",
            f"{AT_SERVICE}hosts: ",
            '"a.example"?; its path goes into paths',
        ),
        (
            f"{SERVICE}hosts = ['a.*.example']",
            f"{AT_SERVICE}hosts: ",
            'a "*" stands at its start and before a dot',
        ),
        (
            f"{SERVICE}hosts = ['*a.example']",
            f"{AT_SERVICE}hosts: ",
            'a "*" stands at its start and before a dot',
        ),
        (f"{SERVICE}hosts = 'a.example'", f"{AT_SERVICE}hosts: ", "expected a list of hosts"),
        (f"{SERVICE}hosts = ['*.com']", f"{AT_SERVICE}hosts: ", 'not all below "com"'),
        (f"{SERVICE}host = ['a.example']", f"{AT_SERVICE}host: ", 'did you mean "hosts"?'),
        (f"{SERVICE}paths = ['/a?b=1']", f"{AT_SERVICE}paths: ", "without spaces, backslashes, query"),
        # cookies
        (COOKIE.replace('"a"', '"my cookie"'), '[[cookie]] 1 "my cookie", name: ', "the name of a cookie"),
        (COOKIE.replace('"a"', '"a=1"'), '[[cookie]] 1 "a=1", name: ', "expected the name of a cookie"),
        (COOKIE.replace('"a"', '"a*b"'), '[[cookie]] 1 "a*b", name: ', "at most one * at its end"),
        (f"{SERVICE}cookies = ['a']", f"{AT_SERVICE}cookies: ", "expected a list of tables, like [{ name ="),
        (f"{COOKIE}lifetime = 365", f"{AT_COOKIE}lifetime: ", 'like "14 days", not 365'),
        (f"{COOKIE}lifetime = '1y'", f"{AT_COOKIE}lifetime: ", 'did you mean "1 year"?'),
        (f"{COOKIE}lifetime = 'One Year'", f"{AT_COOKIE}lifetime: ", 'did you mean "1 year"?'),
        (f"{COOKIE}lifetime = '14days'", f"{AT_COOKIE}lifetime: ", 'did you mean "14 days"?'),
        (f"{COOKIE}lifetime = '2 weeks'", f"{AT_COOKIE}lifetime: ", 'did you mean "14 days"?'),
        (f"{COOKIE}lifetime = '86400 seconds'", f"{AT_COOKIE}lifetime: ", 'did you mean "1 day"?'),
        (f"{COOKIE}lifetime = '90s'", f"{AT_COOKIE}lifetime: ", 'did you mean "2 minutes"?'),
        (f"{COOKIE}lifetime = 'Session'", f"{AT_COOKIE}lifetime: ", 'did you mean "session"?'),
        # words
        (COOKIE.replace("performance", "Analytics"), f"{AT_COOKIE}category: ", 'did you mean "performance"?'),
        (COOKIE.replace("performance", "essential"), f"{AT_COOKIE}category: ", 'did you mean "necessary"?'),
        (COOKIE.replace("performance", "Marketing"), f"{AT_COOKIE}category: ", 'did you mean "marketing"?'),
        (f"{NECESSARY}reason = 'Security'", f"{AT_COOKIE}reason: ", 'did you mean "security"?'),
        (f"{NECESSARY}reason = 'legitimate interest'", f"{AT_COOKIE}reason: ", "legitimate interest is none"),
        (f"{SITE}undeclared = 'block'", "[site], undeclared: ", 'did you mean "never"?'),
        (f"{SITE}dnt = 'True'", "[site], dnt: ", "write true, without quotes"),
        (f"{SITE}languages = 'en'", "[site], languages: ", 'expected a list of languages, like ["en", "fr"]'),
        (f"{SITE}languages = ['xx']", "[site], languages: ", "expected a language by its code (ISO 639-1)"),
        (f"{SITE}languages = ['English']", "[site], languages: ", 'expected languages like "en" or "pt-BR"'),
        (f"{SITE}privacy_url = 'privacy'", "[site], privacy_url: ", 'did you mean "/privacy"?'),
        (f"{SITE}imprint_url = 'www.a.example/i'", "[site], imprint_url: ", '"https://www.a.example/i"?'),
        (
            f"{SERVICE}hosts = ['b.example']\nprivacy_url = 'a.example/p'",
            f"{AT_SERVICE}privacy_url: ",
            '"https://a.example/p"?',
        ),
        (
            f"{SITE}[[service]]\nuse = ['youtube', 'vimeo']",
            "[[service]] 1, use: ",
            "a [[service]] table for each",
        ),
        (f"{SITE}[[service]]\nuse = 'Google Analytics'", '[[service]] 1 "Google', 'mean "google-analytics"?'),
        (
            f"{SERVICE}paths = ['/a']".replace('"a"', '"My Stats"'),
            '[[service]] 1 "My Stats", id: ',
            'did you mean "my-stats"?',
        ),
    ],
)
def test_what_was_meant_is_said(tmp_path, text, where, what):
    said = message(text, tmp_path)
    assert said.startswith(where)
    assert what in said


def test_an_encoding_that_editors_choose_by_themselves_is_named(tmp_path):
    said = message(SITE.encode("utf-16"), tmp_path)
    assert said == "expected text in UTF-8, and this is UTF-16: save it in that encoding"


@pytest.mark.parametrize(
    "data",
    [
        b"\xef\xbb\xbf" + SITE.encode(),
        SITE.replace("\n", "\r\n").encode(),
        SITE.replace("\n", "\n\t").encode(),
        f"{SITE}updated = '2026-11-23'".encode(),
    ],
    ids=["byte order mark", "CRLF", "tabs", "a date in quotes"],
)
def test_what_is_no_mistake_loads(tmp_path, data):
    file = tmp_path / "consentgate.toml"
    file.write_bytes(data)
    assert Policy.load(file).site.name == "Example"
