"""The signed cookie: what is written is read, and nothing else is."""

import base64
import hashlib
import re
import string

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from itsdangerous import Signer, TimestampSigner

from consentgate import Policy
from consentgate.consent import Choice, ConsentCookie, decide
from consentgate.consent.choice_validity import Validity

from .support import DAY, NOW, policy, service, set_clock

HOST = "www.example.org"
USUAL = Validity.of(Policy().site)


def cookie_of(*keys: str | bytes) -> ConsentCookie:
    return ConsentCookie(keys, validity=USUAL)


COOKIE = cookie_of("key")
DIGESTS = st.frozensets(st.binary(min_size=3, max_size=3), max_size=48)


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    set_clock(monkeypatch, NOW)


def value_of(choice: Choice, host: str = HOST, cookie: ConsentCookie = COOKIE) -> str:
    return cookie.set_cookie(choice, host).partition(";")[0].partition("=")[2]


def read(*values: str, host: str = HOST, cookie: ConsentCookie = COOKIE) -> Choice | None:
    return cookie.read(values, host)


def grant(*digests: bytes, at: int = NOW) -> Choice:
    return Choice(at, b"i" * 16, frozenset(digests or (b"abc",)))


REFUSAL = Choice(NOW - NOW % DAY)
GRANT = Choice(
    NOW, bytes(range(16)), frozenset((b"abc", b"xyz")), frozenset((b"\0\0\0",)), frozenset(("gpc",))
)


# -- round trips ---------------------------------------------------------------------------------------------


def test_a_refusal_comes_back():
    assert read(value_of(REFUSAL)) == REFUSAL


def test_a_grant_comes_back():
    assert read(value_of(GRANT)) == GRANT


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    granted=DIGESTS.filter(bool),
    refused=DIGESTS,
    identity=st.binary(min_size=16, max_size=16),
    age=st.integers(0, 183 * DAY - 1),
    signals=st.frozensets(st.sampled_from(("gpc", "dnt"))),
    host=st.text(max_size=80),
)
def test_any_grant_comes_back(granted, refused, identity, age, signals, host):
    choice = Choice(NOW - age, identity, granted, refused - granted, signals)
    assert read(value_of(choice, host), host=host) == choice


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(granted=DIGESTS.filter(bool), refused=DIGESTS, host=st.text(max_size=80))
def test_a_cache_tells_a_refusal_by_its_length_B17(granted, refused, host):
    refusal = r"[A-Za-z0-9_-]{12}\.[A-Za-z0-9_-]{43}"
    assert re.fullmatch(refusal, value_of(REFUSAL, host))
    assert not re.fullmatch(refusal, value_of(Choice(NOW, b"i" * 16, granted, refused - granted), host))


# -- whatever is changed -------------------------------------------------------------------------------------

ALPHABET = [*string.ascii_letters, *string.digits, *'-_.=+/!"%; \0é\udc80']


@pytest.mark.parametrize("choice", [REFUSAL, GRANT], ids=["refusal", "grant"])
def test_every_changed_character_fails(choice):
    value = value_of(choice)
    for position, original in enumerate(value):
        for character in ALPHABET:
            if character != original:
                assert read(value[:position] + character + value[position + 1 :]) is None


@pytest.mark.parametrize("choice", [REFUSAL, GRANT], ids=["refusal", "grant"])
def test_every_truncation_and_extension_fails(choice):
    value = value_of(choice)
    for length in range(len(value)):
        assert read(value[:length]) is None
        assert read(value[length + 1 :]) is None
        assert read(value[:length] + value[length + 1 :]) is None
    for extra in ("=", "==", "A", ".", " ", "\n", "\0", "é"):
        assert read(value + extra) is None
        assert read(extra + value) is None
    assert read(value * 2) is None


def test_base64_has_no_second_spelling():
    payload, _, signature = value_of(GRANT).rpartition(".")
    padded = payload + "=" * (-len(payload) % 4)
    data = base64.urlsafe_b64decode(padded)
    for character in string.ascii_letters + string.digits + "-_":
        other = payload[:-1] + character
        if other != payload and base64.urlsafe_b64decode(other + "=" * (-len(other) % 4)) == data:
            assert read(f"{other}.{signature}") is None
        spelt = signature[:-1] + character
        if spelt != signature:
            assert read(f"{payload}.{spelt}") is None
    assert read(f"{padded}.{signature}") is None or padded == payload
    assert read(f"{payload}.{signature}=") is None


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    st.text(max_size=120)
    | st.from_regex(r"[A-Za-z0-9_\-]{0,60}(\.[A-Za-z0-9_\-]{0,60}){0,3}", fullmatch=True)
)
def test_garbage_is_no_choice(value):
    assert read(value) is None


