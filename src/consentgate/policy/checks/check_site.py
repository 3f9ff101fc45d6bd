"""Checks what a policy says of the site as a whole: `[site]`, `[banner]` and `[declaration]`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from consentgate.policy.claims.first_party import registrable_domain
from consentgate.policy.errors import Found
from consentgate.policy.host_files import is_host
from consentgate.policy.languages import is_unknown_language
from consentgate.policy.lifetime import A_YEAR, EXPECTED_KEPT, HALF_A_YEAR, THIRTEEN_MONTHS, lifetime_seconds
from consentgate.policy.messages import but_not, listed, place_of, shown, suggestion
from consentgate.policy.model import NECESSARY, NEVER, Banner, Declaration, Site
from consentgate.policy.reading.hints import address_hint, category_hint, language_hint
from consentgate.web.host import parse_host
from consentgate.web.paths import local_path

from .check_places import WEB_ADDRESS, check_host, check_path

PREFIX = r"/[A-Za-z0-9_-]+(?:/[A-Za-z0-9_-]+)*/"
"""The pattern of where the own pages of the gate are."""
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*")


def check_site(site: Site, ids: Sequence[str]) -> Iterator[Found]:
    """Check `[site]`. `ids` are those of all categories."""
    for key in ("name", "controller", "contact"):
        if not getattr(site, key).strip():
            yield "[site]", key, "expected a text that is not empty"
    askable = [id for id in ids if id != NECESSARY]
    if site.undeclared not in (NEVER, *askable):
        hint = category_hint(site.undeclared, (NEVER, *askable))
        yield (
            "[site]",
            "undeclared",
            f"expected one of {listed((NEVER, *askable))}{but_not(site.undeclared)}{hint}",
        )
    for host in site.hosts:
        yield from check_host("[site]", "hosts", host)
    for language in site.languages:
        if not _LANGUAGE.fullmatch(language):
            expected = f'expected languages like "en" or "pt-BR"{but_not(language)}'
            yield "[site]", "languages", f"{expected}{language_hint(language)}"
        elif is_unknown_language(language):
            expected = "expected a language by its code (ISO 639-1)"
            expected += f', like "en", "de" or "fr"{but_not(language)}'
            yield "[site]", "languages", f"{expected}{language_hint(language)}"
    if not site.languages:
        yield "[site]", "languages", 'expected at least one language, like ["en"]'
    if not re.fullmatch(PREFIX, site.prefix):
        expected = f'expected a path between slashes, like "/_privacy/"{but_not(site.prefix)}'
        meant = f"/{site.prefix.strip('/')}/"
        yield "[site]", "prefix", expected + suggestion([meant] if re.fullmatch(PREFIX, meant) else [])
    for key, url in (("privacy_url", site.privacy_url), ("imprint_url", site.imprint_url)):
        yield from _check_link("[site]", key, url)
    yield from _check_consent_domain(site.consent_domain)
    yield from _check_kept(site)


def _check_link(place: str, key: str, url: str) -> Iterator[Found]:
    if url and local_path(url) == "/" != url and not WEB_ADDRESS.fullmatch(url):
        expected = 'expected a path on the site or an address on the web, like "/privacy"'
        yield place, key, f"{expected}{but_not(url)}{address_hint(url, local=True)}"


def check_declaration(declaration: Declaration) -> Iterator[Found]:
    """Check `[declaration]`."""
    url = declaration.authority_url
    if url and not WEB_ADDRESS.fullmatch(url):
        expected = 'expected an address on the web, like "https://authority.example/complaints"'
        yield "[declaration]", "authority_url", f"{expected}{but_not(url)}"
    for number, earlier in enumerate(declaration.earlier, 1):
        place = place_of("[declaration], earlier", number, earlier.version)
        if not earlier.version.strip():
            yield place, "version", "expected a text that is not empty"
        yield from _check_link(place, "url", earlier.url)


def _check_consent_domain(domain: str) -> Iterator[Found]:
    """Check that browsers take a cookie for `domain`, as they never do for a public suffix."""
    if domain and not (is_host(domain) and parse_host(domain) == domain and registrable_domain(domain)):
        expected = 'expected a domain of your own, below which all hosts are yours, like "example.org"'
        yield "[site]", "consent_domain", f"{expected}{but_not(domain)}{_domain_hint(domain)}"


def _domain_hint(text: str) -> str:
    host = re.sub(r"^(?:[a-zA-Z]+:)?/*", "", text).partition("/")[0].removeprefix("*").strip(".").lower()
    domain = registrable_domain(host) if is_host(host) else None
    return suggestion([domain] if domain and domain != text else [])


def _check_kept(site: Site) -> Iterator[Found]:
    """Check how long choices are kept.

    Who has answered is left in peace for six months at least, and for as long after a refusal as after a
    grant (CNIL 2020-092, section 39). The most is 13 months, since browsers drop a cookie after 400 days
    whatever it says (RFC 6265bis, section 5.5). In the United States nobody who opted out is asked again for
    12 months (California Civil Code 1798.135(c)(4)).
    """
    keys = [key for key in ("keep_grants", "keep_refusals") if getattr(site, key) is not None]
    wrong = [key for key in keys if not _may_be_kept(getattr(site, key))]
    for key in wrong:
        yield "[site]", key, f"{EXPECTED_KEPT}{but_not(getattr(site, key))}"
    if not wrong and lifetime_seconds(site.refusals_kept) < lifetime_seconds(site.grants_kept):
        expected = f"expected at least {shown(site.grants_kept)}, for which grants are kept"
        why = "who refused is not asked again sooner than who consented"
        yield "[site]", "keep_refusals", f"{expected}{but_not(site.keep_refusals)}: {why}"
    elif (
        not wrong and site.regime == "us" and lifetime_seconds(site.refusals_kept) < lifetime_seconds(A_YEAR)
    ):
        expected = f"expected at least {shown(A_YEAR)}{but_not(site.keep_refusals)}"
        yield "[site]", "keep_refusals", f"{expected}: for so long nobody who opted out is asked again"


def _may_be_kept(lifetime: str) -> bool:
    try:
        seconds = lifetime_seconds(lifetime)
    except ValueError:
        return False
    return lifetime_seconds(HALF_A_YEAR) <= seconds <= lifetime_seconds(THIRTEEN_MONTHS)


def check_banner(banner: Banner) -> Iterator[Found]:
    """Check `[banner]`."""
    for path in banner.not_on or ():
        yield from check_path("[banner]", "not_on", path)
