"""The decision that a site's `on_decision` hook gets: what has changed, and nothing of who decided."""

from __future__ import annotations

from dataclasses import dataclass

from consentgate.policy import NECESSARY, Policy

from .consent import Consent
from .record import Event


@dataclass(frozen=True, slots=True)
class Units:
    """The ids of categories and services, sorted, without those on which nobody decides."""

    categories: tuple[str, ...]
    services: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DecisionTaken:
    """A decision that has taken effect.

    `event` is what it did, on which `host`, in the `language` of the page, with the button `control`.
    `granted` may pass from now on; of that, `new` could not before, and what is `gone` cannot any more. It
    says nothing of who the visitor is: two who decide the same cannot be told apart.
    """

    event: Event
    host: str
    language: str
    control: str
    granted: Units
    new: Units
    gone: Units

    @classmethod
    def of(
        cls, event: Event, host: str, language: str, control: str, *, before: Consent, after: Consent
    ) -> DecisionTaken:
        """Return what has changed from the consent in effect `before` to that `after` a decision."""
        had, has = _passing(before), _passing(after)
        return cls(
            event,
            host,
            language,
            control,
            granted=_units(after.policy, has),
            new=_units(after.policy, has - had),
            gone=_units(after.policy, had - has),
        )


def _passing(consent: Consent) -> frozenset[str]:
    policy = consent.policy
    categories = (category.id for category in policy.categories if category.id != NECESSARY)
    # Those without a unit are necessary: nobody decides on them.
    services = (one.id for one in policy.services if policy.claims.of_service(one.id).unit is not None)
    return frozenset(filter(consent.allows, (*categories, *services)))


def _units(policy: Policy, ids: frozenset[str]) -> Units:
    categories = {category.id for category in policy.categories}
    return Units(tuple(sorted(ids & categories)), tuple(sorted(ids - categories)))
