"""Mistakes that people make: each message says where it is, and what was likely meant."""

import re

import pytest

from consentgate import Policy, PolicyError
from consentgate.policy import REASONS
from consentgate.policy.languages import is_unknown_language
from consentgate.policy.model import (
    Banner,
    Category,
    Cookie,
    Declaration,
    Service,
    ServiceCookie,
    Site,
    Theme,
)
from consentgate.policy.reading.other_words import KEYS, LANGUAGES, TABLES
from consentgate.policy.reading.other_words import REASONS as OTHER_REASONS
from consentgate.policy.schema import policy_schema

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
        (f"{SITE}[theme]]\n", 5, "close the brackets around a table's name: [site], or [[service]]"),
        ("(site)\n", 1, "this is no TOML: a policy is written in tables, like [site]"),
        ("- site:\n  - name: x\n", 1, 'a list stands in brackets, like ["en", "fr"]'),
        (f"{SITE}dnt == true\n", 5, "write one = between a key and its value"),
        (f"{SITE}dnt => true\n", 5, "write one = between a key and its value"),
        (f"{SITE}dnt = true;\n", 5, "write nothing after the value: each key has a line of its own"),
        (f"{SITE}dnt = true,\n", 5, "write nothing after the value: each key has a line of its own"),
        (f"{SITE}dnt = true guard = true\n", 5, "write nothing after the value"),
        ("[site]\nname = 'It's'\n", 2, "put a text with a ' in it in double quotes"),
        (f"{SITE}hosts = [a.example]\n", 5, 'write texts in quotes, like ["example.org"]'),
        (f"{SITE}hosts = ['a.example',, 'b.example']\n", 5, "write one comma between two values"),
        (f"{SITE}hosts = ['a.example' 'b.example']\n", 5, "write a comma between two of its values"),
        (f"{SITE}keep_grants = 12 months\n", 5, 'write text in quotes, like lifetime = "14 days"'),
        (f"{SITE}größe = 1\n", 5, "write the name of a key in ASCII letters, or in quotes"),
        (
            f"{SITE}[service]\nuse = 'a'\n[[service]]\nuse = 'b'\n",
            7,
            "several services or cookies are in double",
        ),
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
        (SITE.replace("site", "general"), "general: ", 'did you mean "site"?'),
        (f'{SITE}[[trackers]]\nuse = "youtube"', "trackers: ", 'did you mean "service"?'),
        (f"{SITE}[purposes.stats]\nname = 'Stats'", "purposes: ", 'did you mean "category"?'),
        (f"{SITE}[service.films]\nuse = 'youtube'", "[[service]]: ", 'with id = "films" for [service.films]'),
        (f"{SITE}[colors]\ntext = '#000'", "colors: ", 'did you mean "theme"?'),
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
        (
            f"{SERVICE}hosts = ['www.a.example/maps/*']",
            f"{AT_SERVICE}hosts: ",
            '"www.a.example"?; its path goes',
        ),
        (f"{SERVICE}paths = ['collect/*']", f"{AT_SERVICE}paths: ", 'did you mean "/collect/*"?'),
        (f"{SERVICE}paths = ['https://a.example/x']", f"{AT_SERVICE}paths: ", 'did you mean "/x"?'),
        (
            f"{SERVICE}urls = ['https://a.example/x/*']",
            f"{AT_SERVICE}urls: ",
            'did you mean "a.example/x/*"?',
        ),
        (f"{SITE}[banner]\nnot_on = ['admin']", "[banner], not_on: ", 'did you mean "/admin"?'),
        (f"{SITE}prefix = '/privacy'", "[site], prefix: ", 'did you mean "/privacy/"?'),
        (f"{SITE}consent_domain = 'https://a.example/'", "[site], consent_domain: ", 'mean "a.example"?'),
        (f"{SITE}privacy_url = '//a.example/p'", "[site], privacy_url: ", 'mean "https://a.example/p"?'),
        # keys in other words
        (f"{SERVICE}domains = ['a.example']", f"{AT_SERVICE}domains: ", 'did you mean "hosts"?'),
        (f"{SERVICE}provider = 'A'", f"{AT_SERVICE}provider: ", 'did you mean "controller"?'),
        (f"{SERVICE}description = 'A'", f"{AT_SERVICE}description: ", 'did you mean "purpose"?'),
        (f"{SERVICE}privacy_policy = 'A'", f"{AT_SERVICE}privacy_policy: ", 'did you mean "privacy_url"?'),
        (
            f"{SERVICE}required = true",
            f"{AT_SERVICE}required: ",
            'write category = "necessary", and a reason',
        ),
        (f"{SERVICE}default = true", f"{AT_SERVICE}default: ", "nothing is allowed before visitors have"),
        (f"{SERVICE}legal_basis = 'consent'", f"{AT_SERVICE}legal_basis: ", "the basis is consent, or a"),
        (f"{COOKIE}expires = '1 year'", f"{AT_COOKIE}expires: ", 'did you mean "lifetime"?'),
        (f"{COOKIE}max_age = 3600", f"{AT_COOKIE}max_age: ", 'did you mean "lifetime"?'),
        (f"{COOKIE}secure = true", f"{AT_COOKIE}secure: ", "the name tells the cookie"),
        (f"{SITE}company = 'A'", "[site], company: ", 'did you mean "controller"?'),
        (f"{SITE}email = 'a@a.example'", "[site], email: ", 'did you mean "contact"?'),
        (f"{SITE}domain = 'a.example'", "[site], domain: ", 'did you mean "hosts"?'),
        (f"{SITE}secret_key = 'x'", "[site], secret_key: ", "it is an argument of Gate(...)"),
        (f"{SITE}gpc = false", "[site], gpc: ", "Global Privacy Control always counts"),
        (f"{SITE}[theme]\nprimary = '#000'", "[theme], primary: ", 'did you mean "button"?'),
        (f"{SITE}[theme.light]\ntext = '#000'", "[theme], light: ", "write light colours under [theme]"),
        (f"{SITE}[banner]\ntext = 'We use cookies'", "[banner], text: ", "replaced under [texts.banner]"),
        (
            f"{SITE}[[category]]\nid = 'a'\ncookies = ['b']",
            '[[category]] 1 "a", cookies: ',
            "the table of each",
        ),
        (f"{SITE}[texts]\naccept = 'OK'", "[texts], accept: ", "it belongs under [texts.banner]"),
        (f"{SITE}[texts.english.banner]\ntitle = 'x'", "[texts], english: ", 'did you mean "en"?'),
        (f"{SITE}[texts.banner.en]\ntitle = 'x'", "[texts.banner], en: ", "as in [texts.en.banner]"),
        # looks
        (f"{SITE}[theme]\nbackground = 'white'", "[theme], background: ", 'did you mean "#fff"?'),
        (f"{SITE}[theme]\nbutton = '1a4fb4'", "[theme], button: ", 'did you mean "#1a4fb4"?'),
        (f"{SITE}[theme]\nbutton = '#1a4fb4ff'", "[theme], button: ", 'did you mean "#1a4fb4"?'),
        (f"{SITE}[theme]\nbutton = 'rgb(26, 79, 180)'", "[theme], button: ", 'did you mean "#1a4fb4"?'),
        (f"{SITE}[theme]\nradius = 6", "[theme], radius: ", 'did you mean "6px"?'),
        (f"{SITE}[theme]\nradius = '6'", "[theme], radius: ", 'did you mean "6px"?'),
        (f"{SITE}[theme]\nfont = 'Inter'", "[theme], font: ", 'did you mean "Inter, sans-serif"?'),
        (f"{SITE}[theme]\nfont = ['A', 'serif']", "[theme], font: ", 'did you mean "A, serif"?'),
        (f"{SITE}[banner]\nposition = 'bottom'", "[banner], position: ", 'did you mean "bar"?'),
        (f"{SITE}[banner]\nposition = 'modal'", "[banner], position: ", 'did you mean "dialog"?'),
        (f"{SITE}[banner]\nsettings = 'left'", "[banner], settings: ", 'did you mean "start"?'),
        (f"{SITE}[banner]\nsettings = false", "[banner], settings: ", 'did you mean "none"?'),
        (f"{SITE}csp = false", "[site], csp: ", 'did you mean "off"?'),
        (f"{SITE}share_links = false", "[site], share_links: ", 'did you mean "none"?'),
        (f"{SITE}undeclared = false", "[site], undeclared: ", 'did you mean "never"?'),
        (f"{SITE}guard = 'on'", "[site], guard: ", "write true, without quotes"),
        (f"{SITE}[declaration]\ndpo = false", "[declaration], dpo: ", 'did you mean "none"?'),
        # days and lifetimes
        (f"{SITE}updated = '23.11.2026'", "[site], updated: ", "did you mean 2026-11-23?"),
        (f"{SITE}updated = 20261123", "[site], updated: ", "did you mean 2026-11-23?"),
        (f"{SITE}updated = 2026-11-23T10:00:00Z", "[site], updated: ", "did you mean 2026-11-23?"),
        (f"{SITE}updated = '2026-02-30'", "[site], updated: ", "there is no such day"),
        (f"{COOKIE}lifetime = 'forever'", f"{AT_COOKIE}lifetime: ", 'has a number too, like "13 months"'),
        (f"{COOKIE}lifetime = 'up to 2 years'", f"{AT_COOKIE}lifetime: ", 'did you mean "2 years"?'),
        (f"{COOKIE}lifetime = '30'", f"{AT_COOKIE}lifetime: ", 'name the unit, like "30 days"'),
        (f"{COOKIE}lifetime = 86400", f"{AT_COOKIE}lifetime: ", 'name the unit in quotes, like "1 day"'),
        (f"{SITE}keep_grants = 365", "[site], keep_grants: ", 'name the unit in quotes, like "365 days"'),
        # languages
        (f"{SITE}languages = ['jp']", "[site], languages: ", 'did you mean "ja"?'),
        (f"{SITE}languages = ['gb']", "[site], languages: ", 'did you mean "en-GB"?'),
        (f"{SITE}languages = ['German']", "[site], languages: ", 'did you mean "de"?'),
        (f"{SITE}languages = ['en, fr']", "[site], languages: ", 'did you mean "en" or "fr"?'),
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
        (f"{NECESSARY}reason = 'login'", f"{AT_COOKIE}reason: ", 'did you mean "authentication"?'),
        (f"{NECESSARY}reason = 'csrf'", f"{AT_COOKIE}reason: ", 'did you mean "security"?'),
        (f"{NECESSARY}reason = 'essential'", f"{AT_COOKIE}reason: ", ": it says why"),
        (f"{NECESSARY}reason = ['security']", f"{AT_COOKIE}reason: ", "; it is one word, in quotes"),
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
        (f"{SITE}[[service]]\nuse = 'www.youtube.com'", '[[service]] 1 "www', 'did you mean "youtube"?'),
        (f"{SITE}[[service]]\nuse = 'G-AB12CD34'", '[[service]] 1 "G-AB', 'did you mean "google-analytics"?'),
        (f"{SITE}[[service]]\nuse = '_fbp'", '[[service]] 1 "_fbp"', 'did you mean "meta-pixel"?'),
        (
            f"{SITE}[[service]]\nid = 'youtube'",
            '[[service]] 1 "youtube", category: ',
            'write use = "youtube"',
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


def test_other_words_lead_to_words_that_there_are():
    """A hint to what no policy takes would be worse than none."""
    models = (Banner, Category, Cookie, Declaration, Service, ServiceCookie, Site, Theme)
    keys = {key for model in models for key in model.__struct_fields__}
    assert keys.issuperset(key for meant in KEYS.values() for key in meant)
    assert set(OTHER_REASONS.values()) <= set(REASONS)
    assert not any(map(is_unknown_language, LANGUAGES.values()))
    assert set(TABLES.values()) <= set(policy_schema()["properties"])


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
