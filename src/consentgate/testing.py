"""Consent for a site's own tests.

    consent_to(client, "performance")            # from now on the client of a visitor who said yes

    name, value = consent_cookie(gate, grants=["performance"], host="testserver")     # for any other client
    request.consent = consent_for(gate, grants=["performance"])      # for a Django view that is called alone

In pytest `consent_to` is a fixture, too, which needs no import.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .consent import Consent, decide
from .gate import Gate
from .policy import NECESSARY
from .web.host import parse_authority

__all__ = ["consent_cookie", "consent_for", "consent_to"]


def consent_cookie(gate: Gate, grants: Iterable[str] = (), host: str = "localhost") -> tuple[str, str]:
    """Return the name and value of the consent cookie of a visitor of `host`.

    The visitor has said yes to the categories and services `grants`, and no to everything where there are
    none.

    Raises UnknownId for an id that the policy does not have.
    """
    # A single text is a mistake, which `consent_for` reports. A list of its letters would hide that.
    ids = grants if isinstance(grants, str) else [*grants]
    consent_for(gate, ids, host)
    choice = decide(gate.policy_for(host), "save", ids)
    name, _, rest = gate.cookie_for(host).set_cookie(choice, parse_authority(host)).partition("=")
    return name, rest.partition(";")[0]


def consent_for(gate: Gate, grants: Iterable[str] = (), host: str = "localhost") -> Consent:
    """Return the consent of a visitor of `host` who has said yes to the categories and services `grants`, and
    no to everything where there are none.

    Raises UnknownId for an id that the policy does not have.
    """
    ids = grants if isinstance(grants, str) else [*grants]
    policy = gate.policy_for(host)
    consent = Consent.of_ids(policy, ids)
    # A visitor who says yes to something has objected to nothing.
    return Consent.of_ids(policy, [*ids, NECESSARY]) if ids else consent


def consent_to(client: Any, *grants: str, gate: Gate | None = None, host: str = "") -> None:
    """Make `client` a visitor who has said yes to the categories and services `grants`, and no to everything
    where there are none.

    `client` is a test client of Django, Flask or Starlette, or one of httpx. By default `gate` is the one
    around the client's application, and `host` the one that the client asks.

    Raises UnknownId for an id that the policy does not have, and TypeError for a client whose gate or kind is
    not known.
    """
    gate = gate or _gate_of(client)
    if hasattr(client, "set_cookie"):
        host = host or "localhost"
        name, value = consent_cookie(gate, grants, host)
        client.set_cookie(name, value, domain=host)
        return
    if not hasattr(client, "cookies"):
        raise TypeError(
            f"client: expected a test client of Django, Flask or Starlette, not {client!r}; give another one "
            "the cookie that consent_cookie() returns"
        )
    base = getattr(client, "base_url", None)
    name, value = consent_cookie(gate, grants, host or getattr(base, "host", "") or "testserver")
    client.cookies[name] = value


def _gate_of(client: Any) -> Gate:
    application = getattr(client, "application", None)
    behind = getattr(application, "extensions", {}).get("consentgate") or getattr(client, "app", None)
    gate = getattr(behind, "gate", None)
    if isinstance(gate, Gate):
        return gate
    if type(client).__module__.partition(".")[0] == "django":
        from .django import gate_from_settings

        return gate_from_settings()
    raise TypeError(
        f"client: cannot find the gate of {client!r}; name it, as in consent_to(client, gate=gate)"
    )
