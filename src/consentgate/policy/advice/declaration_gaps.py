"""What the law wants a declaration to say, and a policy leaves empty."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from consentgate.policy.errors import Found
from consentgate.policy.messages import place_of, shown
from consentgate.policy.model import NECESSARY, NEVER, NONE, OBJECTABLE, Category, Service, ServiceCookie
from consentgate.policy.policy import Policy


def missing_in(policy: Policy) -> Iterator[Found]:
    """Yield what is missing in the declaration of a `policy`: the place and the key, what is expected there,
    and which law asks for it. A policy loads without any of it."""
    yield from _of_the_site(policy)
    for category in policy.askable:
        yield from _of_a_category(policy, category)
    for number, cookie in enumerate(policy.cookies, 1):
        # The gate ends necessary cookies after 13 months, which the declaration says.
        if cookie.lifetime is None and cookie.category not in (NECESSARY, NEVER):
            yield place_of("[[cookie]]", number, cookie.name), "lifetime", _LIFETIME
        if cookie.reason in OBJECTABLE and not cookie.purpose.strip():
            yield place_of("[[cookie]]", number, cookie.name), "purpose", _PURPOSE
    for number, service in enumerate(policy.services, 1):
        if service.reason in OBJECTABLE and not service.purpose.strip():
            yield place_of("[[service]]", number, service.id), "purpose", _PURPOSE
        if service.category != NEVER:
            yield from _of_a_service(place_of("[[service]]", number, service.id), service)


def missing_or_postdated_in(policy: Policy) -> Iterator[Found]:
    """Yield what a `policy` lacks for a declaration that can be shown to visitors today: what is missing in
    it, and a day that has not come."""
    yield from missing_in(policy)
    if policy.site.updated is not None and policy.site.updated > latest_day():
        yield "[site]", "updated", f"expected a day that has come, not {policy.site.updated}"


def latest_day() -> datetime.date:
    """Return the day that it is where the sun rises first. A later one is in the future everywhere."""
    return (datetime.datetime.now(datetime.UTC) + _FURTHEST_EAST).date()


_FURTHEST_EAST = datetime.timedelta(hours=14)
_LIFETIME = (
    'expected how long it lives, like "13 months" or "session": visitors have to know before they consent '
    "(Court of Justice, C-673/17 Planet49)"
)


_PURPOSE = (
    "expected a sentence on what it is for: visitors need clear information to object (PECR Schedule A1, "
    "paragraphs 5 and 6)"
)


def _of_the_site(policy: Policy) -> Iterator[Found]:
    declaration = policy.declaration
    if policy.site.updated is None:
        yield "[site]", "updated", "expected the day of the declaration, like 2026-11-23: it has to be dated"
    if _is_open(declaration.dpo):
        yield (
            "[declaration]",
            "dpo",
            'expected how to reach the data protection officer, or "none" if you have none (GDPR, Article '
            "13(1)(b))",
        )
    if _is_open(declaration.authority):
        yield (
            "[declaration]",
            "authority",
            "expected the supervisory authority that visitors can complain to (GDPR, Article 13(2)(d))",
        )
    if _is_open(declaration.transfers) and any(map(_is_used_elsewhere, policy.services)):
        yield (
            "[declaration]",
            "transfers",
            "expected which data leave the European Economic Area and on what grounds, such as an adequacy "
            'decision, or "none" if none do (GDPR, Article 13(1)(f))',
        )


def _is_open(answer: str) -> bool:
    """Say whether a question is unanswered: nothing is written, or what stood there to be replaced, or a
    "None" that is to mean "none"."""
    return not any(map(str.isalnum, answer)) or (answer.strip().lower() == NONE != answer)


def _of_a_category(policy: Policy, category: Category) -> Iterator[Found]:
    for language in policy.languages:
        if not policy.texts_in(language).categories[category.id].description:
            yield (
                f"[[category]] {shown(category.id)}",
                "description",
                "expected a sentence on what it is for: consent is given to a purpose (GDPR, Articles 4(11) "
                "and 13(1)(c))",
            )
            return


def _of_a_service(place: str, service: Service) -> Iterator[Found]:
    if _is_used_elsewhere(service):
        if not service.controller.strip():
            yield (
                place,
                "controller",
                'expected who receives the data, like "Vendor Inc." (GDPR, Article 13(1)(e))',
            )
        if not service.privacy_url:
            yield (
                place,
                "privacy_url",
                "expected the address of its privacy policy, which says what it does with the data (GDPR, "
                "Article 13(1)(e))",
            )
    for number, cookie in enumerate(service.cookies, 1):
        if _has_no_end(cookie, service):
            yield place_of(f"{place}, cookies", number, cookie.name), "lifetime", _LIFETIME


def _is_used_elsewhere(service: Service) -> bool:
    """Say whether a service is used and runs on other hosts than the site's own."""
    return service.category != NEVER and service.is_elsewhere


def _has_no_end(cookie: ServiceCookie, service: Service) -> bool:
    return cookie.lifetime is None and service.category != NECESSARY
