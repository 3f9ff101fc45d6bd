"""A judge that answers every question with a claim, and says why something would pass."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import msgspec

from consentgate.catalogue import catalogue
from consentgate.policy import NECESSARY, Claim, Groups, OwnHosts
from consentgate.policy.messages import listed, shown

from .consent import Consent
from .judge import BlockedWidget, Judge

_NO_HOSTS = OwnHosts(frozenset(), ())
_AS_IT_RUNS = "what it does as it runs, the Content-Security-Policy and the guard keep to the policy"


@dataclass(frozen=True, slots=True)
class Passing(Claim):
    """The claim on something that may pass, and the reason `why`."""

    why: str = ""


class Witness(Judge):
    """Judges as `Judge` does, but answers with a `Passing` claim where that would let something pass.

    So a rewriter removes everything that is judged, and makes a record of each.
    """

    def __init__(self, consent: Consent, host: str, path: str) -> None:
        # A copy of the policy, since removed elements are remembered by policy, and a witness has other
        # verdicts.
        own = msgspec.structs.replace(consent, policy=replace(consent.policy))
        super().__init__(own, host, path)
        # Even the site's own URLs are judged.
        self.home, self.passing = _NO_HOSTS, ()

    def passes_everything(self) -> bool:
        """Return False, so that everything is looked at."""
        return False

    def groups_of_host(self, host: str) -> Groups | None:
        """Return None, so that each URL is judged."""
        return None

    def url(self, host: str, path: str) -> Claim:
        """Judge a URL by its `host` (lowercase, no port) and `path` (without the query)."""
        groups = self._claims.by_url(host, path, own=host in self.own)
        return self.first_blocked(groups) or self._passing(groups, f"first-party: {host} is the site itself")

    def cookie(self, name: str) -> Claim:
        """Judge a cookie on the site's own host by its name."""
        groups = (self._claims.by_cookie(name),)
        return self.first_blocked(groups) or self._passing(groups, "")

    def inline(self, text: bytes) -> Claim:
        """Judge the text of an inline script."""
        found = self._claims.by_inline(text)
        claim = self.first_blocked(found.groups)
        if claim is not None and super().inline(text) is None:
            calls = listed(service.id for service in found.calls)
            return _passing_for(f"inert: it only calls {calls}, and a stub takes the calls")
        addresses = [self.url(address.host, address.path) for address in found.addresses]
        blocked = claim or next((one for one in addresses if not isinstance(one, Passing)), None)
        if blocked is not None:
            return blocked
        if not (found.groups or addresses):
            return _passing_for(f"inert: it loads nothing that the catalogue knows; {_AS_IT_RUNS}")
        return self._passing(found.groups, "") if found.groups else addresses[0]

    def widget(self, tag: str, attributes: Mapping[str, str]) -> BlockedWidget | None:
        """Judge an element by its name and attributes, as the markup of a social widget."""
        found = catalogue().by_markup(tag, attributes)
        if found is None:
            return None
        groups = (self._claims.by_known(found.service),)
        claim = self.first_blocked(groups) or self._passing(groups, "")
        return BlockedWidget(claim, found.keep, found.link)

    def _passing(self, groups: Groups, otherwise: str) -> Passing:
        """Return the claim on something that may pass, since each of these groups is covered. `otherwise` is
        the reason where there are no groups."""
        covering = [next(filter(self.passes, claims)) for claims in groups]
        if not covering:
            return _passing_for(otherwise)
        claim = next((one for one in covering if one.category != NECESSARY), covering[0])
        if claim.category == NECESSARY:
            why = f"necessary: the policy declares {claim.name} so"
        else:
            why = f"granted: consent to {shown(claim.category)} covers {claim.name}"
        return Passing(
            claim.service, claim.name, claim.category, claim.unit, claim.pages, claim.declared, why
        )


def _passing_for(why: str) -> Passing:
    return Passing(None, "", None, None, declared=False, why=why)
