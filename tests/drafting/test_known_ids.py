"""The ids of the catalogue that drafts speak of are there."""

from __future__ import annotations

from consentgate.catalogue import catalogue
from consentgate.drafting.foreign.tarteaucitron import KNOWN
from consentgate.drafting.tables import LIBRARIES


def test_the_ids_for_services_of_tarteaucitron_are_in_the_catalogue() -> None:
    assert [id for id in KNOWN.values() if catalogue().service(id) is None] == []


def test_the_libraries_that_sites_can_serve_themselves_are_in_the_catalogue() -> None:
    assert [id for id in LIBRARIES if catalogue().service(id) is None] == []