@pytest.mark.parametrize("value", ["", ".", "..", "a" * 100_000, "." * 10_000, "\udc80.\udc80", "é.é", "\0"])
def test_odd_values_are_no_choice(value):
    assert read(value) is None


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.binary(max_size=80))
def test_what_is_signed_but_not_a_choice_is_none(data):
    payload = base64.urlsafe_b64encode(data).rstrip(b"=").decode()
    signer = Signer("key", salt="consentgate.consent", digest_method=hashlib.sha256)
    choice = read(signer.sign(payload).decode())
    assert choice is None or choice.at <= NOW < USUAL.end(choice)


# -- hosts and keys ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("other", ["example.org", "evil.example", "", "WWW.example.org", "www.example.org."])
@pytest.mark.parametrize("choice", [REFUSAL, GRANT], ids=["refusal", "grant"])
def test_a_cookie_is_for_one_host(choice, other):
    assert read(value_of(choice), host=other) is None


def test_keys_go_from_the_oldest_to_the_newest():
    old, new = cookie_of("old"), cookie_of("new")
    both, later = cookie_of("old", "new"), cookie_of("new", "newest")
    written = {
        name: value_of(GRANT, cookie=cookie) for name, cookie in (("old", old), ("new", new), ("both", both))
    }
    assert written["both"] == written["new"] != written["old"]
    assert read(written["old"], cookie=both) == GRANT
    assert read(written["new"], cookie=both) == GRANT
    assert read(written["old"], cookie=later) is None
    assert read(written["both"], cookie=later) == GRANT
    assert read(written["new"], cookie=old) is None


def test_keys_may_be_bytes():
    assert read(value_of(GRANT, cookie=cookie_of(b"key"))) == GRANT


def test_a_cookie_of_another_use_of_the_key_is_none():
    payload = value_of(GRANT).rpartition(".")[0]
    assert read(Signer("key").sign(payload).decode()) is None
    assert read(TimestampSigner("key").sign(payload).decode()) is None


# -- time ----------------------------------------------------------------------------------------------------


def test_a_grant_counts_for_183_days(monkeypatch):
    value = value_of(GRANT)
    for now, expected in (
        (NOW, GRANT),
        (NOW + 183 * DAY - 1, GRANT),
        (NOW + 183 * DAY, None),
        (NOW + 184 * DAY, None),
        (NOW - 1, None),
        (NOW - 30 * DAY, None),
        (0, None),
    ):
        set_clock(monkeypatch, now)
        assert read(value) == expected


@pytest.mark.parametrize("second", [0, 1, 43_200, DAY - 1])
def test_a_refusal_counts_for_six_months_rounded_up_to_the_day(monkeypatch, second):
    """B8: not asked again a second before six months are over, asked a day after them."""
    then = NOW - NOW % DAY + second
    set_clock(monkeypatch, then)
    value = value_of(decide(Policy(), "refuse"))
    for later, counts in ((0, True), (183 * DAY - 1, True), (184 * DAY, False), (-second - 1, False)):
        set_clock(monkeypatch, then + later)
        assert (read(value) is not None) is counts


def test_max_age_lasts_as_long_as_what_is_signed():
    for choice in (decide(Policy(), "accept"), decide(Policy(), "refuse")):
        age = re.search(r"Max-Age=(\d+)", COOKIE.set_cookie(choice, HOST))
        assert 0 <= choice.at + int(age[1]) - USUAL.end(choice) < DAY
        assert int(age[1]) >= USUAL.end(choice) - NOW


