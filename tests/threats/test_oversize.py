"""Input that is too large or nested too deeply ends in an answer, and not in a stack or a minute of work."""

from __future__ import annotations

import pytest
from gate.conftest import MakeSite
from gate.driver import Site

from consentgate import Policy, PolicyError

SITE = '[site]\nname = "S"\ncontroller = "C"\ncontact = "a@b.example"\n'
PARTS = 20_000


@pytest.mark.parametrize(
    "text",
    [
        f"{SITE}[{'.'.join(['a'] * PARTS)}]\n",
        f"{SITE}{' . '.join(['a'] * PARTS)} = 1\n",
        f"""{SITE}{".".join(['"a b"'] * PARTS).replace(" ", "-")} = 1\n""",
        f"{SITE}x = {'[' * PARTS}\n",
        f"{SITE}x = {'{a=' * PARTS}\n",
        f"{SITE}x = {'[' * PARTS}{']' * PARTS}\n",
        f"{SITE}x = {'9' * PARTS}\n",
    ],
    ids=["table", "key", "quoted key", "list", "inline table", "closed list", "number"],
)
def test_a_policy_that_is_nested_too_deeply_is_a_mistake(text: str) -> None:
    with pytest.raises(PolicyError):
        Policy.parse(text)


@pytest.fixture
def site(make_site: MakeSite) -> Site:
    return make_site(policy=SITE.replace("[site]", "[site]\nreports = true"))


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"[" * 16_000, 400),
        (b'{"csp-report":' * 1_000, 400),
        (b"[" * 8_000 + b"]" * 8_000, 400),
        (b"[" + b"9" * 16_000 + b"]", 400),
        (b'["' + b"x" * (17 << 10) + b'"]', 413),
    ],
    ids=["open", "objects", "closed", "number", "long"],
)
@pytest.mark.parametrize("kind", ["application/csp-report", "application/reports+json", "application/json"])
def test_a_report_that_is_nested_too_deeply_or_too_long_is_refused(
    site: Site, kind: str, body: bytes, status: int
) -> None:
    headers = [("Sec-Fetch-Site", "same-origin"), ("Content-Type", kind)]
    assert site.asks("/_privacy/reports", "POST", headers, body).status == status


def test_a_thousand_cookies_and_a_header_of_a_mebibyte_are_answered_closed(site: Site) -> None:
    for cookie in ("; ".join(f"c{number}=x" for number in range(1000)), "__Host-consent=" + "A" * (1 << 20)):
        reply = site.gets("/", cookie)
        assert reply.status == 200
        assert b"stats.vendor.example" not in reply.loading
