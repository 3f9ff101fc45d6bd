"""Whatever was recorded makes a receipt of the standard."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from consentgate import Policy
from consentgate.consent.receipt import receipt, receipt_schema
from consentgate.consent.record import Event, Record

POLICY = Policy.parse("""
[site]
name = "Example"
controller = "Example Ltd"
contact = "privacy@example.org"
regime = "us"

[[service]]
id = "stats"
name = "Stats"
category = "performance"
hosts = ["stats.vendor.example"]
""")
SECONDS = st.integers(0, 1 << 32)
ANSWERS = st.dictionaries(st.sampled_from(["stats", "films", "gone"]), st.booleans())
RECORDS = st.builds(
    Record,
    event=st.sampled_from([Event.GIVEN, Event.RENEWED, Event.REDUCED, Event.WITHDRAWN]),
    at=SECONDS,
    host=st.sampled_from(["example.org", "xn--bcher-kva.example"]),
    controller=st.sampled_from(["Example Ltd", "Other & Söhne"]),
    categories=ANSWERS,
    services=ANSWERS,
    id=st.text("0123456789abcdef", min_size=32, max_size=32),
    language=st.sampled_from(["en", ""]),
    control=st.sampled_from(["accept", "save", ""]),
    valid_until=SECONDS,
)


@given(st.lists(RECORDS, min_size=1, max_size=4), st.none() | RECORDS, st.sampled_from([None, POLICY]))
def test_every_history_makes_a_receipt_of_the_standard(
    records: list[Record], before: Record | None, policy: Policy | None
) -> None:
    made = receipt(records, before=before, policy=policy)

    Draft202012Validator(receipt_schema()).validate(made)
    assert len(made["events"]) == len(records) + sum(one.event is Event.REDUCED for one in records)
