"""Which policy is whose: folders, functions and sources of policies."""

from __future__ import annotations

import datetime
import os
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from consentgate import Consent, Policies, Policy, PolicyError, UnknownId
from consentgate.policy.host_files import files_for, find_file
from consentgate.web.host import parse_authority

SITE = '[site]\nname = "{0}"\ncontroller = "{0} Ltd"\ncontact = "privacy@{0}.example"\n'
STATS = '[[service]]\nid = "stats"\ncategory = "performance"\nhosts = ["stats.vendor.example"]\n'


def folder_of(folder: Path, *names: str) -> Path:
    """A folder with a policy file for each of `names`, whose site has the file's name."""
    for name in names:
        (folder / f"{name}.toml").write_text(SITE.format(name.strip("[]_.")))
    return folder


def name_of(policies: Policies, host: str) -> str | None:
    policy = policies.for_host(host)
    return None if policy is None else policy.site.name


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("shop.example", "shop.example"),
        ("Shop.Example.:8000", "shop.example"),
        ("www.shop.example", "default"),
        ("city.example", "default"),
        ("a.city.example", "city.example"),
        ("b.a.city.example", "city.example"),
        ("a.north.city.example", "north.city.example"),
        ("town.north.city.example", "town.north.city.example"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("127.0.0.1:8000", "localhost"),
        ("[::1]:8000", "localhost"),
        ("shop.localhost", "localhost"),
        ("192.0.2.1", "192.0.2.1"),
        ("0xC0000201", "192.0.2.1"),
        ("[2001:DB8:0::1]", "2001-db8--1"),
        ("2001-db8--1", "default"),
        ("7.192.0.2.1", None),
        ("", None),
        ("a b", None),
        ("../shop.example", None),
        ("a..b", None),
        (f"{'a' * 300}.example", None),
        (f"{'a.' * 120}example", "default"),
    ],
)
def test_the_most_exact_file_counts(tmp_path: Path, host: str, name: str | None) -> None:
    names = ("shop.example", "_.city.example", "_.north.city.example", "town.north.city.example", "default")
    addresses = ("xn--bcher-kva.example", "localhost", "192.0.2.1", "[2001-db8--1]")
    assert name_of(Policies(folder_of(tmp_path, *names, *addresses)), host) == name


def test_without_a_default_other_hosts_have_no_policy(tmp_path: Path) -> None:
    policies = Policies(folder_of(tmp_path, "shop.example"))
    assert policies.for_host("www.shop.example") is None
    assert policies.for_host("localhost") is None


HOSTS = st.one_of(
    st.text(max_size=40),
    st.text("shop.exam*_-%:[]@/\\ \t\x00\u0130\u017f\u212a\uff0e\u3002", max_size=40),
    st.sampled_from(["shop.example", "a.city.example", "[2001:db8::1]"]).flatmap(
        lambda host: st.tuples(st.integers(0, len(host)), st.text("._-*%:[]@/\\ 0aA\u00ad", max_size=3)).map(
            lambda put: host[: put[0]] + put[1] + host[put[0] :]
        )
    ),
)


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory) -> Policies:
    """Three sites, beside a file that belongs to none."""
    folder = tmp_path_factory.mktemp("policies") / "sites"
    folder.mkdir()
    (folder.parent / "secret.toml").write_text(SITE.format("secret"))
    return Policies(folder_of(folder, "shop.example", "_.city.example", "[2001-db8--1]"))


@given(HOSTS)
def test_no_host_has_the_policy_of_another(sites: Policies, authority: str) -> None:
    host = parse_authority(authority)
    found = sites.find(host)
    name = Path(found.name).stem if found is not None else None
    if host == "shop.example":
        assert name == "shop.example"
    elif host == "[2001:db8::1]":
        assert name == "[2001-db8--1]"
    elif host.endswith(".city.example"):
        assert name in ("_.city.example", None)
    else:
        assert name is None


NAMES = st.lists(st.sampled_from(["a", "b", "_", "a-b", "default"]), min_size=1, max_size=4).map(".".join)


