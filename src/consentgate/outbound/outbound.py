"""`Outbound`: which of the server's own requests may leave, by the host they go to."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Literal, get_args

from consentgate.consent import Consent
from consentgate.consent.current import ActingFor, current_consent
from consentgate.gate.log.once import Once
from consentgate.gate.log.service_label import service_label
from consentgate.log_fields import fields
from consentgate.policy import Policy
from consentgate.policy.messages import did_you_mean, listed, shown
from consentgate.policy.proposals import Proposals

from .contact import HELD_BACK, Contact, contact_at

if TYPE_CHECKING:
    import httpx
    import requests

__all__ = ["HELD_BACK", "ActingFor", "Mode", "Outbound", "current_consent"]

Mode = Literal["block", "report", "log"]

_log = logging.getLogger("consentgate")


class Outbound:
    """Holds back the server's requests to services that the visitor has not consented to.

    A request belongs to the visitor whose request the code is answering: the gate's middleware says who that
    is. Code that works later, or in another process, says so itself: `with ActingFor(consent):`. Where
    nobody does, nothing has been consented to.

    `policy` counts where there is no visitor; where there is one, that of their host does, and `policy` for
    what that one does not know. A host that neither the policies nor the catalogue know is no service and
    passes, and so does what is declared as necessary.

    `mode` is what happens to a request without consent: "block" answers it with an empty 451 and contacts
    nobody; "report" sends it, and logs what would have been blocked; "log" sends it, and logs each service
    that is contacted, whoever consented.

    Raises ValueError for another `mode`, TypeError where `policy` is none.
    """

    def __init__(self, policy: Policy, *, mode: Mode = "block") -> None:
        if not isinstance(policy, Policy):
            raise TypeError(
                f"Outbound() expected a Policy, got {shown(policy)}: pass what Policy.load() returns"
            )
        if mode not in get_args(Mode):
            hint = did_you_mean(mode, get_args(Mode))
            raise ValueError(f"mode: expected one of {listed(get_args(Mode))}, got {shown(mode)}{hint}")
        self._nobody = Consent(policy)
        self._mode = mode
        self._logged = Once()

    def holds_back(self, url: str) -> bool:
        """Say whether a request to `url` may not leave now. Logs that, once for each service and host."""
        consent = current_consent()
        contact = self._contact_at(url, consent)
        if contact is None:
            return False
        if self._mode == "log":
            self._tell(
                contact,
                "%s is contacted by the server: it is %s. This is logged once for each host",
                contact.host,
                contact.name,
            )
            return False
        if contact.is_allowed:
            return False
        self._tell(
            contact,
            "%s (%s) %s contacted by the server: %s. This is logged once for each host%s",
            contact.host,
            contact.name,
            "was not" if self._mode == "block" else "would not have been",
            _why(consent),
            self._advice(contact),
        )
        return self._mode == "block"

    def _contact_at(self, url: str, consent: Consent | None) -> Contact | None:
        """Return the service that a request to `url` contacts. What the policy of the visitor's host does not
        know, as that of a host without a policy, the visitor cannot have consented to."""
        nobody = self._nobody
        found = contact_at(url, consent or nobody)
        if found is None and consent is not None and consent.policy is not nobody.policy:
            return contact_at(url, nobody)
        return found

    def _tell(self, contact: Contact, message: str, *values: object) -> None:
        if self._logged.is_new(contact.name, contact.host):
            _log.warning(
                f"outbound: {message}",
                *values,
                extra=fields("outbound", service=service_label(contact.claim)),
            )

    def _advice(self, contact: Contact) -> str:
        """Return the lines that would declare what nobody declared."""
        lines = "" if contact.claim.declared else Proposals(contact.policy).service(contact.claim)
        return f". The policy does not declare it; these lines would:\n{lines}" if lines else ""

    def mount(self, session: requests.Session) -> None:
        """Hold back what `session` sends. Adapters that are mounted on it later pass by this: mount first.

        Raises TypeError for what is no session of requests, such as the module itself.
        """
        from requests import Session

        from .requests_adapter import HoldingAdapter

        if not isinstance(session, Session):
            raise TypeError(
                f"mount() expected a requests.Session, got {shown(session)}: make one with "
                "requests.Session(), and send with it"
            )

        for prefix, adapter in [*session.adapters.items()]:
            session.mount(prefix, HoldingAdapter(adapter, self.holds_back))

    def transport(self, transport: httpx.BaseTransport) -> httpx.BaseTransport:
        """Return a transport that holds back what goes through `transport`, for `httpx.Client`."""
        from .httpx_transports import HoldingTransport

        return HoldingTransport(transport, self.holds_back)

    def async_transport(self, transport: httpx.AsyncBaseTransport) -> httpx.AsyncBaseTransport:
        """Return a transport that holds back what goes through `transport`, for `httpx.AsyncClient`."""
        from .httpx_transports import AsyncHoldingTransport

        return AsyncHoldingTransport(transport, self.holds_back)


def _why(consent: Consent | None) -> str:
    if consent is not None:
        return "the visitor has not consented to it"
    return (
        "no visitor is known here. Code that works for one after their request says so: "
        "with consentgate.outbound.ActingFor(consent):"
    )
