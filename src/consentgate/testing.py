"""Consent for a site's own tests.

name, value = consent_cookie(gate, grants=["performance"], host="testserver")
client.cookies[name] = value                    # for a test client: a visitor who said yes

request.consent = consent_for(gate, grants=["performance"])      # for a Django view that is called alone
"""

from __future__ import annotations

from collections.abc import Iterable

from .consent import Consent, decide
from .gate import Gate

__all__ = ["consent_cookie", "consent_for"]


def consent_cookie(gate: Gate, grants: Iterable[str] = (), host: str = "localhost") -> tuple[str, str]:
    """Return the name and value of the consent cookie of a visitor of `host`.

    The visitor has said yes to the categories and services `grants`, and no to everything where there are
    none.

    Raises UnknownId for an id that the policy does not have.
    """
    ids = [*grants]
    consent_for(gate, ids)
    choice = decide(gate.policy, "save", ids)
    name, _, rest = gate.cookie.set_cookie(choice, host.partition(":")[0].lower()).partition("=")
    return name, rest.partition(";")[0]


def consent_for(gate: Gate, grants: Iterable[str] = ()) -> Consent:
    """Return the consent of a visitor who has said yes to the categories and services `grants`.

    Raises UnknownId for an id that the policy does not have.
    """
    return Consent.of_ids(gate.policy, grants)