@given(NAMES, NAMES)
def test_two_hosts_share_a_file_only_below_one_domain(one: str, other: str) -> None:
    assume(one != other)
    for name in {*files_for(one)} & {*files_for(other)} - {"default.toml"}:
        domain = name.removeprefix("_").removesuffix(".toml")
        assert name.startswith("_.")
        assert one.endswith(domain)
        assert other.endswith(domain)


def test_only_files_count(tmp_path: Path) -> None:
    (tmp_path / "shop.example.toml").mkdir()
    assert find_file(tmp_path, "shop.example") is None
    assert find_file(tmp_path / "shop.example.toml" / "not", "shop.example") is None


def test_files_that_no_host_leads_to_are_named(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    right = ("shop.example", "_.city.example", "default", "127.0.0.1", "[--1]", "xn--bcher-kva.example")
    Policies(folder_of(tmp_path, *right))
    assert not caplog.records
    for name in ("Shop2.Example", "bücher.example", "*.town.example", "a..b", "_.10.0.0.1"):
        (tmp_path / f"{name}.toml").write_text("")
    Policies(tmp_path)
    said = [record.getMessage().partition(": ")[2] for record in caplog.records]
    assert [line.partition("; ")[2] for line in said] == [
        "rename it to _.town.example.toml",
        "rename it to shop2.example.toml",
        "name it after a host, like shop.example.toml",
        "name it after a host, like shop.example.toml",
        "rename it to xn--bcher-kva.example.toml",
    ]


def test_a_mistake_in_a_file_is_told_to_who_asks(tmp_path: Path) -> None:
    (tmp_path / "shop.example.toml").write_text('[site]\nname = "Shop"\n')
    with pytest.raises(PolicyError, match=r"shop\.example\.toml:1: \[site\], controller"):
        Policies(tmp_path).for_host("shop.example")


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Policies(tmp_path / "none")
    (tmp_path / "file").write_text("")
    with pytest.raises(NotADirectoryError):
        Policies(tmp_path / "file")


class Table:
    """Policies in a database, say."""

    def version(self, host: str) -> int | None:
        return 1 if host == "shop.example" else None

    def policy(self, host: str) -> Policy | None:
        return Policy.parse(SITE.format(host))


def test_a_function_or_a_source_supplies_policies() -> None:
    shop = Policy.parse(SITE.format("shop"))
    by_function = Policies({"shop.example": shop}.get)
    assert name_of(by_function, "SHOP.example:443") == "shop"
    assert name_of(by_function, "other.example") is None
    assert name_of(Policies(Table()), "shop.example") == "shop.example"
    assert name_of(Policies(Table()), "other.example") is None


async def asynchronous(host: str) -> Policy | None:
    return None


@pytest.mark.parametrize(
    ("source", "options", "error", "says"),
    [
        (3, {}, TypeError, "source: expected a folder of policy files"),
        (asynchronous, {}, TypeError, "not a coroutine"),
        ({"shop.example": Policy()}, {}, TypeError, "source: expected"),
        ({}.get, {"ids": "stats"}, TypeError, 'ids: expected a list of ids, not the text "stats"'),
        ({}.get, {"most_ready": 0}, ValueError, "most_ready of at least 1"),
    ],
)
def test_wrong_arguments_say_what_was_expected(
    source: object, options: dict[str, object], error: type[Exception], says: str
) -> None:
    with pytest.raises(error, match=says):
        Policies(source, **options)  # type: ignore[arg-type]  # wrong on purpose


def test_what_a_function_returns_has_to_be_a_policy() -> None:
    with pytest.raises(TypeError, match=r"expected a Policy or None for shop\.example, not 'x'"):
        Policies(lambda host: "x").for_host("shop.example")  # type: ignore[arg-type,return-value]  # wrong on purpose


# -- what is the site itself ---------------------------------------------------------------------------------


def own(policy: Policy | None, host: str) -> set[str]:
    assert policy is not None
    hosts = ("shop.example", "www.shop.example", "cdn.shop.example", "localhost", "127.0.0.1", "[::1]")
    return {other for other in hosts if other in policy.claims.first_party(host).own}


def test_the_site_is_the_exact_host_unless_it_names_more(tmp_path: Path) -> None:
    folder_of(tmp_path, "www.shop.example", "localhost")
    text = SITE.format("shop") + 'hosts = ["cdn.shop.example"]\n'
    (tmp_path / "shop.example.toml").write_text(text)
    policies = Policies(tmp_path)
    assert own(policies.for_host("www.shop.example"), "www.shop.example") == {"www.shop.example"}
    assert own(policies.for_host("shop.example"), "shop.example") == {"shop.example", "cdn.shop.example"}
    alone = Policy.load(tmp_path / "www.shop.example.toml")
    assert own(alone, "www.shop.example") == {"shop.example", "www.shop.example", "cdn.shop.example"}


def test_the_names_of_the_visitors_own_machine_are_one_site_all_the_same(tmp_path: Path) -> None:
    policies = Policies(folder_of(tmp_path, "localhost"))
    assert own(policies.for_host("127.0.0.1"), "127.0.0.1") == {"localhost", "127.0.0.1", "[::1]"}


# -- what code may ask ---------------------------------------------------------------------------------------


def test_code_that_is_shared_may_ask_for_what_another_policy_has(caplog: pytest.LogCaptureFixture) -> None:
    with_stats = Policy.parse(SITE.format("a") + STATS)
    table = {"a.example": with_stats, "b.example": Policy.parse(SITE.format("b"))}
    policies = Policies(table.get)
    for _ in range(2):
        assert not Consent.of_ids(policies.for_host("b.example"), []).allows("stats-of-a")
    assert Consent.of_ids(policies.for_host("a.example"), ["stats"]).allows("stats")
    [record] = caplog.records
    assert "'stats-of-a' was asked for on a host whose policy has no such" in record.getMessage()


def test_with_a_list_of_ids_every_other_one_is_an_error(caplog: pytest.LogCaptureFixture) -> None:
    policies = Policies({"b.example": Policy.parse(SITE.format("b"))}.get, ids=["stats"])
    consent = Consent(policies.for_host("b.example"))
    assert not consent.allows("stats")
    assert not caplog.records
    with pytest.raises(UnknownId):
        consent.allows("stast")
    with pytest.raises(UnknownId):
        Consent.of_ids(policies.for_host("b.example"), ["stats"])


# -- a declaration that can be shown -------------------------------------------------------------------------


def test_a_policy_without_a_date_has_no_declaration(tmp_path: Path) -> None:
    folder_of(tmp_path, "shop.example")
    assert Policies(tmp_path).for_host("shop.example") is not None
    with pytest.raises(PolicyError, match=r"shop\.example\.toml: \[site\], updated: expected the day"):
        Policies(tmp_path, require_declaration=True).for_host("shop.example")


@pytest.mark.parametrize(("days", "counts"), [(-1, True), (0, True), (3, False)])
def test_a_declaration_of_the_future_does_not_count(days: int, counts: bool) -> None:
    day = datetime.datetime.now(datetime.UTC).date() + datetime.timedelta(days)
    declaration = '[declaration]\ndpo = "none"\nauthority = "Example Authority"\n'
    policy = Policy.parse(SITE.format("shop") + f"updated = {day}\n{declaration}")
    policies = Policies(lambda host: policy, require_declaration=True)
    if counts:
        assert policies.for_host("shop.example") is not None
    else:
        with pytest.raises(PolicyError, match="expected a day that has come"):
            policies.for_host("shop.example")


def test_a_single_file_is_for_all_hosts(tmp_path: Path) -> None:
    folder_of(tmp_path, "consentgate")
    policies = Policies.watching(tmp_path / "consentgate.toml")
    policy = policies.for_host("www.shop.example")
    assert own(policy, "www.shop.example") >= {"shop.example"}
    with pytest.raises(UnknownId):
        Consent(policy).allows("stats")
    os.remove(tmp_path / "consentgate.toml")
    assert policies.for_host("www.shop.example") is None
