"""`consentgate import`: other consent managers' configurations become policies, and none is run."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from consentgate import Policy
from consentgate.cli import main

SITE = ("--name", "Shop", "--controller", "Shop Ltd", "--contact", "privacy@shop.example", "--yes")


def run(folder: Path, text: str, *arguments: object, name: str = "config.js") -> Result:
    file = folder / name
    file.write_text(text, "utf-8")
    return CliRunner().invoke(main, ["import", *map(str, (file, *SITE, *arguments))])


def imported(folder: Path, text: str, *arguments: object) -> tuple[Policy, str, list[str]]:
    result = run(folder, text, *arguments, "--json")
    assert result.exit_code == 0, result.output
    described = json.loads(result.stdout)
    return Policy.parse(described["text"]), described["text"], described["left_out"]


KLARO = r"""
// what visitors are asked
var klaroConfig = {
  version: 1, elementID: 'klaro', mustConsent: !1, cookieExpiresAfterDays: 365,
  lang: 'de', privacyPolicy: '/datenschutz',
  translations: {
    zz: { privacyPolicyUrl: '/privacy' },
    de: {
      consentModal: { title: '<u>Ihre</u> Cookies', description: 'Hier k\u00f6nnen Sie w\xe4hlen.' },
      purposes: { analytics: { title: 'Statistik', description: "Z\"ählt" }, gamma: 'Gammastrahlen' },
      ours: { description: 'Unsere Zahlen' },
    },
    en: { purposes: { analytics: 'Statistics' } },
    tlh: { consentModal: { title: 'cha!' } },
  },
  services: [
    { name: 'matomo', title: 'Matomo', purposes: ['analytics'], default: true,
      cookies: [[/^_pk_.*$/, '/', 'shop.example'], 'piwik_ignore', /[0-9]odd/],
      callback: function (consent) { if (consent) { log("}" + '{', /[}/]/g, `}`) } }, onlyOnce: true },
    { name: 'ours', purposes: ['analytics'], cookies: [/^(_a|_b)$/, { pattern: /^_mine_/, path: '/' }] },
    { name: 'youtube', purposes: ['media'], onAccept: () => go(1, 2) },
    { name: 'rays', title: 'Rays', purposes: ['gamma'], cookies: ['ray'] },
    { name: 'nowhere', purposes: ['gamma', 'analytics'] },
    { name: 'login', required: true, purposes: ['security'], cookies: ['user_session'], ...more },
    { name: 'odd', required: true, purposes: ['security'], cookies: ['odd'] },
  ],
  callback(consent) { return 1 },
}
window.more = 1
"""


def test_klaros_services_are_the_catalogues_or_described(tmp_path):
    policy, text, left_out = imported(tmp_path, KLARO)
    services = {service.id: service for service in policy.services}
    assert list(services) == ["matomo", "ours", "youtube", "rays"]
    assert services["matomo"].use == "matomo"
    assert {"_pk_id*", "piwik_ignore"} <= {cookie.name for cookie in services["matomo"].cookies}
    assert [cookie.name for cookie in services["ours"].cookies] == ["_a", "_b", "_mine_*"]
    assert (services["ours"].category, services["ours"].purpose) == ("performance", "Unsere Zahlen")
    assert (services["rays"].category, services["youtube"].category) == ("gamma", "third-party")
    assert '# id = "login"' in text and '# reason = "authentication"' in text
    assert '# id = "nowhere"' in text
    assert '# id = "odd"' in text
    for said in ("[0-9]odd", "callback (line", "services[2].onAccept (line", "several purposes", "nowhere: "):
        assert any(said in one for one in left_out), said


def test_klaros_texts_and_categories_are_carried_over(tmp_path):
    policy, _, left_out = imported(tmp_path, KLARO)
    assert policy.site.languages == ("de", "en")
    assert policy.site.privacy_url == "/datenschutz"
    assert policy.texts_in("de").banner.title == "Ihre Cookies"
    german = policy.texts_in("de").categories
    assert (german["performance"].title, german["performance"].description) == ("Statistik", 'Z"ählt')
    assert policy.texts_in("en").categories["performance"].title == "Statistics"
    assert german["gamma"].title == "Gammastrahlen"
    assert any("texts in tlh" in one for one in left_out)


@pytest.mark.parametrize(
    "name", ["googleTagManager", "google_tag_manager", "Google Tag Manager", "GTM", "gtm"]
)
def test_a_service_is_recognised_however_its_name_is_spelt(tmp_path, name):
    policy, _, _ = imported(tmp_path, json.dumps({"services": [{"name": name, "purposes": ["marketing"]}]}))
    assert [service.use for service in policy.services] == ["google-tag-manager"]


def test_klaros_configuration_may_be_json(tmp_path):
    config = {"services": [{"name": "youtube", "purposes": ["media"]}], "default": False, "x": None}
    policy, _, left_out = imported(tmp_path, json.dumps(config))
    assert [service.id for service in policy.services] == ["youtube"]
    assert left_out == ["settings of Klaro, for which a policy has no place: default, x"]


def test_the_words_of_klaros_services_are_carried_over_in_the_sites_main_language(tmp_path):
    config = {
        "services": [
            {"name": "matomo", "title": "Our counter", "purposes": ["analytics"], "onlyOnce": True},
            {
                "name": "ours",
                "purposes": ["analytics"],
                "cookies": ["a"],
                "translations": {
                    "zz": {"title": "Ours"},
                    "de": {"title": "Unseres", "description": "Zählt."},
                    "en": {"title": "Our own", "description": "Counts."},
                },
            },
            {"name": "youtube", "title": "YouTube", "purposes": ["media"], "description": "Films."},
        ],
        "translations": {"de": {"matomo": {"description": "Wie viele."}}, "en": {"ok": "OK"}},
    }
    policy, _, left_out = imported(tmp_path, json.dumps(config), "--language", "de", "--language", "en")
    words = {service.id: (service.name, service.purpose) for service in policy.services}
    assert words == {
        "matomo": ("Our counter", "Wie viele."),
        "ours": ("Unseres", "Zählt."),
        "youtube": ("YouTube", "Films."),
    }
    assert left_out == [
        "the words of its buttons and windows: ours accept and refuse in words that are alike",
        "settings of services, for which a policy has no place: onlyOnce",
        "ours: its words in en; a service has words in one language",
    ]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("var klaroConfig = {services: [], cookieExpiresAfterDays: 365}", "365 days"),
        ("var klaroConfig = {services: [], cookieExpiresAfterDays: 120}", None),
        ("var klaroConfig = {services: [], cookieExpiresAfterDays: days()}", "6 months"),
        ("var klaroConfig = {services: []}", "6 months"),
        ("CookieConsent.run({categories: {}, cookie: {name: 'cc', expiresAfterDays: 182}})", "182 days"),
        ("CookieConsent.run({categories: {}, cookie: {expiresAfterDays: 1e99}})", "6 months"),
        ("tarteaucitron.init({}); var tarteaucitronForceExpire = '365';", "365 days"),
        ("tarteaucitron.init({}); var tarteaucitronForceExpire = 182.5;", "182 days"),
        ("tarteaucitron.init({}); tarteaucitronForceExpire = 90;", None),
        (
            "tarteaucitronExpireInDay = false; tarteaucitronForceExpire = 365; tarteaucitron.init({})",
            "6 months",
        ),
    ],
)
def test_choices_are_kept_for_as_long_where_the_law_has_it_so(tmp_path, text, kept):
    policy, written, left_out = imported(tmp_path, text)
    assert policy.site.grants_kept == (kept or "6 months")
    assert any("how long choices are kept: expected" in one for one in left_out) == (kept is None)
    assert ("\nkeep_grants = " in written) == (kept not in (None, "6 months"))


def test_a_banners_introduction_waits_in_comments_until_somebody_has_read_it(tmp_path):
    config = {
        "services": [],
        "translations": {
            "de": {"consentModal": {"title": "Cookies", "description": "Wählen Sie."}},
            "en": {"consentNotice": {"description": "Shop Ltd asks you."}},
            "fr": {"consentNotice": {"description": "Pour {purposes}."}},
        },
    }
    languages = ("--language", "de", "--language", "en", "--language", "fr")
    _, text, left_out = imported(tmp_path, json.dumps(config), *languages)
    assert '\n# intro = "{controller}: Wählen Sie."\n' in text
    assert '\n# [texts."en".banner]\n# intro = "{controller} asks you."\n' in text
    assert "Pour" not in text
    assert [one for one in left_out if "introduction" in one] == [
        "the banner's introduction in de: it is in comments, for you to read over",
        "the banner's introduction in en: it is in comments, for you to read over",
        "the banner's introduction in fr: it has parts in braces",
    ]
    plain = re.sub(r"(?m)^# (?=intro = |\[texts)", "", text)
    assert Policy.parse(plain).texts_in("de").banner.intro == "{controller}: Wählen Sie."


def test_all_that_was_left_out_stands_in_the_file(tmp_path):
    _, text, left_out = imported(tmp_path, KLARO)
    comments = " ".join(
        line.removeprefix("#").strip() for line in text.partition("# Not carried over:")[2].split("\n")
    )
    for one in left_out:
        assert " ".join(one.split()) in comments


COOKIECONSENT = """
import * as CookieConsent from './cookieconsent.esm.js';
CookieConsent.run({
  guiOptions: { consentModal: { layout: "box" } },
  categories: {
    necessary: { enabled: true, readOnly: true },
    analytics: {
      autoClear: { cookies: [{ name: /^_ga/ }, { name: '_gid' }, { name: 'mine' }] },
      services: {
        ga: { label: 'Google Analytics', onAccept: () => { start() } },
        films: { label: 'Films', cookies: [{ name: /^(films_)/ }] },
      },
    },
    ads: {},
  },
  language: { default: 'en', translations: {
    en: {
      consentModal: { title: "Hello, it's us", description: 'We <a href="#">ask</a>.' },
      preferencesModal: { sections: [
        { title: 'Needed', description: 'These are <b>essential</b>.', linkedCategory: 'necessary',
          cookieTable: {
          headers: { name: 'Cookie', desc: 'Description', exp: 'Expiration' },
          body: [
            { name: 'sessionid', desc: 'Login', exp: 'Session' },
            { name: 'cart', desc: 'Basket', exp: '2 weeks' },
            { name: 'strange', desc: '?', exp: 'never' },
          ] } },
        { title: 'Counting', description: 'How many.', linkedCategory: 'analytics', cookieTable: { body: [
          { name: '_ga', domain: 'x', desc: 'GA', exp: '2 years' },
          { name: 'mine', desc: 'Ours', exp: '3 weeks' },
        ] } },
      ] },
    },
    fr: './fr.json',
  } },
});
"""


def test_cookieconsents_categories_cookies_and_texts_are_carried_over(tmp_path):
    policy, text, left_out = imported(tmp_path, COOKIECONSENT)
    assert [service.id for service in policy.services] == ["google-analytics", "films"]
    cookies = {
        cookie.name: (cookie.category, cookie.reason, cookie.lifetime, cookie.purpose)
        for cookie in policy.cookies
    }
    assert cookies == {
        "mine": ("performance", None, "21 days", "Ours"),
    }
    # A table for a framework's cookie would cut its life.
    assert "# sessionid: frameworks set it" in text
    assert '# name = "strange"' in text
    english = policy.texts_in("en")
    assert english.banner.title == "Hello, it's us"
    assert english.categories["necessary"].description == "These are essential."
    for said in ("onAccept", "./fr.json", "strange", "introduction"):
        assert any(said in one for one in left_out), said


TARTEAUCITRON = """<!doctype html>
<script src="/tarteaucitron/tarteaucitron.js"></script>
<script>
tarteaucitron.init({ "privacyUrl": "/vie-privee", /* "x": { */ "hashtag": "#tac", "orientation": "middle", });
tarteaucitron.user.gtagUa = 'G-ABC';
(tarteaucitron.job = tarteaucitron.job || []).push('gtag');
(tarteaucitron.job = tarteaucitron.job || []).push("youtube");
// (tarteaucitron.job = tarteaucitron.job || []).push('hotjar');
/* (tarteaucitron.job = tarteaucitron.job || []).push('vimeo'); */
(tarteaucitron.job = tarteaucitron.job || []).push('koban');
(tarteaucitron.job = tarteaucitron.job || []).push('gplus');
</script>
"""


def test_tarteaucitrons_jobs_are_services(tmp_path):
    policy, text, left_out = imported(tmp_path, TARTEAUCITRON)
    assert [service.id for service in policy.services] == ["google-analytics", "youtube"]
    assert policy.site.privacy_url == "/vie-privee"
    assert '# id = "koban"' in text
    assert "has closed" in text
    assert left_out == [
        "settings of tarteaucitron, for which a policy has no place: hashtag, orientation",
        "koban: neither hosts nor cookies of it are known",
    ]


def row(model: str, pk: int, **fields: object) -> dict[str, object]:
    return {"model": f"cookie_consent.{model}", "pk": pk, "fields": fields}


FIXTURE = [
    row("cookiegroup", 1, varname="analytics", name="Zählung", description="Wie viele", is_required=False),
    row("cookiegroup", 2, varname="basics", name="Basics", description="", is_required=True),
    row("cookie", 1, cookiegroup=1, name="_ga", description="", path="/", domain=".shop.example"),
    row("cookie", 2, cookiegroup=["analytics"], name="seen", description="What you saw", path="/", domain=""),
    row("cookie", 3, cookiegroup=2, name="lang", description="", path="/", domain=""),
    row("cookie", 4, cookiegroup=9, name="lost", description="", path="/", domain=""),
    {"model": "auth.user", "pk": 1, "fields": {"name": "x"}},
]


def test_django_cookie_consents_groups_are_categories(tmp_path):
    policy, _, left_out = imported(tmp_path, json.dumps(FIXTURE), "--language", "de")
    assert [service.id for service in policy.services] == ["google-analytics"]
    assert {cookie.name: (cookie.category, cookie.reason) for cookie in policy.cookies} == {
        "seen": ("performance", None),
    }
    assert policy.texts_in("de").categories["performance"].title == "Zählung"
    assert set(left_out) == {
        "the cookie lost: its group is not in the file",
        "the cookie lang: it was required, and only you can say why",
    }


# -- files and mistakes --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("klaro", KLARO),
        ("klaro", KLARO.replace("var klaroConfig =", "export default")),
        ("cookieconsent", COOKIECONSENT),
        ("tarteaucitron", TARTEAUCITRON),
        ("django-cookie-consent", json.dumps(FIXTURE)),
    ],
)
def test_the_format_is_guessed_as_it_is_when_named(tmp_path, kind, text):
    assert imported(tmp_path, text)[1] == imported(tmp_path, text, "--from", kind)[1]


@pytest.mark.parametrize(
    ("text", "arguments", "said"),
    [
        ("", (), "expected a configuration of klaro, cookieconsent"),
        ("var x = {a: 1}", (), "expected a configuration of klaro, cookieconsent"),
        ("{}", ("--from", "klaro"), "expected a configuration of klaro: var klaroConfig = {...}"),
        ("var klaroConfig = {services: [", (), 'line 1: the file ends where a "]" is missing'),
        ("var klaroConfig = {\n services: [{name 'x'}]}", (), "line 2: "),
        ("var klaroConfig = {services: " + "[" * 5000, (), "nested too deeply"),
        ("[" * 100_000, ("--from", "django-cookie-consent"), "expected a configuration of django"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_place(tmp_path, text, arguments, said):
    result = run(tmp_path, text, *arguments)
    assert result.exit_code == 1
    assert said in result.output
    assert "Traceback" not in result.output


def test_it_prints_a_policy_and_tells_apart_what_was_left_out(tmp_path):
    result = run(tmp_path, TARTEAUCITRON)
    Policy.parse(result.stdout)
    assert "Not carried over: koban" in result.stderr
    output = tmp_path / "consentgate.toml"
    assert run(tmp_path, TARTEAUCITRON, "--output", output).exit_code == 0
    assert output.read_text("utf-8") == result.stdout
    assert run(tmp_path, TARTEAUCITRON, "--output", output).exit_code == 1
    assert run(tmp_path, TARTEAUCITRON, "--output", output, "--force").exit_code == 0


@pytest.mark.parametrize("odd", ["a b", "é", "", "x" * 300, 'q"\\n[[service]]', "consent", "*", "a*b"])
def test_whatever_names_are_made_of_the_policy_loads(tmp_path, odd):
    config = {
        "services": [
            {"name": odd, "title": odd, "description": odd, "purposes": [odd], "cookies": [odd]},
            {"name": odd, "required": True, "purposes": ["x"], "cookies": [odd, odd]},
            {"name": "youtube", "purposes": ["never"], "cookies": [odd]},
        ],
        "translations": {"en": {"consentModal": {"title": odd}, "purposes": {odd: {"title": odd}}}},
        "privacyPolicy": odd,
    }
    policy, _, _ = imported(tmp_path, json.dumps(config))
    assert policy.site.controller == "Shop Ltd"


def test_a_categorys_words_are_not_put_over_what_was_under_another(tmp_path):
    config = {
        "services": [
            {"name": "youtube", "purposes": ["styling"]},
            {"name": "ourchat", "purposes": ["talking"]},
            {"name": "login", "purposes": ["security"], "required": True},
        ],
        "translations": {"en": {"purposes": {"security": "Security", "styling": "Styling"}}},
        "lang": "en",
    }
    policy, _, _ = imported(tmp_path, json.dumps(config))
    assert policy.texts_in("en").categories["third-party"].title != "Security"
