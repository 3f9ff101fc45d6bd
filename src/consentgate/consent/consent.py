"""The `Consent` of one request: the gate enforces it, and the application asks it."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterable
from functools import lru_cache

import msgspec

from consentgate.catalogue import Glob
from consentgate.log_fields import fields
from consentgate.policy import NECESSARY, OWN, UNDECLARED, Claim, Policy, Unit
from consentgate.policy.memories import remembered
from consentgate.policy.messages import did_you_mean, listed, shown

from .choice import Choice
from .coverage import MOST_LISTED, UNOBJECTED, covered_by, digests, everything, unobjected
from .signals import GPC

_log = logging.getLogger("consentgate")


class UnknownId(ValueError):
    """Says that an id belongs to no category and no service of the policy."""


class Consent(msgspec.Struct, frozen=True):
    """What one visitor has consented to, under one policy.

    `choice` is the one in the visitor's cookie, None where there is no valid one. `granted` holds the digests
    that are in effect: those in the choice that the policy still has, and one for what passes unless the
    visitor objects, while it passes. While the browser sends a signal that it did not send with the grant,
    the grant is not in effect.

    `notes` are functions that are called whenever the application asks, because its answer then depends on
    the consent. `signalled` says that the browser sends a signal which objects, or opts out, by itself: for
    consent under the law of the European Union that makes no difference.
    """

    policy: Policy
    choice: Choice | None = None
    granted: frozenset[bytes] = frozenset()
    notes: tuple[Callable[[], None], ...] = ()
    signalled: bool = False

    @classmethod
    def of_choice(cls, policy: Policy, choice: Choice | None, signals: frozenset[str]) -> Consent:
        """Return the consent in effect for a request with this `choice` in its cookie and these `signals`."""
        granted: frozenset[bytes] = frozenset()
        if choice is not None and choice.is_grant and signals <= choice.signals:
            granted = choice.granted & everything(policy)
        signalled = _signalled(policy, signals)
        if not (signalled or (choice is not None and choice.objects)):
            granted |= unobjected(policy)
        return cls(policy, choice, granted, signalled=signalled)

    @classmethod
    def of_ids(cls, policy: Policy, ids: Iterable[str]) -> Consent:
        """Return consent to the categories and services with these `ids`, such as those that `allowed` lists.

        What passes unless the visitor objects passes if one of its services is among the ids, or "necessary"
        is. Otherwise the consent objects to it.

        Raises UnknownId for an id that the policy does not have, and TypeError for a text instead of a list.
        """
        if isinstance(ids, str):
            raise TypeError(
                f"expected a list of ids of categories and services, like [{shown(ids)}], not a text"
            )
        wanted = tuple(ids)
        for name in wanted:
            _require_known(policy, name)
        named = {NECESSARY, *(unit.service for unit in policy.claims.objectable)}
        passes = unobjected(policy) if named.intersection(wanted) else frozenset()
        return cls(policy, None, covered_by(policy, wanted) | passes)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Consent) and self._parts == other._parts

    def __hash__(self) -> int:
        return hash(self._parts)

    @property
    def _parts(self) -> tuple[Policy, Choice | None, frozenset[bytes], bool]:
        """The fields that make two consents equal."""
        return self.policy, self.choice, self.granted, self.signalled

    def __repr__(self) -> str:
        allowed = filter(self._allows, sorted(self.policy.ids - {NECESSARY}))
        return f"<Consent to {listed(allowed) or 'nothing'}>"

    @property
    def allowed(self) -> tuple[str, ...]:
        """The ids for which `allows` is true, without "necessary": those of categories, and those of services
        where the policy has few enough to list them."""
        self._note()
        return tuple(filter(self._allows, _listed_ids(self.policy)))

    @property
    def record_id(self) -> str:
        """The id of the record of this consent, "" where nothing was granted by the visitor.

        An application that passes something on by this consent keeps it beside that: when the consent is
        withdrawn, the ledger's `on_withdrawal` is told this id. It stands for one visitor.
        """
        self._note()
        return self.choice.id.hex() if self.choice is not None and self.choice.is_grant else ""

    def noted_by(self, note: Callable[[], None]) -> Consent:
        """Return a copy of this consent that also calls `note` whenever the application asks it."""
        return msgspec.structs.replace(self, notes=(*self.notes, note))

    def _note(self) -> None:
        for note in self.notes:
            note()

    @property
    def key(self) -> str:
        """The key of what has been granted, which an application's cache needs in its own keys.

        It is the same for all visitors who granted the same, and "closed" for all who granted nothing.
        """
        self._note()
        if not self.granted:
            return "closed"
        return f"open-{hashlib.sha256(b''.join(sorted(self.granted))).hexdigest()[:12]}"

    def allows(self, name: str) -> bool:
        """Say whether the visitor has consented to the category or service with the id `name`.

        For a category, the answer is about the site's own use of it: a service that was added to the category
        later still waits for consent. What is necessary is always allowed.

        Raises UnknownId where the policy has no such id. Where there are several policies, the answer is
        False instead, since the same code asks for all of them. It is logged once for each id.
        """
        self._note()
        if _is_known(self.policy, name):
            return self._allows(name)
        among = self.policy.among
        if among is None or not among.may_lack(name):
            raise _unknown(self.policy, name)
        if among.ids is None:
            _log_lack(name)
        return False

    def _allows(self, name: str) -> bool:
        if not self.policy.claims.has_service(name):
            return name == NECESSARY or self.grants(Unit(OWN, name))
        claim = self.policy.claims.of_service(name)
        if claim.unit is None:
            return claim.category == NECESSARY
        return self.grants(claim.unit)

    def covers(self, claim: Claim, page: str) -> bool:
        """Say whether things under this `claim` may pass on the `page` (a path of the site)."""
        if claim.unit is not None and not self.grants(claim.unit):
            return False
        if claim.category == NECESSARY:
            return not claim.pages or any(Glob(pattern).matches(page) for pattern in claim.pages)
        return claim.unit is not None

    def grants(self, unit: Unit) -> bool:
        """Say whether `unit` was consented to."""
        return bool(self.granted) and digests(self.policy).get(unit) in self.granted

    @property
    def covers_undeclared(self) -> bool:
        """True where the visitor has consented to what is undeclared."""
        return self.grants(Unit(UNDECLARED, self.policy.site.undeclared))

    @property
    def is_open(self) -> bool:
        """True where anything has been granted. The page is then for this visitor alone."""
        self._note()
        return bool(self.granted)

    @property
    def is_given(self) -> bool:
        """True where a consent of the visitor is in effect. What only passes because nobody objected does not
        count."""
        return bool(self.granted - {UNOBJECTED})

    @property
    def objects(self) -> bool:
        """True where the visitor, or a signal of the browser, objects to what passes otherwise."""
        if not self.policy.claims.objectable:
            return False
        return self.signalled or (self.choice is not None and self.choice.objects)

    @property
    def has_opted_out(self) -> bool:
        """True where the browser's signal opts out under the laws of US states. The visitor must not be asked
        then."""
        return self.signalled and self.policy.site.regime == "us" and not self.is_given

    @property
    def asks(self) -> bool:
        """True where the visitor is to be asked: before the first decision, and where the policy has gained
        something since a grant. A refusal stands, whatever is added."""
        self._note()
        if self.has_opted_out:
            return False
        if self.choice is None or not self.choice.is_answer:
            return bool(self.policy.claims.units)
        if not self.choice.is_grant:
            return False
        return not everything(self.policy) <= self.choice.granted | self.choice.refused


def heeds_signals_alone(policy: Policy) -> bool:
    """Say whether a signal makes a difference to visitors who have made no choice."""
    return bool(policy.claims.objectable) or policy.site.regime == "us"


def _signalled(policy: Policy, signals: frozenset[str]) -> bool:
    """Say whether `signals` object or opt out by themselves. In the United States that is Global Privacy
    Control (CCPA regulations, section 7025)."""
    if policy.site.regime == "us":
        return GPC in signals
    return bool(signals) and bool(policy.claims.objectable)


@remembered(1)
def _listed_ids(policy: Policy) -> tuple[str, ...]:
    categories = [category.id for category in policy.categories if category.id != NECESSARY]
    services = [service.id for service in policy.services]
    return tuple(sorted({*categories, *(services if len(services) <= MOST_LISTED else ())}))


def _require_known(policy: Policy, name: str) -> None:
    if not _is_known(policy, name):
        raise _unknown(policy, name)


def _is_known(policy: Policy, name: str) -> bool:
    return name in policy.ids or policy.claims.has_service(name)


def _unknown(policy: Policy, name: str) -> UnknownId:
    hint = did_you_mean(name, policy.ids) or f"; its categories are {listed(c.id for c in policy.categories)}"
    return UnknownId(f"the policy has no category or service {shown(name)}{hint}")


# Remembers the ids that were logged. The application's code asks for few.
@lru_cache(maxsize=256)
def _log_lack(name: str) -> None:
    _log.warning(
        "consent to %a was asked for on a host whose policy has no such category or service: it is not "
        "allowed there. If other hosts' policies have it, all is well: list what your code asks for, as in "
        "Policies(..., ids=[%a]), and every other id is an error. This is logged once for each id",
        name[:100],
        name[:100],
        extra=fields("setup", about="unknown id"),
    )
