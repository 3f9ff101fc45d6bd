"""A policy file that is wrong: every mistake at once, each in words that help."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consentgate import Policy
from consentgate.catalogue import catalogue
from consentgate.policy import REASONS, Mistake, PolicyError
from consentgate.policy.model import reasons_under

from .measurements import stated_for

SITE = '[site]\nname = "Example"\ncontroller = "Example Ltd"\ncontact = "privacy@example.org"\n'
LISTED = ", ".join(f'"{reason}"' for reason in REASONS)
LISTED_IN_EU = ", ".join(f'"{reason}"' for reason in reasons_under("eu"))


def mistakes(text: str, file: str = "consentgate.toml") -> list[Mistake]:
    with pytest.raises(PolicyError) as caught:
        Policy.parse(text, file)
    return list(caught.value.mistakes)


def mistake(text: str) -> Mistake:
    """The only mistake in a file that begins with a right [site] table."""
    (only,) = mistakes(SITE + text)
    return only


def test_ten_different_mistakes_are_reported_at_once():
    text = """
        [site]
        name = "Example"
        controler = "Example Ltd"
        contact = 5
        undeclared = "marketing"

        [[category]]
        id = "Performance"

        [[cookie]]
        name = "sid"
        category = "necessary"
        reason = "legitimate_interest"
        lifetime = "a fortnight"

        [[cookie]]
        name = "_ab"
        category = "perfomance"

        [[service]]
        use = "yuotube"

        [[service]]
        category = "necessary"
        hosts = ["https://stats.example/"]
    """
    assert [str(found) for found in mistakes(text, "")] == [
        '[site], controler: unknown key; did you mean "controller"?',
        "[site], contact: expected text in quotes, not 5",
        '[site], undeclared: expected one of "never", "Performance", not "marketing"',
        '[[category]] 1 "Performance", id: expected at most 64 lowercase letters, '
        'digits, - and _, not "Performance"; did you mean "performance"?',
        f'[[cookie]] 1 "sid", reason: expected one of {LISTED}, '
        'not "legitimate_interest": legitimate interest is none',
        '[[cookie]] 1 "sid", lifetime: expected "session" or a number of minutes, hours, '
        'days, months or years, like "14 days", not "a fortnight"',
        '[[cookie]] 2 "_ab", category: expected one of "necessary", "Performance", "never", '
        'not "perfomance"; did you mean "Performance"?',
        '[[service]] 1 "yuotube", use: expected the id of a service in the catalogue, '
        'not "yuotube"; did you mean "youtube"?',
        '[[service]] 2, id: missing: expected a short name, like "stats" (or use = "..." '
        "with one from the catalogue)",
        f"[[service]] 2, reason: missing: expected why it needs no consent, one of {LISTED_IN_EU}",
        '[[service]] 2, hosts: expected a host like "example.com" or "*.example.com", '
        'without scheme, port and path, not "https://stats.example/"; did you mean "stats.example"?',
    ]


KEPT = 'expected how long until visitors are asked again, from "6 months" to "13 months"'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('keep_grants = "5 months"', [("keep_grants", f'{KEPT}, not "5 months"')]),
        ('keep_grants = "14 months"', [("keep_grants", f'{KEPT}, not "14 months"')]),
        ('keep_grants = "session"', [("keep_grants", f'{KEPT}, not "session"')]),
        (
            "keep_grants = 200",
            [("keep_grants", f'{KEPT}, not 200; name the unit in quotes, like "200 days"')],
        ),
        ('keep_refusals = ""', [("keep_refusals", f'{KEPT}, not ""')]),
        (
            'keep_grants = "a year"\nkeep_refusals = "1 day"',
            [("keep_grants", f'{KEPT}, not "a year"'), ("keep_refusals", f'{KEPT}, not "1 day"')],
        ),
        (
            'keep_grants = "12 months"\nkeep_refusals = "6 months"',
            [
                (
                    "keep_refusals",
                    'expected at least "12 months", for which grants are kept, not "6 months": '
                    "who refused is not asked again sooner than who consented",
                )
            ],
        ),
    ],
)
def test_choices_are_kept_for_six_months_at_least_and_refusals_no_shorter(text, expected):
    assert [(found.key, found.expected) for found in mistakes(SITE + text)] == expected


def test_the_message_counts_and_lists_them():
    with pytest.raises(PolicyError) as caught:
        Policy.parse(SITE + 'colour = "red"\ncsp = "offf"', "site.toml")
    first, *rest = str(caught.value).splitlines()
    assert first == "2 mistakes in the policy:"
    assert rest == [f"  {found}" for found in caught.value.mistakes]
    assert isinstance(caught.value, ValueError)


def test_the_message_says_one_mistake_of_one():
    with pytest.raises(PolicyError, match=r"^1 mistake in the policy:\n"):
        Policy.parse(SITE + 'csp = "offf"')


def test_a_mistake_makes_no_others():
    """What depends on a wrong value is not said to be wrong as well."""
    site = SITE + 'undeclared = "necessary"\n'
    text = '[[category]]\nid = "Films"\n[[category]]\nid = "x"\ncovers = 1\n[[service]]\nuse = "stripe"\n'
    wrong = '[[service]]\nid = "a"\ncategory = 5\nreason = "security"\npages = ["/a"]\nhosts = "a.example"\n'
    assert [(m.table, m.key) for m in mistakes(site + text + wrong)] == [
        ("[site]", "undeclared"),
        ('[[category]] 1 "Films"', "id"),
        ('[[category]] 2 "x"', "covers"),
        ('[[service]] 2 "a"', "category"),
        ('[[service]] 2 "a"', "hosts"),
    ]


# -- the file itself -----------------------------------------------------------------------------------------


def test_what_a_service_says_beside_an_unknown_use_is_checked_too():
    text = '[[service]]\nuse = "yuotube"\nid = "a b"\ncategory = "performence"\n'
    assert {mistake.key for mistake in mistakes(SITE + text)} == {"use", "id", "category"}


def test_a_file_that_is_not_toml_is_one_mistake_with_its_line():
    (found,) = mistakes("[site]\nname = Example\n", "site.toml")
    assert str(found).startswith("site.toml:2: not readable as TOML: Invalid value")
    assert "line 2" in str(found)


def test_a_number_too_long_for_python_is_a_mistake():
    (found,) = mistakes(f"[site]\nname = {'1' * 5000}\n")
    assert found.expected.startswith("not readable as TOML: ")


def test_a_file_that_is_not_utf8_is_one_mistake_with_its_line(tmp_path):
    file = tmp_path / "consentgate.toml"
    file.write_bytes(SITE.replace("Example Ltd", "Exämple Ltd").encode("latin-1"))
    with pytest.raises(PolicyError) as caught:
        Policy.load(file)
    assert [str(found) for found in caught.value.mistakes] == [
        f"{file}:3: expected text in UTF-8; this line has a byte 0xE4 that is not"
    ]


def test_an_empty_file_is_told_what_the_site_table_needs(tmp_path):
    file = tmp_path / "consentgate.toml"
    file.write_bytes(b"")
    with pytest.raises(PolicyError) as caught:
        Policy.load(file)
    assert [str(found) for found in caught.value.mistakes] == [
        f"{file}: [site]: missing: expected a [site] table that says who answers for the site: "
        "name, controller, contact"
    ]


def test_a_missing_file_raises_what_python_raises(tmp_path):
    with pytest.raises(FileNotFoundError):
        Policy.load(tmp_path / "nothing.toml")


# -- tables and keys -----------------------------------------------------------------------------------------


def test_an_unknown_table_is_a_mistake_with_a_hint():
    text = '[[services]]\nid = "a"\ncategory = "performance"\npaths = ["/a"]'
    assert str(mistake(text)) == (
        "consentgate.toml:5: services: unknown here: expected [site], [banner], [theme], [[category]], "
        "[[cookie]], [[service]], [texts], [consent_mode] and [declaration] tables only; "
        'did you mean "service"?'
    )


def test_a_key_outside_of_the_tables_is_a_mistake():
    (found,) = mistakes(f'title = "x"\n{SITE}')
    assert (found.table, found.key) == ("", "title")


def test_one_table_instead_of_a_list_of_them_is_read_all_the_same():
    found = mistakes(f'{SITE}[cookie]\nname = "_ab"\ncategory = "perf"\n')
    assert [(m.table, m.key) for m in found] == [("[[cookie]]", ""), ('[[cookie]] 1 "_ab"', "category")]
    assert found[0].expected == "expected tables, each under a [[cookie]] in double brackets"


def test_the_site_table_cannot_be_a_list():
    (found,) = mistakes(SITE.replace("[site]", "[[site]]"))
    assert (found.table, found.key) == ("[site]", "")


def test_everything_missing_in_the_site_table_is_reported():
    found = mistakes("[site]\n")
    assert [(m.key, m.expected) for m in found] == [
        ("name", 'missing: expected the name of the site, like "Example"'),
        ("controller", 'missing: expected who answers for the site, like "Example Ltd"'),
        ("contact", 'missing: expected where visitors can write to, like "privacy@example.org"'),
    ]


@pytest.mark.parametrize("table", ["category", "cookie", "service"])
def test_an_empty_table_says_what_it_needs(table):
    keys = {"category": ["id"], "cookie": ["name", "category"], "service": ["id", "category"]}
    found = mistakes(f"{SITE}[[{table}]]\n")
    assert [m.key for m in found] == keys[table]
    assert all(m.table == f"[[{table}]] 1" and m.expected.startswith("missing: expected ") for m in found)


@pytest.mark.parametrize(
    ("text", "key", "hint"),
    [
        ("[[category]]\nid = 'a'\ncover = ['media']", "cover", '; did you mean "covers"?'),
        ("[[cookie]]\nname = 'a'\ncategry = 'performance'", "categry", '; did you mean "category"?'),
        (
            "[[cookie]]\nname = 'a'\ncategory = 'necessary'\nresaon = 'x'",
            "resaon",
            '; did you mean "reason"?',
        ),
        ("[[service]]\nid = 'a'\ncategory = 'performance'\nhost = ['a.example']", "host", '"hosts"?'),
        (
            "[[service]]\nuses = 'youtube'\ncategory = 'performance'\nid = 'a'",
            "uses",
            '; did you mean "use"?',
        ),
    ],
)
def test_a_misspelt_key_is_one_mistake_with_a_hint(text, key, hint):
    found = mistake(text)
    assert found.key == key
    assert found.expected.startswith("unknown key")
    assert found.expected.endswith(hint)


def test_an_unknown_key_like_no_other_lists_those_that_there_are():
    found = mistake("[[category]]\nid = 'a'\nzzz = 1")
    assert found.expected == 'unknown key; known here: "id", "name", "description", "covers"'


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            "hosts = 'a.example'",
            'expected a list of hosts, like ["example.com", "*.example.com"], not "a.example"',
        ),
        ("hosts = [1]", 'expected a list of hosts, like ["example.com", "*.example.com"], not [1]'),
        ("languages = 'en'", 'expected a list of languages, like ["en", "fr"], not "en"'),
        ("dnt = 'no'", 'expected true or false, without quotes, not "no"; write false, without quotes'),
        ("dnt = 0", "expected true or false, without quotes, not 0"),
        ("gate_redirects = 'true'", 'expected true or false, without quotes, not "true"'),
        ("gate_forms = 'true'", 'expected true or false, without quotes, not "true"'),
        ("updated = 'today'", 'expected a date without quotes, like 2026-11-23, not "today"'),
        ("updated = 2026", "expected a date without quotes, like 2026-11-23, not 2026"),
        ("csp = true", 'expected one of "on", "report-only", "off", not true; did you mean "on"?'),
        (
            "share_links = 'link'",
            'expected one of "links", "placeholder", "none", not "link"; did you mean "links"?',
        ),
        ("csp = 'yes'", 'expected one of "on", "report-only", "off", not "yes"'),
        ("undeclared = 0", "expected text in quotes, not 0"),
        (
            "undeclared = 'necessary'",
            'expected one of "never", "performance", "marketing", "third-party", not "necessary"',
        ),
        ("undeclared = ''", 'expected one of "never", "performance", "marketing", "third-party", not ""'),
        (
            "prefix = 'privacy'",
            'expected a path between slashes, like "/_privacy/", not "privacy"; did you mean "/privacy/"?',
        ),
        ("prefix = '/'", 'expected a path between slashes, like "/_privacy/", not "/"'),
        ("prefix = '/a/../b/'", 'expected a path between slashes, like "/_privacy/", not "/a/../b/"'),
        ("languages = []", 'expected at least one language, like ["en"]'),
        ("languages = ['English please']", 'expected languages like "en" or "pt-BR", not "English please"'),
        (
            "languages = ['en', 'uk-UA', 'xx']",
            'expected a language by its code (ISO 639-1), like "en", "de" or "fr", not "xx"',
        ),
        (
            "languages = ['gr_GR']",
            'expected a language by its code (ISO 639-1), like "en", "de" or "fr", not "gr_GR"',
        ),
    ],
)
def test_a_wrong_value_in_the_site_table_is_told_what_is_expected(line, expected):
    found = mistake(line)
    assert found.table == "[site]"
    assert found.key == line.partition(" ")[0]
    assert found.expected == expected


@pytest.mark.parametrize("key", ["name", "controller", "contact"])
def test_the_site_s_texts_may_not_be_blank(key):
    (found,) = mistakes(SITE.replace(f"{key} = ", f'{key} = "  " # '))
    assert (found.key, found.expected) == (key, "expected a text that is not empty")


@pytest.mark.parametrize(
    "host",
    [
        "example.org/*",
        "example.org/",
        "*.example.org/a",
        "example.org:443",
        "http://example.org",
        "*",
        "",
        "a b",
    ],
)
def test_a_host_may_have_no_scheme_port_or_path(host):
    for text in (
        f"hosts = ['{host}']",
        f"[[service]]\nid = 'a'\ncategory = 'performance'\nhosts = ['{host}']",
    ):
        found = mistake(text)
        assert found.key == "hosts"
        assert found.expected.startswith("expected a host")
        assert "embed" not in found.expected


def test_a_host_in_another_script_has_to_be_written_as_it_is_sent():
    assert "xn--" in mistake("hosts = ['bücher.example']").expected


def test_a_wrong_value_that_is_listed_twice_is_one_mistake():
    assert mistake("hosts = ['a b', 'a b']").key == "hosts"


@pytest.mark.parametrize("host", ["*.com", "*.co.uk", "*.org"])
def test_a_host_pattern_may_not_take_in_everyone_below_a_registry(host):
    assert mistake(f"hosts = ['{host}']").expected == (
        f'expected the hosts of one site, not all below "{host[2:]}"'
    )


@pytest.mark.parametrize("host", ["*.github.io", "*.internal", "*.localhost", "*.example.co.uk"])
def test_a_host_pattern_may_take_in_what_no_registry_gives_out(host):
    assert Policy.parse(f"{SITE}hosts = ['{host}']").site.hosts == (host,)


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ("paths = ['collect']", "paths"),
        ("paths = ['/a?b=c']", "paths"),
        ("paths = ['/a b']", "paths"),
        ("paths = ['/a#b']", "paths"),
        ("paths = ['/a/../b']", "paths"),
        ("paths = ['/a/.']", "paths"),
        ("paths = ['/%7Euser/*']", "paths"),
        ("hosts = ['a.example']\npaths = ['/a?b=c']", "paths"),
        ("urls = ['https://a.example/b']", "urls"),
        ("cookies = ['_st']", "cookies"),
        ("cookies = '_st'", "cookies"),
        ("hosts = ['a.example']\npages = ['/checkout/*']", "pages"),
        ("hosts = ['a.example']\nname = ''", "name"),
        ("hosts = ['a.example']\nreason = 'security'", "reason"),
        ("", ""),
    ],
)
def test_a_wrong_key_of_a_service_is_the_only_mistake(line, key):
    found = mistake(f"[[service]]\nid = 'a'\ncategory = 'performance'\n{line}")
    assert (found.table, found.key) == ('[[service]] 1 "a"', key)
    assert found.expected.startswith("expected ")


def test_a_cookie_of_a_service_says_where_it_is():
    text = "[[service]]\nid = 'a'\ncategory = 'performance'\ncookies = [{ name = '_a' }, { nam = '_b' }]"
    found = mistake(text)
    assert (found.table, found.key) == ('[[service]] 1 "a", cookies 2', "nam")
    found = mistake(text.replace("nam =", "lifetime = '1 week', name ="))
    assert (found.table, found.key) == ('[[service]] 1 "a", cookies 2 "_b"', "lifetime")


@pytest.mark.parametrize("name", ["", "*", "a*b", "a**", "a b", "a;b", "a=b", "a,b", "ä"])
def test_a_text_that_is_no_cookie_name_is_refused(name):
    assert mistake(f"[[cookie]]\nname = '{name}'\ncategory = 'performance'").key == "name"


@pytest.mark.parametrize(
    "lifetime",
    ["", "0 days", "14", "14days", "14 weeks", "-1 days", "1.5 days", "01 days", "\u0661 days", "1 days "],
)
def test_a_text_that_is_no_lifetime_is_refused(lifetime):
    found = mistake(f"[[cookie]]\nname = 'a'\ncategory = 'performance'\nlifetime = '{lifetime}'")
    assert found.key == "lifetime"
    assert found.expected.startswith(
        'expected "session" or a number of minutes, hours, days, months or years, like "14 days", '
        f'not "{lifetime}"'
    )


# -- ids and categories --------------------------------------------------------------------------------------

A = "[[service]]\nid = 'a'\ncategory = 'performance'\nhosts = ['a.example']\n"


@pytest.mark.parametrize(
    ("text", "table"),
    [
        (f"{A}{A}", '[[service]] 2 "a"'),
        ("[[service]]\nuse = 'youtube'\n" * 2, '[[service]] 2 "youtube"'),
        (A.replace("'a'", "'third-party'"), '[[service]] 1 "third-party"'),
        (A.replace("'a'", "'necessary'"), '[[service]] 1 "necessary"'),
        ("[[category]]\nid = 'x'\n[[category]]\nid = 'x'\n", '[[category]] 2 "x"'),
    ],
)
def test_an_id_that_is_taken_is_refused(text, table):
    found = mistake(text)
    assert (found.table, found.key) == (table, "id")
    assert found.expected.startswith("expected an id that no other category or service has, not ")


@pytest.mark.parametrize("id", ["", "A", "a b", "-a", "a/b", "*", "é", "a" * 65])
def test_a_text_that_is_no_id_is_refused(id):
    found = mistake(A.replace("'a'", f"'{id}'"))
    assert found.key == "id"
    assert found.expected.startswith("expected at most 64 lowercase letters, digits, - and _")


def test_never_cannot_be_an_id():
    assert mistake("[[category]]\nid = 'never'\n").expected.startswith("expected another word")


def test_an_unknown_category_is_refused_with_a_hint():
    found = mistake("[[cookie]]\nname = '_ab'\ncategory = 'neccessary'\nreason = 'security'")
    assert (found.table, found.key) == ('[[cookie]] 1 "_ab"', "category")
    assert found.expected == (
        'expected one of "necessary", "performance", "marketing", "third-party", "never", not "neccessary"; '
        'did you mean "necessary"?'
    )


@pytest.mark.parametrize("covers", ["marketting", "ads", ""])
def test_covers_names_categories_of_the_catalogue(covers):
    found = mistake(f"[[category]]\nid = 'a'\ncovers = ['{covers}']")
    assert found.key == "covers"
    assert found.expected.startswith('expected some of "all", "functional", "marketing", "media",')


def test_two_categories_cannot_cover_the_same():
    text = "[[category]]\nid = 'a'\ncovers = ['media']\n[[category]]\nid = 'b'\ncovers = ['social', 'media']"
    assert str(mistake(text)) == (
        'consentgate.toml:10: [[category]] 2 "b", covers: "media" is covered by "a" already'
    )


def test_necessary_covers_nothing():
    assert mistake("[[category]]\nid = 'necessary'\ncovers = ['media']").key == "covers"


def test_more_categories_than_anyone_would_read_are_refused():
    text = "".join(f"[[category]]\nid = 'c{n}'\n" for n in range(51))
    assert mistake(text).expected.startswith("expected at most 50 of them, not 51")


# -- what is exempt ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("reason", REASONS)
def test_every_reason_exempts(reason):
    table = f"[[cookie]]\nname = 'a'\ncategory = 'necessary'\nreason = '{reason}'\n{stated_for(reason)}"
    policy = Policy.parse(f"{SITE}regime = '{'uk' if reason.startswith('uk-') else 'eu'}'\n{table}")
    assert policy.cookies[0].reason == reason


@pytest.mark.parametrize("reason", ["legitimate_interest", "legitimate-interest", "consent", "", "Security"])
def test_no_other_reason_exempts(reason):
    """A8: legitimate interest never justifies storing or reading."""
    found = mistake(f"[[cookie]]\nname = 'a'\ncategory = 'necessary'\nreason = '{reason}'")
    assert found.key == "reason"
    assert all(word in found.expected for word in REASONS)


def test_a_legal_basis_cannot_be_chosen():
    found = mistake("[[cookie]]\nname = 'a'\ncategory = 'performance'\nbasis = 'legitimate_interest'")
    assert (found.key, found.expected[:11]) == ("basis", "unknown key")


COOKIE = "[[cookie]]\nname = 'sid'\ncategory = '{}'\n{}\n"
SERVICE = "[[service]]\nid = '{}'\ncategory = '{}'\ncookies = [{{ name = 'sid' }}]\n{}\n"
NEEDED = COOKIE.format("necessary", "reason = 'security'")


@pytest.mark.parametrize(
    ("text", "table", "key"),
    [
        (NEEDED + COOKIE.format("performance", ""), '[[cookie]] 2 "sid"', "category"),
        (COOKIE.format("never", "") + NEEDED, '[[cookie]] 2 "sid"', "category"),
        (NEEDED + SERVICE.format("a", "third-party", ""), '[[service]] 1 "a"', "cookies"),
        (
            SERVICE.format("a", "necessary", "reason = 'payment'") + SERVICE.format("b", "performance", ""),
            '[[service]] 2 "b"',
            "cookies",
        ),
    ],
)
def test_a_cookie_is_necessary_or_something_else(text, table, key):
    """A6: what has several purposes is exempt only if every one of them is."""
    found = mistake(text)
    assert (found.table, found.key) == (table, key)
    assert found.expected.endswith("a cookie is necessary only if all that it is used for is")


def test_a_cookie_has_one_category():
    found = mistake(COOKIE.format("performance", "") + COOKIE.format("third-party", ""))
    assert (found.table, found.key) == ('[[cookie]] 2 "sid"', "category")
    assert found.expected.startswith('expected "performance"')


# -- whatever is written -------------------------------------------------------------------------------------

_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=8)
    | st.sampled_from(["necessary", "youtube", "a"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["name", "id", "lifetime", "x"]), inner, max_size=3)
    ),
    max_leaves=4,
)
_KEYS = [
    *("id", "use", "name", "category", "reason", "lifetime", "hosts", "paths", "urls", "pages", "cookies"),
    *("covers", "undeclared", "controller", "contact", "x"),
]
_TABLE = st.dictionaries(st.sampled_from(_KEYS), _VALUES, max_size=5)
_DOCUMENT = st.fixed_dictionaries(
    {},
    optional={
        "site": _TABLE | _VALUES,
        "category": st.lists(_TABLE, max_size=3) | _VALUES,
        "cookie": st.lists(_TABLE, max_size=3) | _VALUES,
        "service": st.lists(_TABLE, max_size=3) | _VALUES,
    },
)


def _toml(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_string(key)} = {_toml(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int) else _string(str(value))


def _string(text: str) -> str:
    return '"' + "".join(f"\\U{ord(c):08x}" for c in text) + '"'


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(_DOCUMENT)
def test_any_document_loads_or_says_what_is_wrong(document):
    text = "".join(f"{key} = {_toml(value)}\n" for key, value in document.items())
    try:
        policy = Policy.parse(text)
    except PolicyError as error:
        assert error.mistakes
        places = [(m.table, m.key, m.expected) for m in error.mistakes]
        assert len(set(places)) == len(places)
        assert all(m.expected for m in error.mistakes)
    else:
        assert policy.claims.units is not None


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_load_or_say_what_is_wrong(tmp_path_factory, data):
    file = tmp_path_factory.getbasetemp() / "any.toml"
    file.write_bytes(data)
    with pytest.raises(PolicyError):
        Policy.load(file)


@pytest.mark.parametrize("name", ["__Host-consent", "consent", "__host-Consent"])
def test_the_name_of_the_gates_own_cookie_is_taken(name):
    own = mistake(f"[[cookie]]\nname = '{name}'\ncategory = 'performance'")
    assert own.key == "name"
    assert own.expected == (
        f'expected another name: the gate\'s own cookie, which keeps the choice, has this one, not "{name}"'
    )
    of_service = f"[[service]]\nid='a'\ncategory='performance'\ncookies=[{{ name='{name}' }}]"
    assert mistake(of_service).table == f'[[service]] 1 "a", cookies 1 "{name}"'


@pytest.mark.parametrize(
    ("use", "hint"),
    [
        ("gam", '"gam"; did you mean "google-ad-manager"?'),
        ("gt4", '"gt4"; did you mean "google-tag" or "google-translate"?'),
        ("twiter", '"twiter"; did you mean "twitter"?'),
        ("zzz", "; `consentgate services` lists them"),
    ],
)  # fmt: skip
def test_an_id_like_no_other_has_a_hint_to_the_right_one(use, hint):
    assert mistake(f"[[service]]\nuse = '{use}'").expected.endswith(hint)


PRIVACY = "[[service]]\nid = 'a'\ncategory = 'performance'\nhosts = ['a.example']\nprivacy_url = '{}'"


@pytest.mark.parametrize(
    "url",
    [
        *("yes", "vendor.example/privacy", "/privacy", "//vendor.example/privacy", "https:vendor.example"),
        *("https://", "https://vendor", "https://vendor.example /x", "https:///privacy", "https://.example"),
        *(
            "javascript:alert(1)",
            "mailto:a@vendor.example",
            "ftp://vendor.example",
            "https://a@vendor.example",
        ),
        *("https://vendor.example\\\\@a.example", 'https://vendor.example/"', "https://vendor.example/<b>"),
    ],
)
def test_a_privacy_url_that_is_no_web_address_is_refused(url):
    found = mistake(PRIVACY.format(url))
    assert (found.table, found.key) == ('[[service]] 1 "a"', "privacy_url")
    assert found.expected.startswith(
        'expected an address on the web, like "https://vendor.example/privacy", not'
    )


@pytest.mark.parametrize(
    "url",
    [
        *(
            "https://vendor.example/privacy?x=1#y",
            "HTTP://Vendor.Example",
            "https://vendor.example:8443/a",
        ),
        *("https://b\u00fccher.example/datenschutz", "https://xn--bcher-kva.example./a%20b", ""),
    ],
)
def test_a_privacy_url_may_be_any_web_address(url):
    assert Policy.parse(SITE + PRIVACY.format(url)).services[0].privacy_url == url


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("sessionid", "authentication"),
        ("PHPSESSID", "authentication"),
        ("__Host-session", "authentication"),
        ("csrftoken", "security"),
        ("XSRF-TOKEN", "security"),
    ],
)
def test_a_login_that_visitors_can_refuse_is_warned_of(name, reason, caplog):
    cookie = f"[[cookie]]\nname = '{name}'\ncategory = "
    Policy.parse(SITE + cookie + "'performance'")
    [record] = caplog.records
    assert f'[[cookie]] 1 "{name}"' in record.getMessage()
    assert f'category = "necessary" and reason = "{reason}"' in record.getMessage()
    caplog.clear()
    Policy.parse(SITE + cookie + f"'necessary'\nreason = '{reason}'")
    Policy.parse(SITE + cookie + "'never'")
    Policy.parse(SITE + "[[cookie]]\nname = 'ab_session_test'\ncategory = 'performance'")
    assert not caplog.records


def test_every_privacy_url_of_the_catalogue_is_accepted():
    used = "\n".join(f"[[service]]\nuse = '{service.id}'" for service in catalogue().services)
    assert Policy.parse(SITE + used).services


@pytest.mark.parametrize("language", ["en", "pt-BR", "zh_Hant_TW", "iw", "ast", "EN-gb"])
def test_any_language_code_that_exists_is_accepted(language):
    assert Policy.parse(f"{SITE}languages = ['{language}']").site.languages == (language,)


@pytest.mark.parametrize(
    "domain",
    [
        "com",
        "co.uk",
        "github.io",
        "localhost",
        "192.0.2.1",
        "*.city.example",
        ".city.example",
        "City.example",
    ],
)
def test_one_answer_needs_a_domain_that_is_the_sites_own(domain):
    assert str(mistake(f'consent_domain = "{domain}"')).startswith(
        "consentgate.toml:5: [site], consent_domain: expected a domain of your own, below which all hosts "
        f'are yours, like "example.org", not "{domain}"'
    )


def test_a_policy_cannot_declare_the_gates_own_cookies():
    for name in ("__Host-consent", "__secure-consent", "consent", "domain-consent"):
        assert mistake(f'[[cookie]]\nname = "{name}"\ncategory = "performance"').key == "name"
