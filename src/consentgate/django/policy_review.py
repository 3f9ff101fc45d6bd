"""Compares what a policy says about Django's own cookies with the project's settings."""

from __future__ import annotations

from collections.abc import Iterator

from consentgate.gate.log.cookies import misfiled
from consentgate.policy import NECESSARY, Cookie, Policy
from consentgate.policy.findings import PolicyFinding, cookies_of
from consentgate.policy.lifetime import lifetime_seconds
from consentgate.policy.messages import shown

from .cookies import cookies_in_settings


def review_cookies(policy: Policy) -> Iterator[PolicyFinding]:
    """Yield a finding for each cookie of Django's own that visitors could refuse, or that lives longer or
    shorter than the policy says. Reads the settings, and so imports them."""
    cookies = [*cookies_in_settings()]
    for cookie, category in policy.misfiled(*cookies):
        yield PolicyFinding(
            "error",
            _place_of(policy, cookie.name),
            "category",
            misfiled(cookie, category),
            "The integration exempts it by itself",
        )
    yield from review_lifetimes(policy, *cookies)


def review_lifetimes(policy: Policy, *cookies: Cookie) -> Iterator[PolicyFinding]:
    """Yield a finding for each of Django's own `cookies` whose lifetime in the settings is another than that
    in the policy."""
    declarations = {declared.name: (place, declared) for place, declared in cookies_of(policy)}
    for cookie in cookies:
        place, declared = declarations.get(cookie.name, ("", cookie))
        if declared.category != NECESSARY or declared.lifetime is None or cookie.lifetime is None:
            continue
        # "Until the browser closes" is 0 seconds here. The gate takes it for the shortest lifetime, too.
        stated, actual = lifetime_seconds(declared.lifetime), lifetime_seconds(cookie.lifetime)
        if stated == actual:
            continue
        effect = f"and the gate cuts that to {shown(declared.lifetime)}"
        if stated > actual:
            effect = f"and visitors read {shown(declared.lifetime)}"
        yield PolicyFinding(
            "warning",
            place,
            "lifetime",
            f"Django's settings let it live for {shown(cookie.lifetime)}, {effect}",
            f"Write lifetime = {shown(cookie.lifetime)}, or take the table out: the integration exempts the "
            "cookie by itself",
        )


def _place_of(policy: Policy, name: str) -> str:
    """Return the place of the first table about the cookie `name`; "" where a service declares it."""
    places = (
        place
        for place, cookie in cookies_of(policy)
        if cookie.name == name or (cookie.name.endswith("*") and name.startswith(cookie.name[:-1]))
    )
    return next(places, "")
