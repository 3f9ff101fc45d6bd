"""Services that code declares: that of the site, of installed packages, of Django's applications."""

from __future__ import annotations

from importlib.metadata import EntryPoint, EntryPoints
from typing import Any

import pytest

from consentgate import Policies, Policy, PolicyError
from consentgate.policy import NECESSARY, installed, services_in

SITE = '[site]\nname = "E"\ncontroller = "E"\ncontact = "e@example.org"\n'
POLICY = Policy.parse(SITE)
STATS = {"id": "stats", "category": "performance", "hosts": ["stats.example"]}
PLUGIN: list[dict[str, Any]] = []


def declared(*tables: Any, policy: Policy = POLICY) -> Policy:
    return policy.with_declared(services_in("a plugin", tables))


def ids(policy: Policy) -> list[str]:
    return [service.id for service in policy.services]


def test_a_service_of_the_catalogue_is_added_as_a_file_would() -> None:
    policy = POLICY.with_service(use="youtube", name="Our films")
    assert (
        policy.services == Policy.parse(SITE + '[[service]]\nuse = "youtube"\nname = "Our films"\n').services
    )
    assert POLICY.services == ()


def test_one_of_ones_own_is_added_and_claims_its_hosts() -> None:
    ((claim,),) = POLICY.with_service(**STATS).claims.by_url("stats.example", "/", own=False)
    assert claim.service == "stats" and claim.declared


def test_what_the_file_declares_stays_as_it_is() -> None:
    policy = Policy.parse(SITE + '[[service]]\nuse = "youtube"\nname = "Our films"\n')
    assert policy.with_service(use="youtube", name="Theirs") is policy


def test_mistakes_name_who_made_them() -> None:
    with pytest.raises(PolicyError, match=r'with_service: .*"yuotube".*did you mean "youtube"'):
        POLICY.with_service(use="yuotube")
    with pytest.raises(PolicyError, match=r"a plugin: .*host.*https"):
        declared({**STATS, "hosts": ["https://stats.example"]})
    with pytest.raises(PolicyError, match=r"a plugin: .*unknown key"):
        declared({**STATS, "host": "x"})


def test_nothing_but_the_sites_own_policy_makes_something_necessary() -> None:
    with pytest.raises(PolicyError, match=r"a plugin: .*category.*only the site's own policy"):
        declared({**STATS, "category": NECESSARY, "reason": "security"})
    assert POLICY.with_service(**{**STATS, "category": NECESSARY, "reason": "security"}).services


@pytest.mark.parametrize("wrong", ["youtube", STATS, 7, ["youtube"]])
def test_what_is_no_list_of_tables_is_a_mistake(wrong: object) -> None:
    with pytest.raises(PolicyError, match=r"a plugin: .*expected a"):
        list(services_in("a plugin", wrong))


def test_a_category_that_the_policy_lacks_is_the_one_that_covers_it() -> None:
    policy = Policy.parse(SITE + '[[category]]\nid = "measuring"\ncovers = ["performance"]\n')
    assert declared(STATS, policy=policy).services[0].category == "measuring"
    advertising = declared({**STATS, "category": "marketing"}, policy=policy)
    assert advertising.services[0].category == "never"


def of_a_plugin() -> list[dict[str, Any]]:
    return PLUGIN


def test_installed_packages_declare_services_by_entry_points(monkeypatch: pytest.MonkeyPatch) -> None:
    point = EntryPoint("my-plugin", f"{__name__}:of_a_plugin", installed.GROUP)
    monkeypatch.setattr(installed, "entry_points", lambda group: EntryPoints([point]))
    monkeypatch.setattr(f"{__name__}.PLUGIN", [{"use": "youtube"}, STATS])
    installed.installed_services.cache_clear()
    try:
        assert ids(POLICY.with_installed_services()) == ["youtube", "stats"]
        policies = Policies(lambda host: POLICY).with_installed_services()
        policy = policies.for_host("shop.example")
        assert policy is not None and ids(policy) == ["youtube", "stats"]
        installed.installed_services.cache_clear()
        monkeypatch.setattr(f"{__name__}.PLUGIN", "youtube")
        with pytest.raises(PolicyError, match=r'entry point "my-plugin"'):
            POLICY.with_installed_services()
    finally:
        installed.installed_services.cache_clear()