@pytest.mark.parametrize(
    ("site", "grants", "refusals"),
    [
        ("", 183, 184),
        ('keep_grants = "6 months"', 183, 184),
        ('keep_grants = "12 months"', 365, 366),
        ('keep_refusals = "13 months"', 183, 396),
        ('keep_grants = "200 days"\nkeep_refusals = "1 year"', 200, 366),
    ],
)
def test_a_policy_says_how_long_choices_are_kept_B8(monkeypatch, site, grants, refusals):
    """A refusal's day is counted whole, which is the one more day that its cookie lives."""
    cookie = ConsentCookie(["key"], validity=Validity.of(policy(site=site).site))
    for choice, days in ((GRANT, grants), (REFUSAL, refusals)):
        set_clock(monkeypatch, NOW)
        assert f"; Max-Age={days * DAY};" in cookie.set_cookie(choice, HOST)
        value = value_of(choice, cookie=cookie)
        set_clock(monkeypatch, choice.at + days * DAY - 1)
        assert read(value, cookie=cookie) == choice
        set_clock(monkeypatch, choice.at + days * DAY)
        assert read(value, cookie=cookie) is None


def test_two_who_refuse_on_one_day_get_the_same_bytes(monkeypatch):
    morning = NOW - NOW % DAY
    lines = set()
    for second in (0, 1, 40_000, DAY - 1):
        set_clock(monkeypatch, morning + second + 0.75)
        lines.add(COOKIE.set_cookie(decide(Policy(), "refuse"), HOST))
        lines.add(COOKIE.set_cookie(decide(Policy(), "withdraw", (), frozenset(("gpc",))), HOST))
        lines.add(COOKIE.set_cookie(decide(Policy(), "save", ()), HOST))
    assert len(lines) == 1
    set_clock(monkeypatch, morning + DAY)
    assert COOKIE.set_cookie(decide(Policy(), "refuse"), HOST) not in lines


def test_only_a_grant_has_an_id_and_that_is_random():
    assert decide(Policy(), "refuse").id == decide(Policy(), "withdraw").id == b""
    ids = {decide(Policy(), "accept").id for _ in range(50)}
    assert len(ids) == 50
    assert all(len(identity) == 16 for identity in ids)


# -- the header ----------------------------------------------------------------------------------------------


def test_the_header_is_signed_secure_and_lasts_183_days():
    name, _, rest = COOKIE.set_cookie(GRANT, HOST).partition("=")
    value, *attributes = rest.split("; ")
    assert name == COOKIE.name == "__Host-consent"
    assert re.fullmatch(r"[A-Za-z0-9_.-]+", value)
    assert attributes == ["Path=/", f"Max-Age={183 * DAY}", "Secure", "HttpOnly", "SameSite=Lax"]


def test_the_header_for_plain_http_has_another_name_and_no_secure():
    cookie = ConsentCookie(["key"], validity=USUAL, insecure=True)
    line = cookie.set_cookie(GRANT, HOST)
    assert cookie.name == "consent"
    assert line.startswith("consent=")
    assert "Secure" not in line
    assert "HttpOnly; SameSite=Lax" in line


@pytest.mark.parametrize("count", [0, 1, 50, 92, 93, 95, 96, 97, 200, 1000])
@pytest.mark.parametrize("decision", ["accept", "refuse", "save"])
def test_the_cookie_stays_under_512_bytes(count, decision):
    text = "".join(service(f"s{n}", ("performance", "third-party")[n % 2]) for n in range(count))
    wide = policy(text, 'undeclared = "performance"')
    choice = decide(wide, decision, ("performance",), frozenset(("gpc", "dnt")))
    value = value_of(choice)
    assert len(f"__Host-consent={value}") < 512
    assert read(value) == choice


def test_the_cookie_stays_under_512_bytes_with_as_many_categories_as_there_can_be():
    text = "".join(f'[[category]]\nid = "c{n}"\n' + service(f"s{n}", f"c{n}") * 1 for n in range(50))
    more = "".join(service(f"t{n}", f"c{n}") for n in range(50))
    for wide in (policy(text), policy(text + more)):
        choice = decide(wide, "accept")
        assert len(f"__Host-consent={value_of(choice)}") < 512
        assert read(value_of(choice)) == choice


# -- several -------------------------------------------------------------------------------------------------


def test_of_several_cookies_the_most_restrictive_counts():
    small, large = grant(b"abc"), grant(b"abc", b"xyz")
    values = [value_of(choice) for choice in (large, small, REFUSAL)]
    assert read(*values) == read(*values[::-1]) == REFUSAL
    assert read(*values[:2]) == read(*values[1::-1]) == small
    assert read("garbage", values[0], "") == large
    assert read() is None


def test_of_several_cookies_an_invalid_one_does_not_count(monkeypatch):
    refused = value_of(Choice(REFUSAL.at - 300 * DAY))
    assert read(refused, value_of(GRANT)) == GRANT
