"""System checks: they say what is wrong with the settings when the site starts, and not to its visitors.

| id | what |
| --- | --- |
| E001 | `CONSENTGATE` is no dictionary |
| E002 | a key that means nothing |
| E003 | a value of the wrong type |
| E004 | a policy that cannot be used |
| E005 | no secret key |
| E006 | the middleware is missing |
| E007 | the middleware is not the first |
| E008 | the middleware is there more than once |
| W001 | a secret key that is short |
| W002 | no policy file |
| W003 | `INSECURE`, on deployment |
| W004 | a cookie of Django's own that the policy lets visitors refuse |
| W005 | a cookie of Django's own that lives longer or shorter than the policy says |
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.core.exceptions import ImproperlyConfigured

from consentgate.configuration import Configuration, Kind, Misconfigured
from consentgate.gate import is_short
from consentgate.gate.log.cookies import misfiled
from consentgate.policy import Policy

from .cookies import cookies_in_settings
from .middleware import ConsentMiddleware
from .middleware_order import misplacements
from .policy_review import review_lifetimes
from .settings import read_settings, services_of_applications

_IDS = {
    Kind.UNKNOWN_KEY: "consentgate.E002",
    Kind.WRONG_VALUE: "consentgate.E003",
    Kind.BAD_POLICY: "consentgate.E004",
    Kind.UNSIGNED: "consentgate.E005",
}


def register_checks() -> None:
    """Register the checks for `manage.py check`. The one of the deployment runs with `--deploy` only."""
    register(check_settings, Tags.security)
    register(check_middleware, Tags.security)
    register(check_deployment, Tags.security, deploy=True)


def check_settings(app_configs: Sequence[Any] | None, **options: Any) -> list[CheckMessage]:
    """Check the setting `CONSENTGATE`."""
    try:
        configuration = read_settings()
    except ImproperlyConfigured as error:
        return [Error(str(error), id="consentgate.E001")]
    try:
        configuration.gate(services=services_of_applications(), opens_ledger=False)
    except Misconfigured as error:
        return [
            Error(f"{fault.setting}: {fault.expected}", hint=fault.mend or None, id=_IDS[fault.kind])
            for fault in error.faults
        ]
    return [*_advice(configuration)]


def _advice(configuration: Configuration) -> Iterator[CheckMessage]:
    if any(map(is_short, configuration.secret_keys)):
        yield Warning(
            "A secret key is short: whoever guesses it can forge consent.",
            hint="Make SECRET_KEY long and random, and drop short ones from SECRET_KEY_FALLBACKS.",
            id="consentgate.W001",
        )
    policy = configuration.policy()
    if not isinstance(policy, Policy) and policy.is_single_file:
        policy = configuration.policy_for("localhost")
    # The policies of many hosts are loaded at their hosts' first requests, and the log gives this advice
    # then.
    cookies = [*cookies_in_settings()]
    for cookie, category in policy.misfiled(*cookies) if isinstance(policy, Policy) else ():
        yield Warning(
            misfiled(cookie, category),
            hint=f"Take {cookie.name} out of the policy file: it is exempt without that.",
            id="consentgate.W004",
        )
    for finding in review_lifetimes(policy, *cookies) if isinstance(policy, Policy) else ():
        yield Warning(f"{finding.table}: {finding.what}.", hint=f"{finding.to_do}.", id="consentgate.W005")
    if not configuration.has_policy:
        yield Warning(
            'No policy file is configured: consent to "third-party" opens whatever nobody declared.',
            hint='Write a policy file and name it: CONSENTGATE = {"POLICY": BASE_DIR / "consentgate.toml"}',
            id="consentgate.W002",
        )


def check_middleware(app_configs: Sequence[Any] | None, **options: Any) -> list[CheckMessage]:
    """Check the gate's place in `MIDDLEWARE`."""
    return [*misplacements(ConsentMiddleware)]


def check_deployment(app_configs: Sequence[Any] | None, **options: Any) -> list[CheckMessage]:
    """Check for settings that are fit for development only."""
    try:
        insecure = read_settings().is_insecure
    except ImproperlyConfigured:
        return []
    if not insecure:
        return []
    message = 'CONSENTGATE["INSECURE"] is on: the consent cookie lacks Secure and the __Host- prefix.'
    return [Warning(message, hint="Remove it where the site is served over HTTPS.", id="consentgate.W003")]
