"""`Outbound`: decides which of the server's own requests may leave, by the service they go to."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Literal, get_args

from consentgate.consent import Consent
from consentgate.consent.current import ActingFor, current_consent
from consentgate.gate.log.once import Once
from consentgate.gate.log.service_label import service_label
from consentgate.log_fields import fields
from consentgate.policy import Policy
from consentgate.policy.advice.proposals import Proposals
from consentgate.policy.messages import did_you_mean, listed, shown

from .contact import HELD_BACK, Contact, contact_at

if TYPE_CHECKING:
    import httpx
    import requests

__all__ = ["HELD_BACK", "ActingFor", "Mode", "Outbound", "current_consent"]

Mode = Literal["block", "report", "log"]
"""What happens to a request without consent: see `Outbound`."""

_log = logging.getLogger("consentgate")


class Outbound:
    """Holds back the server's requests to services that the visitor has not consented to.

    A request belongs to the visitor whose request the code is answering: the gate's middleware says who that
    is. Code that works later, or in another process, says so itself: `with ActingFor(consent):`. Where
    nobody does, nothing has been consented to.

    Where there is a visitor, the policy of their host counts, and `policy` for services which that policy
    does not know. Where there is none, `policy` counts alone. A host that neither the policies nor the
    catalogue know belongs to no service and passes. So does a service that is declared as necessary.

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
        """Return the contact that a request to `url` makes. To a service which the policy of the visitor's
        host does not know, the visitor cannot have consented: the gate's own policy says whether it
        passes."""
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
        """Return the end of a log line, with the lines of a policy that would declare the contact; "" where
        the policy declares it."""
        lines = "" if contact.claim.declared else Proposals(contact.policy).service(contact.claim)
        return f". The policy does not declare it; these lines would:\n{lines}" if lines else ""

    def mount(self, session: requests.Session) -> None:
        """Hold back what `session` sends. Requests through adapters that are mounted later are not held back,
        so mount those first.

        Raises TypeError where `session` is no session of requests, such as the module itself.
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
    """Say why a request was held back that was sent with this `consent`, None where no visitor is known."""
    if consent is not None:
        return "the visitor has not consented to it"
    return (
        "no visitor is known here. Code that works for one after their request says so: "
        "with consentgate.outbound.ActingFor(consent):"
    )
